"""Message log and queue in memory."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType

from mailroom.domain.clerk import Clerk
from mailroom.domain.decision import UNCOUNTED, Decision, Outcome, Secrecy, Urgency
from mailroom.domain.errors import RefusedActionError, StorageError
from mailroom.domain.message import Envelope, Kept, LoggedMessage, Message
from mailroom.domain.outbox import OutboxState
from mailroom.domain.record import History, MessageRecord, Verdict, text_key
from mailroom.domain.register import RegisterNumber
from mailroom.stages.mentions import (
    SAME_MAIL_WITHIN,
    SAME_SUBJECT_WITHIN,
    continued_subject,
    outbox_ids,
    quoted_numbers,
    subject_key,
)
from mailroom.testing.privacy_books import MemoryPrivacyBook
from mailroom.testing.shelf import Shelf

URGENCIES = (Urgency.NORMAL, Urgency.URGENT, Urgency.WITHIN, Urgency.VERY_URGENT, Urgency.MOST_URGENT)
VIEWS = {
    "hold": {Outcome.HOLD},
    "accept": {Outcome.ACCEPT},
    "redirect": {Outcome.REDIRECT_AGENCY, Outcome.REDIRECT_CHANNEL},
    "ignore": {Outcome.IGNORE},
}
UNDELIVERED = {OutboxState.FAILED.value, OutboxState.DEFERRED.value}


class MemoryMessageBook:
    """`ports.MessageBook`."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def _of(self, channel: str, account: str) -> dict[str, MessageRecord]:
        records = self._shelf.messages.values()
        return {
            record.logged.envelope.external_id: record
            for record in records
            if (record.logged.envelope.channel, record.logged.envelope.account) == (channel, account)
        }

    def known(self, channel: str, account: str, external_ids: Collection[str]) -> set[str]:
        return set(external_ids) & self._of(channel, account).keys()

    def log(self, arrivals: Sequence[tuple[Envelope, Kept]], at: datetime) -> None:
        for envelope, kept in arrivals:
            if not self.known(envelope.channel, envelope.account, [envelope.external_id]):
                number = len(self._shelf.messages) + 1
                logged = LoggedMessage(number, envelope, kept.digest, kept.size, kept.place)
                self._shelf.messages[number] = MessageRecord(logged, at)

    def pending(
        self, *, count: int, size: int, without: Collection[int] = (), before: datetime | None = None
    ) -> list[LoggedMessage]:
        undecided = (record.logged for record in self._shelf.messages.values() if record.decision is None)
        waiting = [one for one in undecided if one.id not in without and (before is None or _order(one)[0] < before)]
        batch: list[LoggedMessage] = []
        for logged in sorted(waiting, key=_order)[:count]:
            size -= logged.size if batch else 0
            if size < 0:
                break
            batch.append(logged)
        return batch

    def attempt(self, message_ids: Sequence[int]) -> None:
        for one in message_ids:
            record = self._shelf.messages[one]
            logged = replace(record.logged, attempts=record.logged.attempts + 1)
            self._shelf.messages[one] = replace(record, logged=logged)

    def histories(self, batch: Sequence[tuple[LoggedMessage, Message]], now: datetime) -> Iterator[History]:
        earlier: list[tuple[LoggedMessage, Message]] = []
        for logged, message in batch:
            yield _history(self._shelf, logged, message, earlier, now)
            earlier.append((logged, message))

    def record(self, verdict: Verdict) -> None:
        record = self._shelf.messages[verdict.logged.id]
        if record.decision is not None:
            raise StorageError("another process decided on the same messages; nothing was changed, work goes on")
        self._shelf.found[verdict.logged.id] = verdict.classification
        self._shelf.messages[verdict.logged.id] = replace(
            record,
            message=replace(verdict.message, headers=MappingProxyType({}), part_types=(), reply_token=""),
            classification=verdict.classification,
            decision=verdict.decision,
            deemed_received_at=verdict.deemed_received_at,
            processed_at=verdict.processed_at,
            duplicate_of=verdict.duplicate_of,
            follows=verdict.follows,
        )

    def decide_anew(
        self, message_id: int, decision: Decision, clerk: Clerk, reason: str, service: str | None = None
    ) -> None:
        record = self._shelf.messages.get(message_id)
        if record is None or record.classification is None:
            raise RefusedActionError("no-such-message")
        self._shelf.messages[message_id] = replace(
            record,
            decision=decision,
            decided_by=clerk.username,
            clerk_reason=reason,
            classification=replace(record.classification, service=service or record.classification.service),
        )

    def redact(self, message_id: int, *, text: str, subject: str, hidden_parts: Collection[int]) -> None:
        record = self._shelf.messages.get(message_id)
        if record is None or record.message is None:
            raise RefusedActionError("no-such-message")
        files = tuple(
            replace(one, withdrawn=one.withdrawn or one.part in hidden_parts) for one in record.message.attachments
        )
        message = replace(record.message, text=text, subject=subject, attachments=files)
        self._shelf.messages[message_id] = replace(record, message=message)
        self._shelf.searchable.discard(message_id)

    def untaken(self, channel: str, account: str, limit: int) -> list[str]:
        found = [
            external_id
            for external_id, record in self._of(channel, account).items()
            if record.decision is not None and record.logged.id not in self._shelf.taken
        ]
        return found[:limit]

    def taken(self, channel: str, account: str, external_ids: Sequence[str], at: datetime) -> None:
        for external_id, record in self._of(channel, account).items():
            if external_id in external_ids:
                self._shelf.taken[record.logged.id] = at

    def get(self, message_id: int) -> MessageRecord | None:
        record = self._shelf.messages.get(message_id)
        return _whole(self._shelf, record) if record is not None else None

    def secret(self) -> frozenset[int]:
        return frozenset(row for row, record in self._shelf.messages.items() if is_secret(record))

    def every(self) -> Iterator[MessageRecord]:
        for record in list(self._shelf.messages.values()):
            yield _whole(self._shelf, record)


def _order(logged: LoggedMessage) -> tuple[datetime, int]:
    return (logged.envelope.entered_system_at, logged.id)


def _whole(shelf: Shelf, record: MessageRecord) -> MessageRecord:
    entry = shelf.entry_of(record.logged.id)
    return replace(record, number=entry.number if entry else None, replies=shelf.replies_to(record.logged.id))


def _history(
    shelf: Shelf,
    logged: LoggedMessage,
    message: Message,
    earlier: Sequence[tuple[LoggedMessage, Message]],
    now: datetime,
) -> History:
    address = message.sender.address.lower()
    letters_to = (item for item in shelf.items.values() if item.letter not in UNCOUNTED)
    recent = [item for item in letters_to if address and item.to.lower() == address]
    letters = [item.letter for item in recent if item.created_at > now - timedelta(hours=24)]
    answered = [shelf.items[one].message_id for one in outbox_ids(message) if one in shelf.items]
    entries = (shelf.entry_of(one) for one in answered)
    return History(
        duplicate_of=_first(shelf, logged, message, earlier),
        thread=next((entry.number for entry in entries if entry), None),
        replies_to_us=bool(answered),
        mentioned=_mentioned(shelf, message, address) or _continued(shelf, logged, message, address),
        letters_today=len(letters),
        notices_today=frozenset(letters),
        text_answered=_answered(shelf, message, now),
    )


def _first(
    shelf: Shelf, logged: LoggedMessage, message: Message, earlier: Sequence[tuple[LoggedMessage, Message]]
) -> str | None:
    others = [record for record in shelf.messages.values() if record.logged.id != logged.id and not record.duplicate_of]
    for other in others:
        came_first = other.decision is not None or _order(other.logged) < _order(logged)
        if other.logged.digest == logged.digest and came_first:
            return logged.digest
    decided = [(other.logged, other.message) for other in others if other.message is not None]
    for first, said in sorted([*decided, *earlier], key=lambda pair: _order(pair[0])):
        apart = abs(first.envelope.entered_system_at - logged.envelope.entered_system_at)
        if said.fingerprint and said.fingerprint == message.fingerprint and apart <= SAME_MAIL_WITHIN:
            return first.digest
    return None


def _mentioned(shelf: Shelf, message: Message, address: str) -> RegisterNumber | None:
    for number in quoted_numbers(message):
        entry = shelf.entries.get(number)
        said = shelf.messages[entry.draft.message_id].message if entry else None
        if address and said is not None and said.sender.address.lower() == address:
            return number
    return None


def _continued(shelf: Shelf, logged: LoggedMessage, message: Message, address: str) -> RegisterNumber | None:
    subject, at = continued_subject(message), logged.envelope.entered_system_at
    for record in sorted(shelf.messages.values(), key=lambda one: _order(one.logged), reverse=True):
        entry, said = shelf.entry_of(record.logged.id), record.message
        if entry is None or said is None or not address or said.sender.address.lower() != address:
            continue
        entered = record.logged.envelope.entered_system_at
        if subject and subject_key(said.subject) == subject and at - SAME_SUBJECT_WITHIN < entered < at:
            return entry.number
    return None


def _answered(shelf: Shelf, message: Message, now: datetime) -> bool:
    letters = [item for item in shelf.items.values() if item.letter not in UNCOUNTED]
    recent = {item.message_id for item in letters if item.created_at > now - timedelta(days=7)}
    said = (shelf.messages[one].message for one in recent if one is not None)
    key = text_key(message)
    return bool(key) and key in {text_key(one) for one in said if one is not None}


class MemoryQueueBook:
    """`ports.QueueBook`."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def page(self, view: str, *, offset: int, limit: int) -> list[MessageRecord]:
        return [without_attachments(record) for record in self.in_sight(view)[offset : offset + limit]]

    def counts(self) -> dict[str, int]:
        return {view: len(self.in_sight(view)) for view in (*VIEWS, "undelivered", "all")}

    def later(self, number: RegisterNumber) -> list[MessageRecord]:
        found = [record for record in self._in("all") if record.follows == number and record.number is None]
        return [without_attachments(record) for record in sorted(found, key=lambda one: _order(one.logged))]

    def rows(self, channel: str, account: str, external_ids: Collection[str]) -> dict[str, int]:
        envelopes = ((record.logged.envelope, row) for row, record in self._shelf.messages.items())
        ours = {one.external_id: row for one, row in envelopes if (one.channel, one.account) == (channel, account)}
        return {one: ours[one] for one in external_ids if one in ours}

    def in_sight(self, view: str) -> list[MessageRecord]:
        """In the order of a page."""
        hidden = MemoryPrivacyBook(self._shelf).restricted_messages()
        found = [one for one in self._in(view) if one.logged.id not in hidden]
        return sorted(found, key=_first_to_see, reverse=True)

    def _in(self, view: str) -> list[MessageRecord]:
        records = [_whole(self._shelf, record) for record in self._shelf.messages.values()]
        if view == "all":
            return records
        if view == "undelivered":
            return [one for one in records if UNDELIVERED & {reply.state for reply in one.replies}]
        return [one for one in records if one.decision is not None and one.decision.outcome in VIEWS[view]]


def _first_to_see(record: MessageRecord) -> tuple[bool, int, bool, datetime, int]:
    found = record.classification
    urgency, in_danger = (found.marks.urgency, found.in_danger) if found else (Urgency.NORMAL, False)
    at = record.deemed_received_at
    return (in_danger, URGENCIES.index(urgency), at is not None, at or record.arrived_at, record.logged.id)


def without_attachments(record: MessageRecord) -> MessageRecord:
    return record if record.message is None else replace(record, message=replace(record.message, attachments=()))


def is_secret(record: MessageRecord) -> bool:
    return record.classification is not None and record.classification.marks.secrecy is not Secrecy.NONE
