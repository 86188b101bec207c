"""Rows of a workbook of licences: columns found by their headings, cells read, every fault told by row and column."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType

from mailroom.domain.agency import BUDDHIST_ERA
from mailroom.domain.licence import LicenceContent
from mailroom.domain.service import Service
from mailroom.stages import lazy
from mailroom.stages.identity import LENGTH, has_check_digit
from mailroom.stages.licence_content import EARLIEST, LATEST, tidied
from mailroom.stages.normalise import compact
from mailroom.stages.thai import written_date

Cell = str | int | float | bool | date | datetime | None
"""What a workbook holds in one cell."""

_ISO = lazy.pattern(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?")
_BUDDHIST = 2400


@dataclass(frozen=True, slots=True)
class Problem:
    """What somebody has to mend. `code` is a key of the table `licence_problems`, or of `refusals`."""

    row: int
    """As the workbook counts; 1 is the heading."""
    column: str
    """Its heading, as the workbook has it; empty for the whole row."""
    code: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Headings:
    """Where each column stands."""

    places: Mapping[str, int]
    """By key of the column: its place from 0."""
    names: Mapping[str, str]
    """By key: the heading as the workbook has it."""
    unknown: tuple[str, ...] = ()

    def cell(self, row: Sequence[Cell], key: str) -> Cell:
        place = self.places.get(key)
        return row[place] if place is not None and place < len(row) else None


def headings(row: Sequence[Cell], spellings: Mapping[str, Sequence[str]]) -> Headings:
    """Columns by their headings, compared without regard to blanks and case. The first of two alike counts."""
    keys = {compact(text): key for key, texts in spellings.items() for text in (key, *texts)}
    places: dict[str, int] = {}
    names: dict[str, str] = {}
    unknown = []
    for place, cell in enumerate(row):
        name = "" if cell is None else str(cell).strip()
        key = keys.get(compact(name))
        if key is not None and key not in places:
            places[key], names[key] = place, name
        elif name:
            unknown.append(name)
    return Headings(MappingProxyType(places), MappingProxyType(names), tuple(unknown))


@dataclass(slots=True)
class RowReader:
    """Reads the cells of one row, and collects what is wrong with them."""

    number: int
    cells: Sequence[Cell]
    headings: Headings
    problems: list[Problem] = field(default_factory=list)

    def fault(self, key: str, code: str, detail: str = "") -> None:
        self.problems.append(Problem(self.number, self.headings.names.get(key, key), code, detail))

    def text(self, key: str) -> str:
        """A whole number comes without a point, whatever the workbook made of it."""
        cell = self.headings.cell(self.cells, key)
        if isinstance(cell, datetime | date):
            return f"{cell:%Y-%m-%d}"
        if isinstance(cell, float) and cell.is_integer():
            cell = int(cell)
        return "" if cell is None else tidied(str(cell))

    def lines(self, key: str) -> tuple[str, ...]:
        """Each line of the cell, or what semicolons part."""
        cell = self.headings.cell(self.cells, key)
        parts = re.split(r"[\n;]+", "" if cell is None else str(cell))
        return tuple(text for text in map(tidied, parts) if text)

    def identity(self, key: str) -> str:
        """A workbook that took the number for a quantity lost the nought before it."""
        text = re.sub(r"[\s-]", "", self.text(key))
        padded = text.rjust(LENGTH, "0")
        return padded if len(text) < LENGTH and text and has_check_digit(padded) else text

    def day(self, key: str) -> date | None:
        """A day of the common era, of any spelling that `written_day` knows; None where the cell is empty."""
        cell = self.headings.cell(self.cells, key)
        if cell is None or (isinstance(cell, str) and not cell.strip()):
            return None
        day = written_day(cell)
        if day is None:
            self.fault(key, "day-unreadable", str(cell))
        return day


def written_day(cell: Cell) -> date | None:
    """A day in a cell: a real date, `2026-01-05`, `5/1/2569`, `๕ ม.ค. ๖๙`, `5 January 2026`; พ.ศ. from 2400 on."""
    if isinstance(cell, datetime):
        return _common(cell.year, cell.month, cell.day)
    if isinstance(cell, date):
        return _common(cell.year, cell.month, cell.day)
    if not isinstance(cell, str):
        return None
    text = tidied(cell)
    if match := _ISO.fullmatch(text):
        return _common(int(match[1]), int(match[2]), int(match[3]))
    day = written_date(text)
    return day if day is not None and EARLIEST <= day <= LATEST else None


def _common(year: int, month: int, day: int) -> date | None:
    try:
        found = date(year - BUDDHIST_ERA if year >= _BUDDHIST else year, month, day)
    except ValueError:
        return None
    return found if EARLIEST <= found <= LATEST else None


def row_content(row: RowReader, service: Service, issued_on: date) -> LicenceContent:
    """The items of a row, with `issued_on` where it names no day of issue."""
    issued = row.day("issued_on") or issued_on
    extra = {one.key: row.text(one.key) for one in service.fields}
    return LicenceContent(
        holder=row.text("holder"),
        holder_id=row.identity("holder_id"),
        premises=row.text("premises"),
        address=row.text("address"),
        business=row.text("business"),
        conditions=row.lines("conditions"),
        fee=row.text("fee").replace(",", ""),
        receipt=row.text("receipt"),
        issued_on=issued,
        starts_on=row.day("starts_on") or issued,
        expires_on=row.day("expires_on"),
        extra=MappingProxyType({key: value for key, value in extra.items() if value}),
    )
