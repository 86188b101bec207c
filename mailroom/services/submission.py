"""Submitting papers: number, public code, PDF and archive, in the transaction that puts them before the approver."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime

from mailroom.domain.agency import BUDDHIST_ERA
from mailroom.domain.clerk import Clerk
from mailroom.domain.document import Document, DocumentKind
from mailroom.domain.errors import RefusedActionError
from mailroom.domain.instrument import Signatory
from mailroom.domain.licence import Act, Issuance, IssuanceState
from mailroom.domain.service import Catalogue, Service
from mailroom.ports import Archive, Books, Clock, UnitOfWork
from mailroom.services import paper_checks as check
from mailroom.services.custody import Progress, no_progress
from mailroom.services.papers import Papers, file_name, signatory_of
from mailroom.stages.codes import new_code

AT_ONCE = 16
"""So many papers share a transaction and a sync of the archive: other writers wait for half a second at most."""


@dataclass(frozen=True, slots=True)
class Submitted:
    """What became of several papers."""

    papers: tuple[Issuance, ...] = ()
    refused: dict[int, RefusedActionError] = field(default_factory=dict)
    """By id of the paper."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A paper that has all that it prints."""

    was: Issuance
    now: Issuance
    service: Service
    version: int
    signatory: Signatory


class Submission:
    """A number is taken in the transaction that submits its paper: when anything fails it is taken by nobody."""

    def __init__(
        self,
        *,
        books: Books,
        archive: Archive,
        catalogue: Catalogue,
        papers: Papers,
        clock: Clock,
        two_person: bool = True,
        threads: int = 2,
        codes: Callable[[], str] = new_code,
    ) -> None:
        """`threads` render at the same time."""
        self._books = books
        self._archive = archive
        self._catalogue = catalogue
        self._papers = papers
        self._clock = clock
        self._two_person = two_person
        self._threads = threads
        self._codes = codes

    def submit(self, issuance_id: int, clerk: Clerk, *, signatory: str = "", seen: datetime | None = None) -> Issuance:
        """Raises RefusedActionError, RenderingError, StorageError; then nothing is changed."""
        done = self._submit([issuance_id], clerk, signatory, seen)
        for error in done.refused.values():
            raise error
        return done.papers[0]

    def submit_many(
        self, issuance_ids: Sequence[int], clerk: Clerk, *, signatory: str = "", progress: Progress = no_progress
    ) -> Submitted:
        """As many as can be. Raises RenderingError, StorageError; what was submitted before stays so."""
        papers: list[Issuance] = []
        refused: dict[int, RefusedActionError] = {}
        for start in range(0, len(issuance_ids), AT_ONCE):
            part = issuance_ids[start : start + AT_ONCE]
            done = self._submit(part, clerk, signatory, None)
            papers += done.papers
            refused |= done.refused
            progress(start + len(part), len(issuance_ids))
        return Submitted(tuple(papers), refused)

    def _submit(self, issuance_ids: Sequence[int], clerk: Clerk, signatory: str, seen: datetime | None) -> Submitted:
        sheets: list[Sheet] = []
        refused: dict[int, RefusedActionError] = {}
        with self._books.begin() as uow:
            signer = self._signer(uow, clerk, signatory)
            for issuance_id in issuance_ids:
                try:
                    sheets.append(self._sheet(uow, issuance_id, clerk, signer, seen))
                except RefusedActionError as error:
                    refused[issuance_id] = error
            papers = self._keep(uow, sheets, clerk)
            uow.commit()
        return Submitted(tuple(papers), refused)

    def _signer(self, uow: UnitOfWork, clerk: Clerk, username: str) -> Clerk:
        """Whose name the paper prints: the approver who is named, or the only one who may approve it."""
        approvers = check.approvers(uow, clerk, two_person=self._two_person)
        chosen = [one for one in approvers if one.username == username] if username else approvers
        if not chosen:
            raise RefusedActionError("no-such-approver" if username else "no-approver", username)
        if len(chosen) > 1:
            raise RefusedActionError("approver-unclear", ", ".join(one.username for one in chosen))
        return chosen[0]

    def _sheet(self, uow: UnitOfWork, issuance_id: int, clerk: Clerk, signer: Clerk, seen: datetime | None) -> Sheet:
        was = check.paper(uow, issuance_id, check.EDITABLE)
        if seen is not None and seen != was.changed_at:
            raise RefusedActionError("changed-meanwhile", str(issuance_id))
        service = check.licensing(self._catalogue, was.service)
        check.complete(was, service)
        version = self._version(uow, was)
        now = replace(
            was,
            state=IssuanceState.SUBMITTED,
            number=was.number or self._number(uow, was),
            code=was.code or self._code(uow),
            submitted_by=clerk.username,
            signatory=signer.username,
            note="",
            changed_at=self._clock.now(),
        )
        return Sheet(was, now, service, version, signatory_of(signer))

    def _version(self, uow: UnitOfWork, paper: Issuance) -> int:
        if paper.act is Act.ISSUE:
            return 1
        licence = check.licence(uow, paper.licence_id)
        check.allowed(paper.act, licence, self._clock.now())
        return licence.version + 1

    @staticmethod
    def _number(uow: UnitOfWork, paper: Issuance) -> str:
        """The type's own series of the พ.ศ. year that the paper is dated."""
        year = paper.content.issued_on.year + BUDDHIST_ERA
        return f"{uow.licences.next_number(paper.service, year)}/{year}"

    def _code(self, uow: UnitOfWork) -> str:
        code = self._codes()
        while uow.licences.by_code(code) is not None:
            code = self._codes()
        return code

    def _keep(self, uow: UnitOfWork, sheets: Sequence[Sheet], clerk: Clerk) -> list[Issuance]:
        """Render, archive and record. The transaction waits for the archive: a row never names what is not durable."""
        with ThreadPoolExecutor(max(1, min(self._threads, len(sheets))), "rendering") as pool:
            contents = list(pool.map(self._render, sheets))
        kept = self._archive.keep(contents) if contents else []
        papers = []
        for sheet, one in zip(sheets, kept, strict=True):
            now = replace(sheet.now, rendition=one.digest)
            uow.documents.put(
                Document(
                    digest=one.digest,
                    kind=DocumentKind.RENDITION,
                    name=file_name(now.service, now.number, sheet.version),
                    media_type="application/pdf",
                    size=one.size,
                    place=one.place,
                    created_at=now.changed_at,
                )
            )
            uow.issuances.save(now, sheet.was.state)
            uow.events.add(
                "paper.submitted",
                now.changed_at,
                message_id=now.message_id,
                actor=clerk.username,
                detail=f"{now.number} #{now.id} {one.digest}",
            )
            papers.append(now)
        return papers

    def _render(self, sheet: Sheet) -> bytes:
        at = sheet.now.changed_at.replace(microsecond=0)
        return self._papers.render(sheet.now, sheet.service, sheet.version, sheet.signatory, at)
