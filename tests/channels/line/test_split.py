"""Cutting Thai text: nothing is lost, and no cluster is torn."""

import pytest

from channels.line.split import clusters, shortened, shortened_label, split, unbreakable, units

WORDS = ["ที่", "น้ำ", "ป้า", "กี่", "เก้าอี้", "โต๊ะ", "แม่", "ไป", "กรุงเทพฯ", "ต่าง ๆ"]
EMOJI = ["👨‍👩‍👧", "🇹🇭", "👍🏽", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "❤️", "𝒳"]


def torn(piece: str) -> bool:
    """Whether a piece begins with what belongs to the character before it, or ends before what belongs to it."""
    return (
        piece[0] in "\u0e31\u0e33\u0e34\u0e35\u0e48\u0e49\u0e4a\u0e4b\u0e30\u0e32\u0e46\u0e2f" or piece[-1] in "เแโใไ"
    )


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("before", range(8))
def test_no_cluster_is_torn_at_any_border(word: str, before: int) -> None:
    """Wherever the limit falls, a piece ends and begins between clusters, and the pieces make the text again."""
    text = "ก" * before + word * 6
    for limit in range(6, 20):
        pieces = split(text, limit)
        assert "".join(pieces) == text.replace(" ", "") or " " in text
        assert "".join(pieces).replace(" ", "") == text.replace(" ", "")
        assert all(units(piece) <= limit for piece in pieces)
        assert not any(torn(piece) for piece in pieces)


@pytest.mark.parametrize("symbol", EMOJI)
def test_no_symbol_is_torn(symbol: str) -> None:
    """Pairs, joined families, flags and skins stay whole; each counts by its UTF-16 units."""
    assert list(clusters(symbol * 3)) == [symbol] * 3
    size = units(symbol)
    for limit in range(size, 4 * size):
        for piece in split("ก" + symbol * 5, limit):
            assert piece.replace("ก", "").replace(symbol, "") == ""
            assert units(piece) <= limit


def test_length_is_counted_as_line_counts_it() -> None:
    """An emoji outside the basic plane has two units, a Thai cluster one for each sign."""
    assert (units("🍎"), units("ที่"), units("a"), units("")) == (2, 3, 1, 0)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("หนึ่ง สอง\n\nสาม สี่ ห้า", ["หนึ่ง สอง", "สาม สี่ ห้า"]),
        ("หนึ่ง สอง\nสาม สี่ ห้า", ["หนึ่ง สอง", "สาม สี่ ห้า"]),
        ("One two. Three four", ["One two.", "Three four"]),
        ("กกกกกกกก ขขขขขขขข", ["กกกกกกกก", "ขขขขขขขข"]),
        ("ก" * 20, ["ก" * 12, "ก" * 8]),
    ],
)
def test_the_best_border_is_taken(text: str, pieces: list[str]) -> None:
    """A paragraph before a line, a line before a sentence, a sentence before a space, else between clusters."""
    assert split(text, 12) == pieces


def test_a_text_that_fits_stays_whole() -> None:
    """Up to the limit itself; nothing makes nothing."""
    assert split("ก" * 5000, 5000) == ["ก" * 5000]
    assert split("", 5000) == split(" \n ", 5000) == []


def test_marks_without_end_are_cut_all_the_same() -> None:
    """Ten thousand marks on one letter do not keep a letter back, and take no time."""
    pieces = split("ก" + "\u0e49" * 10_000, 5000)
    assert "".join(pieces) == "ก" + "\u0e49" * 10_000
    assert all(units(piece) <= 5000 for piece in pieces)


def test_what_is_shortened_says_so() -> None:
    """The ellipsis is within the limit; a text that fits has none."""
    assert shortened("น้ำ" * 10, 10) == "น้ำ" * 3 + "…"
    assert shortened("น้ำ" * 3, 9) == "น้ำ" * 3


def test_a_label_is_counted_as_a_reader_counts_it() -> None:
    """Twenty clusters, however many signs they have; a longer one loses whole clusters."""
    assert shortened_label("ที่" * 20, 20) == "ที่" * 20
    assert shortened_label("ที่" * 21, 20) == "ที่" * 19 + "…"
    assert shortened_label("ก" * 18 + "เก้าอี้", 20) == "ก" * 18 + "…"


def test_stretches_make_the_text_again() -> None:
    """Nothing is lost or moved."""
    text = " ".join([*WORDS, *EMOJI, "x\r\ny", "e\u0301"])
    assert "".join(unbreakable(text)) == "".join(clusters(text)) == text
