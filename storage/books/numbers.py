"""Numbers without gaps: each comes from a counter row inside the transaction, so a rollback takes it back."""

import sqlalchemy as sa

from storage.tables import REGISTER_COUNTER
from storage.transaction import Transaction

COUNT = sa.update(REGISTER_COUNTER).where(
    REGISTER_COUNTER.c.agency == sa.bindparam("row_agency"),
    REGISTER_COUNTER.c.register == sa.bindparam("row_register"),
    REGISTER_COUNTER.c.year == sa.bindparam("row_year"),
)


class NumberSeries:
    """The numbers of one register, per พ.ศ. year. In a transaction each register has one of these."""

    def __init__(self, transaction: Transaction, register: str) -> None:
        self._transaction = transaction
        self._register = register
        self._last: dict[int, int] = {}

    def next(self, year: int) -> int:
        """The next number of a year, taken in this transaction."""
        number = self.last(year) + 1
        self._count(year, number)
        return number

    def raise_to(self, year: int, last: int) -> None:
        """Go on after `last`, unless more numbers were given already."""
        if last > self.last(year):
            self._count(year, last)

    def last(self, year: int) -> int:
        """The last number given; read, and locked against other writers, once for each transaction."""
        if year not in self._last:
            key = {"agency": self._transaction.agency, "register": self._register, "year": year}
            begin = self._transaction.insert_or_pass(REGISTER_COUNTER, "agency", "register", "year")
            self._transaction.run(begin.values(last=0, **key))
            query = sa.select(REGISTER_COUNTER.c.last).filter_by(**key).with_for_update()
            self._last[year] = self._transaction.run(query).scalar_one()
        return self._last[year]

    def _count(self, year: int, last: int) -> None:
        self._last[year] = last
        row = {"row_agency": self._transaction.agency, "row_register": self._register, "row_year": year, "last": last}
        self._transaction.write(COUNT, row, key=(self._register, year), exact=True)
