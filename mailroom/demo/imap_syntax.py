"""IMAP commands off the wire: lines, literals, lists and sets of numbers (RFC 9051 section 9)."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass

Argument = str | bytes | list["Argument"]
"""An atom or quoted string (text, latin-1), a literal (bytes), or a parenthesised list."""

_MOST_LITERAL = 64 << 20
_LITERAL = re.compile(rb"\{(\d+)(\+?)\}\r?\n$")
_TOKEN = re.compile(
    rb'\s*(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<open>\()|(?P<close>\))|\x00(?P<literal>\d+)\x00'
    rb"|(?P<atom>[A-Za-z.]*BODY(?:\.PEEK)?\[[^\]]*\](?:<[\d.]+>)?|[^\s()\"\x00]+))",
    re.IGNORECASE,
)


class SyntaxFaultError(Exception):
    """The client's command cannot be understood."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command."""

    tag: str
    name: str
    """Upper-case; without UID in front."""
    arguments: list[Argument]
    by_uid: bool = False

    def text(self, at: int) -> str:
        """An argument that must be one string. Raises SyntaxFaultError."""
        argument = self.arguments[at] if len(self.arguments) > at else None
        if isinstance(argument, bytes):
            return argument.decode("latin-1")
        if isinstance(argument, str):
            return argument
        raise SyntaxFaultError(f"argument {at + 1} must be a string")

    def words(self, at: int) -> list[str]:
        """An argument that is a list of strings, or the rest of the line."""
        argument = self.arguments[at] if len(self.arguments) > at else None
        parts = argument if isinstance(argument, list) else self.arguments[at:]
        return [part for part in parts if isinstance(part, str)]


async def read_command(reader: asyncio.StreamReader, go_on: Callable[[], None]) -> Command | None:
    """The next command; None at the end of the connection. `go_on` asks the client for a literal.

    Raises SyntaxFaultError.
    """
    line, literals = b"", list[bytes]()
    while True:
        part = await reader.readline()
        if not part:
            return None
        found = _LITERAL.search(part)
        if not found:
            return parse(line + part.rstrip(b"\r\n"), literals)
        size = int(found[1])
        if size > _MOST_LITERAL:
            raise SyntaxFaultError("literal too large")
        if not found[2]:
            go_on()
        line += part[: found.start()] + b"\x00%d\x00" % len(literals)
        literals.append(await reader.readexactly(size))


def parse(line: bytes, literals: list[bytes]) -> Command:
    """A command of its line, in which NUL n NUL stands for literal n. Raises SyntaxFaultError."""
    match _arguments(line, literals):
        case [str(tag), str(uid), str(name), *arguments] if uid.upper() == "UID":
            return Command(tag, name.upper(), arguments, by_uid=True)
        case [str(tag), str(name), *arguments]:
            return Command(tag, name.upper(), arguments)
    raise SyntaxFaultError("tag and command expected")


def _arguments(line: bytes, literals: list[bytes]) -> list[Argument]:
    stack: list[list[Argument]] = [[]]
    for token in _TOKEN.finditer(line):
        if token["open"]:
            stack.append([])
        elif token["close"]:
            if len(stack) < 2:
                raise SyntaxFaultError("parenthesis without beginning")
            inner = stack.pop()
            stack[-1].append(inner)
        else:
            stack[-1].append(_string(token, literals))
    return stack[0]


def _string(token: re.Match[bytes], literals: list[bytes]) -> Argument:
    if token["literal"]:
        return literals[int(token["literal"])]
    if token["quoted"] is not None:
        return re.sub(rb"\\(.)", rb"\1", token["quoted"]).decode("latin-1")
    return token["atom"].decode("latin-1")


def number_set(text: str, largest: int) -> Callable[[int], bool]:
    """Whether a number is in a sequence set such as `1:3,7,10:*`. Raises SyntaxFaultError."""
    ranges = []
    for part in text.split(","):
        first, _, last = part.partition(":")
        try:
            ends = sorted(largest if end == "*" else int(end) for end in (first, last or first))
        except ValueError as error:
            raise SyntaxFaultError(f"{text} is not a set of numbers") from error
        ranges.append((ends[0], ends[1]))
    return lambda number: any(first <= number <= last for first, last in ranges)
