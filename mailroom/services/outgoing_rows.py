"""Lines of ทะเบียนหนังสือส่ง as exports show them: the columns of แบบที่ 14, and what else is known (R53)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from mailroom.domain.outgoing import OutgoingEntry
from mailroom.ports import Json
from mailroom.services.register_rows import rfc3339
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


@dataclass(frozen=True, slots=True)
class VoidRow:
    """Numbers without a letter. The program leaves none; what was lost otherwise is visible, not passed over."""

    year: int
    first: int
    last: int

    @property
    def registered_at(self) -> datetime | None:
        return None

    @property
    def _number(self) -> str:
        span = str(self.first) if self.first == self.last else f"{self.first}-{self.last}"
        return f"{span}/{self.year}"

    def as_object(self) -> dict[str, Json]:
        return {"sent_number": self._number, "year": self.year, "number": self.first, "last": self.last, "void": True}

    def as_cells(self, wording: Wording) -> tuple[str, ...]:
        subject = COLUMNS.index("subject")
        words = ["" for _ in COLUMNS]
        words[0], words[subject] = wording.figures(self._number), wording.say("outgoing", "void")
        return tuple(words)

    def small_print(self, wording: Wording) -> str:  # noqa: ARG002 - as above
        return ""


def outgoing_rows(entries: Iterable[OutgoingEntry], letter_prefix: str) -> Iterator[OutgoingRow | VoidRow]:
    """The entries, which come in order of year and number, with every gap between them."""
    year = last = 0
    for entry in entries:
        number = entry.number
        if number.year != year:
            year, last = number.year, 0
        if number.number > last + 1:
            yield VoidRow(year, last + 1, number.number - 1)
        last = number.number
        yield OutgoingRow(entry, entry.letter_no(letter_prefix))
