"""Words are found however they were typed, the place is shown whole, and a slip of one letter is forgiven."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailroom.domain.search import Excerpt
from mailroom.stages.finding import AROUND, WINDOW, excerpt, find, marked, marked_near, near, near_parts, trigrams
from mailroom.stages.normalise import compact

THAI = st.text("กขคงนมรทที่า้เแโำํั 12๑๒Ab\n", max_size=30)
WORDS = st.text("abcกข", min_size=4, max_size=7)


@pytest.mark.parametrize(
    ("text", "words", "there"),
    [
        ("ขอ อนุญาต ก่อสร้าง", "อนุญาตก่อ", "อนุญาต ก่อ"),
        ("บ้านเลขที่ ๑๒/๓", "ที่12", "ที่ ๑๒"),
        ("โทร 081-234", "๐๘๑", "081"),
        ("SOMCHAI@Example.Test", "somchai@example", "SOMCHAI@Example"),
        ("น\u0e4d\u0e49\u0e32ท่วม", "น้ำ", "น\u0e4d\u0e49\u0e32"),
        ("เเจ้งไฟดับ", "แจ้ง", "เเจ้ง"),
        ("zero\u200bwidth", "rowi", "ro\u200bwi"),
    ],
)
def test_words_are_found_as_they_were_written(text: str, words: str, there: str) -> None:
    """Blanks, kinds of digit, case, invisible characters and old spellings are no hindrance, and the place is told."""
    place = find(text, compact(words))
    assert place is not None
    assert text[slice(*place)] == there


@given(THAI, st.data())
def test_every_part_of_a_text_is_found_in_it(text: str, data: st.DataObject) -> None:
    """Whatever stands in the compact spelling is found, and what is shown holds it."""
    spelled = compact(text)
    begin = data.draw(st.integers(0, max(0, len(spelled) - 1)))
    words = spelled[begin : begin + 5]
    place = find(text, words) if words else None
    assert not words or (place is not None and words in compact(text[slice(*place)]))


def test_a_long_text_is_looked_through_to_its_end() -> None:
    """Words at the border of two windows, and at the end, are found."""
    filling = "ก" * (WINDOW - 3)
    for text in (f"{filling}บ้านเช่า{filling}", f"{filling * 5} บ้านเช่า"):
        place = find(text, "บ้านเช่า")
        assert place is not None
        assert text[slice(*place)] == "บ้านเช่า"
    assert find(filling * 3, "บ้านเช่า") is None


@pytest.mark.parametrize(
    ("text", "words", "shown"),
    [
        ("วันที่ ๕", "นท", "นที่"),
        ("อยู่เมือง", "มือ", "เมือ"),
        ("ทำนา", "ท", "ทำ"),
        ("กิน", "\u0e34น", "กิน"),
        ("👩\u200d👩\u200d👧 ครับ", "👧", "👩\u200d👩\u200d👧"),
    ],
)
def test_letters_are_not_torn_apart(text: str, words: str, shown: str) -> None:
    """A mark keeps its consonant, a leading vowel what follows it, and a joined picture its parts."""
    place = find(text, words)
    assert place is not None
    assert text[slice(*place)] == shown


def test_an_excerpt_shows_a_little_on_either_side() -> None:
    """On one line, with a sign where more stands, and none where nothing does."""
    text = f"{'ก่อน ' * 40}\n\nบ้านเช่า   หลังใหญ่"
    place = find(text, "บ้านเช่า")
    assert place is not None
    shown = excerpt(text, place)
    assert shown.hit == "บ้านเช่า"
    assert shown.after == " หลังใหญ่"
    assert shown.before.startswith("…ก่อน ") or shown.before.startswith("…อน ")
    assert "\n" not in shown.before
    assert len(shown.before) <= AROUND + 3


def test_a_subject_is_shown_whole_with_its_place_apart() -> None:
    """All of it, the place in the middle; nothing where the words are not in it."""
    assert marked("ขอ ก่อสร้าง บ้าน", "ก่อสร้าง") == Excerpt("ขอ ", "ก่อสร้าง", " บ้าน")
    assert marked("ขอ ก่อสร้าง บ้าน", "ถมดิน") is None
    assert marked("ขอ ก่อสร้าง บ้าน", "") is None


@pytest.mark.parametrize("length", [3, 4, 5, 6, 7, 30])
def test_trigrams_cover_all_letters(length: int) -> None:
    """Put on their places they leave no letter out."""
    words = "".join(chr(0x0E01 + n) for n in range(length))
    covered = {words.find(one) + n for one in trigrams(words) for n in range(3)}
    assert covered == set(range(length))


@pytest.mark.parametrize("typed", ["สมชาย", "สมชย", "สมชายย", "สมซาย", "สชมาย", "สมาชย", "มชาย", "สมชา"])
def test_a_slip_of_one_letter_is_forgiven(typed: str) -> None:
    """Left out, put in, exchanged, or changed places with its neighbour."""
    assert near("นายสมชายใจดี\nsomchai", typed) is not None


def test_what_is_near_stands_apart() -> None:
    """As it is written in the text, and nothing where it is not near, or too short to tell."""
    assert marked_near("นาย สม ชาย ใจดี", "สมชัย") == Excerpt("นาย ", "สม ชาย", " ใจดี")
    assert marked_near("นาย สม ชาย ใจดี", "สมศักดิ์") is None
    assert marked_near("สมช", "สมข") is None


@pytest.mark.parametrize("typed", ["สมศักดิ์", "ซมซาย", "ชายดี", "ดีsom"])
def test_two_slips_are_not(typed: str) -> None:
    """Nor is what two items hold together."""
    assert near("นายสมชายใจดี\nsomchai", typed) is None


def distance(one: str, other: str) -> int:
    """Letters that differ, by the book (optimal string alignment)."""
    rows = [[*range(len(other) + 1)]]
    for i, a in enumerate(one, 1):
        row = [i]
        for j, b in enumerate(other, 1):
            best = min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and b == one[i - 2]:
                best = min(best, rows[-2][j - 2] + 1)
            row.append(best)
        rows.append(row)
    return rows[-1][-1]


@given(st.text("abcกข", max_size=14), WORDS)
def test_near_is_what_differs_by_one_letter(text: str, words: str) -> None:
    """Neither more nor less than a comparison of every stretch of the text says."""
    stretches = {text[i:j] for i in range(len(text) + 1) for j in range(i, len(text) + 1)}
    expected = any(abs(len(one) - len(words)) <= 1 and distance(one, words) <= 1 for one in stretches)
    found = near(text, words)
    assert (found is not None) == expected
    if found:
        assert distance(text[slice(*found)], words) <= 1


@given(st.text("abcกข", max_size=14), WORDS)
def test_what_is_near_holds_one_of_the_parts(text: str, words: str) -> None:
    """So that a database needs to look for three stretches only."""
    assert near(text, words) is None or any(part in text for part in near_parts(words))
