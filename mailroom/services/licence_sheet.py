"""Workbooks of licences: read whole, and a blank one to fill in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO
from zipfile import BadZipFile

from mailroom.domain.errors import UnreadableError
from mailroom.domain.licence import FIELDS
from mailroom.domain.service import Service
from mailroom.domain.texts import Texts
from mailroom.services.export_formats.xlsx_sheet import SheetFrame, write_xlsx
from mailroom.stages.licence_rows import Cell, Headings, RowReader, headings

ROWS_MAX = 100_000
COLUMNS_MAX = 200

IMPORT_COLUMNS = ("service", "number", *FIELDS, "status", "status_since", "status_reason", "email")
"""Of a workbook of licences issued before the system."""
PAPER_COLUMNS = tuple(
    key for key in IMPORT_COLUMNS if key not in {"service", "number", "status", "status_since", "status_reason"}
)
"""Of a workbook of licences to be issued."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The first sheet of a workbook."""

    headings: Headings
    rows: tuple[tuple[int, tuple[Cell, ...]], ...]
    """Each with its number in the workbook; those without any content are left out."""

    def readers(self) -> list[RowReader]:
        return [RowReader(number, cells, self.headings) for number, cells in self.rows]


class ColumnNames:
    """What columns are called: the spellings of every language of the catalogue, and the fields of services."""

    def __init__(self, texts: Sequence[Texts]) -> None:
        """`texts`: table `licence_columns`, by key the spellings parted by strokes; the first is the usual one."""
        self._texts = texts

    def spellings(self, columns: Sequence[str], services: Sequence[Service]) -> Mapping[str, Sequence[str]]:
        fields = [one for service in services for one in service.fields]
        own = {one.key: [text for text in (one.label, one.label_en) if text] for one in fields}
        return own | {key: self._spelt(key) for key in columns}

    def heading(self, columns: Sequence[str], services: Sequence[Service]) -> list[str]:
        """Of a blank workbook: the usual name of each column, then the fields of the services."""
        own = dict.fromkeys(one.label for service in services for one in service.fields)
        return [*(self._spelt(key)[0] for key in columns), *own]

    def status(self, text: str, known: Sequence[str]) -> str | None:
        """The status that a text names, in any of the languages or by its key."""
        wanted = text.casefold()
        for key in known:
            spelt = (one.label("licence_status_words", key).split("|") for one in self._texts)
            if wanted == key or any(wanted == word.strip().casefold() for words in spelt for word in words):
                return key
        return None

    def _spelt(self, key: str) -> list[str]:
        found = [one.label("licence_columns", key).split("|") for one in self._texts]
        return [word.strip() for words in found for word in words]


def read_sheet(source: Path | BinaryIO, spellings: Mapping[str, Sequence[str]]) -> Sheet:
    """The first sheet, values instead of formulas. Raises UnreadableError with the remedy."""
    # Loaded where a workbook is read: it takes as long as all the rest of a command together.
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(source, read_only=True, data_only=True)
    except (OSError, BadZipFile, InvalidFileException, KeyError, ValueError) as error:
        raise UnreadableError(f"{source}: no workbook ({error}); save it as .xlsx") from error
    try:
        rows = book.worksheets[0].iter_rows(max_row=ROWS_MAX + 1, max_col=COLUMNS_MAX, values_only=True)
        found = [(number, _plain(cells)) for number, cells in enumerate(rows, start=1)]
    finally:
        book.close()
    if len(found) > ROWS_MAX:
        raise UnreadableError(f"{source}: more than {ROWS_MAX} rows; part it into several workbooks")
    filled = [(number, cells) for number, cells in found if any(cell not in (None, "") for cell in cells)]
    if not filled:
        raise UnreadableError(f"{source}: the first sheet is empty; its first row names the columns")
    return Sheet(headings(filled[0][1], spellings), tuple(filled[1:]))


def _plain(cells: Sequence[object]) -> tuple[Cell, ...]:
    """Cells of kinds that hold no item (errors, times of day) as text."""
    return tuple(cell if cell is None or isinstance(cell, _KINDS) else str(cell) for cell in cells)


_KINDS = (str, int, float, datetime)


def write_blank(heading: Sequence[str], title: str, out: BinaryIO, *, at: datetime) -> None:
    """A workbook with its heading alone, every cell a text, so that nothing that is typed turns into a quantity."""
    frame = SheetFrame(name=title[:31], title=title, heading=heading, widths=[22.0] * len(heading), created_at=at)
    write_xlsx(frame, [[""] * len(heading)] * _BLANK_ROWS, out)


_BLANK_ROWS = 200
