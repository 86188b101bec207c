"""Identity numbers of people and companies: thirteen digits, the last of which checks the others."""

import re

from mailroom.stages import lazy

LENGTH = 13
_NUMBER = lazy.pattern(r"(?<![\d-])\d(?:[ -]?\d){12}(?![\d-])")


def has_check_digit(number: str) -> bool:
    """Whether a number has thirteen digits and the last is right (modulo 11, weights 13 down to 2)."""
    if len(number) != LENGTH or not (number.isascii() and number.isdigit()):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number, range(LENGTH, 1, -1), strict=False))
    return (11 - total % 11) % 10 == int(number[-1])


def identity_numbers(text: str) -> tuple[str, ...]:
    """Every number in a normalised text that is written like one and has the right check digit, each once, in order."""
    found = (re.sub(r"\D", "", match[0]) for match in _NUMBER.finditer(text))
    return tuple(dict.fromkeys(number for number in found if has_check_digit(number)))
