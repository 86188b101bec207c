"""บันทึกรายการกิจกรรมการประมวลผลข้อมูลส่วนบุคคล: made of what is configured and kept, so that it is never out of date (R105)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from mailroom.domain.agency import Agency
from mailroom.domain.privacy import RequestKind
from mailroom.domain.service import Catalogue
from mailroom.ports import Books
from mailroom.services.export_formats.csv_sheet import write_csv
from mailroom.services.export_formats.json_array import write_json
from mailroom.services.export_formats.xlsx_sheet import SheetFrame, write_xlsx
from mailroom.services.wording import Wording

COLUMNS = (
    "activity",
    "purpose",
    "basis",
    "subjects",
    "data",
    "disclosed_to",
    "processors",
    "kept_for",
    "security",
    "rights",
    "refused",
    "controller",
    "contact",
    "as_of",
)
"""What section 39 asks for, one activity on a line, and as of when."""
WIDTHS = (26, 40, 34, 26, 44, 34, 34, 30, 44, 34, 30, 30, 30, 20)
FORMATS = ("csv", "xlsx", "json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What the record has to know of the installation beside its books."""

    channels: Sequence[str]
    """Names of those in use."""
    default_years: int
    classes: Sequence[tuple[str, int | None]]
    """Name and years of each class of records; None for ever."""
    contact: str
    purpose: str
    """The agency's own words on purpose and basis; empty where it added none."""
    processors: Sequence[str]
    """Kinds of others who hold data for us: codes of `processors` in the texts."""
    sealed: bool
    """Whether the archive is encrypted at rest."""


class ProcessingRecord:
    """The record of one agency."""

    def __init__(self, books: Books, *, agency: Agency, catalogue: Catalogue, wording: Wording, kept: Kept) -> None:
        self._books = books
        self._agency = agency
        self._catalogue = catalogue
        self._wording = wording
        self._kept = kept

    def rows(self, at: datetime) -> list[dict[str, str]]:
        """One for each activity, by column."""
        with self._books.look() as uow:
            refused = sum(one.kind is RequestKind.ERASURE and bool(one.answer) for one in uow.privacy.requests(10_000))
            restricted = len(uow.privacy.restrictions(every=True))
        common = {
            "kept_for": self._kept_for(),
            "processors": "; ".join(self._say("processors", one) for one in self._kept.processors),
            "security": self._say("security", "sealed" if self._kept.sealed else "plain"),
            "rights": self._say("record", "rights", contact=self._kept.contact or self._agency.phone),
            "refused": self._say("record", "refused", count=str(refused), restricted=str(restricted)),
            "controller": self._agency.name,
            "contact": self._kept.contact,
            "as_of": self._wording.time(at),
        }
        return [{**self._activity(key), **common} for key in self._activities()]

    def write(self, form: str, out: BinaryIO, at: datetime) -> int:
        """As CSV, XLSX or JSON; how many activities."""
        rows = self.rows(at)
        if form == "json":
            return write_json(rows, out)
        heading = [self._say("columns", column) for column in COLUMNS]
        cells = ([row[column] for column in COLUMNS] for row in rows)
        if form == "csv":
            return write_csv(heading, cells, out)
        return write_xlsx(self._frame(heading, at), cells, out)

    def _frame(self, heading: Sequence[str], at: datetime) -> SheetFrame:
        name, title = (self._say("record", key) for key in ("name", "title"))
        return SheetFrame(
            name=name, title=f"{title} {self._agency.name}", heading=heading, widths=WIDTHS, created_at=at
        )

    def _activities(self) -> Iterator[str]:
        yield from (f"receive-{name}" for name in self._kept.channels)
        yield "register"
        if any(one.licence for one in self._catalogue.services):
            yield from ("licences", "publication")
        yield from ("backup", "access-log", "rights")

    def _activity(self, key: str) -> dict[str, str]:
        said = {column: self._say(f"activity-{column}", key) for column in _OWN}
        if self._kept.purpose:
            said["purpose"] = f"{said['purpose']} {self._kept.purpose}"
        return said

    def _kept_for(self) -> str:
        classes = (
            self._say("record", "class" if years else "class-for-good", name=name, years=str(years or ""))
            for name, years in self._kept.classes
        )
        default = self._say("record", "default", years=str(self._kept.default_years))
        return "; ".join((default, *classes))

    def _say(self, table: str, key: str, **values: str) -> str:
        return self._wording.say(f"processing-{table}", key, **values)


_OWN = ("activity", "purpose", "basis", "subjects", "data", "disclosed_to")
