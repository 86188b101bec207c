"""The notice form for the commission: what is asked for, as it is known by now (R100, R101)."""

from collections.abc import Sequence
from datetime import datetime

from mailroom.domain.agency import Agency
from mailroom.domain.breach import Breach, BreachKind, BreachStep
from mailroom.domain.texts import Texts
from mailroom.ports import Json
from mailroom.stages.thai import thai_datetime

TEMPLATE = "breach-notice.v1"


def printed(
    breach: Breach, steps: Sequence[BreachStep], *, agency: Agency, contact: str, texts: Texts, at: datetime
) -> dict[str, Json]:
    """The data of the template; `at` is as of when they are. What nobody knows yet stays empty, and says so in print."""
    facts = breach.facts
    late = breach.notified_at is None and at > breach.notify_by
    late = late or (breach.notified_at is not None and breach.notified_at > breach.notify_by)
    return {
        "agency": agency.name,
        "as_of": thai_datetime(at),
        "contact": contact or agency.phone,
        "known": thai_datetime(breach.known_at),
        "notify_by": thai_datetime(breach.notify_by),
        "kinds": [{"chosen": one in facts.kinds, "text": texts.label("breach_kinds", one)} for one in BreachKind],
        "nature": [breach.title, *_lines(facts.nature)],
        "people": _count(facts.people),
        "records": _count(facts.records),
        "risk": texts.label("breach_risks", facts.risk),
        "effects": _lines(facts.effects),
        "measures": _lines(facts.measures),
        "told": thai_datetime(breach.told_at) if breach.told_at else "",
        "steps": [_step(one, texts) for one in steps],
        "late": thai_datetime(breach.excuse_by) if late else "",
        "late_reason": _lines(facts.late_reason),
    }


def _lines(text: str) -> list[Json]:
    return [line for line in text.splitlines() if line.strip()]


def _count(number: int | None) -> str:
    return "" if number is None else f"{number:,}"


def _step(step: BreachStep, texts: Texts) -> str:
    return f"{thai_datetime(step.happened_at)} {texts.label('breach_steps', step.kind)}"
