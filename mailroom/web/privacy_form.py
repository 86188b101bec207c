"""What is typed on the pages about personal data."""

import re
from datetime import UTC, date, datetime, time, timedelta

from mailroom.domain.agency import BANGKOK, BUDDHIST_ERA
from mailroom.domain.breach import BreachFacts, BreachKind, Risk
from mailroom.domain.errors import RefusedActionError
from mailroom.domain.register import RegisterNumber
from mailroom.stages.normalise import to_arabic_digits
from mailroom.web.site import Visit

LONG = 4000
SHORT = 200
LATEST_YEAR = 2400
"""A later one is of the Buddhist era."""
_NUMBER = re.compile(r"(\d{1,9})/(\d{4})", re.ASCII)


def words(visit: Visit, name: str, most: int = LONG) -> str:
    """What was typed, its lines kept, cut at `most` characters."""
    return visit.form.get(name, "").replace("\r\n", "\n").replace("\x00", "").strip()[:most]


def line(visit: Visit, name: str) -> str:
    return " ".join(words(visit, name, SHORT).split())


def moment(text: str) -> datetime:
    """A Thai clock's `2026-11-23T10:00`, of the common or the Buddhist era. Raises RefusedActionError."""
    try:
        local = datetime.fromisoformat(to_arabic_digits(text.strip()))
        if local.year > LATEST_YEAR:
            local = local.replace(year=local.year - BUDDHIST_ERA)
    except ValueError as error:
        raise RefusedActionError("bad-moment") from error
    return local.replace(tzinfo=BANGKOK).astimezone(UTC)


def day_begins(text: str, *, after: int = 0) -> datetime | None:
    """When a day `2026-11-23` begins in Thailand, or that which comes so many days after; None for no day."""
    try:
        on = date.fromisoformat(text) + timedelta(days=after)
        return datetime.combine(on, time(), BANGKOK).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def number(text: str) -> RegisterNumber | None:
    """Of `12/2569`; None for nothing. Raises RefusedActionError `bad-number`."""
    typed = to_arabic_digits(text).strip()
    if not typed:
        return None
    found = _NUMBER.fullmatch(typed)
    if not found:
        raise RefusedActionError("bad-number")
    return RegisterNumber(int(found[2]), int(found[1]))


def count(visit: Visit, name: str) -> int | None:
    """A number of people or records; None while nobody knows. Raises RefusedActionError `bad-number`."""
    typed = to_arabic_digits(line(visit, name)).replace(",", "")
    if not typed:
        return None
    if not (typed.isascii() and typed.isdigit() and len(typed) < 10):
        raise RefusedActionError("bad-number")
    return int(typed)


def kinds(visit: Visit) -> frozenset[BreachKind]:
    return frozenset(one for one in BreachKind if f"kind-{one}" in visit.form)


def people(visit: Visit) -> list[str]:
    """User names that are ticked."""
    return [name.removeprefix("person-") for name in visit.form if name.startswith("person-")]


def facts(visit: Visit) -> BreachFacts:
    """An assessment. Raises RefusedActionError."""
    risk = visit.form.get("risk", "")
    if risk not in set(Risk):
        raise RefusedActionError("breach-incomplete")
    return BreachFacts(
        kinds=kinds(visit),
        nature=words(visit, "nature"),
        people=count(visit, "people"),
        records=count(visit, "records"),
        effects=words(visit, "effects"),
        measures=words(visit, "measures"),
        advice=words(visit, "advice"),
        late_reason=words(visit, "late_reason"),
        risk=Risk(risk),
    )


def local_text(at: datetime) -> str:
    """An instant as a field of a browser takes it, on a Thai clock."""
    return at.astimezone(BANGKOK).strftime("%Y-%m-%dT%H:%M")
