"""One JSON array, one object on a line, written as it comes."""

import json
from collections.abc import Iterable, Mapping
from typing import BinaryIO

from mailroom.ports import Json


def write_json(objects: Iterable[Mapping[str, Json]], out: BinaryIO) -> int:
    """Write UTF-8 (RFC 8259); how many objects it were. A lone surrogate, which UTF-8 cannot hold, becomes `?`."""
    count = 0
    for count, value in enumerate(objects, start=1):
        line = json.dumps(value, ensure_ascii=False)
        out.write((b"[\n" if count == 1 else b",\n") + line.encode("utf-8", "replace"))
    out.write(b"\n]\n" if count else b"[]\n")
    return count
