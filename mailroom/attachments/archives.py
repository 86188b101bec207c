"""ZIP archives, and whether what lies in one may be unfolded."""

import io
import itertools
import re
import zipfile
from collections.abc import Sequence

from mailroom.attachments.found import Found
from mailroom.domain.attachment_reading import ReadingState
from mailroom.domain.message import Address, Attachment, Message
from mailroom.stages.characters import one_line, with_bidi_shown
from mailroom.stages.danger import find_malware

ENTRIES = 10_000
UNFOLDED = 150 << 20
"""Bytes of everything in a document that is unfolded."""
_SUSPICIOUS = 20 << 20
"""Bytes from which on a poor ratio counts."""
_RATIO = 150
"""No honest document packs better; what DEFLATE can do is 1032."""
_LISTED = 2_000
_WITHIN = re.compile(r"\.(?:zip|7z|rar|gz|tgz|xz|bz2|cab|iso|img|vhd)\Z", re.I)
_MACROS = re.compile(r"(?:^|/)vbaProject\.bin\Z", re.I)


def entries_of(content: bytes) -> list[zipfile.ZipInfo]:
    """The directory of an archive; nothing is unfolded. Raises BadZipFile."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.infolist()


def is_bomb(entries: Sequence[zipfile.ZipInfo], most: int = UNFOLDED) -> bool:
    """Whether it would unfold to far more than it seems, by its own directory or because entries share their bytes.

    No entry unfolds to more than its directory says: reading stops there.
    """
    whole, packed = sum(one.file_size for one in entries), sum(one.compress_size for one in entries)
    if len(entries) > ENTRIES or whole > most or (whole > _SUSPICIOUS and whole > _RATIO * packed):
        return True
    in_order = sorted(entries, key=lambda one: one.header_offset)
    pairs = itertools.pairwise(in_order)
    return any(one.header_offset + one.compress_size > after.header_offset for one, after in pairs)


def is_locked(entries: Sequence[zipfile.ZipInfo]) -> bool:
    """Whether a password is asked for any of it."""
    return any(one.flag_bits & 1 for one in entries)


def read_archive(content: bytes, found: Found) -> None:
    """Names and sizes of what is in it: it is listed, never unfolded."""
    entries = entries_of(content)
    files = [one for one in entries if not one.is_dir()]
    names = [_shown(one.filename) for one in files[:_LISTED]]
    if is_bomb(entries, most=1 << 30):
        found.find("archive-bomb")
    if is_locked(entries):
        found.stop(ReadingState.ENCRYPTED, "encrypted")
    if nested := next((name for name in names if _WITHIN.search(name)), ""):
        found.find("archive-nested", nested)
    if any(_MACROS.search(name) for name in names):
        found.find("macros")
    if harmful := next((name for name in names if _runs(name)), ""):
        found.find("archive-runs", harmful)
    if len(files) > _LISTED:
        found.find("text-cut")
    for name, one in zip(names, files, strict=False):
        found.say(f"{name} ({one.file_size:,} B)\n")


def _shown(name: str) -> str:
    return with_bidi_shown(one_line(name, 300))


def _runs(name: str) -> bool:
    file = Attachment(name.rpartition("/")[2], "", "", 0, "", inline=False, part=0)
    return any(find_malware(Message(sender=Address("", ""), subject="", text="", attachments=(file,))))
