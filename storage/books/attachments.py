"""What was read in attachments."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from mailroom.domain.attachment_reading import OPEN, AttachmentReading, FileFinding, ReadingState, UnreadFile
from mailroom.domain.decision import Outcome, Secrecy
from storage.books.codec import logged_of
from storage.books.hidden import in_sight
from storage.books.messages import LOGGED_COLUMNS
from storage.books.records import attachments_of
from storage.tables import ATTACHMENT, ATTACHMENT_READING, MESSAGE
from storage.transaction import Transaction

_KEY = ("message_id", "part")
_READ = ("state", "read_at", "pages", "pictured_from", "codes", "findings", "text")
_NOTHING: Mapping[str, Any] = {"pages": 0, "pictured_from": None, "codes": [], "findings": [], "text": ""}
_SAME_PART = sa.and_(
    ATTACHMENT_READING.c.message_id == ATTACHMENT.c.message_id, ATTACHMENT_READING.c.part == ATTACHMENT.c.part
)
_READ_IN = (Outcome.ACCEPT, Outcome.HOLD, Outcome.REDIRECT_AGENCY, Outcome.REDIRECT_CHANNEL)


class SqlAttachmentBook:
    """`ports.AttachmentBook`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._agency = transaction.agency

    def unread(self, limit: int) -> Sequence[UnreadFile]:
        tables = ATTACHMENT.join(MESSAGE, MESSAGE.c.id == ATTACHMENT.c.message_id)
        is_open = ATTACHMENT_READING.c.state.in_([state.value for state in OPEN])
        query = (
            sa.select(*LOGGED_COLUMNS, ATTACHMENT.c.part, ATTACHMENT_READING.c.attempts.label("begun"))
            .select_from(tables.outerjoin(ATTACHMENT_READING, _SAME_PART))
            .where(ATTACHMENT.c.agency == self._agency, ATTACHMENT.c.withdrawn.is_(False))
            .where(sa.or_(ATTACHMENT_READING.c.message_id.is_(None), is_open))
            .where(MESSAGE.c.outcome.in_([outcome.value for outcome in _READ_IN]), MESSAGE.c.duplicate_of.is_(None))
            .where(MESSAGE.c.classification["secrecy"].as_string() == Secrecy.NONE.value)
            .where(*in_sight(self._transaction, ATTACHMENT.c.message_id))
            .order_by(ATTACHMENT.c.message_id.desc(), ATTACHMENT.c.part)
            .limit(limit)
        )
        rows = self._transaction.all(query)
        files = attachments_of(self._transaction, [row.id for row in rows])
        by_part = {(message_id, one.part): one for message_id, some in files.items() for one in some}
        return [UnreadFile(logged_of(row), by_part[row.id, row.part], row.begun or 0) for row in rows]

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
        # Written out, so that the index that holds these alone is seen to fit.
        waits = ATTACHMENT_READING.c.state == sa.literal_column(f"'{ReadingState.WAITS.value}'")
        counted = sa.select(sa.func.count()).select_from(ATTACHMENT_READING).where(ours, waits)
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
