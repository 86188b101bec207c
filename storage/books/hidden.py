"""What restricted cases keep off lists and searches (R106)."""

import sqlalchemy as sa

from storage.books.privacy import SqlPrivacyBook
from storage.tables import ISSUANCE, LICENCE
from storage.transaction import Transaction

Condition = sa.ColumnElement[bool]


def in_sight(transaction: Transaction, message_id: sa.ColumnElement[int | None]) -> list[Condition]:
    """Conditions that leave rows of restricted cases out; none where no case is restricted, as is usual.

    `message_id` is the column of the message to which a row belongs; a row without one belongs to no case.
    """
    hidden = SqlPrivacyBook(transaction).restricted_messages()
    return [sa.or_(message_id.is_(None), message_id.not_in(sorted(hidden)))] if hidden else []


def papers_in_sight(transaction: Transaction) -> list[Condition]:
    """The same for papers, which belong to a message or, where they change a licence, to that of the licence."""
    hidden = SqlPrivacyBook(transaction).restricted_messages()
    if not hidden:
        return []
    licences = sa.select(LICENCE.c.id).where(LICENCE.c.message_id.in_(sorted(hidden)))
    changes = sa.or_(ISSUANCE.c.licence_id.is_(None), ISSUANCE.c.licence_id.not_in(licences))
    return [sa.or_(ISSUANCE.c.message_id.is_(None), ISSUANCE.c.message_id.not_in(sorted(hidden))), changes]
