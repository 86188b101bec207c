"""What was read in attachments."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from mailroom.domain.attachment_reading import AttachmentReading, FileFinding, ReadingState, UnreadFile
from mailroom.domain.decision import Outcome, Secrecy
from mailroom.domain.message import LoggedMessage
from storage.books.codec import logged_of
from storage.books.hidden import in_sight
from storage.books.messages import LOGGED_COLUMNS
from storage.books.records import attachments_of
from storage.tables import ATTACHMENT, ATTACHMENT_READING, MESSAGE
from storage.transaction import Transaction, chunks

_KEY = ("message_id", "part")
_READ = ("state", "read_at", "pages", "pictured_from", "codes", "findings", "text")
_NOTHING: Mapping[str, Any] = {"pages": 0, "pictured_from": None, "codes": [], "findings": [], "text": ""}
_SAME_PART = sa.and_(
    ATTACHMENT_READING.c.message_id == ATTACHMENT.c.message_id, ATTACHMENT_READING.c.part == ATTACHMENT.c.part
)
_FILE = ATTACHMENT.alias("file")
_IS_OPEN = sa.text("attachment_reading.state IN ('begun', 'waits')")
"""Written as the index has it that holds these alone, so that it is seen to fit."""
_READ_IN = (Outcome.ACCEPT, Outcome.HOLD, Outcome.REDIRECT_AGENCY, Outcome.REDIRECT_CHANNEL)


class SqlAttachmentBook:
    """`ports.AttachmentBook`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._agency = transaction.agency

    def unread(self, limit: int) -> Sequence[UnreadFile]:
        begun = self._keys(ATTACHMENT_READING, limit, _IS_OPEN, ATTACHMENT_READING.c.agency == self._agency)
        untouched = self._keys(ATTACHMENT, limit, ~sa.exists().where(_SAME_PART).correlate(ATTACHMENT))
        keys = sorted({*begun, *untouched}, key=lambda key: (-key[0], key[1]))[:limit]
        ids = [message_id for message_id, _ in keys]
        files = attachments_of(self._transaction, ids)
        by_part = {(message_id, one.part): one for message_id, some in files.items() for one in some}
        logged, attempts = self._logged(ids), self._attempts(ids)
        return [UnreadFile(logged[key[0]], by_part[key], attempts.get(key, 0)) for key in keys]

    def _keys(
        self, table: sa.Table, limit: int, *conditions: sa.ColumnElement[bool] | sa.TextClause
    ) -> list[tuple[int, int]]:
        """Message and part. Columns of the key alone decide until one is found: most rows are never looked at."""
        of_file = sa.and_(_FILE.c.message_id == table.c.message_id, _FILE.c.part == table.c.part)
        may_be_read = (
            sa.select(sa.literal(1))
            .select_from(_FILE.join(MESSAGE, MESSAGE.c.id == _FILE.c.message_id))
            .where(of_file, _FILE.c.agency == self._agency, _FILE.c.withdrawn.is_(False))
            .where(MESSAGE.c.outcome.in_([outcome.value for outcome in _READ_IN]), MESSAGE.c.duplicate_of.is_(None))
            .where(MESSAGE.c.classification["secrecy"].as_string() == Secrecy.NONE.value)
            .where(*in_sight(self._transaction, _FILE.c.message_id))
            .correlate(table)
            .exists()
        )
        query = sa.select(table.c.message_id, table.c.part).where(*conditions, may_be_read)
        query = query.order_by(table.c.message_id.desc(), table.c.part).limit(limit)
        return [(row.message_id, row.part) for row in self._transaction.all(query)]

    def _logged(self, ids: Sequence[int]) -> dict[int, LoggedMessage]:
        query = sa.select(*LOGGED_COLUMNS)
        rows = (row for some in chunks(ids) for row in self._transaction.all(query.where(MESSAGE.c.id.in_(some))))
        return {row.id: logged_of(row) for row in rows}

    def _attempts(self, ids: Sequence[int]) -> dict[tuple[int, int], int]:
        table = ATTACHMENT_READING.c
        query = sa.select(table.message_id, table.part, table.attempts)
        rows = (row for some in chunks(ids) for row in self._transaction.all(query.where(table.message_id.in_(some))))
        return {(row.message_id, row.part): row.attempts for row in rows}

    def attempt(self, message_id: int, part: int, at: datetime) -> None:
        insert = self._transaction.insert_or_pass(ATTACHMENT_READING, *_KEY)
        key = {"message_id": message_id, "part": part, "agency": self._agency}
        row = {**key, **_NOTHING, "state": ReadingState.BEGUN.value, "attempts": 0, "read_at": at}
        self._transaction.run(insert, [row])
        this = sa.and_(ATTACHMENT_READING.c.message_id == message_id, ATTACHMENT_READING.c.part == part)
        counted = {"attempts": ATTACHMENT_READING.c.attempts + 1, "read_at": at}
        self._transaction.run(sa.update(ATTACHMENT_READING).where(this).values(counted))

    def put(self, message_id: int, part: int, reading: AttachmentReading, at: datetime) -> None:
        save = self._transaction.insert_or_change(ATTACHMENT_READING, *_KEY, changed=_READ)
        row = {
            "message_id": message_id,
            "part": part,
            "agency": self._agency,
            "state": reading.state.value,
            "attempts": 0,
            "read_at": at,
            "pages": reading.pages,
            "pictured_from": reading.pictured_from,
            "codes": list(reading.codes),
            "findings": [[one.code, one.detail] for one in reading.findings],
            "text": reading.text,
        }
        self._transaction.run(save, [row])

    def of_message(self, message_id: int) -> Mapping[int, AttachmentReading]:
        query = (
            sa.select(ATTACHMENT_READING)
            .join(ATTACHMENT, _SAME_PART)
            .where(ATTACHMENT_READING.c.agency == self._agency, ATTACHMENT_READING.c.message_id == message_id)
            .where(ATTACHMENT.c.withdrawn.is_(False))
            .order_by(ATTACHMENT_READING.c.part)
        )
        return {row.part: _reading_of(row) for row in self._transaction.all(query)}

    def waiting(self) -> int:
        ours = ATTACHMENT_READING.c.agency == self._agency
        waits = ATTACHMENT_READING.c.state == ReadingState.WAITS.value
        counted = sa.select(sa.func.count()).select_from(ATTACHMENT_READING).where(ours, _IS_OPEN, waits)
        return int(self._transaction.run(counted).scalar_one())


def _reading_of(row: Row[Any]) -> AttachmentReading:
    return AttachmentReading(
        state=ReadingState(row.state),
        text=row.text,
        pictured_from=row.pictured_from,
        pages=row.pages,
        codes=tuple(row.codes),
        findings=tuple(FileFinding(code, detail) for code, detail in row.findings),
    )
