"""Reading attachments, joined."""

from collections.abc import Iterator
from contextlib import ExitStack, closing

from mailroom.attachments.clamd import Clamd, ScannerSilentError
from mailroom.attachments.reader import ConfinedAttachmentReader
from mailroom.attachments.tesseract import LANGUAGE, Tesseract, languages, program
from mailroom.bootstrap.chore import HouseChore
from mailroom.bootstrap.house import House
from mailroom.bootstrap.parts import readers
from mailroom.configuration import Configuration
from mailroom.domain.errors import MailroomError
from mailroom.services.attachment_readings import AttachmentReadings
from mailroom.settings import AttachmentsSection, Finding
from signing.confined import ConfinedLimits

READ_SECONDS = 20
"""What came in is read within a minute, unless much came at once."""
_AT_ONCE = 10
"""So many batches are read by one pass that ends."""


def chores(house: House) -> list[HouseChore]:
    """Attachments are read behind the mail, where that is wanted."""
    wanted = house.configuration.settings.attachments.read
    return [HouseChore("attachments", READ_SECONDS, lambda: read_some(house))] if wanted else []


def read_some(house: House, batches: int = 1) -> bool:
    """Read the latest that are not read. No letters come of it."""
    with ExitStack() as stack:
        readings = AttachmentReadings(
            archive=house.archive,
            books=house.books,
            readers=readers(house.configuration, stack),
            reader=stack.enter_context(closing(attachment_reader(house.configuration.settings.attachments))),
            clock=house.clock,
            stopping=house.stopping.is_set,
        )
        for _ in range(batches):
            if not readings.run():
                break
    return False


def catch_up(house: House) -> None:
    """For a pass that ends. What is older is left to the daemon, or to the next pass."""
    if house.configuration.settings.attachments.read:
        read_some(house, _AT_ONCE)


def attachment_reader(settings: AttachmentsSection) -> ConfinedAttachmentReader:
    """Connects to nothing and starts nothing yet. Without Tesseract nothing is read by OCR; `examine` says so."""
    limits = ConfinedLimits(seconds=settings.seconds, memory=settings.memory_mb << 20)
    path = program() if settings.ocr else ""
    return ConfinedAttachmentReader(
        limits,
        scanner=Clamd(settings.clamav) if settings.clamav else None,
        ocr=Tesseract(path, limits.memory, limits.seconds) if path else None,
    )


def examine(configuration: Configuration) -> Iterator[Finding]:
    """For `mailroom doctor`: whether what is configured answers."""
    settings = configuration.settings.attachments
    if not settings.read:
        yield Finding("attachments", ok=True, text="not read: [attachments] read = false")
        return
    yield _confined(settings)
    if settings.ocr:
        yield _tesseract()
    if settings.clamav:
        try:
            yield Finding("virus scanner", ok=True, text=Clamd(settings.clamav).version())
        except ScannerSilentError as error:
            yield Finding("virus scanner", ok=False, text=str(error))


def _confined(settings: AttachmentsSection) -> Finding:
    with closing(attachment_reader(settings.model_copy(update={"clamav": None}))) as reader:
        try:
            reader.ready()
        except MailroomError as error:
            return Finding("attachments", ok=False, text=str(error))
    return Finding("attachments", ok=True, text="read in a confined process")


def _tesseract() -> Finding:
    path = program()
    if not path:
        return Finding(
            "OCR", ok=False, text="Tesseract is not installed: apt-get install tesseract-ocr tesseract-ocr-tha"
        )
    if LANGUAGE not in languages(path):
        return Finding("OCR", ok=False, text=f"{path} does not know Thai: apt-get install tesseract-ocr-tha")
    return Finding("OCR", ok=True, text=f"{path} reads Thai")
