"""The road of a paper, from the clerk's form to the holder's mailbox; each step is one transaction (G18)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from mailroom.domain.clerk import Clerk, Role
from mailroom.domain.errors import ConfigurationError, RefusedActionError
from mailroom.domain.licence import Act, Issuance, IssuanceState, Licence, LicenceContent
from mailroom.domain.service import Catalogue
from mailroom.ports import Books, Clock, UnitOfWork
from mailroom.services import paper_checks as check
from mailroom.services.custody import Progress, no_progress
from mailroom.services.release import Release, Released
from mailroom.services.submission import Submission, Submitted
from mailroom.stages.licence_content import tidied, tidied_content
from mailroom.stages.licence_rules import is_payment_slip, renews_by_payment


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperDraft:
    """What a clerk's form says."""

    act: Act
    service: str
    content: LicenceContent
    licence_id: int | None = None
    """Of the licence that is changed; None for a first issue."""
    email: str = ""
    """Where the paper goes; for a paper of an existing licence its holder's address where it is empty."""
    channel: str = "email"
    message_id: int | None = None
    follows: str = ""
    """Why: what was amended, who asked for the substitute."""
    batch: str = ""


class Issuing:
    """Every step names who takes it and is refused with a code of the table `refusals` when it must not be taken."""

    def __init__(
        self,
        *,
        books: Books,
        catalogue: Catalogue,
        clock: Clock,
        submission: Submission,
        release: Release | None,
        two_person: bool = True,
    ) -> None:
        """`release` is None where no key is at hand; `two_person`: who submitted a paper cannot approve it."""
        self._books = books
        self._catalogue = catalogue
        self._clock = clock
        self._submission = submission
        self._release = release
        self._two_person = two_person

    def prepare(self, draft: PaperDraft, clerk: Clerk, *, again: bool = False) -> Issuance:
        """A new paper. `again`: although its message led to one of the same kind already."""
        (issuance,) = self.prepare_all([draft], clerk, again=again)
        return issuance

    def prepare_all(self, drafts: Sequence[PaperDraft], clerk: Clerk, *, again: bool = False) -> list[Issuance]:
        """Several papers in one transaction: all of them or, where one is refused, none."""
        with self._books.begin() as uow:
            prepared = [self._prepare(uow, draft, clerk, again=again) for draft in drafts]
            uow.commit()
        return prepared

    def _prepare(self, uow: UnitOfWork, draft: PaperDraft, clerk: Clerk, *, again: bool) -> Issuance:
        now = self._clock.now()
        licence = self._checked(uow, draft, now, again=again)
        content = licence.content if licence and draft.act is Act.SUBSTITUTE else draft.content
        issuance = uow.issuances.add(
            Issuance(
                id=0,
                act=draft.act,
                service=draft.service,
                state=IssuanceState.PREPARED,
                content=tidied_content(content),
                licence_id=licence.id if licence else None,
                number=licence.number if licence else "",
                code=licence.code if licence else "",
                email=check.mailbox(draft.email or (licence.email if licence else "")),
                channel=draft.channel,
                message_id=draft.message_id,
                follows=tidied(draft.follows),
                prepared_by=clerk.username,
                batch=draft.batch,
                prepared_at=now,
                changed_at=now,
            )
        )
        self._note(uow, "paper.prepared", issuance, clerk, f"{draft.act} {draft.service}")
        return issuance

    def _checked(self, uow: UnitOfWork, draft: PaperDraft, now: datetime, *, again: bool) -> Licence | None:
        check.licensing(self._catalogue, draft.service)
        if not draft.act.makes_document:
            raise RefusedActionError("act-without-paper", draft.act)
        if draft.message_id is not None:
            self._check_message(uow, draft, draft.message_id, again=again)
        if draft.act is Act.ISSUE:
            return None
        licence = check.licence(uow, draft.licence_id)
        if licence.service != draft.service:
            raise RefusedActionError("no-such-licence", str(licence.id))
        check.allowed(draft.act, licence, now)
        check.alone(uow, licence)
        return licence

    def _check_message(self, uow: UnitOfWork, draft: PaperDraft, message_id: int, *, again: bool) -> None:
        record = uow.messages.get(message_id)
        if record is None:
            raise RefusedActionError("no-such-message")
        service = check.licensing(self._catalogue, draft.service)
        if draft.act is Act.RENEW and is_payment_slip(record) and not renews_by_payment(record, service):
            raise RefusedActionError("payment-renews-nothing", service.name)
        for other in uow.issuances.of_message(message_id):
            same = (other.act, other.service) == (draft.act, draft.service)
            if same and other.state is not IssuanceState.CANCELLED and not again:
                raise RefusedActionError("paper-exists", str(other.id))

    def change(
        self,
        issuance_id: int,
        clerk: Clerk,
        *,
        content: LicenceContent | None = None,
        email: str | None = None,
        follows: str | None = None,
        seen: datetime | None = None,
    ) -> Issuance:
        """Other items, as long as the paper waits for nobody. What is None stays; a substitute keeps its items.

        `seen` is the `changed_at` of what the clerk had before their eyes: refused when somebody changed it since.
        """
        with self._books.begin() as uow:
            was = check.paper(uow, issuance_id, check.EDITABLE)
            if seen is not None and seen != was.changed_at:
                raise RefusedActionError("changed-meanwhile", str(issuance_id))
            if content is None or was.act is Act.SUBSTITUTE:
                content = was.content
            now = replace(
                was,
                content=tidied_content(content),
                email=was.email if email is None else check.mailbox(email),
                follows=was.follows if follows is None else tidied(follows),
                changed_at=self._clock.now(),
            )
            self._move(uow, was, now, "paper.changed", clerk)
            uow.commit()
        return now

    def submit(self, issuance_id: int, clerk: Clerk, *, signatory: str = "", seen: datetime | None = None) -> Issuance:
        """Number, code and PDF; it waits for the approver `signatory`, who may be left out where there is but one."""
        return self._submission.submit(issuance_id, clerk, signatory=signatory, seen=seen)

    def submit_many(
        self, issuance_ids: Sequence[int], clerk: Clerk, *, signatory: str = "", progress: Progress = no_progress
    ) -> Submitted:
        """Many, in transactions of some. One that is refused holds up none of the others."""
        return self._submission.submit_many(issuance_ids, clerk, signatory=signatory, progress=progress)

    def approve(self, issuance_id: int, clerk: Clerk, digest: str) -> Issuance:
        """Approve the very PDF of this SHA-256, which the approver saw."""
        approved, refused = self.approve_many({issuance_id: digest}, clerk)
        for error in refused.values():
            raise error
        return approved[0]

    def approve_many(
        self, seen: Mapping[int, str], clerk: Clerk
    ) -> tuple[list[Issuance], dict[int, RefusedActionError]]:
        """Approve papers, each with the digest that was seen, in one transaction: those approved, those refused."""
        check.approver(clerk)
        approved, refused = [], {}
        with self._books.begin() as uow:
            for issuance_id, digest in seen.items():
                try:
                    approved.append(self._approve(uow, issuance_id, clerk, digest))
                except RefusedActionError as error:
                    refused[issuance_id] = error
            uow.commit()
        return approved, refused

    def _approve(self, uow: UnitOfWork, issuance_id: int, clerk: Clerk, digest: str) -> Issuance:
        was = check.paper(uow, issuance_id, frozenset({IssuanceState.SUBMITTED}))
        check.may_approve(clerk, was, two_person=self._two_person)
        if digest != was.rendition:
            raise RefusedActionError("digest-differs", str(issuance_id))
        if was.act is not Act.ISSUE:
            check.allowed(was.act, check.licence(uow, was.licence_id), self._clock.now())
        now = replace(was, state=IssuanceState.APPROVED, approved_by=clerk.username, changed_at=self._clock.now())
        self._move(uow, was, now, "paper.approved", clerk, digest)
        return now

    def send_back(self, issuance_id: int, clerk: Clerk, why: str) -> Issuance:
        """The approver wants it otherwise; it keeps its number. Possible until it is signed."""
        check.approver(clerk)
        states = frozenset({IssuanceState.SUBMITTED, IssuanceState.APPROVED})
        return self._end(issuance_id, clerk, why, IssuanceState.RETURNED, states)

    def cancel(self, issuance_id: int, clerk: Clerk, why: str) -> Issuance:
        """Give it up; its number stays given. What is approved already only an approver can cancel."""
        states = check.OPEN if clerk.role is Role.APPROVER else check.OPEN - {IssuanceState.APPROVED}
        return self._end(issuance_id, clerk, why, IssuanceState.CANCELLED, states)

    def _end(
        self, issuance_id: int, clerk: Clerk, why: str, state: IssuanceState, states: frozenset[IssuanceState]
    ) -> Issuance:
        note = check.reason(why)
        with self._books.begin() as uow:
            was = check.paper(uow, issuance_id, states)
            now = replace(was, state=state, note=note, approved_by="", changed_at=self._clock.now())
            self._move(uow, was, now, f"paper.{state}", clerk, note)
            uow.commit()
        return now

    def release(self, *, limit: int | None = None, batch: str = "", progress: Progress = no_progress) -> Released:
        """Sign, register and send what is approved; see `Release.run`. Raises ConfigurationError without a key."""
        if self._release is None:
            raise ConfigurationError(
                "signing.key: no key is configured, and nothing can be signed; name one in [signing]"
            )
        return self._release.run(limit=limit, batch=batch, progress=progress)

    def _move(self, uow: UnitOfWork, was: Issuance, now: Issuance, event: str, clerk: Clerk, detail: str = "") -> None:
        uow.issuances.save(now, was.state)
        self._note(uow, event, now, clerk, detail)

    def _note(self, uow: UnitOfWork, event: str, issuance: Issuance, clerk: Clerk, detail: str) -> None:
        text = f"{issuance.number or '-'} #{issuance.id} {detail}".strip()
        uow.events.add(event, issuance.changed_at, message_id=issuance.message_id, actor=clerk.username, detail=text)
