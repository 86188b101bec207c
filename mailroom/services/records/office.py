"""What the pages and commands about personal data work with."""

from collections.abc import Callable
from dataclasses import dataclass

from mailroom.domain.agency import Agency
from mailroom.domain.errors import RefusedActionError
from mailroom.domain.texts import Texts
from mailroom.ports import Books, Clock, Renderer
from mailroom.services.records import breach_paper
from mailroom.services.records.breaches import Breaches
from mailroom.services.records.processing import ProcessingRecord
from mailroom.services.records.requests import DataRequests


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivacyOffice:
    """Everything about personal data, of one agency."""

    books: Books
    clock: Clock
    agency: Agency
    contact: str
    texts: Texts
    requests: DataRequests
    breaches: Breaches
    processing: ProcessingRecord
    renderer: Callable[[], Renderer]
    """Asked for only when a form is wanted."""

    def notice(self, breach_id: int) -> bytes:
        """The notice form of an incident as a PDF, as it is known now. Raises RefusedActionError `no-such-breach`."""
        now = self.clock.now()
        with self.books.look() as uow:
            breach, steps = uow.privacy.breach(breach_id), uow.privacy.steps(breach_id)
        if breach is None:
            raise RefusedActionError("no-such-breach", str(breach_id))
        data = breach_paper.printed(breach, steps, agency=self.agency, contact=self.contact, texts=self.texts, at=now)
        return self.renderer().render(breach_paper.TEMPLATE, data, at=now)
