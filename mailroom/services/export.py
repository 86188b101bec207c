"""Exports of the register and of the message log, streamed from the books."""

from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import BinaryIO

from mailroom.domain.agency import Agency
from mailroom.domain.decision import Secrecy
from mailroom.domain.outgoing import OUTGOING
from mailroom.domain.register import INCOMING
from mailroom.domain.service import Catalogue
from mailroom.ports import Books, Clock, Renderer, UnitOfWork
from mailroom.services.export_formats.csv_sheet import write_csv
from mailroom.services.export_formats.json_array import write_json
from mailroom.services.export_formats.xlsx_sheet import SheetFrame, write_xlsx
from mailroom.services.message_objects import message_object
from mailroom.services.outgoing_rows import outgoing_rows
from mailroom.services.records.hidden import hidden_entry, hidden_row, sealed_entry, sealed_row
from mailroom.services.register_print import RECEIVED, SENT, SheetForm, SheetRow, print_sheet
from mailroom.services.register_rows import COLUMNS, RegisterRow, register_row
from mailroom.services.void_rows import VoidRow, voids_of, with_voids
from mailroom.services.wording import Wording


class ExportFormat(StrEnum):
    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"
    PDF = "pdf"


class Export:
    """One agency's exports. Nothing is changed in the books, and no writer is kept waiting.

    Of secret matter every export tells number, times and grade, and neither sender, subject nor content: whom a file
    reaches, nobody named for it (R58).
    """

    def __init__(
        self,
        books: Books,
        *,
        agency: Agency,
        catalogue: Catalogue,
        wording: Wording,
        renderer: Callable[[], Renderer],
        clock: Clock,
    ) -> None:
        """`renderer` is asked for only when a PDF is wanted."""
        self._books = books
        self._agency = agency
        self._catalogue = catalogue
        self._wording = wording
        self._renderer = renderer
        self._clock = clock

    def messages(self, out: BinaryIO) -> int:
        """Every message ever taken, as a JSON array in order of custody; how many it were.

        Those of restricted cases are left out (R106).
        """
        with self._books.look() as uow:
            hidden = uow.privacy.restricted_messages()
            shown = (one for one in uow.messages.every() if one.logged.id not in hidden)
            return write_json(map(message_object, shown), out)

    def register(self, form: ExportFormat, out: BinaryIO, *, year: int | None = None) -> int:
        """ทะเบียนหนังสือรับ of one พ.ศ. year or of all, one row for each entry and each stretch of void numbers (R51); how many.

        JSON, CSV and XLSX are written in bounded memory; the pages of a PDF are laid out as a whole. Raises
        RenderingError, ConfigurationError.
        """
        with self._books.look() as uow:
            return self._write(self._rows(uow, year), RECEIVED, form, year, out)

    def outgoing(self, form: ExportFormat, out: BinaryIO, *, year: int | None = None) -> int:
        """ทะเบียนหนังสือส่ง of one พ.ศ. year or of all, a number without a letter included (R53); see `register`."""
        with self._books.look() as uow:
            voids = voids_of(uow, OUTGOING, year)
            hidden, secret = uow.privacy.restricted_messages(), uow.messages.secret()
            entries = (
                hidden_entry(one, self._wording)
                if one.draft.message_id in hidden
                else sealed_entry(one, self._wording)
                if one.draft.message_id in secret
                else one
                for one in uow.outgoing.entries(year)
            )
            rows = outgoing_rows(entries, self._agency.letter_prefix, voids)
            return self._write(rows, SENT, form, year, out)

    def _rows(self, uow: UnitOfWork, year: int | None) -> Iterator[RegisterRow | VoidRow]:
        hidden, secret = uow.privacy.restricted_messages(), uow.messages.secret()
        rows = (
            hidden_row(entry, record, self._wording)
            if entry.draft.message_id in hidden
            else sealed_row(entry, record, self._wording)
            if entry.draft.message_id in secret or entry.draft.secrecy is not Secrecy.NONE
            else register_row(entry, record, self._catalogue, self._wording)
            for entry, record in uow.register.entries(year)
        )
        return with_voids(rows, lambda row: row.entry.number, voids_of(uow, INCOMING, year), COLUMNS)

    def _write(
        self, rows: Iterator[SheetRow], sheet: SheetForm, form: ExportFormat, year: int | None, out: BinaryIO
    ) -> int:
        heading = [self._wording.say("columns", key) for key in sheet.columns]
        match form:
            case ExportFormat.JSON:
                return write_json((row.as_object() for row in rows), out)
            case ExportFormat.CSV:
                return write_csv(heading, (row.as_cells(self._wording) for row in rows), out)
            case ExportFormat.XLSX:
                frame = self._frame(sheet, heading, year)
                return write_xlsx(frame, (row.as_cells(self._wording) for row in rows), out)
            case ExportFormat.PDF:
                return self._print(rows, sheet, year, out)

    def _frame(self, sheet: SheetForm, heading: list[str], year: int | None) -> SheetFrame:
        name = self._wording.say(sheet.words, "title")
        title = f"{name} {self._wording.period(year)} {self._agency.name}"
        return SheetFrame(name=name, title=title, heading=heading, widths=sheet.widths, created_at=self._clock.now())

    def _print(self, rows: Iterator[SheetRow], sheet: SheetForm, year: int | None, out: BinaryIO) -> int:
        at = self._clock.now()
        data, count = print_sheet(rows, self._agency, year, self._wording, at, sheet)
        out.write(self._renderer().render(sheet.template, data, at=at))
        return count
