"""Reads attachments: asks the virus scanner, then the confined process, then Tesseract."""

import json
import time
from collections.abc import Iterable, Sequence

from mailroom.attachments.clamd import Clamd, ScannerSilentError, TooLongToScanError
from mailroom.attachments.found import LOOK, PICTURES, READ, Reply
from mailroom.attachments.names import name_findings
from mailroom.attachments.tesseract import Tesseract
from mailroom.domain.attachment_reading import (
    TEXT_CHARACTERS,
    VIRUS,
    AttachmentReading,
    FileFinding,
    ReadingState,
    each_once,
)
from mailroom.domain.message import Attachment
from mailroom.stages.characters import many_lines
from signing.confined import Confined, ConfinedLimits, LostError

LARGEST = 64 << 20
"""A larger file is not read: no mail server hands one over."""
_PICTURE_BYTES = 16 << 20
_PATIENCE = 4
"""So many times its processor time OCR of all pictures of a file may take on the wall."""
_LOST = {
    "time-limit": ReadingState.TIMED_OUT,
    "memory-limit": ReadingState.TOO_LARGE,
    "crash": ReadingState.DAMAGED,
}


class ConfinedAttachmentReader:
    """A `mailroom.ports.AttachmentReader`. For one thread at a time; its process begins with the first file."""

    def __init__(self, limits: ConfinedLimits, *, scanner: Clamd | None = None, ocr: Tesseract | None = None) -> None:
        """`limits` hold for each of two questions on a file."""
        self._seconds = limits.seconds
        self._scanner = scanner
        self._ocr = ocr
        self._child = Confined("mailroom.attachments.child", limits)

    def ready(self) -> bool:
        if self._scanner is not None:
            try:
                self._scanner.version()
            except ScannerSilentError:
                return False
        self._ask(READ, b"", name="")
        return True

    def read(self, file: Attachment, content: bytes) -> AttachmentReading:
        named = tuple(name_findings(file))
        if len(content) > LARGEST:
            return AttachmentReading(ReadingState.TOO_LARGE, findings=named)
        try:
            virus = self._scanner.scan(content) if self._scanner else ""
        except ScannerSilentError:
            return AttachmentReading(ReadingState.WAITS, findings=named)
        except TooLongToScanError:
            return AttachmentReading(ReadingState.TOO_LARGE, findings=(*named, FileFinding("not-scanned")))
        if virus:
            return AttachmentReading(ReadingState.INFECTED, findings=(FileFinding(VIRUS, virus), *named))
        return self._understood(file.name, content, named)

    def close(self) -> None:
        self._child.close()

    def _understood(self, name: str, content: bytes, named: Sequence[FileFinding]) -> AttachmentReading:
        try:
            first, _ = self._ask(READ, content, name=name)
        except LostError as error:
            return AttachmentReading(_LOST[error.why], findings=each_once((*named, FileFinding(error.why))))
        if first.state is not None or not first.has_pictures:
            return _joined(first, (), "", named)
        try:
            second, pictures = self._ask(LOOK, content, scans=first.scans, ocr=self._ocr is not None)
        except LostError as error:
            return _joined(first, (), "", (*named, FileFinding("pictures-lost", error.why)), lost=_LOST[error.why])
        words, all_read = self._pictured(pictures)
        return _joined(first, (second,), words, named if all_read else (*named, FileFinding("ocr-cut")))

    def _ask(self, question: str, content: bytes, **more: object) -> tuple[Reply, list[bytes]]:
        """The reply, and pictures that came with it. Raises LostError, MailroomError where no child starts."""
        answer = self._child.ask(json.dumps({"do": question, **more}).encode(), content)
        try:
            return Reply(answer[0]), [one for one in answer[1 : PICTURES + 1] if len(one) < _PICTURE_BYTES]
        except (ValueError, TypeError, KeyError, IndexError) as error:
            raise LostError("crash") from error

    def _pictured(self, pictures: Sequence[bytes]) -> tuple[str, bool]:
        """What OCR read in pictures, and whether that is all of them."""
        until = time.monotonic() + _PATIENCE * self._seconds
        read: list[str | None] = []
        for picture in pictures if self._ocr else ():
            left = until - time.monotonic()
            read.append(self._ocr.words(picture, left) if self._ocr and left > 0 else None)
        return "\n\n".join(filter(None, read)), None not in read


def _joined(
    first: Reply, later: Sequence[Reply], words: str, findings: Iterable[FileFinding], lost: ReadingState | None = None
) -> AttachmentReading:
    """One reading of all that was found. `lost` is the state where the first reply told no words and a later one is lost."""
    replies = (first, *later)
    codes = tuple(dict.fromkeys(code for reply in replies for code in reply.codes))
    begins = len(first.text) + 1 if first.text else 0
    pictured = many_lines(words).strip()[: max(TEXT_CHARACTERS - begins, 0)]
    stopped = next((reply.state for reply in replies if reply.state), None)
    told = bool(first.text.strip() or pictured or codes)
    return AttachmentReading(
        state=first.state or (ReadingState.READ if told else lost or stopped or ReadingState.NOTHING),
        text="\n".join(filter(None, (first.text, pictured))),
        pictured_from=begins if pictured else None,
        pages=max(reply.pages for reply in replies),
        codes=codes,
        findings=each_once((*findings, *(finding for reply in replies for finding in reply.findings))),
    )
