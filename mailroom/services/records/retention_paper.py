"""บัญชีหนังสือขอทำลาย as it is printed: after แบบที่ 25, whose columns the agency confirms (R60)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from mailroom.domain.agency import Agency
from mailroom.domain.register import RegisterNumber
from mailroom.domain.retention import DestructionList, ListItem, ListState
from mailroom.domain.texts import Texts
from mailroom.ports import Json, UnitOfWork
from mailroom.stages.thai import thai_date, thai_datetime, thai_short_date

TEMPLATE = "destruction-list.v1"
SUBJECT_LENGTH = 300
"""Characters of a subject in print."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One case of a list, with what the register says of it."""

    item: ListItem
    message_id: int | None
    letter_no: str
    dated: str
    sender: str
    subject: str
    held: bool
    """A hold was placed since: it must not be destroyed, whatever was decided."""
    hidden: bool
    """Restricted (R106): the register's words are not shown."""


def lines(uow: UnitOfWork, items: Sequence[ListItem], texts: Texts) -> list[Line]:
    """In the order of the list."""
    held = {one.number for one in uow.retention.holds()}
    hidden = {one.number for one in uow.privacy.restrictions()}
    return list(_lines(uow, items, held, hidden, texts))


def _lines(
    uow: UnitOfWork,
    items: Sequence[ListItem],
    held: set[RegisterNumber],
    hidden: set[RegisterNumber],
    texts: Texts,
) -> Iterator[Line]:
    for item in items:
        case = uow.cases.of(item.number)
        entry = uow.register.of_message(case.message_id) if case else None
        draft = entry.draft if entry and item.number not in hidden else None
        restricted = texts.label("hidden", "subject")
        yield Line(
            item=item,
            message_id=case.message_id if case and item.number not in hidden else None,
            letter_no=draft.letter_no if draft else "",
            dated=thai_short_date(draft.dated) if draft and draft.dated else "",
            sender=draft.sender if draft else restricted,
            subject=draft.subject if draft else restricted,
            held=item.number in held,
            hidden=item.number in hidden,
        )


def printed(
    made: DestructionList, found: Sequence[Line], *, agency: Agency, texts: Texts, at: datetime, demo: bool = False
) -> dict[str, Json]:
    """The data of the template."""
    decision = made.decision
    return {
        "agency": agency.name,
        "year": str(made.year),
        "list": str(made.id),
        "made": thai_datetime(made.made_at),
        "printed": thai_datetime(at),
        "demo": demo,
        "state": texts.label("list_states", made.state),
        "open": made.state is ListState.SURVEYED,
        "rows": [_row(place, one, texts) for place, one in enumerate(found, 1)],
        "members": list(decision.members) if decision else [],
        "decided": thai_date(decision.on) if decision else "",
        "document": decision.document if decision else "",
    }


def _row(place: int, line: Line, texts: Texts) -> dict[str, Json]:
    item = line.item
    subject = line.subject if len(line.subject) <= SUBJECT_LENGTH else line.subject[: SUBJECT_LENGTH - 1] + "…"
    if item.verdict is not None:
        verdict = texts.label("verdicts", item.verdict)
    else:
        verdict = texts.label("retention", "proposed").replace("{verdict}", texts.label("verdicts", item.proposal))
    kept = texts.label("retention", "kept")
    for name, value in (("class", item.class_name), ("ended", item.ended), ("due", item.due)):
        kept = kept.replace(f"{{{name}}}", str(value))
    notes = (texts.label("retention", "on-hold") if line.held else "", item.note, kept)
    return {
        "place": str(place),
        "letter_no": line.letter_no,
        "dated": line.dated,
        "number": str(item.number),
        "subject": subject if line.hidden else f"{subject} ({line.sender})",
        "verdict": verdict,
        "note": [one for one in notes if one],
    }
