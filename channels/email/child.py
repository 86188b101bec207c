"""The process that reads hostile mail: answers requests on standard input, under limits that it sets on itself.

A request is one byte (what is asked), four bytes (which part), then the raw message in pieces, each with its length
before it; an empty piece ends it. A reply is a status byte and up to two blobs, each with its length before it. The
first request may bring the agency's rules: messages are then classified as well.
"""

import gc
import json
import math
import os
import pickle
import resource
import struct
import sys
import time
from collections.abc import Callable
from io import SEEK_END, BufferedReader, BytesIO, FileIO
from typing import BinaryIO

from channels.email.reading.parse import html_body, leaf, parse
from channels.email.wire import attachment_to_plain, reading_to_json
from mailroom.confinement import confine
from mailroom.domain.decision import Classification
from mailroom.domain.errors import UnreadableError
from mailroom.domain.message import Message
from mailroom.domain.record import Reading

READ, HTML, PART, RULES = b"M", b"H", b"P", b"C"
READY, FINE, REFUSED = b"=", b"+", b"-"
BLOBS = {READ: 1, HTML: 1, PART: 2, RULES: 0}
"""How many blobs a reply to each request has; a refusal has one."""
OUT_OF_MEMORY = 3
"""Exit code when a message does not even fit into memory."""
REQUEST = struct.Struct(">cI")
LENGTH = struct.Struct(">I")
CPU_MARGIN = 1.0
DESCRIPTORS = 16
"""Standard ones, and what the interpreter needs to load a charset for the first time."""
GARBAGE_THRESHOLD = 20_000
"""Reading makes many objects and hardly any cycle; what start-up made is not searched at all."""
Classify = Callable[[Message], Classification]


def main(memory: int, cpu_seconds: float) -> None:
    """Serve until standard input ends. `memory` is in bytes of address space, `cpu_seconds` for one message."""
    requests, replies = BufferedReader(FileIO(sys.stdin.fileno(), closefd=False), 1 << 20), sys.stdout.buffer
    confine(memory, DESCRIPTORS)
    replies.write(READY)
    replies.flush()
    gc.freeze()
    gc.set_threshold(GARBAGE_THRESHOLD)
    desk, allowance = _Desk(), _Allowance(cpu_seconds)
    while header := requests.read(REQUEST.size):
        kind, part = REQUEST.unpack(header)
        try:
            raw = _receive(requests)
        except MemoryError:
            raise SystemExit(OUT_OF_MEMORY) from None
        allowance.renew()
        replies.write(b"".join(desk.answer(kind, raw, part)))
        replies.flush()


def _receive(requests: BinaryIO) -> bytes:
    """One raw message. Most come in one piece, which is not copied again."""
    whole = _piece(requests)
    if not whole or not (piece := _piece(requests)):
        return whole
    content = BytesIO(whole)
    content.seek(0, SEEK_END)
    del whole
    while piece:
        content.write(piece)
        piece = _piece(requests)
    return content.getvalue()


def _piece(requests: BinaryIO) -> bytes:
    prefix = requests.read(LENGTH.size)
    length = LENGTH.unpack(prefix)[0] if len(prefix) == LENGTH.size else 1
    piece = requests.read(length) if length else b""
    if len(piece) < length:
        raise SystemExit(0)  # The parent went away in the middle.
    return piece


class _Allowance:
    """Lets the kernel end this process when a message costs more than its share."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._until = 0

    def renew(self) -> None:
        """The next message may use its share, and little more; set anew only when less is left."""
        used = time.process_time()
        if used + self._seconds >= self._until:
            self._until = math.ceil(used + self._seconds + CPU_MARGIN)
            _, hard = resource.getrlimit(resource.RLIMIT_CPU)
            resource.setrlimit(resource.RLIMIT_CPU, (self._until, hard))


class _Desk:
    """Answers requests, with the rules of the agency once they have come."""

    def __init__(self) -> None:
        self._classify: Classify | None = None

    def answer(self, kind: bytes, raw: bytes, part: int) -> list[bytes]:
        try:
            return [FINE, *(piece for blob in self._blobs(kind, raw, part) for piece in _blob(blob))]
        except (UnreadableError, MemoryError) as error:
            text = str(error) or "it needs more memory than it is allowed"
            return [REFUSED, *_blob(text.encode("utf-8", "replace"))]

    def _blobs(self, kind: bytes, raw: bytes, part: int) -> list[bytes]:
        if kind == READ:
            return [reading_to_json(self._reading(parse(raw)))]
        if kind == HTML:
            return [html_body(raw).encode("utf-8", "replace")]
        if kind == RULES:
            # Rules with a trained model load numpy, whose threads this process could not begin.
            os.environ["OPENBLAS_NUM_THREADS"] = "1"
            self._classify = _classifier(raw)
            gc.freeze()
            return []
        attachment, content = leaf(raw, part)
        return [json.dumps(attachment_to_plain(attachment)).encode(), content]

    def _reading(self, message: Message) -> Reading:
        """What fails here is repeated by the parent, which knows what to do with a fault of our own."""
        try:
            return Reading(message, self._classify(message) if self._classify else None)
        except Exception:
            return Reading(message)


def _classifier(rules: bytes) -> Classify | None:
    """None where a trained model, or the library that it needs, does not fit in here: then the parent classifies."""
    try:
        classify: Classify = pickle.loads(rules).classify  # noqa: S301 - it comes from the parent, before any mail
    except (ImportError, MemoryError, OSError):
        return None
    return classify


def _blob(content: bytes) -> list[bytes]:
    return [LENGTH.pack(len(content)), content]
