"""The outside of a delivery: whom it is for, and the exact text of each event in it.

The events are cut apart by brackets and quotes alone, so that one that is broken, or a thousand levels deep, hurts none
of its neighbours, and so that each can be kept exactly as it stood.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from channels.line.limits import EVENTS

_STRING = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_SPACE = re.compile(r"[ \t\r\n]*+")
_QUOTED = re.compile(_STRING, re.S)
_SCALAR = re.compile(r'[^\s"\[\]{},:]++')
_MARKS = re.compile(rf'{_STRING}|"|[\[\]{{}}]++', re.S)
"""A string, a quote that opens none, or brackets in a row."""
_OPENS = frozenset("[{")
_CLOSES = {"]": "[", "}": "{"}
_UNCLOSED = "brackets or quotes that do not close"


class DeliveryError(ValueError):
    """The body is no delivery; its text says why."""


@dataclass(frozen=True, slots=True)
class Element:
    """One element of `events`: a slice of the body's text, and how deep its brackets go."""

    text: str
    depth: int


@dataclass(frozen=True, slots=True)
class Delivery:
    destination: str
    """User id of the account that it is for; empty where it names none."""
    events: tuple[Element, ...]


def take_apart(body: bytes) -> Delivery:
    """A delivery without reading its events. Raises DeliveryError."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise DeliveryError("no UTF-8") from None
    scanner = _Scanner(text)
    members: dict[str, int] = {}
    for name, start in scanner.members():
        if name in members:
            raise DeliveryError("a name is given twice")
        members[name] = start
    scanner.end()
    if '"events"' not in members:
        raise DeliveryError("no events")
    events = tuple(_Scanner(text, members['"events"']).elements())
    return Delivery(_destination(text, members.get('"destination"')), events)


def element_of(text: str) -> Element:
    """A text that is one value. Raises DeliveryError."""
    scanner = _Scanner(text)
    found = scanner.element()
    scanner.end()
    return found


def _destination(text: str, start: int | None) -> str:
    if start is None:
        return ""
    found = _QUOTED.match(text, start)
    if found is None:
        raise DeliveryError("the destination is no text")
    try:
        return str(json.loads(found.group()))
    except ValueError:
        raise DeliveryError("the destination is no text") from None


class _Scanner:
    """Steps from value to value of a JSON text; what lies inside of them is not looked at."""

    def __init__(self, text: str, at: int = 0) -> None:
        self._text = text
        self._at = at

    def members(self) -> Iterator[tuple[str, int]]:
        """The names of an object, quotes included, each with where its value begins."""
        self._take("{")
        if self._took("}"):
            return
        while True:
            name = self._match(_QUOTED)
            self._take(":")
            self._space()
            yield name, self._at
            self._value()
            if self._took("}"):
                return
            self._take(",")
            self._space()

    def elements(self) -> Iterator[Element]:
        """The elements of an array."""
        self._take("[")
        if self._took("]"):
            return
        for _ in range(EVENTS):
            yield self.element()
            if self._took("]"):
                return
            self._take(",")
        raise DeliveryError("too many events")

    def element(self) -> Element:
        self._space()
        start = self._at
        depth = self._value()
        return Element(self._text[start : self._at], depth)

    def end(self) -> None:
        self._space()
        if self._at != len(self._text):
            raise DeliveryError("something follows its end")

    def _value(self) -> int:
        """Step over a value; how deep it goes."""
        first = self._text[self._at : self._at + 1]
        if first in _OPENS:
            return self._brackets()
        self._match(_QUOTED if first == '"' else _SCALAR)
        return 0

    def _brackets(self) -> int:
        open_: list[str] = []
        deepest = 0
        for found in _MARKS.finditer(self._text, self._at):
            marks = found.group()
            if marks == '"':
                break
            for at, mark in enumerate(marks if marks[0] != '"' else "", found.start()):
                if mark in _OPENS:
                    open_.append(mark)
                    deepest = max(deepest, len(open_))
                elif open_.pop() != _CLOSES[mark]:
                    raise DeliveryError(_UNCLOSED)
                elif not open_:
                    self._at = at + 1
                    return deepest
        raise DeliveryError(_UNCLOSED)

    def _match(self, pattern: re.Pattern[str]) -> str:
        self._space()
        found = pattern.match(self._text, self._at)
        if found is None:
            raise DeliveryError("no JSON")
        self._at = found.end()
        return found.group()

    def _space(self) -> None:
        found = _SPACE.match(self._text, self._at)
        self._at = found.end() if found else self._at

    def _took(self, character: str) -> bool:
        self._space()
        if not self._text.startswith(character, self._at):
            return False
        self._at += 1
        return True

    def _take(self, character: str) -> None:
        if not self._took(character):
            raise DeliveryError("no JSON")
