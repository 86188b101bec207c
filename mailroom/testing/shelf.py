"""Everything that the books in memory hold, and which a unit of work copies."""

from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any, Self

from mailroom.domain.attachment_reading import AttachmentReading
from mailroom.domain.backup import BackupCheck, BackupRun, Drill, FixityRun, NumberVoid
from mailroom.domain.breach import Breach, BreachStep
from mailroom.domain.case import Case
from mailroom.domain.chat import ChatEvent, ChatPerson, Conversation
from mailroom.domain.clerk import Clerk, Session
from mailroom.domain.decision import Classification
from mailroom.domain.document import Document, DownloadLink
from mailroom.domain.errors import FenceMissingError
from mailroom.domain.evidence import Checkpoint, CheckpointProof, Link, SentCopy
from mailroom.domain.instrument import Instrument
from mailroom.domain.journal import Claim, JournalState, SentStub
from mailroom.domain.learning import Correction, Drawing, HeadState, ModelRecord
from mailroom.domain.licence import FieldDecision, Issuance, Licence, LicenceEvent
from mailroom.domain.mailbox import Clearing, MailboxUse
from mailroom.domain.match import SameRequest
from mailroom.domain.outbox import OutboxItem
from mailroom.domain.outgoing import OutgoingEntry
from mailroom.domain.privacy import DataRequest, Read, Restriction
from mailroom.domain.record import Event, MessageRecord, Reply
from mailroom.domain.register import RegisterEntry, RegisterNumber
from mailroom.domain.retention import Assignment, DestructionList, Hold, Transfer

AccountKey = tuple[str, str]
ChatKey = tuple[str, str, str]
"""Channel, account, and an id of the platform's."""


@dataclass(frozen=True, slots=True)
class Account:
    started_at: datetime | None = None
    succeeded_at: datetime | None = None
    polled_at: datetime | None = None
    error: str = ""


@dataclass(slots=True)
class Shelf:
    """All rows of one agency. The values are frozen, so a copy of each collection is a copy of all."""

    messages: dict[int, MessageRecord] = field(default_factory=dict)
    """Without number and replies, which `record` adds."""
    taken: dict[int, datetime] = field(default_factory=dict)
    entries: dict[RegisterNumber, RegisterEntry] = field(default_factory=dict)
    cases: dict[RegisterNumber, Case] = field(default_factory=dict)
    items: dict[str, OutboxItem] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    accounts: dict[AccountKey, Account] = field(default_factory=dict)
    clerks: dict[str, tuple[Clerk, str]] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    links: dict[str, tuple[Clerk, datetime]] = field(default_factory=dict)
    failures: list[tuple[str, datetime]] = field(default_factory=list)
    counters: dict[tuple[str, int], int] = field(default_factory=dict)
    """Last number given, by register and year."""
    licences: dict[int, Licence] = field(default_factory=dict)
    licence_events: list[LicenceEvent] = field(default_factory=list)
    reminders: dict[tuple[int, date, int], datetime] = field(default_factory=dict)
    """When, by licence, last day and days ahead."""
    issuances: dict[int, Issuance] = field(default_factory=dict)
    documents: dict[str, Document] = field(default_factory=dict)
    download_links: dict[str, DownloadLink] = field(default_factory=dict)
    outgoing: dict[RegisterNumber, OutgoingEntry] = field(default_factory=dict)
    instruments: dict[int, Instrument] = field(default_factory=dict)
    field_decisions: dict[tuple[str, str], FieldDecision] = field(default_factory=dict)
    """By service and field."""
    chat_events: dict[ChatKey, ChatEvent] = field(default_factory=dict)
    chat_handled: set[ChatKey] = field(default_factory=set)
    chat_unsends: dict[ChatKey, datetime] = field(default_factory=dict)
    """By id of the message that was taken back."""
    chat_people: dict[ChatKey, ChatPerson] = field(default_factory=dict)
    conversations: dict[ChatKey, Conversation] = field(default_factory=dict)
    chat_cursors: dict[AccountKey, str] = field(default_factory=dict)
    backups: dict[int, BackupRun] = field(default_factory=dict)
    drills: list[Drill] = field(default_factory=list)
    mailbox_uses: dict[AccountKey, MailboxUse] = field(default_factory=dict)
    clearings: list[Clearing] = field(default_factory=list)
    checks: list[BackupCheck] = field(default_factory=list)
    fixities: list[FixityRun] = field(default_factory=list)
    fences: list[str] = field(default_factory=list)
    """Points whose restore awaits its fence."""
    lifted: list[datetime] = field(default_factory=list)
    """When fences were lifted."""
    voids: list[NumberVoid] = field(default_factory=list)
    journal: list[JournalState] = field(default_factory=list)
    """The latest at the end."""
    claims: dict[tuple[str, int, int], Claim] = field(default_factory=dict)
    claims_closed: dict[tuple[str, int, int], datetime] = field(default_factory=dict)
    letter_claims: dict[str, SentStub] = field(default_factory=dict)
    letter_claims_closed: dict[str, datetime] = field(default_factory=dict)
    reads: list[Read] = field(default_factory=list)
    data_requests: dict[int, DataRequest] = field(default_factory=dict)
    restrictions: dict[int, Restriction] = field(default_factory=dict)
    breaches: dict[int, Breach] = field(default_factory=dict)
    breach_steps: list[BreachStep] = field(default_factory=list)
    assignments: dict[RegisterNumber, Assignment] = field(default_factory=dict)
    holds: dict[int, Hold] = field(default_factory=dict)
    destruction_lists: dict[int, DestructionList] = field(default_factory=dict)
    transfers: dict[int, Transfer] = field(default_factory=dict)

    found: dict[int, Classification] = field(default_factory=dict)
    """As recorded, by message."""
    corrections: list[Correction] = field(default_factory=list)
    models: dict[int, ModelRecord] = field(default_factory=dict)
    head_states: list[HeadState] = field(default_factory=list)
    drawings: dict[int, Drawing] = field(default_factory=dict)

    matches: dict[int, SameRequest] = field(default_factory=dict)
    match_cursor: list[RegisterNumber] = field(default_factory=list)

    attachment_readings: dict[tuple[int, int], tuple[AttachmentReading, int]] = field(default_factory=dict)
    """With the attempts at each, by message and part."""

    searchable: set[int] = field(default_factory=set)
    """Messages of which text and attachments are searched."""
    clearances: list[tuple[str, bool, datetime, str]] = field(default_factory=list)
    """User name, whether named for secret matter, when, and by whom."""
    sent: list[SentCopy] = field(default_factory=list)
    chain: list[Link] = field(default_factory=list)
    sealed: dict[tuple[str, str], str] = field(default_factory=dict)
    """Records of rows that may change, as they were sealed; by table and key."""
    checkpoints: dict[date, Checkpoint] = field(default_factory=dict)
    checkpoint_proofs: list[CheckpointProof] = field(default_factory=list)

    def copy(self) -> Self:
        copies: dict[str, Any] = {one.name: getattr(self, one.name).copy() for one in fields(self)}
        return type(self)(**copies)

    def require_fence(self) -> None:
        if self.fences:
            raise FenceMissingError("these books were restored: mailroom fence show")

    def next_number(self, register: str, year: int) -> int:
        self.require_fence()
        number = self.counters[register, year] = self.counters.get((register, year), 0) + 1
        return number

    def entry_of(self, message_id: int | None) -> RegisterEntry | None:
        return next((entry for entry in self.entries.values() if entry.draft.message_id == message_id), None)

    def replies_to(self, message_id: int) -> tuple[Reply, ...]:
        """Letters that answer a message, the oldest first."""
        items = [item for item in self.items.values() if item.message_id == message_id]
        return tuple(map(_reply, sorted(items, key=lambda item: (item.created_at, item.id))))


def _reply(item: OutboxItem) -> Reply:
    return Reply(
        letter=item.letter,
        to=item.to,
        state=item.state.value,
        attempts=item.attempts,
        reply=item.reply,
        due_at=item.due_at,
        sent_at=item.sent_at,
        uncertain=item.uncertain,
        id=item.id,
    )
