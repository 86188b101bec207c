"""What a signed paper changes in the books: licence, its history, register of letters sent, letter, paper (R30, R53)."""

from dataclasses import replace
from datetime import datetime

from mailroom.domain.agency import BANGKOK, Agency, buddhist_year
from mailroom.domain.document import Document, DocumentKind
from mailroom.domain.errors import RefusedActionError
from mailroom.domain.licence import Act, Issuance, IssuanceState, Licence, LicenceEvent
from mailroom.domain.message import Kept
from mailroom.domain.outgoing import OutgoingDraft
from mailroom.domain.service import Catalogue
from mailroom.domain.texts import Texts
from mailroom.ports import Clock, UnitOfWork
from mailroom.services import paper_checks as check
from mailroom.services.delivery import Delivery
from mailroom.services.papers import file_name
from mailroom.stages.licence_rules import status_after


class Ledger:
    """Writes into the books. The caller commits."""

    def __init__(self, *, agency: Agency, catalogue: Catalogue, texts: Texts, delivery: Delivery, clock: Clock) -> None:
        self._agency = agency
        self._catalogue = catalogue
        self._texts = texts
        self._delivery = delivery
        self._clock = clock

    def enter(self, uow: UnitOfWork, issuance: Issuance, kept: Kept) -> Issuance:
        """The paper, issued; or returned, when what happened to its licence since the approval forbids it."""
        try:
            before = self._before(uow, issuance)
        except RefusedActionError as error:
            return self._give_back(uow, issuance, error)
        return self._issue(uow, issuance, before, kept)

    def _before(self, uow: UnitOfWork, issuance: Issuance) -> Licence | None:
        """The licence as it stands, None before its first paper. Raises RefusedActionError when the act may not be."""
        if issuance.act is Act.ISSUE:
            return None
        licence = check.licence(uow, issuance.licence_id)
        check.allowed(issuance.act, licence, self._clock.now())
        return licence

    def _give_back(self, uow: UnitOfWork, was: Issuance, error: RefusedActionError) -> Issuance:
        note = self._texts.label("refusals", error.code).replace("{detail}", error.detail)
        now = replace(was, state=IssuanceState.RETURNED, note=note, approved_by="", changed_at=self._clock.now())
        uow.issuances.save(now, was.state)
        uow.events.add(
            "paper.returned", now.changed_at, message_id=now.message_id, detail=f"{now.number} #{now.id} {error.code}"
        )
        return now

    def _issue(self, uow: UnitOfWork, issuance: Issuance, before: Licence | None, kept: Kept) -> Issuance:
        now = self._clock.now()
        licence = _added(uow, issuance, kept, now) if before is None else _changed(uow, issuance, before, kept, now)
        document = _document(licence, kept, now)
        uow.documents.put(document)
        uow.licences.note(
            LicenceEvent(
                licence_id=licence.id,
                act=issuance.act,
                at=now,
                actor=issuance.approved_by,
                reason=issuance.follows,
                version=licence.version,
                document=kept.digest,
            )
        )
        entry = uow.outgoing.enter(self._draft(uow, issuance, kept, now))
        done = replace(
            issuance,
            state=IssuanceState.ISSUED,
            licence_id=licence.id,
            document=kept.digest,
            outgoing=entry.number,
            changed_at=now,
        )
        self._delivery.hand_over(uow, done, document, entry, now)
        uow.issuances.save(done, issuance.state)
        uow.events.add(
            "paper.issued",
            now,
            message_id=issuance.message_id,
            actor=issuance.approved_by,
            detail=f"{issuance.number} #{issuance.id} {kept.digest}",
        )
        return done

    def _draft(self, uow: UnitOfWork, issuance: Issuance, kept: Kept, now: datetime) -> OutgoingDraft:
        service = self._catalogue.service(issuance.service)
        title = (service.licence_name or service.name) if service else issuance.service
        subject = self._texts.label("papers", f"subject_{issuance.act}")
        ways = self._delivery.ways(uow, issuance, kept.size) or ("by_hand",)
        return OutgoingDraft(
            year=buddhist_year(now),
            dated=now.astimezone(BANGKOK).date(),
            sender=self._agency.name,
            addressee=issuance.content.holder,
            subject=subject.replace("{title}", title).replace("{number}", issuance.number),
            action=", ".join(self._texts.label("papers", f"action_{way}") for way in ways),
            document=kept.digest,
            message_id=issuance.message_id,
            registered_at=now,
        )


def _document(licence: Licence, kept: Kept, now: datetime) -> Document:
    return Document(
        digest=kept.digest,
        kind=DocumentKind.LICENCE,
        name=file_name(licence.service, licence.number, licence.version),
        media_type="application/pdf",
        size=kept.size,
        place=kept.place,
        created_at=now,
    )


def _added(uow: UnitOfWork, issuance: Issuance, kept: Kept, now: datetime) -> Licence:
    """The licence that a first paper makes."""
    return uow.licences.add(
        Licence(
            id=0,
            service=issuance.service,
            number=issuance.number,
            code=issuance.code,
            status=status_after(issuance.act),
            status_since=now,
            version=1,
            content=issuance.content,
            document=kept.digest,
            email=issuance.email,
            channel=issuance.channel,
            message_id=issuance.message_id,
            updated_at=now,
        )
    )


def _changed(uow: UnitOfWork, issuance: Issuance, before: Licence, kept: Kept, now: datetime) -> Licence:
    """The licence with what a later paper says."""
    status = status_after(issuance.act, before, uow.licences.events(before.id))
    same = status is before.status
    licence = replace(
        before,
        status=status,
        status_since=before.status_since if same else now,
        status_reason=before.status_reason if same else issuance.follows,
        version=before.version + 1,
        content=issuance.content,
        document=kept.digest,
        email=issuance.email or before.email,
        channel=issuance.channel,
        updated_at=now,
    )
    uow.licences.save(licence)
    return licence
