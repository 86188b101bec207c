"""The road of a paper: what each step does, and what it refuses."""

import hashlib
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from mailroom.domain.decision import Letter
from mailroom.domain.errors import RefusedActionError, RenderingError, SigningRefusedError, TemporarySigningError
from mailroom.domain.licence import Act, Issuance, IssuanceState, LicenceStatus
from mailroom.paths import CONFIG
from mailroom.texts import load_texts
from tests.support.licence_office import AGENCY, NOISE, Office, PlainRenderer, content


def refused(code: str) -> Any:
    """A refusal with this very code, for which both catalogues have a sentence."""
    for language in ("th", "en"):
        assert load_texts(CONFIG, language).label("refusals", code) != code
    return pytest.raises(RefusedActionError, match=f"^{code}(:|$)")


def test_a_licence_comes_into_being_by_the_whole_road(office: Office) -> None:
    """Approved hash, signed hash and sent hash are one chain; register of letters sent and history say so (G18)."""
    paper = office.approved()
    (done,) = office.issuing.release().issued
    licence = office.licences()[0]
    assert (licence.number, licence.version, licence.status) == ("1/2569", 1, LicenceStatus.VALID)
    assert (licence.code, licence.content) == (paper.code, content())
    approved, signed = office.content(paper.rendition or ""), office.content(licence.document or "")
    assert signed.startswith(approved)
    assert hashlib.sha256(signed).hexdigest() == licence.document == done.document
    (entry,) = office.outgoing()
    assert (entry.number, entry.draft.document, entry.draft.addressee) == (
        done.outgoing,
        done.document,
        "นางมาลี ศรีตัวอย่าง",
    )
    assert entry.draft.action == "ส่งทางอีเมล"
    (letter,) = office.letters()
    assert (letter.letter, letter.to) == (Letter.LICENCE, "malee@citizen.example")
    assert [one.digest for one in letter.enclosures] == [licence.document]
    with office.books.look() as uow:
        (step,) = uow.licences.events(licence.id)
        found = uow.licences.by_document(licence.document or "")
    assert (step.act, step.actor, step.version, step.document) == (Act.ISSUE, "head", 1, licence.document)
    assert found == (licence, step)
    assert done.state is IssuanceState.ISSUED


def test_nothing_is_public_or_sent_before_it_is_released(office: Office) -> None:
    office.approved()
    assert office.licences() == []
    assert office.outgoing() == []
    assert office.letters() == []


def test_numbers_run_by_type_and_buddhist_year_and_stay_given(office: Office) -> None:
    """A cancelled paper keeps its number visibly; the next goes on after it."""
    first, second = office.submitted(), office.submitted()
    office.issuing.cancel(first.id, office.malee, "ผู้ขอถอนเรื่อง")
    later = content(issued_on=date(2027, 1, 4), starts_on=date(2027, 1, 4), expires_on=date(2028, 1, 3))
    assert office.paper(first.id).number == "1/2569"
    assert second.number == "2/2569"
    assert office.submitted(content=later).number == "1/2570"
    assert office.submitted().number == "3/2569"


def test_a_paper_that_cannot_be_rendered_takes_no_number(office: Office) -> None:
    """The number is taken in the transaction that needs the PDF."""

    class Broken(PlainRenderer):
        def render(self, *_: Any, **__: Any) -> bytes:
            raise RenderingError("licence.v1.typ is broken; mend it")

    paper = office.issuing.prepare(office.draft(), office.malee)
    whole, office.renderer = office.renderer, Broken()
    office.join()
    with pytest.raises(RenderingError):
        office.issuing.submit(paper.id, office.malee, signatory="head")
    assert office.paper(paper.id).state is IssuanceState.PREPARED
    office.renderer = whole
    office.join()
    assert office.issuing.submit(paper.id, office.malee, signatory="head").number == "1/2569"


def test_a_returned_paper_keeps_number_and_code_and_gets_another_pdf(office: Office) -> None:
    """The head wants another address: changed, submitted again; what was seen before cannot be approved."""
    first = office.submitted()
    office.issuing.send_back(first.id, office.head, "แก้ที่ตั้ง")
    assert office.paper(first.id).note == "แก้ที่ตั้ง"
    office.issuing.change(first.id, office.malee, content=content(address="เลขที่ 13"))
    again = office.issuing.submit(first.id, office.malee, signatory="head")
    assert (again.number, again.code, again.note) == (first.number, first.code, "")
    assert again.rendition != first.rendition
    with refused("digest-differs"):
        office.issuing.approve(first.id, office.head, first.rendition or "")
    assert office.issuing.approve(first.id, office.head, again.rendition or "").approved_by == "head"


def test_who_submits_does_not_approve_under_two_person_release(office: Office) -> None:
    """Neither by naming oneself as signatory nor afterwards; under one-person release both are the same."""
    paper = office.issuing.prepare(office.draft(), office.head)
    with refused("no-such-approver"):
        office.issuing.submit(paper.id, office.head, signatory="head")
    submitted = office.issuing.submit(paper.id, office.head)
    assert submitted.signatory == "deputy"
    with refused("other-signatory"):
        office.issuing.approve(paper.id, office.head, submitted.rendition or "")
    office.two_person = False
    office.join()
    own = office.issuing.prepare(office.draft(), office.head)
    sent = office.issuing.submit(own.id, office.head, signatory="head")
    office.two_person = True
    office.join()
    with refused("own-paper"):
        office.issuing.approve(own.id, office.head, sent.rendition or "")
    office.two_person = False
    office.join()
    assert office.issuing.approve(own.id, office.head, sent.rendition or "").state is IssuanceState.APPROVED


def test_only_the_approver_whose_name_is_printed_approves(office: Office) -> None:
    paper = office.submitted()
    digest = paper.rendition or ""
    with refused("not-an-approver"):
        office.issuing.approve(paper.id, office.chai, digest)
    with refused("other-signatory"):
        office.issuing.approve(paper.id, office.deputy, digest)
    with refused("not-an-approver"):
        office.issuing.send_back(paper.id, office.chai, "ไม่ถูก")
    with refused("digest-differs"):
        office.issuing.approve(paper.id, office.head, "0" * 64)
    office.issuing.approve(paper.id, office.head, digest)
    with refused("paper-approved"):
        office.issuing.approve(paper.id, office.head, digest)
    with refused("paper-approved"):
        office.issuing.cancel(paper.id, office.malee, "ไม่ต้องการแล้ว")
    office.issuing.cancel(paper.id, office.deputy, "ไม่ต้องการแล้ว")
    with refused("paper-cancelled"):
        office.issuing.submit(paper.id, office.malee, signatory="head")
    assert office.issuing.release().issued == ()


def test_with_several_approvers_the_submitter_says_who(office: Office) -> None:
    paper = office.issuing.prepare(office.draft(), office.malee)
    with refused("approver-unclear"):
        office.issuing.submit(paper.id, office.malee)


@pytest.mark.parametrize(
    ("code", "changes", "email"),
    [
        ("item-missing", {"holder": "  "}, "a@b.example"),
        ("item-missing", {"extra": MappingProxyType({"seats": ""})}, "a@b.example"),
        ("item-unknown", {"extra": MappingProxyType({"seats": "1", "wings": "2"})}, "a@b.example"),
        ("identity-wrong", {"holder_id": "1101700230709"}, "a@b.example"),
        ("fee-unreadable", {"fee": "ห้าร้อย"}, "a@b.example"),
        ("ends-before-start", {"expires_on": date(2025, 1, 1)}, "a@b.example"),
        ("day-impossible", {"issued_on": date(2569, 1, 5)}, "a@b.example"),
        ("item-too-long", {"address": "ก" * 2001}, "a@b.example"),
        ("email-missing", {}, ""),
    ],
)
def test_an_incomplete_paper_is_not_submitted(office: Office, code: str, changes: dict[str, Any], email: str) -> None:
    """It stays with the clerk, without a number."""
    paper = office.issuing.prepare(office.draft(content=content(**changes), email=email), office.malee)
    with refused(code):
        office.issuing.submit(paper.id, office.malee, signatory="head")
    assert office.paper(paper.id).number == ""


def test_what_is_no_licence_is_not_prepared(office: Office) -> None:
    for code, more in (
        ("service-without-licence", {"service": NOISE.key}),
        ("no-such-service", {"service": "none"}),
        ("act-without-paper", {"act": Act.REVOKE}),
        ("no-such-licence", {"act": Act.RENEW, "licence_id": 99}),
        ("no-such-message", {"message_id": 99}),
        ("email-wrong", {"email": "malee at citizen"}),
    ):
        with refused(code):
            office.issuing.prepare(office.draft(**more), office.malee)


def test_of_two_clerks_the_second_is_told(office: Office) -> None:
    """Who changes or submits what somebody else changed since must look again."""
    paper = office.issuing.prepare(office.draft(), office.malee)
    office.clock.advance(seconds=5)
    office.issuing.change(paper.id, office.chai, email="other@citizen.example")
    with refused("changed-meanwhile"):
        office.issuing.change(paper.id, office.malee, follows="x", seen=paper.changed_at)
    with refused("changed-meanwhile"):
        office.issuing.submit(paper.id, office.malee, signatory="head", seen=paper.changed_at)
    with refused("reason-missing"):
        office.issuing.cancel(paper.id, office.malee, "  ")


def test_many_are_approved_at_once_and_the_refused_are_told_apart(office: Office) -> None:
    papers = [office.submitted() for _ in range(3)]
    seen = {one.id: one.rendition or "" for one in papers} | {papers[1].id: "0" * 64}
    approved, left = office.issuing.approve_many(seen, office.head)
    assert [one.id for one in approved] == [papers[0].id, papers[2].id]
    assert {key: error.code for key, error in left.items()} == {papers[1].id: "digest-differs"}


def later(office: Office, act: Act, licence_id: int, **more: Any) -> Issuance:
    """A later paper of a licence, issued."""
    office.clock.advance(hours=1)
    paper = office.approved(act=act, licence_id=licence_id, email="", **more)
    assert len(office.issuing.release().issued) == 1
    return office.paper(paper.id)


def test_later_papers_keep_number_and_code_and_raise_the_version(office: Office) -> None:
    """Amended, lost, renewed, handed on: one licence with its history, each paper a document of its own."""
    first = office.issued()
    later(office, Act.AMEND, first.id, content=content(address="เลขที่ 99"), follows="ย้ายร้าน")
    amended = office.licence(first.id)
    assert (amended.status, amended.version, amended.content.address) == (LicenceStatus.AMENDED, 2, "เลขที่ 99")
    later(office, Act.SUBSTITUTE, first.id, content=content(holder="คนอื่น"), follows="ชำรุด")
    copy = office.licence(first.id)
    assert (copy.status, copy.version, copy.content) == (LicenceStatus.AMENDED, 3, amended.content)
    later(office, Act.RENEW, first.id, content=content(starts_on=date(2027, 1, 5), expires_on=date(2028, 1, 4)))
    assert office.licence(first.id).status is LicenceStatus.VALID
    later(office, Act.TRANSFER, first.id, content=content(holder="นายใหม่ มาแทน"))
    now = office.licence(first.id)
    assert (now.version, now.number, now.code, now.email) == (5, first.number, first.code, "malee@citizen.example")
    with office.books.look() as uow:
        steps = uow.licences.events(first.id)
        names = [uow.documents.get(step.document).name for step in steps]
    assert [step.act for step in steps] == [Act.ISSUE, Act.AMEND, Act.SUBSTITUTE, Act.RENEW, Act.TRANSFER]
    assert names[:3] == ["food-shop-1-2569.pdf", "food-shop-1-2569-v2.pdf", "food-shop-1-2569-v3.pdf"]
    assert len({step.document for step in steps}) == 5
    assert "ใบแทน" in office.outgoing()[2].draft.subject


def test_one_paper_of_a_licence_at_a_time(office: Office) -> None:
    """Two open ones would undo each other."""
    licence = office.issued()
    paper = office.issuing.prepare(office.draft(act=Act.AMEND, licence_id=licence.id), office.malee)
    with refused("paper-open"):
        office.issuing.prepare(office.draft(act=Act.RENEW, licence_id=licence.id), office.malee)
    office.issuing.cancel(paper.id, office.malee, "ไม่ต้องแล้ว")
    office.issuing.prepare(office.draft(act=Act.RENEW, licence_id=licence.id), office.malee)


def test_a_paper_of_a_licence_that_was_revoked_meanwhile_goes_back(office: Office) -> None:
    """Approved, then revoked, then released: no paper is issued, and the note says why."""
    licence = office.issued()
    paper = office.approved(act=Act.AMEND, licence_id=licence.id)
    office.life.revoke(licence.id, office.head, "ผิดเงื่อนไข", "แจ้งสิทธิโต้แย้งแล้ว 1 ม.ค. 2569")
    done = office.issuing.release()
    assert (done.issued, [one.id for one in done.returned]) == ((), [paper.id])
    assert "เพิกถอน" in office.paper(paper.id).note
    assert office.licence(licence.id).version == 1
    with refused("licence-revoked"):
        office.issuing.submit(paper.id, office.malee, signatory="head")


def test_a_service_that_does_not_answer_leaves_papers_approved(office: Office) -> None:
    """What was signed before is issued; the rest waits, and why is told."""
    for _ in range(5):
        office.approved()
    office.signer.troubles[3] = TemporarySigningError("the time-stamp authority does not answer")
    done = office.issuing.release()
    assert done.waiting == "the time-stamp authority does not answer"
    assert 2 <= len(done.issued) < 5
    office.signer.troubles.clear()
    office.issuing.release()
    assert sorted(one.number for one in office.licences()) == [f"{n}/2569" for n in range(1, 6)]


def test_a_key_that_must_not_sign_stops_everything_with_the_remedy(office: Office) -> None:
    office.approved()
    office.signer.refusal = SigningRefusedError("the certificate has expired; install the new one")
    with pytest.raises(SigningRefusedError, match="install the new one"):
        office.issuing.release()
    assert office.licences() == []


def test_a_signer_that_changes_the_approved_bytes_is_not_trusted(office: Office) -> None:
    """The signed document begins with the approved one, or it is not issued."""
    paper = office.approved()
    whole = office.signer.sign
    office.signer.sign = lambda pdf, spec, *, at: whole(pdf, spec, at=at)[1:]
    with pytest.raises(SigningRefusedError, match="changed the document"):
        office.issuing.release()
    assert office.paper(paper.id).state is IssuanceState.APPROVED


def test_the_signature_is_clicked_where_the_template_leaves_room(office: Office) -> None:
    office.issued()
    assert office.signer.specs[0].seal == office.renderer.seal("licence.v1")


def test_one_damaged_rendition_holds_up_no_other(office: Office, tmp_path: Path) -> None:
    """It is named, and stays approved; its neighbours are issued."""
    bad, good = office.approved(), office.approved()
    with office.books.begin() as uow:
        uow.issuances.save(replace(bad, rendition="0" * 64), IssuanceState.APPROVED)
        uow.commit()
    done = office.issuing.release()
    assert [one.id for one in done.issued] == [good.id]
    assert list(done.failed) == [bad.id]


def test_release_takes_so_many_in_order(office: Office) -> None:
    papers = [office.approved() for _ in range(4)]
    assert [one.id for one in office.issuing.release(limit=3).issued] == [one.id for one in papers[:3]]
    assert AGENCY.name == office.outgoing()[0].draft.sender
