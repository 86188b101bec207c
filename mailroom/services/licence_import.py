"""Taking over licences issued before the system: every fault first, then all rows; repeating it doubles nothing."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import BinaryIO

from mailroom.domain.agency import BANGKOK
from mailroom.domain.clerk import Clerk
from mailroom.domain.errors import RefusedActionError
from mailroom.domain.licence import Act, Licence, LicenceEvent, LicenceStatus
from mailroom.domain.service import Catalogue, Service
from mailroom.ports import Books, Clock, UnitOfWork
from mailroom.services import paper_checks as check
from mailroom.services.custody import Progress, no_progress
from mailroom.services.licence_sheet import IMPORT_COLUMNS, ColumnNames, Sheet, read_sheet, write_blank
from mailroom.stages.codes import new_code
from mailroom.stages.licence_content import EARLIEST, faults, tidied_content
from mailroom.stages.licence_rows import Problem, RowReader, row_content

TOGETHER = 500
"""So many licences share a transaction; what a crash leaves out, the next run brings in."""

_SERIES = re.compile(r"(\d{1,9})\s*/\s*(2[45]\d\d|26\d\d)")
"""A number of a type's own series: `12/2569`."""
_STORED = tuple(status.value for status in LicenceStatus if status is not LicenceStatus.EXPIRED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """What a workbook holds."""

    new: tuple[Licence, ...] = ()
    known: int = 0
    """Rows whose licence is in the books already, with the same items."""
    problems: tuple[Problem, ...] = ()
    ignored: tuple[str, ...] = ()
    """Headings that are no column of licences."""


class LicenceImport:
    """From a workbook whose columns docs/licence-import.md lists."""

    def __init__(
        self,
        *,
        books: Books,
        catalogue: Catalogue,
        names: ColumnNames,
        clock: Clock,
        codes: Callable[[], str] = new_code,
    ) -> None:
        self._books = books
        self._services = [one for one in catalogue.services if one.licence]
        self._catalogue = catalogue
        self._names = names
        self._clock = clock
        self._codes = codes

    def blank(self, out: BinaryIO, service: str = "") -> None:
        """A workbook to fill in, with the columns of one service or of all."""
        services = [check.licensing(self._catalogue, service)] if service else self._services
        heading = self._names.heading(IMPORT_COLUMNS, services)
        write_blank(heading, service or "licences", out, at=self._clock.now())

    def examine(self, source: Path | BinaryIO, service: str = "") -> Examined:
        """Every fault of every row; nothing is changed. `service` is the type of rows that name none.

        Raises UnreadableError, RefusedActionError for a service without licences.
        """
        if service:
            check.licensing(self._catalogue, service)
        sheet = read_sheet(source, self._names.spellings(IMPORT_COLUMNS, self._services))
        problems = self._missing_columns(sheet, service)
        if problems:
            return Examined(problems=tuple(problems), ignored=sheet.headings.unknown)
        found = [one for row in sheet.readers() if (one := self._licence(row, service, problems)) is not None]
        new, known = self._told_apart(found, problems)
        return Examined(new=tuple(new), known=known, problems=tuple(problems), ignored=sheet.headings.unknown)

    def run(
        self, source: Path | BinaryIO, clerk: Clerk, service: str = "", progress: Progress = no_progress
    ) -> Examined:
        """Take over all rows, or none where there is any fault. Numbers that follow go on after the highest."""
        examined = self.examine(source, service)
        if examined.problems or not examined.new:
            return examined
        for start in range(0, len(examined.new), TOGETHER):
            part = examined.new[start : start + TOGETHER]
            with self._books.begin() as uow:
                if start == 0:
                    self._raise_numbers(uow, examined.new)
                self._add(uow, part, clerk)
                uow.commit()
            progress(start + len(part), len(examined.new))
        return examined

    def _missing_columns(self, sheet: Sheet, service: str) -> list[Problem]:
        needed = ("number", "holder", "issued_on", *(() if service else ("service",)))
        lacking = [key for key in needed if key not in sheet.headings.places]
        return [Problem(1, self._names.heading([key], [])[0], "column-missing") for key in lacking]

    def _licence(self, row: RowReader, default: str, problems: list[Problem]) -> tuple[RowReader, Licence] | None:
        licence = self._read(row, default)
        problems += row.problems
        return None if licence is None or row.problems else (row, licence)

    def _read(self, row: RowReader, default: str) -> Licence | None:
        service = self._service(row.text("service") or default)
        if service is None:
            row.fault("service", "service-unknown", row.text("service"))
            return None
        number = row.text("number")
        for key in ("number", "holder", "issued_on", *(("expires_on",) if service.months else ())):
            if not row.text(key):
                row.fault(key, "cell-empty")
        content = tidied_content(row_content(row, service, date.min))
        for code, detail in faults(content, _lenient(service)) if not row.problems else ():
            row.fault(detail, code, detail)
        status = self._status(row)
        now = self._clock.now()
        return Licence(
            id=0,
            service=service.key,
            number=number,
            code="",
            status=status,
            status_since=self._since(row, content.issued_on),
            status_reason=row.text("status_reason"),
            version=0,
            content=content,
            email=self._email(row),
            updated_at=now,
        )

    def _service(self, text: str) -> Service | None:
        """By key, name of the service, or title of the licence."""
        wanted = text.casefold()
        for one in self._services:
            if wanted and wanted in {one.key, one.name.casefold(), one.name_en.casefold(), one.licence_name.casefold()}:
                return one
        return None

    def _status(self, row: RowReader) -> LicenceStatus:
        """What lapsed is recognised by its last day, so that the word for it means no more than in force."""
        text = row.text("status")
        if not text:
            return LicenceStatus.VALID
        found = self._names.status(text, [status.value for status in LicenceStatus])
        if found is None:
            row.fault("status", "status-unknown", text)
        return LicenceStatus(found) if found in _STORED else LicenceStatus.VALID

    @staticmethod
    def _since(row: RowReader, issued_on: date) -> datetime:
        day = max(row.day("status_since") or issued_on, EARLIEST)
        return datetime.combine(day, time(), BANGKOK).astimezone(UTC)

    @staticmethod
    def _email(row: RowReader) -> str:
        try:
            return check.mailbox(row.text("email"))
        except RefusedActionError as error:
            row.fault("email", error.code, error.detail)
            return ""

    def _told_apart(
        self, found: Iterable[tuple[RowReader, Licence]], problems: list[Problem]
    ) -> tuple[list[Licence], int]:
        """New licences, and how many rows are in the books already."""
        new: list[Licence] = []
        known = 0
        rows: dict[tuple[str, str], int] = {}
        with self._books.look() as uow:
            for row, licence in found:
                key = (licence.service, licence.number)
                there = uow.licences.by_number(*key)
                if first := rows.get(key):
                    row.problems.clear()
                    row.fault("number", "number-twice", f"{licence.number}, {first}")
                    problems += row.problems
                elif there is None:
                    new.append(licence)
                elif there.content == licence.content:
                    known += 1
                else:
                    row.fault("number", "number-exists", licence.number)
                    problems += row.problems
                rows.setdefault(key, row.number)
        return new, known

    def _raise_numbers(self, uow: UnitOfWork, licences: Sequence[Licence]) -> None:
        last: dict[tuple[str, int], int] = {}
        for one in licences:
            if match := _SERIES.fullmatch(one.number):
                key = (one.service, int(match[2]))
                last[key] = max(last.get(key, 0), int(match[1]))
        for (service, year), number in last.items():
            uow.licences.raise_numbers(service, year, number)

    def _add(self, uow: UnitOfWork, licences: Sequence[Licence], clerk: Clerk) -> None:
        now = self._clock.now()
        for one in licences:
            licence = uow.licences.add(replace(one, code=self._codes(), updated_at=now))
            uow.licences.note(
                LicenceEvent(licence_id=licence.id, act=Act.IMPORT, at=now, actor=clerk.username, version=0)
            )
        uow.events.add("licences.imported", now, actor=clerk.username, detail=str(len(licences)))


def _lenient(service: Service) -> Service:
    """Earlier papers may lack what papers of today must have."""
    return replace(service, fields=tuple(replace(one, required=False) for one in service.fields))
