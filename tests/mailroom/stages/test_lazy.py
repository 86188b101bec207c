"""Patterns that wait are patterns like any other, and every one of the program's can be made."""

import pickle
import re

import pytest

from mailroom.stages import lazy
from mailroom.stages.alternatives import any_of
from tests.support.warming import make_all_patterns


def test_it_finds_what_the_pattern_finds() -> None:
    """At its first use and after it, with and without flags."""
    waiting = lazy.pattern(r"(?P<letter>[a-c])\d", re.I)
    for _ in range(2):
        assert waiting.sub(r"<\g<letter>>", "xA1") == "x<A>"
        assert [one["letter"] for one in waiting.finditer("b2 c3")] == ["b", "c"]
        assert (waiting.pattern, waiting.groupindex["letter"]) == (r"(?P<letter>[a-c])\d", 1)


def test_it_is_made_at_first_use_and_once() -> None:
    """Nothing is made when it is written down; ten uses make it once."""
    made: list[str] = []

    def make(source: str) -> re.Pattern[str]:
        made.append(source)
        return re.compile(source)

    waiting = lazy.lazily(make, "a")
    assert not made
    for _ in range(5):
        assert waiting.search("ba")
        assert waiting.match("a")
    assert made == ["a"]


@pytest.mark.parametrize("waiting", [lazy.pattern("B", re.I), any_of("ab|b")])
def test_it_travels_to_another_process(waiting: re.Pattern[str]) -> None:
    """Before its first use and after it."""
    for _ in range(2):
        assert pickle.loads(pickle.dumps(waiting)).search("ab")


def test_every_pattern_of_the_program_can_be_made() -> None:
    """A broken one is found here, and not in service by the first message that needs it."""
    assert make_all_patterns() > 300
