"""Takes uuencoded files out of plain text, as very old clients attach them."""

import re

from channels.email.reading.limits import EMBEDDED
from channels.email.reading.tnef import EmbeddedFile
from channels.email.reading.transfer import uudecoded
from mailroom.stages.defects import Defects

_BEGIN = re.compile(rb"^begin [0-7]{3,4} ([^\r\n]{1,1000})\r?\n(?=M|[ -`]{1,61}\r?\n)", re.M)
_END = re.compile(rb"^end[ \t]*\r?$\n?", re.M)


def taken_out(content: bytes, defects: Defects) -> tuple[bytes, list[EmbeddedFile]]:
    """The text without its uuencoded blocks, and the files that were in them. A block without an end is text."""
    if b"begin " not in content:
        return content, []
    kept: list[bytes] = []
    files: list[EmbeddedFile] = []
    position = 0
    while begin := _BEGIN.search(content, position):
        end = _END.search(content, begin.end())
        if end is None or len(files) >= EMBEDDED:
            break
        kept.append(content[position : begin.start()])
        files.append(EmbeddedFile(begin.group(1), uudecoded(content[begin.end() : end.start()], defects)))
        position = end.end()
    kept.append(content[position:])
    return b"".join(kept), files
