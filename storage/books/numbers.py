"""Numbers without gaps: each comes from a counter row inside the transaction, so a rollback takes it back."""

import sqlalchemy as sa

from mailroom.domain.errors import FenceMissingError
from storage.tables import NUMBER_FENCE, REGISTER_COUNTER
from storage.transaction import Transaction

COUNT = sa.update(REGISTER_COUNTER).where(
    REGISTER_COUNTER.c.agency == sa.bindparam("row_agency"),
    REGISTER_COUNTER.c.register == sa.bindparam("row_register"),
    REGISTER_COUNTER.c.year == sa.bindparam("row_year"),
)
FENCES = sa.select(NUMBER_FENCE.c.id).where(
    NUMBER_FENCE.c.agency == sa.bindparam("of_agency"), NUMBER_FENCE.c.lifted_at.is_(None)
)
"""Made once: making it anew would cost more than asking."""


def fence_missing(transaction: Transaction) -> bool:
    """Whether these books were restored, or another host numbers beside them, and nobody stated yet which numbers were given.

    Read once for each transaction, which is alone in writing.
    """
    if transaction.fenced is None:
        transaction.fenced = bool(transaction.all(FENCES, {"of_agency": transaction.agency}))
    return transaction.fenced


class NumberSeries:
    """The numbers of one register, per พ.ศ. year."""

    def __init__(self, transaction: Transaction, register: str) -> None:
        self._transaction = transaction
        self._register = register

    def next(self, year: int) -> int:
        """The next number of a year, taken in this transaction. Raises FenceMissingError."""
        self.require_fence()
        number = self.last(year) + 1
        self._count(year, number)
        return number

    def require_fence(self) -> None:
        """Raises FenceMissingError while no number may be given."""
        if fence_missing(self._transaction):
            raise FenceMissingError(
                "these books were restored from a backup, or another host numbers for the same mailbox, and numbers that "
                "were given elsewhere are not in them; see: mailroom fence show"
            )

    def raise_to(self, year: int, last: int) -> None:
        """Go on after `last`, unless more numbers were given already."""
        if last > self.last(year):
            self._count(year, last)

    def last(self, year: int) -> int:
        """The last number given; read, and locked against other writers, once for each transaction."""
        last = self._transaction.numbers
        if (self._register, year) not in last:
            key = {"agency": self._transaction.agency, "register": self._register, "year": year}
            begin = self._transaction.insert_or_pass(REGISTER_COUNTER, "agency", "register", "year")
            self._transaction.run(begin.values(last=0, **key))
            query = sa.select(REGISTER_COUNTER.c.last).filter_by(**key).with_for_update()
            last[self._register, year] = self._transaction.run(query).scalar_one()
        return last[self._register, year]

    def _count(self, year: int, last: int) -> None:
        self._transaction.numbers[self._register, year] = last
        row = {"row_agency": self._transaction.agency, "row_register": self._register, "row_year": year, "last": last}
        self._transaction.write(COUNT, row, key=(self._register, year), exact=True)
