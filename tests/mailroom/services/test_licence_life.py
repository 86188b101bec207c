"""Suspended, resumed, revoked, given up: which act is allowed when, and that it shows at once."""

from datetime import UTC, date, datetime
from types import MappingProxyType

import pytest

from mailroom.domain.decision import Classification, Decision, Kind, Outcome
from mailroom.domain.errors import RefusedActionError
from mailroom.domain.licence import Act, IssuanceState, LicenceStatus
from mailroom.domain.message import Address, Envelope, Message
from mailroom.domain.record import Verdict
from tests.mailroom.services.test_issuing import later, refused
from tests.support.licence_office import FOOD, PERMIT, START, Office, content

HEARD = "แจ้งสิทธิโต้แย้งเมื่อ 2 ม.ค. 2569"


def test_each_act_shows_at_once_with_its_reason(office: Office) -> None:
    """Suspended, in force again as it was, revoked for good; the history tells who and why."""
    licence = office.issued()
    office.clock.advance(days=1)
    office.life.suspend(licence.id, office.head, "พบการกระทำผิด", HEARD)
    now = office.licence(licence.id)
    assert (now.status, now.status_reason, now.status_since) == (
        LicenceStatus.SUSPENDED,
        "พบการกระทำผิด",
        office.clock.now(),
    )
    assert office.life.resume(licence.id, office.deputy, "แก้ไขแล้ว").status is LicenceStatus.VALID
    assert office.life.revoke(licence.id, office.head, "ทำผิดซ้ำ", HEARD).status is LicenceStatus.REVOKED
    with office.books.look() as uow:
        steps = uow.licences.events(licence.id)
        changed = uow.licences.changed_at()
    assert [(step.act, step.actor, step.document) for step in steps[1:]] == [
        (Act.SUSPEND, "head", None),
        (Act.RESUME, "deputy", None),
        (Act.REVOKE, "head", None),
    ]
    assert changed == office.clock.now()


def test_who_may_not_is_refused(office: Office) -> None:
    """An approver, a reason, and a hearing before what is adverse (R74, R75)."""
    licence = office.issued()
    with refused("not-an-approver"):
        office.life.cease(licence.id, office.malee, "เลิก")
    with refused("reason-missing"):
        office.life.cease(licence.id, office.head, " ")
    with refused("hearing-missing"):
        office.life.revoke(licence.id, office.head, "ผิดเงื่อนไข", " ")
    with refused("no-such-licence"):
        office.life.resume(99, office.head, "x")


def test_after_the_end_nothing_more_happens(office: Office) -> None:
    """Given up is given up; what is in force cannot be resumed."""
    licence = office.issued()
    with refused("licence-in-force"):
        office.life.resume(licence.id, office.head, "x")
    office.life.cease(licence.id, office.head, "แจ้งเลิกกิจการ")
    assert office.life.choices(office.licence(licence.id)) == frozenset()
    with refused("licence-ceased"):
        office.life.revoke(licence.id, office.head, "x", HEARD)


def test_what_lapsed_can_only_be_renewed(office: Office) -> None:
    licence = office.issued()
    office.clock.at = datetime(2027, 1, 5, 3, 0, tzinfo=UTC)
    assert office.life.choices(licence) == {Act.RENEW}
    with refused("licence-expired"):
        office.life.suspend(licence.id, office.head, "x", HEARD)
    later(office, Act.RENEW, licence.id, content=content(starts_on=date(2027, 1, 5), expires_on=date(2028, 1, 4)))
    assert office.licence(licence.id).status_on(date(2027, 1, 5)) is LicenceStatus.VALID


def test_to_renew_does_not_lift_a_suspension(office: Office) -> None:
    """And what was amended before it was suspended is amended after it is resumed."""
    licence = office.issued()
    later(office, Act.AMEND, licence.id, content=content(address="เลขที่ 99"))
    office.life.suspend(licence.id, office.head, "x", HEARD)
    later(office, Act.RENEW, licence.id)
    assert office.licence(licence.id).status is LicenceStatus.SUSPENDED
    with pytest.raises(RefusedActionError, match="licence-suspended"):
        office.issuing.prepare(office.draft(act=Act.AMEND, licence_id=licence.id), office.malee)
    assert office.life.resume(licence.id, office.head, "แก้ไขแล้ว").status is LicenceStatus.VALID


def received(office: Office, entered: datetime, deemed: datetime, kind: Kind) -> int:
    """A message in the log, decided; its id."""
    (kept,) = office.archive.keep([b"mail"])
    with office.books.begin() as uow:
        uow.messages.log([(Envelope("email", "saraban", "INBOX/1/1", entered), kept)], entered)
        (logged,) = uow.messages.pending(count=1, size=1_000)
        verdict = Verdict(
            logged=logged,
            message=Message(sender=Address("มาลี", "other@citizen.example"), subject="ต่ออายุ", text="โอนแล้วค่ะ"),
            classification=Classification(kind),
            decision=Decision(Outcome.ACCEPT, "test"),
            deemed_received_at=deemed,
            processed_at=deemed,
        )
        uow.messages.record(verdict)
        uow.commit()
    return int(logged.id)


def test_a_payment_slip_alone_renews_where_the_service_allows_it(office: Office) -> None:
    """R73; and the draft goes where the slip came from (R26)."""
    slip = received(office, START, START, Kind.PAYMENT_SLIP)
    licence = office.issued()
    draft = office.house.draft(Act.RENEW, FOOD, licence=licence, message_id=slip)
    assert (draft.email, draft.content.starts_on) == ("other@citizen.example", date(2027, 1, 5))
    assert office.issuing.prepare(draft, office.malee).state is IssuanceState.PREPARED
    with refused("paper-exists"):
        office.issuing.prepare(draft, office.malee)
    other = office.issued(service=PERMIT.key, content=content(extra=MappingProxyType({})))
    with refused("payment-renews-nothing"):
        office.issuing.prepare(office.house.draft(Act.RENEW, PERMIT, licence=other, message_id=slip), office.malee)


def test_a_late_request_for_renewal_is_told(office: Office) -> None:
    """R16: mailed on the last day after hours, deemed received on the next."""
    licence = office.issued()
    entered = datetime(2027, 1, 4, 11, 0, tzinfo=UTC)
    message = received(office, entered, datetime(2027, 1, 5, 1, 30, tzinfo=UTC), Kind.REQUEST)
    with office.books.look() as uow:
        record = uow.messages.get(message)
    assert office.house.proposals.late(record, licence) == 1
