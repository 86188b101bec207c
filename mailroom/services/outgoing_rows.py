"""Lines of ทะเบียนหนังสือส่ง as exports show them: the columns of แบบที่ 14, and what else is known (R53)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from mailroom.domain.backup import NumberVoid
from mailroom.domain.outgoing import OutgoingEntry
from mailroom.ports import Json
from mailroom.services.register_rows import rfc3339
from mailroom.services.void_rows import VoidRow, with_voids
from mailroom.services.wording import Wording

FORM_COLUMNS = ("sent_number", "letter_no", "dated", "from", "to", "subject", "action", "remark")
"""The columns of แบบที่ 14 in its order."""

COLUMNS = (*FORM_COLUMNS, "registered_at", "answers", "document")
WIDTHS = (14, 18, 14, 30, 34, 48, 30, 26, 24, 14, 68)


@dataclass(frozen=True, slots=True)
class OutgoingRow:
    """One letter that was sent."""

    entry: OutgoingEntry
    letter_no: str
    """ที่, in Arabic digits."""

    @property
    def registered_at(self) -> datetime | None:
        return self.entry.draft.registered_at

    def as_object(self) -> dict[str, Json]:
        """For machines: digits Arabic, days ISO 8601, times RFC 3339 in +07:00."""
        number, draft = self.entry.number, self.entry.draft
        return {
            "sent_number": str(number),
            "year": number.year,
            "number": number.number,
            "void": False,
            "letter_no": self.letter_no,
            "dated": draft.dated.isoformat(),
            "from": draft.sender,
            "to": draft.addressee,
            "subject": draft.subject,
            "action": draft.action,
            "remark": draft.note,
            "registered_at": rfc3339(draft.registered_at),
            "answers": draft.message_id,
            "document": draft.document,
        }

    def as_cells(self, wording: Wording) -> tuple[str, ...]:
        """For people: one text for each of `COLUMNS`, days and times in พ.ศ."""
        draft = self.entry.draft
        return (
            wording.figures(str(self.entry.number)),
            wording.figures(self.letter_no),
            wording.day(draft.dated),
            draft.sender,
            draft.addressee,
            draft.subject,
            draft.action,
            draft.note,
            wording.time(draft.registered_at),
            str(draft.message_id or ""),
            draft.document or "",
        )

    def small_print(self, wording: Wording) -> str:  # noqa: ARG002 - the form has a column for all of it
        """Nothing: the form has a column for all that people look for."""
        return ""


def outgoing_rows(
    entries: Iterable[OutgoingEntry], letter_prefix: str, voids: Iterable[NumberVoid] = ()
) -> Iterator[OutgoingRow | VoidRow]:
    """The entries, which come in order of year and number, with every number that has none.

    The program leaves no gap; what was lost otherwise is visible, not passed over.
    """
    rows = (OutgoingRow(entry, entry.letter_no(letter_prefix)) for entry in entries)
    year = last = 0
    for row in with_voids(rows, lambda one: one.entry.number, voids, COLUMNS):
        of_year, first, end = _stretch(row)
        if of_year != year:
            year, last = of_year, 0
        if first > last + 1:
            yield VoidRow(columns=COLUMNS, year=year, first=last + 1, last=first - 1)
        last = end
        yield row


def _stretch(row: OutgoingRow | VoidRow) -> tuple[int, int, int]:
    """Year, first and last number."""
    if isinstance(row, VoidRow):
        return row.year, row.first, row.last
    number = row.entry.number
    return number.year, number.number, number.number
