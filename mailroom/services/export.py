"""Exports of the register and of the message log, streamed from the books."""

from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import BinaryIO

from mailroom.domain.agency import Agency
from mailroom.domain.service import Catalogue
from mailroom.ports import Books, Clock, Renderer, UnitOfWork
from mailroom.services.export_formats.csv_sheet import write_csv
from mailroom.services.export_formats.json_array import write_json
from mailroom.services.export_formats.xlsx_sheet import SheetFrame, write_xlsx
from mailroom.services.message_objects import message_object
from mailroom.services.register_print import PRINT_TEMPLATE, print_sheet
from mailroom.services.register_rows import COLUMNS, RegisterRow, register_row
from mailroom.services.wording import Wording

WIDTHS = (14, 18, 14, 34, 30, 48, 38, 26, 24, 24, 24, 14, 12, 11, 26, 34, 68)


class ExportFormat(StrEnum):
    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"
    PDF = "pdf"


class Export:
    """One agency's exports. Nothing is changed in the books, and no writer is kept waiting."""

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
        """Every message ever taken, as a JSON array in order of custody; how many it were."""
        with self._books.look() as uow:
            return write_json(map(message_object, uow.messages.every()), out)

    def register(self, form: ExportFormat, out: BinaryIO, *, year: int | None = None) -> int:
        """ทะเบียนหนังสือรับ of one พ.ศ. year or of all, one row for each entry; how many it were.

        JSON, CSV and XLSX are written in bounded memory; the pages of a PDF are laid out as a whole. Raises
        RenderingError, ConfigurationError.
        """
        with self._books.look() as uow:
            rows = self._rows(uow, year)
            match form:
                case ExportFormat.JSON:
                    return write_json((row.as_object() for row in rows), out)
                case ExportFormat.CSV:
                    return write_csv(self._heading(), (row.as_cells(self._wording) for row in rows), out)
                case ExportFormat.XLSX:
                    return write_xlsx(self._frame(year), (row.as_cells(self._wording) for row in rows), out)
                case ExportFormat.PDF:
                    return self._print(rows, year, out)

    def _rows(self, uow: UnitOfWork, year: int | None) -> Iterator[RegisterRow]:
        for entry, record in uow.register.entries(year):
            yield register_row(entry, record, self._catalogue, self._wording)

    def _heading(self) -> list[str]:
        return [self._wording.say("columns", key) for key in COLUMNS]

    def _frame(self, year: int | None) -> SheetFrame:
        name = self._wording.say("print", "title")
        title = f"{name} {self._wording.period(year)} {self._agency.name}"
        return SheetFrame(name=name, title=title, heading=self._heading(), widths=WIDTHS, created_at=self._clock.now())

    def _print(self, rows: Iterator[RegisterRow], year: int | None, out: BinaryIO) -> int:
        at = self._clock.now()
        sheet, count = print_sheet(rows, self._agency, year, self._wording, at)
        out.write(self._renderer().render(PRINT_TEMPLATE, sheet, at=at))
        return count
