"""Lines of a register for numbers that belong to no entry: they stay visible as «ยกเลิก» and are never used again (R51)."""

import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from mailroom.domain.backup import NumberVoid
from mailroom.domain.register import RegisterNumber
from mailroom.ports import Json, UnitOfWork
from mailroom.services.wording import Wording

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True, kw_only=True)
class VoidRow:
    """Numbers in a row without an entry."""

    columns: Sequence[str]
    """Of its register; the first one is that of the number."""
    year: int
    first: int
    last: int
    lost_at: datetime | None = None
    """When it was found that a restore had lost what they were given to; None where nobody knows why they are void."""

    @property
    def registered_at(self) -> datetime | None:
        return None

    @property
    def _number(self) -> str:
        span = str(self.first) if self.first == self.last else f"{self.first}-{self.last}"
        return f"{span}/{self.year}"

    def as_object(self) -> dict[str, Json]:
        return {
            self.columns[0]: self._number,
            "year": self.year,
            "number": self.first,
            "last": self.last,
            "void": True,
            "lost_in_restore": self.lost_at is not None,
        }

    def as_cells(self, wording: Wording) -> tuple[str, ...]:
        words = ["" for _ in self.columns]
        words[0] = wording.figures(self._number)
        words[self.columns.index("subject")] = wording.say("void", "subject")
        if self.lost_at is not None:
            words[self.columns.index("remark")] = wording.say("void", "lost", at=wording.time(self.lost_at))
        return tuple(words)

    def small_print(self, wording: Wording) -> str:  # noqa: ARG002 - the remark says all that is known
        return ""


def voids_of(uow: UnitOfWork, series: str, year: int | None) -> list[NumberVoid]:
    """Void numbers of one register, of one พ.ศ. year or of all, in order."""
    return [one for one in uow.keeping.voids() if one.series == series and year in (None, one.year)]


def with_voids(
    rows: Iterable[Row], number_of: Callable[[Row], RegisterNumber], voids: Iterable[NumberVoid], columns: Sequence[str]
) -> Iterator[Row | VoidRow]:
    """Rows, which come in order of year and number, with a line for each stretch of void numbers in its place."""
    lost = [VoidRow(columns=columns, year=one.year, first=one.first, last=one.last, lost_at=one.at) for one in voids]

    def place(row: Row | VoidRow) -> tuple[int, int]:
        if isinstance(row, VoidRow):
            return row.year, row.first
        number = number_of(row)
        return number.year, number.number

    both: tuple[Iterable[Row | VoidRow], Iterable[Row | VoidRow]] = (rows, lost)
    return heapq.merge(*both, key=place)
