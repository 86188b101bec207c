"""What pages of the journal say, and when they do not say enough."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from mailroom.domain.journal import JournalPage, JournalState, SentStub, Stub
from mailroom.stages.journal_page import page_of, page_text, signed_bytes
from mailroom.stages.reckoning import JournalGapError, reckon, stretches

NOW = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)
IN = ("in", 2569)


def page(seq: int, generation: int = 1, **more: Any) -> JournalPage:
    values: dict[str, Any] = {
        "installation": "agency",
        "generation": generation,
        "seq": seq,
        "token": f"{generation}-{seq}",
        "at": NOW,
        "chain_seq": 9,
        "chain_head": b"\x01" * 32,
        "counters": {IN: seq},
    }
    return JournalPage(**(values | more))


def stub(number: int, seal: bytes = b"seal") -> Stub:
    return Stub(series="in", year=2569, number=number, seal=seal, entered_at=NOW, deemed_at=NOW)


AT_TWO = JournalState(generation=1, seq=2)


def test_the_highest_number_of_each_series_counts() -> None:
    """Told by a counter or by a number, in whatever order the pages lie."""
    pages = [page(4, counters={IN: 9, ("out", 2569): 2}), page(3, counters={IN: 7}, stubs=(stub(7),)), page(2)]
    reckoned = reckon(pages, AT_TWO)
    assert reckoned.counters == {IN: 9, ("out", 2569): 2}
    assert (reckoned.pages, list(reckoned.stubs)) == (2, [("in", 2569, 7)])


def test_a_page_twice_is_one_page_and_the_first_counts() -> None:
    """Whose page came first was the one whose letters went."""
    reckoned = reckon([page(3, stubs=(stub(3, b"first"),)), page(3, stubs=(stub(3, b"second"),))], AT_TWO)
    assert (reckoned.pages, reckoned.stubs["in", 2569, 3].seal) == (1, b"first")


def test_pages_of_several_lives_are_read_one_after_another() -> None:
    """What the books know of already is passed over."""
    pages = [page(1, stubs=(stub(1),)), page(2), page(3), page(1, 2, counters={IN: 20}), page(2, 2, counters={IN: 21})]
    reckoned = reckon(pages, AT_TWO)
    assert (reckoned.generation, reckoned.counters[IN], reckoned.stubs) == (2, 21, {})


@pytest.mark.parametrize(
    "pages",
    [[], [page(1)], [page(4)], [page(2), page(4)], [page(2), page(2, 2)], [page(2), page(1, 2), page(3, 2)]],
    ids=["none", "older", "the-next-is-missing", "one-between", "a-life-without-its-first", "a-life-with-a-gap"],
)
def test_a_journal_with_a_gap_is_none(pages: list[JournalPage]) -> None:
    """A person has to say what the last numbers were."""
    with pytest.raises(JournalGapError):
        reckon(pages, AT_TWO)


def test_a_page_is_read_back_from_whatever_a_mail_program_made_of_its_lines() -> None:
    """Words before it, other ends of lines and indents: what is signed is the same."""
    whole = page(1, stubs=(stub(1), replace(stub(2), entered_at=None)), sent=(SentStub("ab", "held", b"\xff"),))
    text = page_text(whole, b"s" * 64, b"k" * 32, ("สมุดบันทึกเลข", "โปรดอย่าลบ"))
    for changed in (text, text.replace("\n", "\r\n"), text.replace("\n ", "\n\t\t"), f"> ตอบ\n{text}\n-- \nsig"):
        read = page_of(changed)
        assert read is not None
        assert (read.page, read.signature, read.key) == (whole, b"s" * 64, b"k" * 32)
        assert signed_bytes(read.page) == signed_bytes(whole)


@pytest.mark.parametrize("text", ["", "{", "{}", '{"form": "mailroom-journal-1"}', "[" * 9999 + "{" * 9999 + "}", "ก"])
def test_what_is_no_page_is_none(text: str) -> None:
    """Whatever lies in the folder."""
    assert page_of(text) is None


def test_numbers_in_a_row_are_one_stretch() -> None:
    """In order, whatever order they come in."""
    assert stretches([4, 1, 2, 9, 3]) == [(1, 4), (9, 9)]
    assert stretches([]) == []
