"""What a search in the queue finds, and where in a message."""

from dataclasses import dataclass
from enum import StrEnum

from mailroom.domain.record import MessageRecord


class Place(StrEnum):
    """Where in a message it was found."""

    NUMBER = "number"
    """It is its number in the register."""
    HEAD = "head"
    """Subject, sender's name or address, which lists show anyway."""
    TEXT = "text"
    FILE = "file"
    """Name or text of an attachment."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A stretch of a text around what was found; no cluster of Thai letters is cut through."""

    before: str
    hit: str
    after: str


@dataclass(frozen=True, slots=True)
class Hit:
    """One message that was found; its record is without attachments."""

    record: MessageRecord
    place: Place
    excerpt: Excerpt | None = None
    """Of the text or of the attachment; None where it was found in its name, in the head, or by its number."""
    file: str = ""
    """Name of the attachment, for `Place.FILE`."""


@dataclass(frozen=True, slots=True)
class Found:
    """One page of what was found."""

    hits: tuple[Hit, ...]
    more: bool = False
    """Whether another page follows."""
    near: bool = False
    """Nothing was found as it was written: these differ from it by one letter."""
