"""A paper as it would look, marked as a draft: for the clerk who prepares it, never kept and never signed."""

from mailroom.domain.clerk import Clerk
from mailroom.domain.instrument import Signatory
from mailroom.domain.licence import Issuance
from mailroom.domain.service import Catalogue
from mailroom.domain.texts import Texts
from mailroom.ports import Books, Renderer
from mailroom.services import paper_checks as check
from mailroom.services.papers import TEMPLATE, Papers, signatory_of


class Preview:
    """Renders papers that are not submitted yet."""

    def __init__(
        self, *, books: Books, catalogue: Catalogue, papers: Papers, renderer: Renderer, texts: Texts, two_person: bool
    ) -> None:
        """`texts`: of the table `desk_preview` what stands where number and signatory will be."""
        self._books = books
        self._catalogue = catalogue
        self._papers = papers
        self._renderer = renderer
        self._texts = texts
        self._two_person = two_person

    def pdf(self, paper: Issuance, clerk: Clerk) -> bytes:
        """A PDF without enclosures. Raises RenderingError, RefusedActionError for a service without licences."""
        service = check.licensing(self._catalogue, paper.service)
        version, signatory = self._later(paper, clerk)
        data = self._papers.printed(self._papers.paper(paper, service, version, signatory))
        number = paper.number or self._texts.label("desk_preview", "number")
        printed = {**data, "draft": True, "demo": False, "number": number}
        return self._renderer.render(TEMPLATE, printed, at=paper.changed_at.replace(microsecond=0))

    def _later(self, paper: Issuance, clerk: Clerk) -> tuple[int, Signatory]:
        """Version and signatory, as far as they follow already: with one possible approver it is they who sign."""
        with self._books.look() as uow:
            licence = uow.licences.get(paper.licence_id) if paper.licence_id is not None else None
            approvers = check.approvers(uow, clerk, two_person=self._two_person)
        version = licence.version + 1 if licence else 1
        if len(approvers) == 1:
            return version, signatory_of(approvers[0])
        return version, Signatory(name=self._texts.label("desk_preview", "signatory"), position="")
