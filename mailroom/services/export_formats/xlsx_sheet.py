"""A workbook of one sheet, every cell a text."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, BinaryIO

from mailroom.services.export_formats.cells import plain

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

FONT = {"font_name": "TH Sarabun New", "font_size": 16, "valign": "top", "border": 1}
"""The fonts of Thai offices; a program that lacks it shows its own."""

A4 = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetFrame:
    """What a sheet has beside its rows."""

    name: str
    """At most 31 characters."""
    title: str
    heading: Sequence[str]
    widths: Sequence[float]
    """Of the columns, in characters."""
    created_at: datetime


def write_xlsx(frame: SheetFrame, rows: Iterable[Sequence[str]], out: BinaryIO) -> int:
    """Write the workbook; how many rows it were. Rows go to a temporary file, so memory stays bounded."""
    import xlsxwriter  # Not at the start of passes that only take mail.

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(out, options)
    book.set_properties({"title": frame.title, "created": frame.created_at.replace(tzinfo=None)})
    sheet = book.add_worksheet(frame.name)
    _set_up(book, sheet, frame)
    text = book.add_format({**FONT, "num_format": "@", "text_wrap": True, "quote_prefix": True})
    count = 0
    for count, row in enumerate(rows, start=1):
        _write(sheet, count, row, text)
    sheet.autofilter(0, 0, count, len(frame.heading) - 1)
    book.close()
    return count


def _set_up(book: "Workbook", sheet: "Worksheet", frame: SheetFrame) -> None:
    """Columns, the frozen heading, and how the sheet is printed."""
    bold = book.add_format({**FONT, "bold": True, "text_wrap": True, "align": "center", "bg_color": "#EDEDED"})
    for column, width in enumerate(frame.widths):
        sheet.set_column(column, column, width)
    _write(sheet, 0, frame.heading, bold)
    sheet.freeze_panes(1, 1)
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.repeat_rows(0)
    sheet.fit_to_pages(1, 0)
    sheet.set_header("&C" + frame.title.replace("&", "&&"))
    sheet.set_footer("&C&P / &N")


def _write(sheet: "Worksheet", at: int, row: Sequence[str], form: "Format") -> None:
    for column, cell in enumerate(row):
        sheet.write_string(at, column, plain(cell), form)
