"""The head's announcements and orders on their road: draft, submitted, signed, gazetted, published (R27, R34-R38)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from mailroom.domain.agency import BANGKOK
from mailroom.domain.clerk import Clerk, Role
from mailroom.domain.document import Document, DocumentKind
from mailroom.domain.errors import RefusedActionError, SigningRefusedError
from mailroom.domain.instrument import GazetteReference, Instrument, InstrumentKind, InstrumentState, Signatory
from mailroom.domain.service import Catalogue
from mailroom.domain.signature import SignatureSpec
from mailroom.ports import Archive, Books, Clock, Signer, UnitOfWork
from mailroom.services.instrument_content import Content, details_of
from mailroom.services.instrument_papers import InstrumentPapers, file_name
from mailroom.services.instrument_steps import Steps
from mailroom.services.papers import signatory_of
from mailroom.stages.announced import began_at
from mailroom.stages.codes import new_code
from mailroom.stages.instrument_checks import check_complete, check_rule

SIGNED = frozenset({InstrumentState.SIGNED, InstrumentState.GAZETTING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """With what instruments are signed, and how."""

    signer: Signer
    spec: SignatureSpec
    """Level and place; name and reason are those of each instrument."""


class Instruments:
    """Each step is one transaction with its event; of two people the second is told that the first was faster."""

    def __init__(
        self,
        *,
        books: Books,
        archive: Archive,
        papers: InstrumentPapers,
        catalogue: Catalogue,
        clock: Clock,
        signing: Signing | None = None,
    ) -> None:
        """Without `signing` nothing can be signed here; what was signed on paper can be recorded all the same."""
        self._books = books
        self._archive = archive
        self._papers = papers
        self._catalogue = catalogue
        self._clock = clock
        self._steps = Steps(clock)
        self._signing = signing

    def draft(self, kind: InstrumentKind, content: Content, clerk: Clerk) -> Instrument:
        """Begin one. Its code is given now and stays. Raises RefusedActionError for a line that cannot be kept."""
        draft = Instrument(id=0, kind=kind, state=InstrumentState.DRAFT, code=new_code(), changed_at=self._clock.now())
        with self._books.begin() as uow:
            draft = self._filled(uow, replace(draft, prepared_by=clerk.username), content)
            draft = uow.instruments.add(draft)
            self._steps.note(uow, "instrument.drafted", draft, clerk)
            uow.commit()
        return draft

    def change(self, instrument_id: int, content: Content, clerk: Clerk) -> Instrument:
        """Put other content in place of a draft's."""
        with self._books.begin() as uow:
            before = self._steps.at(uow, instrument_id, InstrumentState.DRAFT)
            after = self._filled(uow, replace(before, prepared_by=clerk.username), content)
            return self._steps.take(uow, before, after, "instrument.changed", clerk)

    def preview(self, instrument_id: int) -> bytes:
        """The PDF as people may see it now: signed, as submitted, or a draft that says so. Raises RenderingError."""
        with self._books.look() as uow:
            one = self._steps.at(uow, instrument_id)
            document = uow.documents.get(one.document or one.rendition or "")
        if document is not None:
            return self._bytes(document)
        return self._papers.render(one, self._clock.now(), draft=True)

    def submit(self, instrument_id: int, clerk: Clerk) -> Instrument:
        """Render a draft as the head will see and sign it. Raises RefusedActionError naming what is missing."""
        now = self._clock.now()
        with self._books.look() as uow:
            seen = self._steps.at(uow, instrument_id, InstrumentState.DRAFT)
        ready = replace(seen, dated=seen.dated or _today(now))
        check_complete(ready, self._catalogue)
        document = self._keep(self._papers.render(ready, now), DocumentKind.RENDITION, ready, now)
        with self._books.begin() as uow:
            self._steps.unchanged(uow, seen)
            uow.documents.put(document)
            after = replace(ready, state=InstrumentState.SUBMITTED, rendition=document.digest)
            return self._steps.take(uow, seen, after, "instrument.submitted", clerk, document.digest[:12])

    def send_back(self, instrument_id: int, clerk: Clerk, reason: str) -> Instrument:
        """From the head back to the clerk, who may change it; a new rendition takes the place of this one."""
        with self._books.begin() as uow:
            before = self._steps.at(uow, instrument_id, InstrumentState.SUBMITTED)
            after = replace(before, state=InstrumentState.DRAFT, rendition=None)
            return self._steps.take(uow, before, after, "instrument.returned", clerk, _given(reason))

    def sign(self, instrument_id: int, clerk: Clerk, digest: str) -> Instrument:
        """Sign what was submitted, by whom it names (R37); `digest` is that of the rendition which they saw.

        Raises RefusedActionError, SigningRefusedError, TemporarySigningError, ArchiveDamagedError.
        """
        with self._books.look() as uow:
            seen = self._steps.at(uow, instrument_id, InstrumentState.SUBMITTED)
            rendition = uow.documents.get(seen.rendition or "")
        self._may_sign(seen, clerk)
        if rendition is None or digest != rendition.digest:
            raise RefusedActionError("instrument-other-rendition")
        now = self._clock.now()
        document = self._keep(self._signed(self._bytes(rendition), seen, now), DocumentKind.INSTRUMENT, seen, now)
        with self._books.begin() as uow:
            self._steps.unchanged(uow, seen)
            uow.documents.put(document)
            after = replace(seen, state=InstrumentState.SIGNED, document=document.digest, signed_by=clerk.username)
            return self._steps.take(uow, seen, after, "instrument.signed", clerk, document.digest[:12])

    def record(
        self, instrument_id: int, clerk: Clerk, *, pdf: bytes = b"", gazette: GazetteReference | None = None
    ) -> Instrument:
        """Take up an instrument that was signed outside of this system, with its number and day, and publish it (R34)."""
        _approver(clerk)
        now = self._clock.now()
        with self._books.look() as uow:
            seen = self._steps.at(uow, instrument_id, InstrumentState.DRAFT)
        if seen.dated is None:
            raise RefusedActionError("instrument-no-day")
        _gazetted_if_display(seen.kind, gazette)
        check_complete(seen, self._catalogue)
        document = self._keep(pdf, DocumentKind.INSTRUMENT, seen, now) if pdf else None
        signed = replace(
            seen, gazette=gazette, document=document.digest if document else None, signed_by=clerk.username
        )
        with self._books.begin() as uow:
            self._steps.unchanged(uow, seen)
            if document:
                uow.documents.put(document)
            return self._steps.take(uow, seen, _published(signed, None, now), "instrument.recorded", clerk)

    def gazette(self, instrument_id: int, clerk: Clerk, reference: GazetteReference | None = None) -> Instrument:
        """Note that it was sent to the Royal Gazette or, with a reference, where it was printed (R27, R38)."""
        allowed = SIGNED | {InstrumentState.PUBLISHED} if reference else frozenset({InstrumentState.SIGNED})
        with self._books.begin() as uow:
            before = self._steps.at(uow, instrument_id, *allowed)
            state = before.state if before.state is InstrumentState.PUBLISHED else InstrumentState.GAZETTING
            after = replace(before, state=state, gazette=reference or before.gazette)
            return self._steps.take(uow, before, after, "instrument.gazetted", clerk)

    def publish(self, instrument_id: int, clerk: Clerk, effective_on: date | None = None) -> Instrument:
        """Put it on the public pages; it takes effect on the day that it prints, else on the given day, else today."""
        with self._books.begin() as uow:
            before = self._steps.at(uow, instrument_id, *SIGNED)
            _gazetted_if_display(before.kind, before.gazette)
            if before.effective_on and effective_on not in {None, before.effective_on}:
                raise RefusedActionError("instrument-day-printed", before.effective_on.isoformat())
            after = _published(before, effective_on, self._clock.now())
            return self._steps.take(uow, before, after, "instrument.published", clerk, str(after.effective_on))

    def withdraw(self, instrument_id: int, clerk: Clerk, reason: str) -> Instrument:
        """ยกเลิก. With one that is in force go those that it had replaced: none of them comes back."""
        now, why = self._clock.now(), _given(reason)
        with self._books.begin() as uow:
            before = self._steps.at(uow, instrument_id)
            if before.state is InstrumentState.WITHDRAWN:
                raise RefusedActionError("instrument-withdrawn")
            if before.state is not InstrumentState.DRAFT:
                _approver(clerk)
            for older in _replaced_by(before, uow.instruments.every(before.kind), now):
                gone = replace(older, state=InstrumentState.WITHDRAWN)
                self._steps.save(uow, older, gone, "instrument.withdrawn", clerk, why)
            after = replace(before, state=InstrumentState.WITHDRAWN, details=details_of(before.details, withdrawn=why))
            return self._steps.take(uow, before, after, "instrument.withdrawn", clerk, why)

    def replace(self, instrument_id: int, clerk: Clerk) -> Instrument:
        """A draft with the content of a published one, in whose place it is to come. The old one holds until then."""
        with self._books.look() as uow:
            old = self._steps.at(uow, instrument_id, InstrumentState.PUBLISHED)
        content = Content(
            title=old.title,
            rules=old.rules,
            phones=old.phones,
            details=details_of(old.details, replaces=str(old.id)),
        )
        return self.draft(old.kind, content, clerk)

    def _filled(self, uow: UnitOfWork, instrument: Instrument, content: Content) -> Instrument:
        """A draft with other content. Raises RefusedActionError for a line or a signatory that cannot be."""
        for rule in content.rules:
            check_rule(rule, self._catalogue)
        return replace(
            instrument,
            number=content.number,
            title=content.title,
            dated=content.dated,
            effective_on=content.effective_on,
            rules=content.rules,
            phones=content.phones,
            details=details_of(content.details, signatory=content.signatory),
            signatory=_signatory(uow, content),
        )

    def _signed(self, pdf: bytes, instrument: Instrument, now: datetime) -> bytes:
        signing, signatory = self._signing, instrument.signatory
        if signing is None or signatory is None:
            raise RefusedActionError("instrument-no-signer")
        signing.signer.check(now)
        place = self._papers.place_of_signature(instrument.kind)
        spec = replace(signing.spec, name=signatory.name, reason=instrument.title, seal=place)
        signed = signing.signer.sign(pdf, spec, at=now)
        if not signed.startswith(pdf):
            raise SigningRefusedError(
                "the signed document is not the one that was submitted; check the signing service"
            )
        return signed

    @staticmethod
    def _may_sign(instrument: Instrument, clerk: Clerk) -> None:
        """The head or an acting head, and only whom the document names (R37)."""
        _approver(clerk)
        named = dict(instrument.details).get("signatory") == clerk.username
        if not named or instrument.signatory != signatory_of(clerk):
            raise RefusedActionError(
                "instrument-other-signatory", instrument.signatory.name if instrument.signatory else ""
            )

    def _keep(self, pdf: bytes, kind: DocumentKind, instrument: Instrument, now: datetime) -> Document:
        [kept] = self._archive.keep([pdf])
        return Document(
            digest=kept.digest,
            kind=kind,
            name=file_name(instrument),
            media_type="application/pdf",
            size=kept.size,
            place=kept.place,
            created_at=now,
        )

    def _bytes(self, document: Document) -> bytes:
        """Raises ArchiveDamagedError when they are not those of the digest."""
        with self._archive.open(document.place, document.digest) as stream:
            return stream.read()


def _approver(clerk: Clerk) -> None:
    if clerk.role is not Role.APPROVER:
        raise RefusedActionError("instrument-not-approver")


def _signatory(uow: UnitOfWork, content: Content) -> Signatory | None:
    """Whom the document names: an approver of this desk, or whoever signed outside of it."""
    if not content.signatory:
        return content.outside_signatory
    found = uow.clerks.find(content.signatory)
    if found is None or found[0].role is not Role.APPROVER:
        raise RefusedActionError("instrument-no-such-approver", content.signatory)
    return signatory_of(found[0])


def _published(instrument: Instrument, effective_on: date | None, now: datetime) -> Instrument:
    """Without a day of its own it takes effect today; the display of licences, on the day after it was gazetted (R27)."""
    day = _today(now)
    if instrument.kind is InstrumentKind.DISPLAY and instrument.gazette:
        day = max(day, instrument.gazette.dated + timedelta(days=1))
    return replace(
        instrument,
        state=InstrumentState.PUBLISHED,
        effective_on=instrument.effective_on or effective_on or day,
        published_at=now,
    )


def _replaced_by(instrument: Instrument, same_kind: Sequence[Instrument], now: datetime) -> list[Instrument]:
    """Published ones that took effect before this one, if this one has taken effect."""
    began = began_at(instrument)
    if began is None or began > now:
        return []
    published = (one for one in same_kind if one.state is InstrumentState.PUBLISHED and one.id != instrument.id)
    return [one for one in published if (at := began_at(one)) and at <= began]


def _gazetted_if_display(kind: InstrumentKind, gazette: GazetteReference | None) -> None:
    """The display of licences takes effect only when gazetted and published (R27)."""
    if kind is InstrumentKind.DISPLAY and gazette is None:
        raise RefusedActionError("instrument-not-gazetted")


def _given(reason: str) -> str:
    if not reason.strip():
        raise RefusedActionError("reason-missing")
    return reason.strip()


def _today(now: datetime) -> date:
    return now.astimezone(BANGKOK).date()
