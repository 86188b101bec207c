"""What the pages and commands for licences work with, joined from ports and plain values."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from mailroom.domain.agency import BANGKOK, Agency
from mailroom.domain.clerk import Clerk
from mailroom.domain.errors import ArchiveDamagedError, RefusedActionError
from mailroom.domain.licence import Act, Issuance, Licence
from mailroom.domain.record import MessageRecord
from mailroom.domain.service import Catalogue, Service
from mailroom.domain.signature import SignatureSpec
from mailroom.domain.texts import Texts
from mailroom.ports import Archive, Books, Clock, Renderer, Signer
from mailroom.services.bulk import BulkPreparation
from mailroom.services.catalogue_push import CataloguePush
from mailroom.services.data_files import DataFiles
from mailroom.services.delivery import EMAIL, Delivery
from mailroom.services.field_decisions import FieldDecisions
from mailroom.services.issuing import Issuing, PaperDraft
from mailroom.services.ledger import Ledger
from mailroom.services.licence_import import LicenceImport
from mailroom.services.licence_life import LicenceLife
from mailroom.services.licence_sheet import ColumnNames
from mailroom.services.paper_preview import Preview
from mailroom.services.papers import Papers, Style
from mailroom.services.proposals import Proposals
from mailroom.services.publication import Publication
from mailroom.services.release import Release
from mailroom.services.release_turns import ReleaseTurns
from mailroom.services.resending import Resending
from mailroom.services.sign_in import SignIn
from mailroom.services.static_site import StaticSite
from mailroom.services.submission import Submission
from mailroom.services.verification import Verifier
from mailroom.stages.prefill import blank, next_content, prefill


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceOffice:
    """Licences and their papers, of one agency."""

    books: Books
    archive: Archive
    clock: Clock
    catalogue: Catalogue
    two_person: bool
    issuing: Issuing
    life: LicenceLife
    importer: LicenceImport
    bulk: BulkPreparation
    preview: Preview
    resending: Resending
    proposals: Proposals
    fields: FieldDecisions
    turns: ReleaseTurns
    sign_in: SignIn

    @classmethod
    def join(
        cls,
        *,
        books: Books,
        archive: Archive,
        renderer: Renderer,
        signer: Signer | None,
        spec: SignatureSpec,
        delivery: Delivery,
        agency: Agency,
        catalogue: Catalogue,
        texts: tuple[Texts, Texts],
        clock: Clock,
        two_person: bool,
        sign_in: SignIn,
        style: Style | None = None,
        stopping: Callable[[], bool] = lambda: False,
        by_entry: bool = False,
    ) -> Self:
        """`texts` are Thai and English. Without a signer everything works but the release of papers.

        `by_entry`: an application is in time by the day on which it entered the system (R16).
        """
        papers = Papers(agency=agency, renderer=renderer, texts=texts[0], public_url=agency.base_url, style=style)
        release = None
        if signer is not None:
            release = Release(
                books=books,
                archive=archive,
                signer=signer,
                ledger=Ledger(agency=agency, catalogue=catalogue, texts=texts[0], delivery=delivery, clock=clock),
                clock=clock,
                spec=spec,
                seal=renderer.seal,
                stopping=stopping,
            )
        issuing = Issuing(
            books=books,
            catalogue=catalogue,
            clock=clock,
            submission=Submission(
                books=books, archive=archive, catalogue=catalogue, papers=papers, clock=clock, two_person=two_person
            ),
            release=release,
            two_person=two_person,
        )
        names = ColumnNames(texts)
        return cls(
            books=books,
            archive=archive,
            clock=clock,
            catalogue=catalogue,
            two_person=two_person,
            issuing=issuing,
            life=LicenceLife(books=books, clock=clock),
            importer=LicenceImport(books=books, catalogue=catalogue, names=names, clock=clock),
            bulk=BulkPreparation(books=books, issuing=issuing, catalogue=catalogue, names=names, clock=clock),
            preview=Preview(
                books=books,
                catalogue=catalogue,
                papers=papers,
                renderer=renderer,
                texts=texts[0],
                two_person=two_person,
            ),
            resending=Resending(books=books, delivery=delivery, clock=clock),
            proposals=Proposals(books=books, catalogue=catalogue, clock=clock, by_entry=by_entry),
            fields=FieldDecisions(books=books, catalogue=catalogue, texts=texts[0], clock=clock),
            turns=ReleaseTurns(issuing),
            sign_in=sign_in,
        )

    def person(self, username: str) -> Clerk:
        """Who acts. Raises RefusedActionError when there is no such clerk."""
        with self.books.look() as uow:
            found = uow.clerks.find(username)
        if found is None:
            raise RefusedActionError("no-such-clerk", username)
        return found[0]

    def prove(self, username: str, password: str) -> None:
        """That somebody is who they say. Raises RefusedActionError, also after too many wrong tries."""
        token = self.sign_in.with_password(username, password)
        if token is None:
            raise RefusedActionError("wrong-password")
        self.sign_in.leave(token)

    def paper(self, issuance_id: int) -> Issuance:
        """Raises RefusedActionError when there is none."""
        with self.books.look() as uow:
            found = uow.issuances.get(issuance_id)
        if found is None:
            raise RefusedActionError("no-such-paper", str(issuance_id))
        return found

    def licence(self, reference: str, service: str = "") -> Licence:
        """The licence of a public code, or of a number, which a type alone has or `service` tells apart.

        Raises RefusedActionError.
        """
        code = reference.replace("-", "").upper()
        keys = [service] if service else [one.key for one in self.catalogue.services if one.licence]
        with self.books.look() as uow:
            found = [one for one in (uow.licences.by_number(key, reference) for key in keys) if one is not None]
            licence = uow.licences.by_code(code) if not found else None
        if licence is not None:
            return licence
        if len(found) > 1:
            raise RefusedActionError("licence-unclear", ", ".join(one.service for one in found))
        if not found:
            raise RefusedActionError("no-such-licence", reference)
        return found[0]

    def draft(
        self, act: Act, service: Service, *, licence: Licence | None = None, message_id: int | None = None
    ) -> PaperDraft:
        """A form that is filled in as far as licence, message and service tell; a clerk checks everything."""
        today = self.clock.now().astimezone(BANGKOK).date()
        with self.books.look() as uow:
            record = uow.messages.get(message_id) if message_id is not None else None
        if message_id is not None and record is None:
            raise RefusedActionError("no-such-message")
        if licence is not None:
            content = next_content(act, licence, service, today)
        else:
            content = prefill(record, service, today) if record else blank(service, today)
        channel, email = _reached(record, licence)
        return PaperDraft(
            act=act,
            service=service.key,
            content=content,
            licence_id=licence.id if licence else None,
            email=email,
            channel=channel,
            message_id=message_id,
        )

    def document(self, digest: str) -> bytes:
        """What the archive holds of a paper, checked. Raises ArchiveDamagedError."""
        with self.books.look() as uow:
            document = uow.documents.get(digest)
        if document is None:
            raise ArchiveDamagedError(f"there is no document {digest}; restore the books from a backup")
        with self.archive.open(document.place, digest) as stream:
            return stream.read()


def _reached(record: MessageRecord | None, licence: Licence | None) -> tuple[str, str]:
    """Channel and address: those of the request, since the answer goes where it came from (R26); else of the holder."""
    if record is None:
        return (licence.channel, licence.email) if licence else (EMAIL, "")
    channel = record.logged.envelope.channel
    sender = record.message.sender.address if record.message and channel == EMAIL else ""
    return channel, sender or (licence.email if licence else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicOffice:
    """What anyone may see, and where it is published."""

    publication: Publication
    files: DataFiles
    verifier: Verifier
    site: StaticSite
    push: CataloguePush | None = None
    """None where no site is configured."""
