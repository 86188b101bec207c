"""The published licences as sheets: CSV for programs, XLSX for people."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import BinaryIO

from mailroom.domain.agency import Agency
from mailroom.services.export_formats.csv_sheet import write_csv
from mailroom.services.export_formats.xlsx_sheet import SheetFrame, write_xlsx
from mailroom.services.public_licence import COLUMNS, PublicLicence
from mailroom.services.register_rows import rfc3339
from mailroom.services.wording import Wording

WIDTHS = (8, 34, 34, 14, 32, 18, 32, 48, 34, 15, 15, 15, 48, 12, 14, 40, 18, 15, 28, 18, 26, 40, 26)


def write_licence_csv(licences: Iterable[PublicLicence], wording: Wording, as_of: datetime, out: BinaryIO) -> int:
    """Days as ISO 8601; how many licences it were."""
    stamp = rfc3339(as_of)
    rows = (one.as_cells(no, wording, stamp) for no, one in enumerate(licences, start=1))
    return write_csv(_heading(wording), rows, out)


def write_licence_xlsx(
    licences: Iterable[PublicLicence], wording: Wording, agency: Agency, as_of: datetime, out: BinaryIO
) -> int:
    """Days in พ.ศ.; how many licences it were."""
    stamp = wording.time(as_of)
    title = wording.say("public_data", "title", agency=agency.name)
    frame = SheetFrame(
        name=wording.say("public_data", "name"),
        title=f"{title} · {wording.say('public_data', 'as_of', moment=stamp)}",
        heading=_heading(wording),
        widths=WIDTHS,
        created_at=as_of,
    )
    rows = (
        one.as_cells(no, wording, stamp, lambda day: wording.day(date.fromisoformat(day)))
        for no, one in enumerate(licences, start=1)
    )
    return write_xlsx(frame, rows, out)


def _heading(wording: Wording) -> list[str]:
    return [wording.say("public_columns", column) for column in COLUMNS]
