"""Lines of ทะเบียนหนังสือรับ as exports show them: the columns of แบบที่ 13, and what else is known (R50)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from mailroom.domain.agency import BANGKOK
from mailroom.domain.decision import LetterMarks, Outcome, Secrecy, Urgency
from mailroom.domain.record import MessageRecord
from mailroom.domain.register import RegisterEntry
from mailroom.domain.service import Catalogue
from mailroom.ports import Json
from mailroom.services.wording import Wording

FORM_COLUMNS = ("register_number", "letter_no", "dated", "from", "to", "subject", "action", "remark")
"""The columns of แบบที่ 13 in its order."""

EXTRA_COLUMNS = (
    "entered_system_at",
    "deemed_received_at",
    "registered_at",
    "urgency",
    "secrecy",
    "channel",
    "account",
    "message_id",
    "digest",
)
COLUMNS = FORM_COLUMNS + EXTRA_COLUMNS
WIDTHS = (14, 18, 14, 34, 30, 48, 38, 26, 24, 24, 24, 14, 12, 11, 26, 34, 68)


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """One line: the entry as it was registered, and the decision in force on it."""

    entry: RegisterEntry
    record: MessageRecord
    action: str
    remark: str

    @property
    def registered_at(self) -> datetime | None:
        return self.entry.draft.registered_at

    def small_print(self, wording: Wording) -> str:
        """What the form has no column for: both times of receipt (R14, R15)."""
        entered, deemed = self.entry.draft.entered_system_at, self.entry.draft.deemed_received_at
        return wording.say("print", "received", entered=wording.time(entered), deemed=wording.time(deemed))

    def as_object(self) -> dict[str, Json]:
        """For machines: digits Arabic, days ISO 8601, times RFC 3339 in +07:00."""
        draft, envelope = self.entry.draft, self.record.logged.envelope
        decision, classification = self.record.decision, self.record.classification
        return {
            "register_number": str(self.entry.number),
            "year": self.entry.number.year,
            "number": self.entry.number.number,
            "letter_no": draft.letter_no,
            "dated": draft.dated.isoformat() if draft.dated else None,
            "from": draft.sender,
            "to": draft.addressee,
            "subject": draft.subject,
            "action": self.action,
            "remark": self.remark,
            "entered_system_at": rfc3339(draft.entered_system_at),
            "deemed_received_at": rfc3339(draft.deemed_received_at),
            "registered_at": rfc3339(draft.registered_at),
            "urgency": draft.urgency.value,
            "secrecy": draft.secrecy.value,
            "channel": envelope.channel,
            "account": envelope.account,
            "external_id": envelope.external_id,
            "message_id": self.record.message.message_id if self.record.message else "",
            "digest": self.record.logged.digest,
            "kind": classification.kind.value if classification else None,
            "service": classification.service if classification else None,
            "outcome": decision.outcome.value if decision else None,
            "follows": str(self.record.follows) if self.record.follows else None,
        }

    def as_cells(self, wording: Wording) -> tuple[str, ...]:
        """For people: one text for each of `COLUMNS`, days and times in พ.ศ."""
        draft, envelope = self.entry.draft, self.record.logged.envelope
        return (
            wording.figures(str(self.entry.number)),
            wording.figures(draft.letter_no),
            wording.day(draft.dated),
            draft.sender,
            draft.addressee,
            draft.subject,
            self.action,
            self.remark,
            wording.time(draft.entered_system_at),
            wording.time(draft.deemed_received_at),
            wording.time(draft.registered_at),
            wording.say("urgency", draft.urgency),
            wording.say("secrecy", draft.secrecy),
            wording.known("channels", envelope.channel),
            envelope.account,
            self.record.message.message_id if self.record.message else "",
            self.record.logged.digest,
        )


def register_row(entry: RegisterEntry, record: MessageRecord, catalogue: Catalogue, wording: Wording) -> RegisterRow:
    """การปฏิบัติ and หมายเหตุ tell the decision in force, a clerk's included."""
    return RegisterRow(entry, record, _action(record, catalogue, wording), " · ".join(_remarks(entry, record, wording)))


def rfc3339(at: datetime) -> str:
    """The instant in Thailand to the second: `2026-11-21T08:30:00+07:00`."""
    return at.astimezone(BANGKOK).isoformat(timespec="seconds")


def _action(record: MessageRecord, catalogue: Catalogue, wording: Wording) -> str:
    if record.decision is None:
        return wording.say("actions", "undecided")
    match record.decision.outcome:
        case Outcome.ACCEPT:
            return _acceptance(record, catalogue, wording)
        case Outcome.REDIRECT_AGENCY if record.decision.agency:
            return wording.say("actions", "redirect-agency", agency=record.decision.agency)
        case Outcome.REDIRECT_AGENCY:
            return wording.say("actions", "redirect-agency-unnamed")
        case outcome:
            return wording.say("actions", outcome)


def _acceptance(record: MessageRecord, catalogue: Catalogue, wording: Wording) -> str:
    service = catalogue.service(record.classification.service) if record.classification else None
    if service is None:
        return wording.say("actions", "accept")
    if not service.unit:
        return wording.say("actions", "accept-service", service=service.name)
    return wording.say("actions", "accept-unit", service=service.name, unit=service.unit)


def _remarks(entry: RegisterEntry, record: MessageRecord, wording: Wording) -> Iterator[str]:
    draft = entry.draft
    marks = record.classification.marks if record.classification else LetterMarks()
    if draft.secrecy is not Secrecy.NONE:
        yield wording.say("remarks", "secrecy", secrecy=wording.say("secrecy", draft.secrecy))
    if draft.urgency is Urgency.WITHIN and marks.urgent_within:
        yield wording.say(
            "remarks", "within", urgency=wording.say("urgency", draft.urgency), within=marks.urgent_within
        )
    elif draft.urgency is not Urgency.NORMAL:
        yield wording.say("remarks", "urgency", urgency=wording.say("urgency", draft.urgency))
    if marks.circular:
        yield wording.say("remarks", "circular")
    if record.follows:
        yield wording.say("remarks", "follows", number=wording.figures(str(record.follows)))
    if record.clerk_reason:
        yield wording.say("remarks", "reason", reason=record.clerk_reason)
    if record.decided_by:
        yield wording.say("remarks", "clerk", clerk=record.decided_by)
