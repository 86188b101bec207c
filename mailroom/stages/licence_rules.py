"""What may be done to a licence, and what follows: statuses, periods, and being late (R16, R30, R73)."""

import calendar
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from types import MappingProxyType

from mailroom.domain.agency import BANGKOK
from mailroom.domain.decision import Kind
from mailroom.domain.licence import Act, Licence, LicenceEvent, LicenceStatus
from mailroom.domain.record import MessageRecord
from mailroom.domain.service import Service

IN_FORCE = frozenset({LicenceStatus.VALID, LicenceStatus.AMENDED})

ALLOWED: Mapping[Act, frozenset[LicenceStatus]] = MappingProxyType(
    {
        Act.AMEND: IN_FORCE,
        Act.SUBSTITUTE: IN_FORCE,
        Act.TRANSFER: IN_FORCE,
        Act.RENEW: IN_FORCE | {LicenceStatus.SUSPENDED, LicenceStatus.EXPIRED},
        Act.SUSPEND: IN_FORCE,
        Act.RESUME: frozenset({LicenceStatus.SUSPENDED}),
        Act.REVOKE: IN_FORCE | {LicenceStatus.SUSPENDED},
        Act.CEASE: IN_FORCE | {LicenceStatus.SUSPENDED},
    }
)
"""By act, the statuses in which a licence may be when it happens. What lapsed may only be renewed; what was revoked or
given up stays so, and a new licence takes its place."""

_AFTER: Mapping[Act, LicenceStatus] = MappingProxyType(
    {
        Act.ISSUE: LicenceStatus.VALID,
        Act.AMEND: LicenceStatus.AMENDED,
        Act.TRANSFER: LicenceStatus.AMENDED,
        Act.RENEW: LicenceStatus.VALID,
        Act.SUSPEND: LicenceStatus.SUSPENDED,
        Act.REVOKE: LicenceStatus.REVOKED,
        Act.CEASE: LicenceStatus.CEASED,
    }
)
"""Resuming and substitutes depend on what was before; an import brings its own status."""


def acts_now(licence: Licence, day: date) -> frozenset[Act]:
    """What may be done to a licence on a day in Thailand."""
    status = licence.status_on(day)
    return frozenset(act for act, statuses in ALLOWED.items() if status in statuses)


def status_after(act: Act, licence: Licence | None = None, events: Sequence[LicenceEvent] = ()) -> LicenceStatus:
    """The status to keep after an act on a licence that took the steps `events` so far.

    A substitute changes nothing, to renew does not lift a suspension, and to resume brings back what was before it.
    """
    if licence is not None and act is Act.SUBSTITUTE:
        return licence.status
    if licence is not None and act is Act.RENEW and licence.status is LicenceStatus.SUSPENDED:
        return LicenceStatus.SUSPENDED
    if act is Act.RESUME:
        kept = (_AFTER.get(event.act) for event in reversed(events))
        return next((status for status in kept if status in IN_FORCE), LicenceStatus.VALID)
    return _AFTER[act]


def last_day(starts_on: date, months: int) -> date | None:
    """The last day of a period of months: the day before the same day of the month; None for 0, which never lapses.

    From 31 January one month ends on 28 or 29 February: where the day is missing, the month's last day is the last.
    """
    if months == 0:
        return None
    year, month = divmod(starts_on.year * 12 + starts_on.month - 1 + months, 12)
    if starts_on.day > calendar.monthrange(year, month + 1)[1]:
        return date(year, month + 1, calendar.monthrange(year, month + 1)[1])
    return date(year, month + 1, starts_on.day) - timedelta(days=1)


def renewed_period(licence: Licence, service: Service, today: date) -> tuple[date, date | None]:
    """First and last day of the next period: it follows on the present one, or begins today where that has lapsed."""
    ends = licence.content.expires_on
    starts = today if ends is None or ends < today else ends + timedelta(days=1)
    return starts, last_day(starts, service.months)


def days_late(last: date, entered_at: datetime, deemed_at: datetime, *, by_entry: bool) -> int:
    """By how many days an application came after the last day of a licence; 0 when it came in time (R16).

    What counts is the day in Thailand on which it is deemed received, or, where the agency accepts by entry time
    (`by_entry`), the day on which it entered the system.
    """
    counted = (entered_at if by_entry else deemed_at).astimezone(BANGKOK).date()
    return max(0, (counted - last).days)


def is_payment_slip(record: MessageRecord) -> bool:
    return record.classification is not None and record.classification.kind is Kind.PAYMENT_SLIP


def renews_by_payment(record: MessageRecord, service: Service) -> bool:
    """Whether a message is a payment slip that by itself renews a licence of this service (R73)."""
    return service.renewal_by_payment and is_payment_slip(record)
