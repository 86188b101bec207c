"""The message log."""

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from mailroom.domain.clerk import Clerk
from mailroom.domain.decision import Decision
from mailroom.domain.errors import RefusedActionError
from mailroom.domain.message import Attachment, Envelope, Kept, LoggedMessage, Message
from mailroom.domain.record import History, MessageRecord, Verdict, text_key
from storage.books.codec import decision_columns, logged_of, search_text, verdict_columns
from storage.books.histories import histories
from storage.books.records import RECORDS, records_of
from storage.books.search_index import SearchIndex
from storage.tables import ATTACHMENT, MESSAGE
from storage.tables.mail import SECRET
from storage.transaction import Transaction, chunks

CHUNK = 200
"""Records that are in memory at a time."""

UNREAD: dict[str, Any] = {
    "attempts": 0,
    "urgency_rank": 0,
    **dict.fromkeys(
        (
            *("decided_by", "clerk_reason", "fingerprint", "text_key", "sender_name"),
            *("sender_address", "sender_key", "subject", "header_id", "search_text", "text"),
        ),
        "",
    ),
}
"""What an arrival says of columns that processing fills."""

RECORD = (
    sa.update(MESSAGE)
    .where(MESSAGE.c.id == sa.bindparam("row_id"), MESSAGE.c.agency == sa.bindparam("row_agency"))
    .where(MESSAGE.c.outcome.is_(None))
)
ATTACH = sa.insert(ATTACHMENT)
LOGGED_COLUMNS = tuple(
    MESSAGE.c[name]
    for name in (
        *("id", "channel", "account", "external_id", "entered_system_at", "folder", "announced_size"),
        *("digest", "size", "segment", "segment_offset", "stored_length", "attempts"),
    )
)

PENDING = (
    sa.select(*LOGGED_COLUMNS)
    .where(MESSAGE.c.agency == sa.bindparam("row_agency"), MESSAGE.c.outcome.is_(None))
    .where(MESSAGE.c.entered_system_at < sa.bindparam("before"))
    .where(MESSAGE.c.id.not_in(sa.bindparam("without", expanding=True)))
    .order_by(MESSAGE.c.entered_system_at, MESSAGE.c.id)
    .limit(sa.bindparam("count", type_=sa.Integer))
)


AT_ANY_TIME = datetime.max.replace(tzinfo=UTC)


class SqlMessageBook:
    """`ports.MessageBook`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    @property
    def _ours(self) -> sa.ColumnElement[bool]:
        return MESSAGE.c.agency == self._transaction.agency

    def _at(self, channel: str, account: str) -> sa.ColumnElement[bool]:
        return sa.and_(self._ours, MESSAGE.c.channel == channel, MESSAGE.c.account == account)

    def known(self, channel: str, account: str, external_ids: Collection[str]) -> set[str]:
        found: set[str] = set()
        for some in chunks(external_ids):
            query = sa.select(MESSAGE.c.external_id).where(self._at(channel, account))
            rows = self._transaction.all(query.where(MESSAGE.c.external_id.in_(some)))
            found.update(row.external_id for row in rows)
        return found

    def log(self, arrivals: Sequence[tuple[Envelope, Kept]], at: datetime) -> None:
        statement = self._transaction.insert_or_pass(MESSAGE, "agency", "channel", "account", "external_id")
        for envelope, kept in arrivals:
            self._transaction.write(statement, self._arrival(envelope, kept, at))

    def _arrival(self, envelope: Envelope, kept: Kept, at: datetime) -> dict[str, Any]:
        return UNREAD | {
            "agency": self._transaction.agency,
            "channel": envelope.channel,
            "account": envelope.account,
            "external_id": envelope.external_id,
            "folder": envelope.folder.value,
            "entered_system_at": envelope.entered_system_at,
            "announced_size": envelope.size,
            "digest": kept.digest,
            "size": kept.size,
            "segment": kept.place.segment,
            "segment_offset": kept.place.offset,
            "stored_length": kept.place.length,
            "arrived_at": at,
        }

    def pending(
        self, *, count: int, size: int, without: Collection[int] = (), before: datetime | None = None
    ) -> list[LoggedMessage]:
        values = {
            "row_agency": self._transaction.agency,
            "without": list(without),
            "before": before or AT_ANY_TIME,
            "count": count,
        }
        batch: list[LoggedMessage] = []
        for row in self._transaction.all(PENDING, values):
            size -= row.size if batch else 0
            if size < 0:
                break
            batch.append(logged_of(row))
        return batch

    def attempt(self, message_ids: Sequence[int]) -> None:
        # Ids are enough; a second condition would lead SQLite to an index that is far longer than the list.
        for some in chunks(message_ids):
            change = sa.update(MESSAGE).where(MESSAGE.c.id.in_(some))
            self._transaction.run(change.values(attempts=MESSAGE.c.attempts + 1))

    def histories(self, batch: Sequence[tuple[LoggedMessage, Message]], now: datetime) -> Iterator[History]:
        return histories(self._transaction, batch, now)

    def record(self, verdict: Verdict) -> None:
        transaction, message_id = self._transaction, verdict.logged.id
        keys = transaction.text_keys
        if message_id not in keys:
            keys[message_id] = text_key(verdict.message)
        columns = verdict_columns(verdict, keys[message_id])
        key = {"row_id": message_id, "row_agency": transaction.agency}
        transaction.write(RECORD, columns | key, exact=True)
        for attachment in verdict.message.attachments:
            transaction.write(ATTACH, self._attachment(message_id, attachment))

    def _attachment(self, message_id: int, attachment: Attachment) -> dict[str, Any]:
        return {
            "agency": self._transaction.agency,
            "message_id": message_id,
            "part": attachment.part,
            "name": attachment.name,
            "media_type": attachment.media_type,
            "declared_type": attachment.declared_type,
            "size": attachment.size,
            "sha256": attachment.sha256,
            "inline": attachment.inline,
            "withdrawn": attachment.withdrawn,
        }

    def decide_anew(
        self, message_id: int, decision: Decision, clerk: Clerk, reason: str, service: str | None = None
    ) -> None:
        columns = decision_columns(decision) | {"decided_by": clerk.username, "clerk_reason": reason}
        if service is not None:
            columns["service"] = service
        change = sa.update(MESSAGE).where(self._ours, MESSAGE.c.id == message_id, MESSAGE.c.outcome.is_not(None))
        if self._transaction.run(change.values(columns)).rowcount != 1:
            raise RefusedActionError("no-such-message")

    def redact(self, message_id: int, *, text: str, subject: str, hidden_parts: Collection[int]) -> None:
        ours = sa.and_(self._ours, MESSAGE.c.id == message_id, MESSAGE.c.outcome.is_not(None))
        columns = (MESSAGE.c.sender_name, MESSAGE.c.sender_address, MESSAGE.c.search_text)
        row = self._transaction.first(sa.select(*columns).where(ours))
        if row is None:
            raise RefusedActionError("no-such-message")
        found_by = search_text(subject, row.sender_name, row.sender_address) if row.search_text else ""
        change = sa.update(MESSAGE).where(ours).values(text=text, subject=subject, search_text=found_by)
        self._transaction.run(change)
        for some in chunks(hidden_parts):
            parts = sa.and_(ATTACHMENT.c.message_id == message_id, ATTACHMENT.c.part.in_(some))
            self._transaction.run(sa.update(ATTACHMENT).where(parts).values(withdrawn=True))
        SearchIndex(self._transaction).again([message_id])

    def untaken(self, channel: str, account: str, limit: int) -> list[str]:
        query = (
            sa.select(MESSAGE.c.external_id)
            .where(self._at(channel, account), MESSAGE.c.taken_at.is_(None), MESSAGE.c.outcome.is_not(None))
            .order_by(MESSAGE.c.id)
            .limit(limit)
        )
        return [row.external_id for row in self._transaction.all(query)]

    def taken(self, channel: str, account: str, external_ids: Sequence[str], at: datetime) -> None:
        for some in chunks(external_ids):
            change = sa.update(MESSAGE).where(self._at(channel, account), MESSAGE.c.external_id.in_(some))
            self._transaction.run(change.values(taken_at=at))

    def get(self, message_id: int) -> MessageRecord | None:
        rows = self._transaction.all(RECORDS.where(self._ours, MESSAGE.c.id == message_id))
        return next(records_of(self._transaction, rows), None)

    def secret(self) -> frozenset[int]:
        return frozenset(row.id for row in self._transaction.all(sa.select(MESSAGE.c.id).where(self._ours, SECRET)))

    def every(self) -> Iterator[MessageRecord]:
        last = 0
        query = RECORDS.where(self._ours).order_by(MESSAGE.c.id).limit(CHUNK)
        while rows := self._transaction.all(query.where(MESSAGE.c.id > last)):
            yield from records_of(self._transaction, rows)
            last = rows[-1].id
