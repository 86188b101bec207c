"""Sending a licence to its holder again, and letters that failed."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from mailroom.domain.errors import RefusedActionError
from mailroom.domain.licence import Act, Licence
from mailroom.domain.outbox import OutboxItem, OutboxState
from tests.support.licence_office import Office, content


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with closing(Office(tmp_path)) as opened:
        yield opened


def become(office: Office, item: OutboxItem) -> None:
    with office.books.begin() as uow:
        uow.outbox.save(item)
        uow.commit()


def state(office: Office, item: OutboxItem) -> OutboxState:
    with office.books.look() as uow:
        found = uow.outbox.get(item.id)
    assert found is not None
    return OutboxState(found.state)


def renewed(office: Office, licence: Licence) -> Licence:
    return office.issued(act=Act.RENEW, licence_id=licence.id, content=content(fee="600"))


def test_the_present_version_goes_out(office: Office) -> None:
    """Not an earlier one: what is mailed is the document that the licence names, and nothing is signed anew."""
    licence = renewed(office, office.issued())
    signed = len(office.signer.signed)
    [letter] = office.house.resending.resend(licence.id, office.malee)
    assert [one.digest for one in letter.enclosures] == [licence.document]
    assert (letter.to, len(office.signer.signed), len(office.outgoing())) == (licence.email, signed, 2)
    assert office.licence(licence.id).updated_at == licence.updated_at


def test_letters_of_an_earlier_version_stay_as_they_are(office: Office) -> None:
    """What failed of this version is settled, also what waits for another try; what failed of another is not."""
    licence = office.issued()
    [first] = office.letters()
    become(office, first.failed("550 no"))
    licence = renewed(office, licence)
    [second] = office.letters()
    become(office, second.deferred(second.due_at, "451 later"))
    office.house.resending.resend(licence.id, office.malee, email="new@b.example")
    assert (state(office, first), state(office, second)) == (OutboxState.FAILED, OutboxState.SETTLED)
    links = office.house.resending.resend(licence.id, office.malee, as_link=True)
    become(office, links[0].failed("552 too large"))
    office.house.resending.resend(licence.id, office.malee)
    assert state(office, links[0]) is OutboxState.SETTLED


def test_what_cannot_be_sent_is_refused(office: Office) -> None:
    """Without an address, without a document of ours, to what is no address."""
    licence = office.issued()
    for email, code in (("nowhere", "email-wrong"), ("", "email-missing")):
        with office.books.begin() as uow:
            uow.licences.save(replace(licence, email=""))
            uow.commit()
        with pytest.raises(RefusedActionError) as refused:
            office.house.resending.resend(licence.id, office.malee, email=email)
        assert refused.value.code == code
    with office.books.begin() as uow:
        old = uow.licences.add(replace(licence, number="1/2560", code="OLDOLDOLDOLD", document=None, version=0))
        uow.commit()
    with pytest.raises(RefusedActionError) as refused:
        office.house.resending.resend(old.id, office.malee)
    assert refused.value.code == "licence-without-paper"
    assert len(office.letters()) == 1


def test_a_letter_is_settled_once_and_with_a_reason(office: Office) -> None:
    """A letter that did not fail cannot be settled."""
    office.issued()
    [letter] = office.letters()
    for item in (letter.id, "none"):
        with pytest.raises(RefusedActionError) as refused:
            office.house.resending.settle(item, office.malee, "รับเอง")
        assert refused.value.code == "letter-not-failed"
    become(office, letter.failed("550"))
    with pytest.raises(RefusedActionError) as refused:
        office.house.resending.settle(letter.id, office.malee, " ")
    assert refused.value.code == "reason-missing"
    office.house.resending.settle(letter.id, office.malee, "รับเอง")
    assert state(office, letter) is OutboxState.SETTLED
