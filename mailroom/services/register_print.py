"""What a printed register shows, as its template (config/templates/pdf) takes it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from mailroom.domain.agency import BANGKOK, Agency
from mailroom.ports import Json
from mailroom.services import outgoing_rows, register_rows
from mailroom.services.wording import Wording
from mailroom.stages.thai import thai_date

CELL_LENGTH = 400
"""Characters of a printed cell: in the narrowest column they still fit on one page. Other formats have all."""


class SheetRow(Protocol):
    """One line of a register."""

    @property
    def registered_at(self) -> datetime | None:
        """None for a line that stands for no entry."""

    def as_object(self) -> dict[str, Json]: ...

    def as_cells(self, wording: Wording) -> tuple[str, ...]:
        """One text for each column of its form, those of the print first."""

    def small_print(self, wording: Wording) -> str:
        """What stands below the subject in print; may be empty."""


@dataclass(frozen=True, slots=True)
class SheetForm:
    """A kind of register: its columns, and where its words stand."""

    template: str
    """One template prints both registers: the forms differ in words alone."""
    words: str
    """Table of texts that holds `title` and `form`."""
    printed: tuple[str, ...]
    columns: tuple[str, ...]
    widths: tuple[float, ...]


RECEIVED = SheetForm("register", "print", register_rows.FORM_COLUMNS, register_rows.COLUMNS, register_rows.WIDTHS)
SENT = SheetForm("register", "outgoing", outgoing_rows.FORM_COLUMNS, outgoing_rows.COLUMNS, outgoing_rows.WIDTHS)


def print_sheet(
    rows: Iterable[SheetRow],
    agency: Agency,
    year: int | None,
    wording: Wording,
    at: datetime,
    form: SheetForm = RECEIVED,
) -> tuple[dict[str, Json], int]:
    """The sheet and the number of its lines. A line with the day stands before the first entry registered on it."""
    lines: list[Json] = []
    count, last_day = 0, ""
    for row in rows:
        day = _day(row, wording) or last_day
        if day != last_day:
            lines.append({"day": day})
        cells: list[Json] = [_cut(cell) for cell in row.as_cells(wording)[: len(form.printed)]]
        lines.append({"cells": cells, "note": row.small_print(wording)})
        count, last_day = count + 1, day
    return {"rows": lines, **_frame(form, agency, year, count, wording, at)}, count


def _day(row: SheetRow, wording: Wording) -> str:
    if row.registered_at is None:
        return ""
    day = row.registered_at.astimezone(BANGKOK).date()
    return wording.say("print", "day", date=wording.figures(thai_date(day)))


def _cut(cell: str) -> str:
    return cell if len(cell) <= CELL_LENGTH else cell[: CELL_LENGTH - 1] + "…"


def _frame(
    form: SheetForm, agency: Agency, year: int | None, count: int, wording: Wording, at: datetime
) -> dict[str, Json]:
    return {
        "title": wording.say(form.words, "title"),
        "agency": agency.name,
        "year": wording.period(year),
        "form": wording.figures(wording.say(form.words, "form")),
        "columns": [wording.say("columns", key) for key in form.printed],
        "printed": wording.say("print", "printed", at=wording.time(at), count=wording.figures(f"{count:,}")),
        "page": wording.say("print", "page", page="{page}", pages="{pages}"),
        "digits": wording.figures("0123456789"),
        "empty": wording.say("print", "empty"),
    }
