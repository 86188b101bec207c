"""Which licence a message is about, proposed to the clerk."""

from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest

from mailroom.domain.agency import BANGKOK
from mailroom.domain.decision import Classification, Kind
from mailroom.domain.licence import Act
from mailroom.domain.message import Address
from mailroom.services.proposals import MOST, Proposal, Proposals
from tests.support.licence_office import CATALOGUE, TODAY, content
from tests.support.licensing_site import LicensingSite

MALEE = Address("นางมาลี ศรีตัวอย่าง", "malee@citizen.example")
STRANGER = Address("คนแปลกหน้า", "stranger@x.example")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[LicensingSite]:
    with closing(LicensingSite(tmp_path)) as opened:
        yield opened


def proposed(house: LicensingSite, text: str, sender: Address = STRANGER, kind: Kind = Kind.REQUEST) -> list[Proposal]:
    row = house.receive(text, sender=sender, classification=Classification(kind, "food-shop"))
    return house.office.house.proposals.of(house.site.record(row))


def test_by_number_by_address_and_by_name(house: LicensingSite) -> None:
    """The number first; of a sender or a name only what fits the service, and never certain by itself."""
    one = house.office.issued(email="other@x.example", content=content(holder="ผู้อื่น"))
    two = house.office.issued()
    [named] = proposed(house, "ต่ออายุ เลขที่ ๑/๒๕๖๙")
    assert (named.licence.id, named.why, named.act, named.sure) == (one.id, "number", Act.RENEW, True)
    [sent] = proposed(house, "สวัสดีค่ะ", sender=Address("x", "MALEE@citizen.example"))
    assert (sent.licence.id, sent.why, sent.sure) == (two.id, "email", False)
    [called] = proposed(house, "สวัสดีครับ", sender=Address("นางมาลี  ศรีตัวอย่าง", "new@x.example"))
    assert (called.licence.id, called.why) == (two.id, "holder")
    both = proposed(house, "ขอใบแทน เลขที่ 1/2569", sender=MALEE)
    assert [(one.why, one.act) for one in both] == [("number", Act.SUBSTITUTE), ("email", Act.SUBSTITUTE)]


def test_what_cannot_be_done_is_not_proposed(house: LicensingSite) -> None:
    """A licence that was revoked is not renewed, and one that lapsed is not amended."""
    licence = house.office.issued()
    house.office.clock.at += timedelta(days=400)
    assert proposed(house, "ขอแก้ไขรายการ เลขที่ 1/2569") == []
    house.office.clock.at -= timedelta(days=400)
    house.office.life.revoke(licence.id, house.office.head, "ร้ายแรง", "แจ้งแล้ว")
    assert proposed(house, "ต่ออายุ เลขที่ 1/2569", sender=MALEE) == []


def test_days_late_are_counted_as_the_agency_counts(house: LicensingSite) -> None:
    """By deemed receipt, or by entry where the agency accepts that (R16)."""
    last = TODAY - timedelta(days=1)
    house.office.issued(content=content(starts_on=date(2025, 1, 5), expires_on=last))
    house.office.clock.at += timedelta(hours=3)
    record = house.site.record(house.receive("ต่ออายุ 1/2569", sender=STRANGER))
    entered, deemed = record.logged.envelope.entered_system_at, record.deemed_received_at
    assert deemed is not None
    assert (entered.astimezone(BANGKOK).date(), deemed.astimezone(BANGKOK).date()) == (last, TODAY)
    by_entry = Proposals(books=house.office.books, catalogue=CATALOGUE, clock=house.office.clock, by_entry=True)
    assert [one.late for one in house.office.house.proposals.of(record)] == [1]
    assert [one.late for one in by_entry.of(record)] == [0]


def test_a_payment_slip_renews_where_payment_does(house: LicensingSite) -> None:
    """Only a slip, and only for a service that payment renews (R73)."""
    house.office.issued()
    assert proposed(house, "หลักฐานการโอนเงิน 1/2569", kind=Kind.PAYMENT_SLIP)[0].by_payment
    assert not proposed(house, "ต่ออายุ 1/2569")[0].by_payment


def test_few_are_proposed(house: LicensingSite) -> None:
    """However many licences a sender has."""
    for _ in range(MOST + 2):
        house.office.submitted()
    for paper in range(1, MOST + 3):
        house.office.issuing.approve(paper, house.office.head, house.office.paper(paper).rendition or "")
    house.release()
    assert len(proposed(house, "ขอต่ออายุ", sender=MALEE)) == MOST
