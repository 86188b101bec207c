"""What the pages share: the ports they use, and one visit as the handlers see it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Any, Protocol

from starlette.exceptions import HTTPException
from starlette.responses import Response

from mailroom.domain.agency import Agency
from mailroom.domain.chat import Quota
from mailroom.domain.clerk import Clerk, Session
from mailroom.domain.decision import Outcome
from mailroom.domain.record import MessageRecord
from mailroom.domain.service import Catalogue
from mailroom.ports import Archive, Books, Clock, Reader
from mailroom.services.audit import Audit
from mailroom.services.corrections import Corrections
from mailroom.services.licence_office import LicenceOffice
from mailroom.services.receiving_stamp import ReceivingDesk
from mailroom.services.sign_in import SignIn
from mailroom.services.understanding import Understanding
from mailroom.settings import WebSection
from mailroom.web.held_files import HeldFiles
from mailroom.web.pages import Pages

ROW_DIGITS = 15
"""No row number is longer; a longer one in an address is no row at all."""


class Desk(Protocol):
    """A clerk's decisions. Each raises RefusedActionError when the state of the message does not allow it."""

    def choices(self, record: MessageRecord) -> frozenset[Outcome]:
        """What a clerk may make of the message now."""

    def accept(self, message_id: int, clerk: Clerk, reason: str, service: str | None = None) -> None: ...

    def redirect_agency(self, message_id: int, clerk: Clerk, reason: str, agency: str) -> None: ...

    def redirect_channel(self, message_id: int, clerk: Clerk, reason: str) -> None: ...

    def ignore(self, message_id: int, clerk: Clerk, reason: str) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperOffice:
    """What the pages for papers and licences work with."""

    house: LicenceOffice
    release_soon: Callable[[], None]
    """Asks for a turn of `house.turns` soon, and returns at once: what was approved is signed and sent by it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningOffice:
    """What the pages about understanding, corrections and the audit work with."""

    understanding: Understanding
    corrections: Corrections
    audit: Audit


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatLook:
    """What the page of conversations is told of their channel beside its books."""

    channel: str
    account: str
    refused: Callable[[], int]
    """Deliveries refused for their signature or form since the start."""
    quota: Callable[[], Quota | None]
    """As last known, without asking the platform now; None where it is not known."""
    last_delivery_at: Callable[[], datetime | None]
    """When the platform last delivered something; None where nothing is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Everything that a page may need."""

    books: Books
    archive: Archive
    readers: Mapping[str, Reader]
    """By channel."""
    desk: Desk
    agency: Agency
    catalogue: Catalogue
    settings: WebSection
    clock: Clock
    health: Callable[[], dict[str, Any]]
    sign_in: SignIn
    pages: Pages
    papers: PaperOffice | None = None
    """None where the agency issues no licences by this program."""
    incoming: ReceivingDesk | None = None
    """None where PDFs that came in are neither inspected nor stamped."""
    chat: ChatLook | None = None
    """None where no channel of conversations is configured."""
    learning: LearningOffice | None = None
    """None where nothing is learned from clerks."""
    held: HeldFiles = field(default_factory=HeldFiles)
    reading: Lock = field(default_factory=Lock)
    """A reader works for one clerk at a time."""
    deciding: Lock = field(default_factory=Lock)
    """Between what a clerk saw and what is decided, nobody else decides."""

    @property
    def https(self) -> bool:
        return self.settings.base_url.startswith("https://")

    @property
    def talks(self) -> ChatLook:
        """The channel of conversations. Raises 404 where there is none."""
        if self.chat is None:
            raise HTTPException(404)
        return self.chat

    @property
    def office(self) -> LearningOffice:
        """Where what clerks say is kept. Raises 404 where there is none."""
        if self.learning is None:
            raise HTTPException(404)
        return self.learning

    @property
    def house(self) -> LicenceOffice:
        """Where licences are made. Raises 404 where there are none."""
        if self.papers is None:
            raise HTTPException(404)
        return self.papers.house


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request, read and checked."""

    path: Mapping[str, str]
    query: Mapping[str, str]
    form: Mapping[str, str]
    files: Mapping[str, bytes] = field(default_factory=dict)
    """Uploaded files by field, where the address takes any."""
    token: str = ""
    """The session token that the browser sent, valid or not."""
    session: Session | None = None
    listed: list[int] = field(default_factory=list)
    """Rows that the page lists, as its handler says: the note of the read names them."""

    @property
    def clerk(self) -> Clerk:
        """Who signed in. Private handlers only."""
        if self.session is None:
            raise HTTPException(401)
        return self.session.clerk

    def row(self, name: str) -> int:
        """A row number of the address. Raises 404 where it cannot be one."""
        value = self.path[name]
        if not (value.isascii() and value.isdigit() and len(value) <= ROW_DIGITS):
            raise HTTPException(404)
        return int(value)


Handler = Callable[[Site, Visit], Response]
"""Runs in a thread: the books are synchronous."""
