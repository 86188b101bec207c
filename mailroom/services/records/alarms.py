"""Problems for the health page."""

from mailroom.ports import Books, Clock
from mailroom.services.records.breach_alarms import breach_codes


def record_codes(books: Books, clock: Clock) -> list[str]:
    """Codes of what is late or wrong."""
    with books.look() as uow:
        breaches = list(uow.privacy.breaches(closed=False))
    return breach_codes(breaches, clock.now())
