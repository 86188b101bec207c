"""What the head has to announce and order, and whether it is done: the banner, `doctor`, and the compliance sheet (R34, R40)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from mailroom.domain.agency import BANGKOK, Agency, Announcement
from mailroom.domain.instrument import GazetteReference, Instrument, InstrumentKind
from mailroom.domain.texts import Texts
from mailroom.ports import Books, Clock, Json, Renderer, UnitOfWork
from mailroom.services.announcements import Announced, Announcements
from mailroom.services.instrument_json import gazette_json
from mailroom.services.papers import ARABIC, THAI, Style
from mailroom.stages.announced import Standing, standing
from mailroom.stages.instrument_checks import Remark
from mailroom.stages.thai import thai_date, thai_datetime, to_thai_digits

RESOLVED_ON: Final = date(2023, 5, 9)
"""The cabinet resolution on the method (R34)."""
DAYS_ALLOWED: Final = 90
DUE_ON: Final = RESOLVED_ON + timedelta(days=DAYS_ALLOWED)
TEMPLATE = "compliance.v1"


def setup_gaps(uow: UnitOfWork, now: datetime, announcements: Announcements) -> list[Remark]:
    """What is missing until the set-up is complete: announcement and order with number or day, and signatory (R34)."""
    announced = announcements.known(uow)
    orders = _published(uow, InstrumentKind.SYSTEM)
    found = []
    if not _recorded(announced.instruments, now):
        if announced.configured is None:
            found.append(_gap("channels-unannounced", "channels-overdue", now))
        elif not announced.configured.number:
            found.append(Remark("channels-unnumbered"))
    if not _recorded(orders, now):
        found.append(_gap("system-undesignated", "system-overdue", now))
    return found


def setup_lines(uow: UnitOfWork, now: datetime, announcements: Announcements, texts: Texts) -> list[str]:
    """The same and the differences in words, for `check` and `doctor`."""
    found = [*setup_gaps(uow, now, announcements), *differences(uow, now, announcements)]
    return [texts.label("instrument-remarks", one.code).replace("{detail}", one.detail) for one in found]


def _gap(in_time: str, overdue: str, now: datetime) -> Remark:
    days = _days_left(now)
    return Remark(in_time, str(days)) if days >= 0 else Remark(overdue, str(-days))


def differences(uow: UnitOfWork, now: datetime, announcements: Announcements) -> list[Remark]:
    """Where the configured announcement says something else than the one of the books, which alone holds."""
    announced = announcements.known(uow)
    in_books = announced.at(now) if announced.instrument(now) else None
    if in_books is None or announced.configured is None:
        return []
    keys = list(_differing(announced.configured, in_books))
    return [Remark("two-announcements", ", ".join(keys))] if keys else []


def _differing(configured: Announcement, in_books: Announcement) -> Iterator[str]:
    if set(configured.channels) != set(in_books.channels):
        yield "channels"
    for name in ("effective_on", "number", "url", "line_id"):
        if getattr(configured, name) != getattr(in_books, name):
            yield name


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """One of the instruments that the law asks for, as it stands."""

    kind: InstrumentKind
    required: bool
    """By R34; the display of licences is announced only where the agency wants rules for it (R28)."""
    number: str = ""
    title: str = ""
    dated: date | None = None
    effective_on: date | None = None
    signatory: str = ""
    gazette: GazetteReference | None = None
    page: str = ""
    standing: str = "missing"
    """A `Standing`, `missing`, or `configured` where only the configuration names it."""

    @property
    def done(self) -> bool:
        return self.standing in {Standing.IN_FORCE, Standing.UPCOMING, "configured"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Compliance:
    """The compliance sheet (R40)."""

    agency: str
    as_of: datetime
    due_on: date
    days_left: int
    """Of the 90 days; negative when they are over."""
    duties: tuple[Duty, ...]
    database_url: str

    @property
    def complete(self) -> bool:
        return all(duty.done for duty in self.duties if duty.required)


class ComplianceSheet:
    """What an agency shows to those who watch over the Act (R40)."""

    def __init__(
        self,
        *,
        books: Books,
        agency: Agency,
        announcements: Announcements,
        texts: Texts,
        renderer: Renderer,
        database_url: str,
        clock: Clock,
        style: Style | None = None,
    ) -> None:
        """`database_url` is the public licence database, `texts` are the Thai ones."""
        self._books = books
        self._agency = agency
        self._announcements = announcements
        self._texts = texts
        self._renderer = renderer
        self._database_url = database_url
        self._clock = clock
        self._style = style or Style()

    def compliance(self) -> Compliance:
        """As it stands now."""
        now = self._clock.now()
        with self._books.look() as uow:
            announced = self._announcements.known(uow)
            duties = tuple(self._duty(uow, kind, announced, now) for kind in InstrumentKind)
        return Compliance(
            agency=self._agency.name,
            as_of=now,
            due_on=DUE_ON,
            days_left=_days_left(now),
            duties=duties,
            database_url=self._database_url,
        )

    def as_json(self) -> dict[str, Json]:
        """The sheet for a machine; days and times in ISO 8601."""
        sheet = self.compliance()
        return {
            "agency": sheet.agency,
            "as_of": sheet.as_of.astimezone(BANGKOK).isoformat(timespec="seconds"),
            "complete": sheet.complete,
            "due_on": sheet.due_on.isoformat(),
            "days_left": sheet.days_left,
            "database_url": sheet.database_url,
            "instruments": [_duty_json(duty) for duty in sheet.duties],
        }

    def pdf(self) -> bytes:
        """The sheet on paper. Raises RenderingError."""
        sheet = self.compliance()
        return self._renderer.render(TEMPLATE, self._printed(sheet), at=sheet.as_of)

    def _duty(self, uow: UnitOfWork, kind: InstrumentKind, announced: Announced, now: datetime) -> Duty:
        required = kind is not InstrumentKind.DISPLAY
        published = _published(uow, kind)
        stands = {standing(one, published, now): one for one in reversed(published)}
        for wanted in (Standing.IN_FORCE, Standing.UPCOMING):
            if one := stands.get(wanted):
                return _duty(one, required, str(wanted), announced.page(one))
        configured = announced.configured if kind is InstrumentKind.CHANNELS and not published else None
        if configured is None:
            return Duty(kind=kind, required=required)
        return Duty(
            kind=kind,
            required=required,
            number=configured.number,
            effective_on=configured.effective_on,
            page=configured.url,
            standing="configured",
        )

    def _printed(self, sheet: Compliance) -> dict[str, Json]:
        """The data of the template (docs/documents.md): one row for each duty, and one for the public database."""
        database: dict[str, Json] = {
            "duty": self._said("duty-database"),
            "done": True,
            "state": self._said("database-published"),
            "evidence": [],
            "url": sheet.database_url,
        }
        return {
            "digits": THAI if self._style.thai_digits else ARABIC,
            "demo": self._style.demo,
            "draft": False,
            **({"emblem": self._style.emblem} if self._style.emblem else {}),
            "agency": sheet.agency,
            "as_of": self._figures(thai_datetime(sheet.as_of)),
            "rows": [*(self._row(duty, sheet) for duty in sheet.duties), database],
        }

    def _row(self, duty: Duty, sheet: Compliance) -> dict[str, Json]:
        return {
            "duty": self._figures(self._texts.label("instrument-kinds", duty.kind)),
            "done": duty.done or not duty.required,
            "state": self._texts.label(
                "instrument-standings", duty.standing if duty.required or duty.done else "optional"
            ),
            "evidence": list(self._evidence(duty, sheet)),
            "url": duty.page,
        }

    def _evidence(self, duty: Duty, sheet: Compliance) -> Iterator[str]:
        for key, fact in (
            ("number", duty.number),
            ("dated", thai_date(duty.dated) if duty.dated else ""),
            ("effective", thai_date(duty.effective_on) if duty.effective_on else ""),
            ("signatory", duty.signatory),
        ):
            if fact:
                yield self._said(key, detail=fact)
        if at := duty.gazette:
            yield self._said("gazette", volume=at.volume, part=at.part, page=at.page, dated=thai_date(at.dated))
        if duty.required and not duty.done:
            yield self._said("due", detail=thai_date(sheet.due_on))
            yield self._said("days-left" if sheet.days_left >= 0 else "days-over", detail=str(abs(sheet.days_left)))

    def _said(self, key: str, **facts: str) -> str:
        text = self._texts.label("compliance", key)
        for name, fact in facts.items():
            text = text.replace("{" + name + "}", fact)
        return self._figures(text)

    def _figures(self, text: str) -> str:
        return to_thai_digits(text) if self._style.thai_digits else text


def _duty(instrument: Instrument, required: bool, stands: str, page: str) -> Duty:
    signatory = instrument.signatory
    who = (signatory.name, signatory.position, signatory.capacity, signatory.on_behalf) if signatory else ()
    return Duty(
        kind=instrument.kind,
        required=required,
        number=instrument.number,
        title=instrument.title,
        dated=instrument.dated,
        effective_on=instrument.effective_on,
        signatory=" ".join(part for part in who if part),
        gazette=instrument.gazette,
        page=page,
        standing=stands,
    )


def _duty_json(duty: Duty) -> dict[str, Json]:
    return {
        "kind": str(duty.kind),
        "required": duty.required,
        "standing": duty.standing,
        "number": duty.number or None,
        "title": duty.title or None,
        "dated": duty.dated.isoformat() if duty.dated else None,
        "effective_on": duty.effective_on.isoformat() if duty.effective_on else None,
        "signatory": duty.signatory or None,
        "gazette": gazette_json(duty.gazette),
        "page": duty.page or None,
    }


def _published(uow: UnitOfWork, kind: InstrumentKind) -> list[Instrument]:
    return [one for one in uow.instruments.every(kind) if one.published_at]


def _recorded(published: Sequence[Instrument], now: datetime) -> bool:
    """Whether one is in force, or published and waiting for its day."""
    return any(standing(one, published, now) in {Standing.IN_FORCE, Standing.UPCOMING} for one in published)


def _days_left(now: datetime) -> int:
    return (DUE_ON - now.astimezone(BANGKOK).date()).days
