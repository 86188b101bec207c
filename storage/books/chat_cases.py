"""Cases of one person who writes on a channel that knows turns: theirs alone."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from mailroom.domain.chat import ChatCase, ChatPerson
from mailroom.domain.decision import Letter, Secrecy
from mailroom.domain.register import RegisterNumber
from storage.books.chat_part import ChatPart
from storage.tables import CASE_FILE, MESSAGE, OUTBOX_ITEM, REGISTER_ENTRY

# A partial index is used only where its condition stands in the query word for word.
HAS_SENDER = sa.text("message.sender_key <> ''")
RECEIPTS = (Letter.ACKNOWLEDGEMENT.value, Letter.HELD.value)
RECEIPT = (
    sa.select(OUTBOX_ITEM.c.id)
    .where(OUTBOX_ITEM.c.message_id == MESSAGE.c.id, OUTBOX_ITEM.c.letter.in_(RECEIPTS))
    .order_by(OUTBOX_ITEM.c.created_at, OUTBOX_ITEM.c.id)
    .limit(1)
    .scalar_subquery()
)
SAME_ENTRY = sa.and_(
    *(CASE_FILE.c[name] == REGISTER_ENTRY.c[name] for name in ("agency", "register", "year", "number"))
)
CASES = (
    sa.select(
        MESSAGE.c.id,
        MESSAGE.c.entered_system_at,
        MESSAGE.c.subject,
        REGISTER_ENTRY.c.year,
        REGISTER_ENTRY.c.number,
        REGISTER_ENTRY.c.secrecy,
        CASE_FILE.c.state,
        CASE_FILE.c.service,
        RECEIPT.label("receipt"),
    )
    .select_from(MESSAGE.join(REGISTER_ENTRY, REGISTER_ENTRY.c.message_id == MESSAGE.c.id).join(CASE_FILE, SAME_ENTRY))
    .order_by(MESSAGE.c.entered_system_at.desc(), MESSAGE.c.id.desc())
)


class ChatCases(ChatPart):
    """The part of `ports.ChatBook` that tells somebody how their matters stand."""

    def cases(self, person: ChatPerson, limit: int) -> list[ChatCase]:
        senders, keys = [self._said_here(person)], [person.id.lower()]
        if person.email and person.email_proven_at is not None:
            senders.append(self._mailed(person.email))
            keys.append(person.email.lower())
        # The keys lead to the rows by their index; an alternative of conditions would not.
        theirs = sa.and_(HAS_SENDER, MESSAGE.c.sender_key.in_(keys), sa.or_(*senders))
        query = CASES.where(MESSAGE.c.agency == self._key["agency"], theirs).limit(limit)
        return [_case(row) for row in self._transaction.all(query)]

    def _said_here(self, person: ChatPerson) -> sa.ColumnElement[bool]:
        """Ids of the platform compare with their capitals."""
        here = sa.and_(MESSAGE.c.channel == self._key["channel"], MESSAGE.c.account == self._key["account"])
        return sa.and_(here, MESSAGE.c.sender_address == person.id)

    def _mailed(self, email: str) -> sa.ColumnElement[bool]:
        return sa.and_(MESSAGE.c.channel != self._key["channel"], MESSAGE.c.sender_key == email.lower())


def _case(row: Row[Any]) -> ChatCase:
    return ChatCase(
        message_id=row.id,
        number=str(RegisterNumber(row.year, row.number)),
        subject=row.subject if row.secrecy == Secrecy.NONE.value else "",
        state=row.state,
        service=row.service,
        entered_system_at=row.entered_system_at,
        acknowledged_by=row.receipt or "",
    )
