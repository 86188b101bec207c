"""Numbers the leaves of a message in document order, and describes each as an attachment."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from channels.email.reading.charsets import decode
from channels.email.reading.names import generated_name, name_of, readable_name
from channels.email.reading.structure import Part
from channels.email.reading.tnef import EmbeddedFile, read_tnef
from channels.email.reading.uuencode import taken_out
from channels.email.reading.words import decoded
from mailroom.domain.message import Attachment
from mailroom.media import is_disguised, media_type
from mailroom.stages.defects import Defects

_CONTENT_ID = re.compile(rb"<([^<>\s]{1,300})>")
_TNEF = frozenset(("application/ms-tnef", "application/vnd.ms-tnef"))
_EMBEDDED_TYPE = "application/octet-stream"
_NEVER_JOINED = {"message/partial": "message-partial", "message/external-body": "external-body"}


@dataclass(slots=True)
class Leaf:
    """One leaf, or one file found inside a leaf (`embedded`). A message within is a leaf, and has leaves."""

    number: int
    part: Part
    embedded: EmbeddedFile | None = None

    def content(self, defects: Defects) -> bytes:
        return self.embedded.content if self.embedded else self.part.content(defects)


def leaves_of(root: Part, defects: Defects) -> Iterator[Leaf]:
    """All leaves in document order, numbered from 0; files inside a leaf come right behind it."""
    number = 0
    for part in root.walk():
        if part.is_multipart or (part is root and part.is_message):
            continue
        yield Leaf(number, part)
        number += 1
        for file in _embedded(part, defects):
            yield Leaf(number, part, file)
            number += 1


def _embedded(part: Part, defects: Defects) -> list[EmbeddedFile]:
    if part.type == "text/plain" and part.disposition.value != "attachment":
        return taken_out(part.content(defects), defects)[1] if _may_hold_uuencode(part) else []
    if part.type in _TNEF or (part.type == _EMBEDDED_TYPE and _is_winmail(part)):
        return read_tnef(part.content(defects), defects)
    return []


def _may_hold_uuencode(part: Part) -> bool:
    if part.encoding == "x-uuencode":
        return False
    return part.encoding == "base64" or part.raw.find(b"begin ", part.body, part.end) >= 0


def _is_winmail(part: Part) -> bool:
    return (part.disposition.ascii("filename") or part.parameters.ascii("name")).lower() == b"winmail.dat"


def described(leaf: Leaf, content: bytes, cids: frozenset[bytes], defects: Defects) -> Attachment:
    """The leaf as an attachment. A name is made up where the sender gave none."""
    part = leaf.part
    declared = _EMBEDDED_TYPE if leaf.embedded else part.type
    found = declared if part.is_message and not leaf.embedded else media_type(content, declared)
    if is_disguised(found, declared):
        defects.add("type-disguised", f"{found} as {declared}")
    if not leaf.embedded and part.type in _NEVER_JOINED:
        defects.add(_NEVER_JOINED[part.type])
    return Attachment(
        name=_name(leaf, defects) or generated_name(leaf.number, found),
        media_type=found,
        declared_type=declared,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        inline=not leaf.embedded and _is_inline(part, cids),
        part=leaf.number,
    )


def _name(leaf: Leaf, defects: Defects) -> str:
    if leaf.embedded is None:
        return name_of(leaf.part, defects)
    if leaf.embedded.charset:
        return readable_name(decode(leaf.embedded.name, leaf.embedded.charset, defects), defects)
    return readable_name(decoded(leaf.embedded.name, defects), defects)


def _is_inline(part: Part, cids: frozenset[bytes]) -> bool:
    if part.disposition.value == "inline":
        return True
    content_id = _CONTENT_ID.search(part.headers.first("content-id"))
    return content_id is not None and content_id.group(1) in cids
