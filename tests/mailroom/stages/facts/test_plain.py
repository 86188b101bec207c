"""The offset map: what is found in the normalised text is pointed at in the text as it is shown."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailroom.stages.facts.plain import Plain
from mailroom.stages.normalise import normalised

TRICKY = st.text(
    alphabet=st.sampled_from(
        "aéกขเแำาํุู่้์ 1๑9๙\u00a0\t\r\n\u200b\u00ad\ufeff\u202e\u0301\u0323\u1100\u1161\u11a8가\ud800\U0001f600\u212b中"
    ),
    max_size=60,
)
ANY = st.text(st.characters(), max_size=80)


@given(st.one_of(TRICKY, ANY))
def test_the_plain_text_is_the_normalised_text(shown: str) -> None:
    """Matching happens on the very spelling that all other stages read."""
    assert Plain(shown).text == normalised(shown)


def test_marks_that_change_their_order_are_one_piece() -> None:
    """What begins or ends between them is shown with all of them."""
    assert Plain("1\u0301\u0e38").span(0, 2) == (0, 3)
    assert Plain("1\u00e9\u0323").span(0, 2) == (0, 3)


@given(st.one_of(TRICKY, ANY), st.data())
def test_a_place_leads_back_to_what_was_found(shown: str, data: st.DataObject) -> None:
    """The piece of the shown text, normalised, contains the piece that was found; it is exact for steady characters."""
    plain = Plain(shown)
    if not plain.text:
        return
    start = data.draw(st.integers(0, len(plain.text) - 1))
    end = data.draw(st.integers(start + 1, len(plain.text)))
    at, to = plain.span(start, end)
    assert 0 <= at < to <= len(shown)
    found, piece = plain.text[start:end], normalised(shown[at:to])
    assert found in piece
    if found.isalnum() and not any(unicodedata.combining(one) for one in shown):
        assert normalised(shown[at:to]) == found


@pytest.mark.parametrize(
    ("shown", "found", "piece"),
    [
        ("โทร ๐๘๑", "081", "๐๘๑"),
        ("น\u0e4d\u0e49\u0e32ท่วม", "น้ำ", "น\u0e4d\u0e49\u0e32"),
        ("0\u200b8\u200b1\u200b", "081", "0\u200b8\u200b1"),
        ("\u200b081", "081", "081"),
        ("เเม่น้ำ", "แม่", "เเม่"),
        ("a   b", "a b", "a   b"),
        ("บ้าน\r\nเลขที่", "เลขที่", "เลขที่"),
        ("cafe\u0301 12", "café", "cafe\u0301"),
        ("กู\u0e48\u0e39 5", "5", "5"),
    ],
)
def test_known_spellings_are_pointed_at(shown: str, found: str, piece: str) -> None:
    """Thai digits, sara am, zero-width characters, two sara e, runs of blanks, line ends and accents."""
    plain = Plain(shown)
    at = plain.text.index(found)
    start, end = plain.span(at, at + len(found))
    assert shown[start:end] == piece


@pytest.mark.parametrize(
    "hostile",
    [
        "a" + "\u0316\u0300" * 50_000,
        "a\u0591" + "\u0316\u0300\u05b0" * 33_000,
        "\u0e4d" + "\u200b" * 100_000,
        "\u200b" * 100_000,
        "a\u200b" * 50_000,
        " \u200b" * 50_000,
        "e\u0301" * 50_000,
        "\r" * 100_000,
        "\ud800" * 100_000,
    ],
    ids=range(9),
)
def test_hostile_text_takes_linear_time(hostile: str) -> None:
    """As many characters as a message may have, of what composes, vanishes or repeats, take a fraction of a second."""
    began = time.process_time()
    Plain(hostile)
    assert time.process_time() - began < 0.5
