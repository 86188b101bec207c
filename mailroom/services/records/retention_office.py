"""What the pages and commands about keeping records work with."""

from collections.abc import Callable
from dataclasses import dataclass

from mailroom.domain.agency import Agency
from mailroom.domain.errors import RefusedActionError
from mailroom.domain.retention import DestructionList
from mailroom.domain.texts import Texts
from mailroom.ports import Books, Clock, Renderer
from mailroom.services.records import retention_paper
from mailroom.services.records.retention import Retention
from mailroom.services.records.transfer import Transfers


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionOffice:
    """Everything about how long cases are kept, of one agency."""

    books: Books
    clock: Clock
    agency: Agency
    texts: Texts
    retention: Retention
    transfers: Transfers
    renderer: Callable[[], Renderer]
    """Asked for only when a list is printed."""
    demo: bool = False

    def known(self, list_id: int) -> DestructionList:
        """Raises RefusedActionError `no-such-list`."""
        with self.books.look() as uow:
            made = uow.retention.destruction_list(list_id)
        if made is None:
            raise RefusedActionError("no-such-list", str(list_id))
        return made

    def paper(self, list_id: int) -> bytes:
        """The list as a PDF, as it stands now. Raises RefusedActionError `no-such-list`, RenderingError."""
        made, now = self.known(list_id), self.clock.now()
        with self.books.look() as uow:
            found = retention_paper.lines(uow, made.items, self.texts)
        data = retention_paper.printed(made, found, agency=self.agency, texts=self.texts, at=now, demo=self.demo)
        return self.renderer().render(retention_paper.TEMPLATE, data, at=now)
