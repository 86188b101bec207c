"""The table of day one: measured by the command itself, and put in its place in the document."""

from pathlib import Path
from typing import Any

from bench.classification import DOCUMENT, evaluated
from bench.classification_report import BEGIN, END, Day, write
from bench.example import copy_example


def _figures(messages: int, right: int) -> dict[str, Any]:
    share = {"part": right, "whole": messages, "percent": 100 * right / messages}
    nothing = {"part": 0, "whole": 0, "percent": None}
    return {
        "messages": messages,
        "right": {"kind": share, "service": share, "agency": nothing},
        "named": {"service": share, "agency": nothing},
        "wrong_named": {"service": share, "agency": nothing},
        "wrong_redirects": share,
        "coverage": share,
        "error": share,
        "confusion": {"request": {"request": 3, "enquiry": 1, "spam": 2}, "spam": {"spam": 1}},
        "milliseconds": {"mean": 1.25, "p95": 2.0, "slowest": 3.0},
        "peak_bytes": {"parent": 100_000_000, "child": 50_000_000},
    }


def test_the_table_is_put_between_its_marks(tmp_path: Path) -> None:
    """Again and again; what stands around it stays."""
    path = tmp_path / "document.md"
    path.write_text(f"before\n{BEGIN}\n{END}\nafter\n", encoding="utf-8")
    day = Day(seen=_figures(10, 9), blind=_figures(20, 15))
    first = write(day, path)
    write(day, path)
    told = path.read_text(encoding="utf-8")
    assert told == f"before\n{BEGIN}\n\n{first}\n{END}\nafter\n"
    assert "| kinds right | ≥ 90 % | 90.0 % (9 of 10) | 75.0 % (15 of 20) |" in told
    assert "| agencies right |  | – | – |" in told
    assert "| request | 6 | 3 | spam 2, enquiry 1 |" in told


def test_the_document_has_its_place_and_that_of_learning() -> None:
    """Each once, and opened before it is closed."""
    text = DOCUMENT.read_text(encoding="utf-8")
    for name in ("day-one", "learning"):
        begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
        assert (text.count(begin), text.count(end)) == (1, 1)
        assert text.index(begin) < text.index(end)


def test_the_seen_messages_are_understood(tmp_path: Path) -> None:
    """The goals of day one on the messages that rules may be improved on; nobody is sent away wrongly too often."""
    copy_example(tmp_path)
    found = evaluated(tmp_path, "seen")
    assert found["right"]["kind"]["percent"] >= 90
    assert found["right"]["service"]["percent"] >= 80
    assert found["wrong_redirects"]["percent"] <= 2
    assert found["unreadable"] == 3
    assert found["messages"] == 511
