"""Reminding holders before their licence lapses: one letter for each threshold, and never several at once (R16)."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

import structlog

from mailroom.domain.agency import Agency, OfficeHours
from mailroom.domain.decision import Letter
from mailroom.domain.licence import Licence
from mailroom.domain.outbox import OutboxItem
from mailroom.domain.service import Catalogue, Service
from mailroom.ports import Books, Clock, UnitOfWork
from mailroom.services.delivery import EMAIL
from mailroom.services.letters import RandomIds
from mailroom.stages.compose import Composer
from mailroom.stages.licence_letters import Lapse, LicenceFacts, renewal_reminder
from mailroom.stages.office_hours import last_safe_moment

log = structlog.get_logger(__name__)

BATCH = 100
"""Licences of one transaction, so that letters received meanwhile do not wait long."""


class Reminders:
    """The daily reminders of one agency."""

    def __init__(
        self,
        *,
        books: Books,
        clock: Clock,
        agency: Agency,
        catalogue: Catalogue,
        hours: OfficeHours,
        composer: Composer,
        status_url: Callable[[str], str],
        days: Sequence[int],
        new_id: Callable[[], str] | None = None,
    ) -> None:
        """`days` are the thresholds before the last day; `status_url` gives the public page of a licence's code."""
        self._books = books
        self._clock = clock
        self._agency = agency
        self._catalogue = catalogue
        self._hours = hours
        self._composer = composer
        self._status_url = status_url
        self._days = sorted(days)
        self._new_id = new_id or RandomIds()

    def run(self) -> int:
        """Put every reminder that is due into the outbox; how many. Running it again writes none twice.

        A holder whose licence passed several thresholds while nothing ran is reminded of the nearest alone.
        """
        if not self._days:
            return 0
        now = self._clock.now()
        today = now.astimezone(self._hours.zone).date()
        with self._books.look() as uow:
            lapsing = uow.licences.lapsing(today, today + timedelta(days=self._days[-1]))
        written = 0
        for start in range(0, len(lapsing), BATCH):
            written += self._remind(lapsing[start : start + BATCH], today, now)
        if written:
            log.info("reminders.written", count=written)
        return written

    def _remind(self, licences: Sequence[Licence], today: date, now: datetime) -> int:
        with self._books.begin() as uow:
            written = sum(self._remind_one(uow, licence.id, today, now) for licence in licences)
            uow.commit()
        return written

    def _remind_one(self, uow: UnitOfWork, licence_id: int, today: date, now: datetime) -> bool:
        """Looks at the licence as it is now: it may have been renewed, revoked or moved since it was listed."""
        licence = uow.licences.get(licence_id)
        if licence is None or not licence.email or not licence.status_on(today).in_force:
            return False
        last_day = licence.content.expires_on
        threshold = self._threshold(licence, today)
        if last_day is None or threshold is None or not uow.licences.remind(licence.id, last_day, threshold, now):
            return False
        uow.outbox.put(self._letter(licence, last_day, today, now))
        return True

    def _threshold(self, licence: Licence, today: date) -> int | None:
        """The nearest threshold that is reached. One that was past on the day of the paper itself is none."""
        last_day = licence.content.expires_on
        if last_day is None:
            return None
        reached = (days for days in self._days if (last_day - today).days <= days)
        nearest = next(reached, None)
        if nearest is None or last_day - timedelta(days=nearest) <= licence.content.issued_on:
            return None
        return nearest

    def _letter(self, licence: Licence, last_day: date, today: date, now: datetime) -> OutboxItem:
        facts = LicenceFacts(
            agency=self._agency,
            service=self._catalogue.service(licence.service) or Service(licence.service, licence.service),
            number=licence.number,
            content=licence.content,
            status_url=self._status_url(licence.code),
        )
        safe_until = last_safe_moment(last_day, self._hours)
        lapse = Lapse(last_day=last_day, today=today, safe_until=safe_until, now=now)
        words = renewal_reminder(self._composer, facts, lapse)
        return OutboxItem(
            id=self._new_id(),
            channel=EMAIL,
            letter=Letter.RENEWAL_REMINDER,
            to=licence.email,
            to_name=licence.content.holder,
            subject=words.subject,
            text=words.text,
            html=words.html,
            created_at=now,
            due_at=now,
        )
