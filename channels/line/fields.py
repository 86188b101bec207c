"""Reads one JSON text as what a stranger wrote: numbers that are none, names given twice, values of the wrong type."""

import json
import math
from typing import Any

from channels.line.delivery import Element
from channels.line.limits import DEPTH, NUMBER_CHARACTERS


class MalformedError(ValueError):
    """Something that must be there is missing or wrong; its text is the name of the field, or says what it is."""


class SyntaxFault(MalformedError):  # noqa: N818 - it is one of them
    """The text is no JSON at all."""


def read_element(element: Element) -> tuple[object, str]:
    """The value, and what is wrong with how it is written; empty when nothing is.

    A wrong number stands as None in the value. Raises SyntaxFault; MalformedError when it is too deep to be read.
    """
    if element.depth > DEPTH:
        raise MalformedError("depth")
    faults: list[str] = []
    try:
        value = _decoder(faults).decode(element.text)
    except (ValueError, RecursionError):
        raise SyntaxFault("no JSON") from None
    return value, faults[0] if faults else ""


def check_syntax(element: Element) -> None:
    """Raises SyntaxFault for what is no JSON; what is too deep to be read is not judged."""
    try:
        read_element(element)
    except SyntaxFault:
        raise
    except MalformedError:
        return


def _decoder(faults: list[str]) -> json.JSONDecoder:
    def wrong(text: str) -> None:
        faults.append(f"number {text[:NUMBER_CHARACTERS]}")

    def whole(text: str) -> int | None:
        if len(text) <= NUMBER_CHARACTERS:
            return int(text)
        wrong(text)
        return None

    def fraction(text: str) -> float | None:
        number = float(text) if len(text) <= 2 * NUMBER_CHARACTERS else math.inf
        if math.isfinite(number):
            return number
        wrong(text)
        return None

    def named(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            faults.append("a name given twice")
        return found

    return json.JSONDecoder(parse_constant=wrong, parse_int=whole, parse_float=fraction, object_pairs_hook=named)


class Fields:
    """An object whose fields are asked for by name and type. Everything raises MalformedError with the field's name."""

    def __init__(self, value: object, name: str = "") -> None:
        if not isinstance(value, dict):
            raise MalformedError(name or "no object")
        self._value: dict[str, Any] = value
        self._name = f"{name}." if name else ""

    def __contains__(self, key: str) -> bool:
        """Whether it is there and not null."""
        return self._value.get(key) is not None

    def text(self, key: str) -> str:
        value = self._value.get(key)
        if not isinstance(value, str):
            raise self.wrong(key)
        return value

    def maybe_text(self, key: str) -> str:
        """Empty where it is missing."""
        return self.text(key) if key in self else ""

    def whole(self, key: str) -> int:
        value = self._value.get(key)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.wrong(key)
        return value

    def maybe_whole(self, key: str) -> int | None:
        return self.whole(key) if key in self else None

    def number(self, key: str, limit: float) -> float:
        """Between -limit and limit."""
        value = self._value.get(key)
        if not isinstance(value, int | float) or isinstance(value, bool) or not abs(value) <= limit:
            raise self.wrong(key)
        return float(value)

    def maybe_flag(self, key: str) -> bool:
        value = self._value.get(key)
        if value is not None and not isinstance(value, bool):
            raise self.wrong(key)
        return bool(value)

    def texts(self, key: str) -> list[str]:
        """Empty where it is missing."""
        value = self._value.get(key)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise self.wrong(key)
        return value

    def list_(self, key: str) -> list[Any]:
        value = self._value.get(key)
        if not isinstance(value, list):
            raise self.wrong(key)
        return value

    def inner(self, key: str) -> "Fields":
        return Fields(self._value.get(key), f"{self._name}{key}")

    def maybe_inner(self, key: str) -> "Fields | None":
        return self.inner(key) if key in self else None

    def wrong(self, key: str) -> MalformedError:
        return MalformedError(f"{self._name}{key}")
