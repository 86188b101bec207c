"""The process that reads hostile mail: answers requests on standard input, under limits that it sets on itself.

A request is one byte (what is asked), four bytes (which part), then the raw message in pieces, each with its length
before it; an empty piece ends it. A reply is a status byte and one or two blobs, each with its length before it.
"""

import json
import math
import resource
import struct
import sys
from io import SEEK_END, BufferedReader, BytesIO, FileIO
from typing import BinaryIO

from channels.email.confinement import confine
from channels.email.reading.parse import html_body, leaf, parse
from channels.email.wire import attachment_to_plain, message_to_json
from mailroom.domain.errors import UnreadableError

READ, HTML, PART = b"M", b"H", b"P"
READY, FINE, REFUSED = b"=", b"+", b"-"
BLOBS = {READ: 1, HTML: 1, PART: 2}
"""How many blobs a reply to each request has; a refusal has one."""
OUT_OF_MEMORY = 3
"""Exit code when a message does not even fit into memory."""
REQUEST = struct.Struct(">cI")
LENGTH = struct.Struct(">I")
CPU_MARGIN = 1.0


def main(memory: int, cpu_seconds: float) -> None:
    """Serve until standard input ends. `memory` is in bytes of address space, `cpu_seconds` for one message."""
    requests, replies = BufferedReader(FileIO(sys.stdin.fileno(), closefd=False), 1 << 20), sys.stdout.buffer
    confine(memory)
    replies.write(READY)
    replies.flush()
    while header := requests.read(REQUEST.size):
        kind, part = REQUEST.unpack(header)
        try:
            raw = _receive(requests)
        except MemoryError:
            raise SystemExit(OUT_OF_MEMORY) from None
        _allow_cpu(cpu_seconds)
        replies.write(b"".join(_answer(kind, raw, part)))
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


def _allow_cpu(seconds: float) -> None:
    """Let the kernel end this process when the next message costs more than its share."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    limit = math.ceil(used.ru_utime + used.ru_stime + seconds + CPU_MARGIN)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (limit, hard))


def _answer(kind: bytes, raw: bytes, part: int) -> list[bytes]:
    try:
        if kind == READ:
            return [FINE, *_blob(message_to_json(parse(raw)))]
        if kind == HTML:
            return [FINE, *_blob(html_body(raw).encode("utf-8", "replace"))]
        attachment, content = leaf(raw, part)
        return [FINE, *_blob(json.dumps(attachment_to_plain(attachment)).encode()), *_blob(content)]
    except (UnreadableError, MemoryError) as error:
        return [REFUSED, *_blob((str(error) or "it needs more memory than it is allowed").encode("utf-8", "replace"))]


def _blob(content: bytes) -> list[bytes]:
    return [LENGTH.pack(len(content)), content]
