"""What the page of a message shows of why it was taken for what it is."""

from mailroom.domain.record import MessageRecord
from mailroom.services.understanding import Understood
from mailroom.web.site import Site


def understood(site: Site, record: MessageRecord) -> Understood | None:
    """None where there is nothing to say, as of what is secret."""
    if site.learning is None:
        return None
    with site.books.look() as uow:
        return site.learning.understanding.of(uow, record)


def taken_for(record: MessageRecord) -> str:
    """What a clerk saw it taken for; differs once somebody has set it right."""
    found = record.classification
    return f"{found.kind}.{found.service or ''}" if found else ""
