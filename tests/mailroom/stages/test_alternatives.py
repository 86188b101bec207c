"""Arranged alternatives find what the plain ones find."""

import random
import re

import pytest

from mailroom.stages.alternatives import any_of

PATTERNS = (
    "abc|ab|b|ca",
    "ab|abc|(?:b|ca)c?|[cd]a",
    r"(?:ab|(?:c|d)a)?bc|a\.b|\?|[ \n]d\b",
    "a(?:b|c).{0,3}(?:a|d)|d(?<!ad)(?!c)|b[^|]c",
    "(?:a|ab)(?:c|d)|abcd",
)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_the_same_is_found_at_the_same_place(pattern: str) -> None:
    """Every match of the plain pattern, and no other, in ten thousand texts."""
    plain, arranged, chance = re.compile(pattern), any_of(pattern), random.Random(5)
    for _ in range(10_000):
        text = "".join(chance.choices("abcd.?| \n", k=12))
        assert [m.span() for m in arranged.finditer(text)] == [m.span() for m in plain.finditer(text)], text


@pytest.mark.parametrize(
    "pattern", [r"ab|\bcd", "ab|(?<!a)b", "ab|[^a]b", "ab|c?d", "ab|.b", "ab|", "ab|(?:cd)+d", "ab|(?:cd)??d"]
)
def test_an_alternative_without_a_first_character_is_refused(pattern: str) -> None:
    """It could compete with any other, so it is named instead of being arranged."""
    with pytest.raises(ValueError, match="begins with no character"):
        any_of(pattern).search("")
