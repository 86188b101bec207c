"""What was read in one attachment. It proposes: a clerk looks at the file itself."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from mailroom.domain.message import Attachment, LoggedMessage

TEXT_CHARACTERS = 200_000
"""So much text of one attachment is kept."""
CODES = 20
"""So many QR and bar codes of one attachment are kept."""
CODE_CHARACTERS = 4_300
"""The longest QR code holds 4,296 letters."""
VIRUS = "virus"
"""Code of a finding whose detail is the name that the scanner gave it."""


class ReadingState(StrEnum):
    """What became of an attachment."""

    BEGUN = "begun"
    """It is being read, or whoever read it died of it."""
    WAITS = "waits"
    """The virus scanner that is configured does not answer: it is read once that has looked."""
    READ = "read"
    NOTHING = "nothing-to-read"
    """It was looked through, and has no words: a photo, a sound."""
    ENCRYPTED = "encrypted"
    TOO_LARGE = "too-large"
    """It, or what it unfolds to, is beyond what is read."""
    TIMED_OUT = "timed-out"
    DAMAGED = "damaged"
    UNSUPPORTED = "unsupported"
    """Of a kind that is not read."""
    INFECTED = "infected"
    """The virus scanner knows it: nothing else looked into it."""
    UNREADABLE = "unreadable"
    """Given up after several attempts."""


OPEN = frozenset({ReadingState.BEGUN, ReadingState.WAITS})
"""Of what is still to be read."""


@dataclass(frozen=True, slots=True)
class FileFinding:
    """What a clerk should know of a file before opening it."""

    code: str
    """Key of a sentence in the catalogue: of the table `attachment_findings`, or after `pdf-` of `pdf_findings`."""
    detail: str = ""
    """What was found, filled into that sentence."""


@dataclass(frozen=True, slots=True)
class AttachmentReading:
    """What was found in one attachment."""

    state: ReadingState
    text: str = ""
    """Of the file itself first, then what was read in pictures; at most TEXT_CHARACTERS."""
    pictured_from: int | None = None
    """Character of `text` at which that begins which OCR read in pictures; None where it read none.

    OCR takes Thai digits for others: figures behind it are no facts until a person compared them with the picture.
    """
    pages: int = 0
    """Pages of a document, sheets of a workbook, pictures of a picture file; 0 where there is no such thing."""
    codes: tuple[str, ...] = ()
    """Texts of QR and bar codes, in the order in which they were found."""
    findings: tuple[FileFinding, ...] = ()
    """Each code once."""

    @property
    def by_ocr(self) -> bool:
        return self.pictured_from is not None

    @property
    def is_infected(self) -> bool:
        return any(finding.code == VIRUS for finding in self.findings)


@dataclass(frozen=True, slots=True)
class UnreadFile:
    """An attachment that is to be read, and how often that was begun."""

    logged: LoggedMessage
    attachment: Attachment
    attempts: int = 0


def each_once(findings: Iterable[FileFinding]) -> tuple[FileFinding, ...]:
    """Findings in order, each code once; the first that has a detail stands for its code."""
    kept: dict[str, FileFinding] = {}
    for finding in findings:
        if finding.code not in kept or (finding.detail and not kept[finding.code].detail):
            kept[finding.code] = finding
    return tuple(kept.values())
