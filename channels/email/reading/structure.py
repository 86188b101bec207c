"""Finds the parts of a message (RFC 2046) by offsets into its bytes: no copies, no recursion beyond its limit."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from channels.email.reading.headers import Headers, read_headers
from channels.email.reading.limits import DEPTH, PARTS
from channels.email.reading.parameters import Parameters
from channels.email.reading.transfer import encoding_of, undone
from mailroom.stages.defects import Defects

_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,100}/[a-z0-9!#$&^_.+-]{1,100}")
_GUESSED_BOUNDARY = re.compile(rb"(?:^|\n)--([!-~]{1,200}(?: [!-~]+)*)[ \t]*\r?\n(?=[Cc]ontent-)")
_FALSE_DELIMITERS = 100_000


@dataclass(slots=True)
class Part:
    """One part: its header, and where its body lies in `raw`."""

    raw: bytes | bytearray
    start: int
    body: int
    end: int
    headers: Headers
    type: str
    """Declared media type, lower-case; what RFC 2045, 5.2 assumes where none can be read."""
    parameters: Parameters
    disposition: Parameters
    encoding: str
    """Transfer encoding: empty, base64, quoted-printable or x-uuencode."""
    children: list["Part"] = field(default_factory=list)

    @property
    def is_multipart(self) -> bool:
        return self.type.startswith("multipart/") and bool(self.children)

    @property
    def is_message(self) -> bool:
        return self.type in ("message/rfc822", "message/global") and bool(self.children)

    def content(self, defects: Defects, limit: int | None = None) -> bytes:
        """The body without its transfer encoding; of a longer one only what `limit` encoded bytes make."""
        end = self.end if limit is None else min(self.end, self.body + limit)
        return undone(self.raw, self.body, end, self.encoding, defects)

    def walk(self) -> Iterator["Part"]:
        """This part and all below it, in document order."""
        waiting = [self]
        while waiting:
            part = waiting.pop()
            yield part
            waiting.extend(reversed(part.children))


def read_structure(raw: bytes | bytearray, defects: Defects) -> Part:
    """The tree of parts of a whole message, at most `limits.PARTS` and `limits.DEPTH` deep."""
    return _Walk(defects).part(raw, 0, len(raw), "text/plain", 0)


class _Walk:
    def __init__(self, defects: Defects) -> None:
        self._defects = defects
        self._count = 0

    def part(self, raw: bytes | bytearray, start: int, end: int, default: str, depth: int) -> Part:
        self._count += 1
        headers, body = read_headers(raw, start, end, self._defects)
        parameters = self._parameters(headers, "content-type")
        part = Part(
            raw=raw,
            start=start,
            body=body,
            end=end,
            headers=headers,
            type=self._type(parameters, default),
            parameters=parameters,
            disposition=self._parameters(headers, "content-disposition"),
            encoding=encoding_of(self._sole(headers, "content-transfer-encoding"), self._defects),
        )
        self._descend(part, depth)
        return part

    def _sole(self, headers: Headers, name: str) -> bytes:
        """The first value; others that differ are read otherwise by other programs."""
        values = headers.all(name)
        if len(values) > 1 and any(value != values[0] for value in values):
            self._defects.add("header-ambiguous", name)
        return values[0] if values else b""

    def _parameters(self, headers: Headers, name: str) -> Parameters:
        parameters = Parameters(self._sole(headers, name), self._defects)
        if parameters.repeated:
            for repeated in sorted(parameters.repeated & {"boundary", "charset", "name", "filename"}):
                self._defects.add("parameter-ambiguous", repeated)
        return parameters

    def _type(self, parameters: Parameters, default: str) -> str:
        if not parameters.value:
            return default
        if _TYPE.fullmatch(parameters.value):
            return parameters.value
        if parameters.value != "text":
            self._defects.add("content-type-unreadable", parameters.value)
        return "text/plain"

    def _descend(self, part: Part, depth: int) -> None:
        if part.type.startswith("multipart/"):
            if self._may_descend(depth):
                self._split(part, depth)
        elif part.type in ("message/rfc822", "message/global") and self._may_descend(depth):
            self._enter(part, depth)

    def _may_descend(self, depth: int) -> bool:
        if depth >= DEPTH:
            self._defects.add("depth-limit")
        return depth < DEPTH

    def _enter(self, part: Part, depth: int) -> None:
        """A message within: in place, or decoded first where a client encoded it against RFC 2046, 5.2.1."""
        raw, start, end = part.raw, part.body, part.end
        if part.encoding:
            raw = part.content(self._defects)
            start, end = 0, len(raw)
        if start < end and self._room():
            part.children.append(self.part(raw, start, end, "text/plain", depth + 1))

    def _split(self, part: Part, depth: int) -> None:
        """The parts between the delimiters; a part without any delimiter stays one leaf."""
        raw, start, end = part.raw, part.body, part.end
        if part.encoding:
            self._defects.add("multipart-encoded")
            raw = part.content(self._defects)
            start, end = 0, len(raw)
        default = "message/rfc822" if part.type == "multipart/digest" else "text/plain"
        boundary = self._boundary(part, raw, start, end)
        for first, last in self._spans(raw, start, end, boundary) if boundary else ():
            if not self._room():
                return
            part.children.append(self.part(raw, first, last, default, depth + 1))
        if not part.children:
            self._defects.add("boundary-unseen")

    def _room(self) -> bool:
        if self._count >= PARTS:
            self._defects.add("parts-limit")
        return self._count < PARTS

    def _boundary(self, part: Part, raw: bytes | bytearray, start: int, end: int) -> bytes:
        """The declared boundary; where there is none, the first line that looks like a delimiter before a header."""
        boundary = part.parameters.ascii("boundary").rstrip()
        if len(boundary) > 70:
            self._defects.add("boundary-long")
        if boundary:
            return boundary
        self._defects.add("boundary-missing")
        # From the line end before the content: "^" means the beginning of the mail, not of the search.
        found = _GUESSED_BOUNDARY.search(raw, max(0, start - 1), min(end, start + 65536))
        return found.group(1) if found else b""

    def _spans(self, raw: bytes | bytearray, start: int, end: int, boundary: bytes) -> Iterator[tuple[int, int]]:
        """Where each part begins and ends. Only whole lines are delimiters: one boundary may begin another."""
        opened: int | None = None
        for line, after, closes in _delimiters(raw, start, end, boundary):
            if opened is not None:
                yield opened, max(opened, line)
            opened = None if closes else after
            if closes:
                return
        if opened is not None:
            self._defects.add("boundary-unclosed")
            yield opened, end


def _delimiters(raw: bytes | bytearray, start: int, end: int, boundary: bytes) -> Iterator[tuple[int, int, bool]]:
    """For each delimiter line: where the part before it ends, where the next one begins, whether it is the last."""
    mark = b"--" + boundary
    position = start if raw.startswith(mark, start, end) else raw.find(b"\n" + mark, start, end) + 1 or end
    for _ in range(_FALSE_DELIMITERS):
        if position >= end:
            return
        behind = position + len(mark)
        stop = raw.find(b"\n", behind, end)
        stop = end if stop < 0 else stop
        rest = bytes(raw[behind : min(stop, behind + 200)]).strip(b" \t\r")
        if rest in (b"", b"--") or rest.startswith(b"-- "):
            yield _before(raw, start, position), min(stop + 1, end), rest != b""
        position = raw.find(b"\n" + mark, stop, end) + 1 or end


def _before(raw: bytes | bytearray, start: int, position: int) -> int:
    """The line end before a delimiter belongs to the delimiter."""
    if position > start and raw[position - 1] == 0x0A:
        position -= 1
        if position > start and raw[position - 1] == 0x0D:
            position -= 1
    return position
