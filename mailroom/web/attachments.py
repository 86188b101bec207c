"""What was read in the attachments of a message, and which required documents they may be: proposals for a clerk."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mailroom.domain.attachment_reading import AttachmentReading, FileFinding, ReadingState
from mailroom.domain.decision import Outcome
from mailroom.domain.fact import SlipCode
from mailroom.domain.message import Attachment
from mailroom.domain.record import MessageRecord
from mailroom.stages.facts import read_slip_code
from mailroom.stages.required_documents import DocumentProposal, SeenFile, propose
from mailroom.web.site import Site

_FIRST = 240
"""Characters of a text that are shown at once."""
_REST = 20_000
_LOGO_BYTES = 20_000
"""A smaller picture within a mail is a mark of its sender's, no document."""
_FIGURES = re.compile("[๐-๙]+(?:[/.,-]?[๐-๙]+)*")
_CALM = frozenset(
    "text-cut pages-cut pictures-cut pictures-lost ocr-cut encrypted time-limit memory-limit crash "
    "pdf-encrypted pdf-repaired pdf-signed pdf-media pdf-xfa".split()
)
"""Findings that tell of no danger."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of a text."""

    text: str
    unconfirmed: bool = False
    """Figures that OCR takes for others."""


@dataclass(frozen=True, slots=True)
class Words:
    """A text, its first lines and the rest."""

    first: tuple[Stretch, ...]
    rest: tuple[Stretch, ...]
    unconfirmed: bool
    """Whether any figures in it are."""


@dataclass(frozen=True, slots=True)
class Code:
    """A QR or bar code: its text, and what it says where it is one of a payment."""

    text: str
    slip: SlipCode | None


@dataclass(frozen=True, slots=True)
class FileView:
    """One attachment."""

    file: Attachment
    state: ReadingState | None
    """None where nothing looked at it yet."""
    pages: int
    dangers: tuple[FileFinding, ...]
    notes: tuple[FileFinding, ...]
    codes: tuple[Code, ...]
    words: Words | None
    """Of the file itself."""
    pictured: Words | None
    """Read in its pictures by OCR."""
    document: DocumentProposal | None
    """The required document that it may be."""


@dataclass(frozen=True, slots=True)
class AttachmentsView:
    """What the card shows."""

    files: tuple[FileView, ...]
    service: str
    """Whose documents are asked for; empty where none are."""
    checklist: tuple[DocumentProposal, ...]

    @property
    def infected(self) -> bool:
        return any(one.state is ReadingState.INFECTED for one in self.files)

    def name_of(self, part: int) -> str:
        return next((one.file.name for one in self.files if one.file.part == part), "")


def attachments_view(site: Site, record: MessageRecord) -> AttachmentsView | None:
    """None where there are no attachments to speak of, and none are asked for. Nothing of what was taken back (R117)."""
    if record.message is None or record.decision is None or record.decision.outcome is Outcome.IGNORE:
        return None
    with site.books.look() as uow:
        readings = uow.attachments.of_message(record.logged.id)
    files = [one for one in record.message.attachments if not one.withdrawn and not _is_logo(one, readings)]
    service = site.catalogue.service(record.classification.service if record.classification else None)
    documents = service.documents if service else ()
    if not files and not documents:
        return None
    checklist = propose(documents, [_seen(one, readings.get(one.part)) for one in files])
    proposed = {line.part: line for line in reversed(checklist) if line.part is not None}
    return AttachmentsView(
        tuple(_file(one, readings.get(one.part), proposed.get(one.part)) for one in files),
        service.name if service and documents else "",
        checklist,
    )


def _is_logo(file: Attachment, readings: Mapping[int, AttachmentReading]) -> bool:
    reading = readings.get(file.part)
    told = reading is not None and (reading.codes or reading.findings or reading.text)
    return file.inline and file.size < _LOGO_BYTES and file.media_type.startswith("image/") and not told


def _seen(file: Attachment, reading: AttachmentReading | None) -> SeenFile:
    text = reading.text if reading else ""
    is_picture = file.media_type.startswith("image/")
    return SeenFile(file.part, file.name, text, is_picture=is_picture, is_read=bool(text.strip()))


def _file(file: Attachment, reading: AttachmentReading | None, document: DocumentProposal | None) -> FileView:
    if reading is None:
        return FileView(file, None, 0, (), (), (), None, None, document)
    begins = len(reading.text) if reading.pictured_from is None else reading.pictured_from
    return FileView(
        file=file,
        state=reading.state,
        pages=reading.pages,
        dangers=tuple(one for one in reading.findings if one.code not in _CALM),
        notes=tuple(one for one in reading.findings if one.code in _CALM),
        codes=tuple(Code(code, read_slip_code(code)) for code in reading.codes),
        words=_words(reading.text[:begins], figures=False),
        pictured=_words(reading.text[begins:], figures=True),
        document=document,
    )


def _words(text: str, *, figures: bool) -> Words | None:
    text = text.strip()
    if not text:
        return None
    cut = len(text) if len(text) <= _FIRST + _FIRST // 2 else _end_of_word(text)
    first, rest = (tuple(_stretches(piece, figures=figures)) for piece in (text[:cut], text[cut : cut + _REST]))
    return Words(first, rest, any(one.unconfirmed for one in (*first, *rest)))


def _end_of_word(text: str) -> int:
    """Where the first lines end: at a blank if there is one near, so that no cluster of Thai letters is cut through."""
    near = max(text.rfind(blank, _FIRST // 2, _FIRST) for blank in (" ", "\n"))
    return near if near > 0 else _FIRST


def _stretches(text: str, *, figures: bool) -> Iterator[Stretch]:
    at = 0
    for match in _FIGURES.finditer(text) if figures else ():
        if match.start() > at:
            yield Stretch(text[at : match.start()])
        yield Stretch(match[0], unconfirmed=True)
        at = match.end()
    if at < len(text):
        yield Stretch(text[at:])
