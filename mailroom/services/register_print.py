"""What the printed ทะเบียนหนังสือรับ shows, as its template (config/templates/pdf) takes it."""

from collections.abc import Iterable
from datetime import datetime

from mailroom.domain.agency import BANGKOK, Agency
from mailroom.ports import Json
from mailroom.services.register_rows import FORM_COLUMNS, RegisterRow
from mailroom.services.wording import Wording
from mailroom.stages.thai import thai_date

PRINT_TEMPLATE = "register"

CELL_LENGTH = 400
"""Characters of a printed cell: in the narrowest column they still fit on one page. Other formats have all."""


def print_sheet(
    rows: Iterable[RegisterRow], agency: Agency, year: int | None, wording: Wording, at: datetime
) -> tuple[dict[str, Json], int]:
    """The sheet and the number of its entries. A line with the day stands before the first entry registered on it."""
    lines: list[Json] = []
    count, last_day = 0, ""
    for row in rows:
        registered_on = row.entry.draft.registered_at.astimezone(BANGKOK).date()
        day = wording.say("print", "day", date=wording.figures(thai_date(registered_on)))
        if day != last_day:
            lines.append({"day": day})
        lines.append(_line(row, wording))
        count, last_day = count + 1, day
    return {"rows": lines, **_frame(agency, year, count, wording, at)}, count


def _line(row: RegisterRow, wording: Wording) -> dict[str, Json]:
    """The cells of the form, and below the subject, in small type, what the form has no column for (R14, R15)."""
    draft = row.entry.draft
    note = wording.say(
        "print",
        "received",
        entered=wording.time(draft.entered_system_at),
        deemed=wording.time(draft.deemed_received_at),
    )
    return {"cells": [_cut(cell) for cell in row.as_cells(wording)[: len(FORM_COLUMNS)]], "note": note}


def _cut(cell: str) -> str:
    return cell if len(cell) <= CELL_LENGTH else cell[: CELL_LENGTH - 1] + "…"


def _frame(agency: Agency, year: int | None, count: int, wording: Wording, at: datetime) -> dict[str, Json]:
    return {
        "title": wording.say("print", "title"),
        "agency": agency.name,
        "year": wording.period(year),
        "form": wording.figures(wording.say("print", "form")),
        "columns": [wording.say("columns", key) for key in FORM_COLUMNS],
        "printed": wording.say("print", "printed", at=wording.time(at), count=wording.figures(f"{count:,}")),
        "page": wording.say("print", "page", page="{page}", pages="{pages}"),
        "digits": wording.figures("0123456789"),
        "empty": wording.say("print", "empty"),
    }
