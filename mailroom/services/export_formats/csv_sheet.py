"""Comma-separated values as spreadsheet programs in Thai offices open them."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import BinaryIO

from mailroom.services.export_formats.cells import inert, plain


def write_csv(heading: Sequence[str], rows: Iterable[Sequence[str]], out: BinaryIO) -> int:
    """Write UTF-8 with a byte order mark, lines ending in CRLF (RFC 4180); how many rows it were.

    Every field is quoted: a program that splits at another separator must not find one inside a field.
    """
    text = io.TextIOWrapper(out, encoding="utf-8-sig", errors="replace", newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(heading)
    count = 0
    for row in rows:
        writer.writerow([inert(plain(cell)) for cell in row])
        count += 1
    text.flush()
    text.detach()
    return count
