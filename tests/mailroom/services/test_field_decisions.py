"""Which items of licences are published: what holds, and deciding anew (R107)."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from mailroom.domain.errors import RefusedActionError
from mailroom.paths import CONFIG
from mailroom.services.field_decisions import DecidedItem, FieldDecisions
from mailroom.services.publication import Publication
from mailroom.services.wording import Wording
from mailroom.testing import MemoryBooks
from mailroom.texts import load_texts
from tests.support.licence_office import AGENCY, CATALOGUE, Office


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with closing(Office(tmp_path)) as opened:
        yield opened


def item(office: Office, key: str) -> DecidedItem:
    return next(one for one in office.house.fields.items("food-shop") if one.key == key)


def test_every_item_is_listed_with_what_holds(office: Office) -> None:
    """The common items, then those of the type; by default identity, fee and receipt are masked, with a reason."""
    found = office.house.fields.items("food-shop")
    assert [one.key for one in found if not one.public] == ["holder_id", "fee", "receipt"]
    assert (found[0].key, found[-1].key, found[-1].label) == ("holder", "seats", "จำนวนที่นั่ง")
    assert all(one.decision is None for one in found)
    assert item(office, "fee").masked == "หน่วยงานยังไม่ได้กำหนดให้เผยแพร่"
    assert [one.key for one in office.house.fields.types()] == ["food-shop", "building"]


def test_what_is_decided_is_public_at_once(office: Office) -> None:
    """The next look at the public record shows the item, or its reason; files are made anew each time."""
    licence = office.issued()
    publication = Publication(
        office.books, agency=AGENCY, catalogue=CATALOGUE, wording=Wording(load_texts(CONFIG).tables), clock=office.clock
    )

    def fee() -> tuple[str, str]:
        with publication.look() as books:
            record = books.record(licence.code)
        assert record is not None
        return record[0].item("fee").value, record[0].item("fee").masked

    states = {publication.state()}
    office.house.fields.decide("food-shop", "fee", public=True, clerk=office.head, reason="มติ 3/2569")
    states.add(publication.state())
    assert fee() == ("500", "")
    office.house.fields.decide("food-shop", "fee", public=False, clerk=office.deputy, reason=" รอมติ ")
    states.add(publication.state())
    assert fee() == ("", "รอมติ")
    assert len(states) == 3


def test_a_decision_says_who_when_and_why(office: Office) -> None:
    """In the list, and as an event; the decision of another type is its own."""
    office.clock.advance(hours=1)
    office.house.fields.decide("food-shop", "seats", public=False, clerk=office.head, reason="ไม่จำเป็น")
    decision = item(office, "seats").decision
    assert decision is not None
    assert (decision.decided_by, decision.decided_at, decision.reason) == ("head", office.clock.at, "ไม่จำเป็น")
    assert office.house.fields.masked("building") == {"holder_id", "fee", "receipt"}


def test_a_decision_is_an_event(office: Office) -> None:
    """Who, what, when and why stand in the log, earlier decisions too."""
    books = MemoryBooks()
    fields = FieldDecisions(books=books, catalogue=CATALOGUE, texts=load_texts(CONFIG), clock=office.clock)
    for public in (False, True):
        fields.decide("food-shop", "seats", public=public, clerk=office.head, reason="มติ")
    assert [(one.name, one.actor, one.detail, one.at) for one in books.shelf.events] == [
        ("field.decided", "head", "food-shop seats masked | มติ", office.clock.at),
        ("field.decided", "head", "food-shop seats public | มติ", office.clock.at),
    ]


@pytest.mark.parametrize(
    ("service", "key", "username", "reason", "code"),
    [
        ("food-shop", "fee", "malee", "x", "not-an-approver"),
        ("food-shop", "fee", "head", "  ", "reason-missing"),
        ("food-shop", "wings", "head", "x", "item-unknown"),
        ("building", "seats", "head", "x", "item-unknown"),
        ("noise", "holder", "head", "x", "service-without-licence"),
        ("none", "holder", "head", "x", "no-such-service"),
    ],
)
def test_what_is_refused_changes_nothing(
    office: Office, service: str, key: str, username: str, reason: str, code: str
) -> None:
    """Only an approver, with a reason, of an item that such a licence has."""
    with pytest.raises(RefusedActionError) as refused:
        office.house.fields.decide(service, key, public=True, clerk=office.house.person(username), reason=reason)
    assert refused.value.code == code
    with office.books.look() as uow:
        assert uow.fields.decisions() == []
