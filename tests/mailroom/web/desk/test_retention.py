"""The desk's pages about how long cases are kept: a hold by anybody, a list, a decision by somebody else, a package."""

import io
import zipfile
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from mailroom.domain.agency import buddhist_year
from mailroom.domain.privacy import Restriction
from mailroom.domain.register import RegisterNumber
from mailroom.web.retention import CHOICES
from tests.support.licensing_site import Person, alerts, visitor
from tests.support.pdf_text import text_of
from tests.support.retention_office import MEMBERS
from tests.support.retention_site import RetentionSite

SUBJECT = "ขอใบอนุญาตร้านอาหารครัวแม่มาลี"
FIRST, SECOND = RegisterNumber(2569, 1), RegisterNumber(2569, 2)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[RetentionSite]:
    """Two cases of 2569, more than twenty years later."""
    with closing(RetentionSite(tmp_path)) as opened:
        for subject in (SUBJECT, "ขอความอนุเคราะห์"):
            opened.receive(subject=subject)
        opened.office.clock.advance(days=21 * 366)
        yield opened


@pytest.fixture
async def malee(house: RetentionSite) -> AsyncIterator[Person]:
    async with visitor(house) as client:
        yield await Person.enter(house, client, "malee")


@pytest.fixture
async def head(house: RetentionSite) -> AsyncIterator[Person]:
    async with visitor(house) as client:
        yield await Person.enter(house, client, "head")


@pytest.fixture
async def deputy(house: RetentionSite) -> AsyncIterator[Person]:
    async with visitor(house) as client:
        yield await Person.enter(house, client, "deputy")


async def survey(house: RetentionSite, person: Person) -> None:
    answer = await person.post("/retention/lists", year=str(buddhist_year(house.office.clock.now())))
    assert answer.headers["location"] == "/retention/lists/1?done=surveyed", alerts(answer)


def decision(house: RetentionSite, **more: str) -> dict[str, str]:
    on = house.office.clock.now().date().isoformat()
    verdicts = {"verdict-2569-1": "transfer", "verdict-2569-2": "keep", "note-2569-2": "ยังใช้อยู่"}
    return {"members": "\r\n".join(MEMBERS), "on": on, "document": "รายงานที่ 1/2590", **verdicts, **more}


async def test_a_list_is_decided_by_somebody_else_and_handed_over(
    house: RetentionSite, malee: Person, head: Person
) -> None:
    """From survey to package: who drew it up records nothing, and the package is whole."""
    await survey(house, malee)
    page = await malee.get("/retention/lists/1")
    assert SUBJECT in page.text
    assert 'name="verdict-' not in page.text
    refused = await malee.post("/retention/lists/1/decide", **decision(house))
    assert refused.status_code == 409
    assert (await head.post("/retention/lists/1/decide", **decision(house))).status_code == 303
    page = await head.get("/retention/lists/1")
    assert "ยังใช้อยู่" in page.text
    answer = await head.post("/retention/lists/1/transfer")
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as opened:
        names = opened.namelist()
    assert any("/raw/" in name for name in names)
    assert not any("/2569-2/" in name for name in names)
    assert (await malee.post("/retention/lists/1/transfer")).status_code == 409


async def test_what_was_typed_stays_after_a_refusal(house: RetentionSite, malee: Person, head: Person) -> None:
    """With what to mend, for each mistake."""
    await survey(house, malee)
    for more, told in (
        ({"members": "ก"}, "ไม่น้อยกว่า 3 คน"),
        ({"on": "เมื่อวาน"}, "วันที่พิจารณา"),
        ({"verdict-2569-2": ""}, "2/2569"),
        ({"document": ""}, "รายงาน"),
    ):
        answer = await head.post("/retention/lists/1/decide", **decision(house, **more))
        assert answer.status_code == 409
        assert told in alerts(answer)[0]
    assert "รายงานที่ 1/2590" in (await head.post("/retention/lists/1/decide", **decision(house, members=""))).text


async def test_a_hold_wins_on_the_page_and_in_print(house: RetentionSite, malee: Person, head: Person) -> None:
    """Nothing but to keep can be chosen, and what is sent all the same is refused."""
    await survey(house, malee)
    assert (await malee.post("/retention/holds", number="๑/๒๕๖๙", reason="คดีปกครอง")).status_code == 303
    page = await head.get("/retention/lists/1")
    assert 'name="verdict-2569-1" value="keep"' in page.text
    assert 'name="verdict-2569-1" value="transfer"' not in page.text
    answer = await head.post("/retention/lists/1/decide", **decision(house))
    assert "ระงับการทำลายอยู่" in alerts(answer)[0]
    paper = await head.get("/retention/lists/1/list.pdf")
    assert "ระงับการทำลาย" in text_of(paper.content)


async def test_lifting_takes_two_persons(malee: Person, head: Person, deputy: Person) -> None:
    """One approver asks, another confirms; a clerk cannot, and nobody confirms what they asked for."""
    await malee.post("/retention/holds", number="1/2569", reason="คดีปกครอง")
    hold = "/retention/holds/2569/1"
    assert (await head.post(f"{hold}/ask", lift_reason="คดีถึงที่สุด")).status_code == 303
    assert "/lift" not in (await head.get("/retention")).text
    for person in (malee, head):
        assert (await person.post(f"{hold}/lift")).status_code == 409
    assert (await deputy.post(f"{hold}/lift")).status_code == 303
    assert "คดีปกครอง" not in (await malee.get("/retention")).text


async def test_a_restricted_case_is_a_number_alone(house: RetentionSite, malee: Person, head: Person) -> None:
    """On the page, in print, and for the reason of a hold."""
    await malee.post("/retention/holds", number="2/2569", reason="เหตุผลเกี่ยวกับนางมาลี")
    with house.office.books.begin() as uow:
        for number in (FIRST, SECOND):
            uow.privacy.restrict(
                Restriction(
                    number=number,
                    request=None,
                    reason="ขอ",
                    people=("deputy",),
                    placed_at=house.office.clock.now(),
                    placed_by="head",
                )
            )
        uow.commit()
    await survey(house, malee)
    assert "เหตุผลเกี่ยวกับนางมาลี" not in (await malee.get("/retention")).text
    page, paper = await head.get("/retention/lists/1"), await head.get("/retention/lists/1/list.pdf")
    for text in (page.text, text_of(paper.content)):
        assert SUBJECT not in text
        assert "1/2569" in text
        assert "จำกัดการเข้าถึง" in text


async def test_a_long_list_is_decided_by_its_exceptions(tmp_path: Path) -> None:
    """What is not named is decided as proposed: no form of a thousand choices."""
    with closing(RetentionSite(tmp_path)) as house:
        for _ in range(CHOICES + 1):
            house.receive(subject=SUBJECT)
        house.office.clock.advance(days=21 * 366)
        async with visitor(house) as one, visitor(house) as other:
            await survey(house, await Person.enter(house, one, "malee"))
            head = await Person.enter(house, other, "head")
            assert 'name="verdict-' not in (await head.get("/retention/lists/1")).text
            form = decision(house, **{"numbers-keep": "๑/๒๕๖๙ ยังใช้อยู่\r\n\r\n"})
            refused = await head.post("/retention/lists/1/decide", **(form | {"numbers-transfer": "999/2569"}))
            assert "999/2569" in alerts(refused)[0]
            assert (await head.post("/retention/lists/1/decide", **form)).status_code == 303
        with house.office.books.look() as uow:
            made = uow.retention.destruction_list(1)
    assert made
    assert [(one.number, one.note) for one in made.items if one.verdict == "keep"] == [(FIRST, "ยังใช้อยู่")]
    assert len([one for one in made.items if one.verdict == "transfer"]) == CHOICES


async def test_classes_are_given_by_approvers(malee: Person, head: Person) -> None:
    """With a reason; a clerk has no form for it."""
    form = {"number": "1/2569", "class": "history", "class_reason": "สำคัญต่อท้องถิ่น"}
    assert 'action="/retention/classes"' not in (await malee.get("/retention")).text
    assert (await malee.post("/retention/classes", **form)).status_code == 409
    assert (await head.post("/retention/classes", **form)).status_code == 303


async def test_addresses_that_are_none(head: Person) -> None:
    """A list, a hold or a year that there is not."""
    assert (await head.get("/retention/lists/7")).status_code == 404
    assert (await head.get("/retention/lists/7/list.pdf")).status_code == 404
    assert (await head.post("/retention/holds/x/1/lift")).status_code == 404
    assert (await head.post("/retention/holds/2569/1/lift")).status_code == 409
    assert (await head.post("/retention/lists", year="ปีนี้")).status_code == 409
    assert (await head.post("/retention/holds", number="", reason="ก")).status_code == 409


async def test_every_look_is_noted(house: RetentionSite, malee: Person) -> None:
    """A list with the rows of the messages that it shows (R109)."""
    await survey(house, malee)
    await malee.get("/retention/lists/1")
    with house.office.books.look() as uow:
        [read] = [one for one in uow.reads.search(what="retention") if one.listed]
    assert read.key == "1"
    assert len(read.listed) == 2


async def test_every_step_has_words(house: RetentionSite, malee: Person, head: Person) -> None:
    """On the page of the message, in Thai."""
    await survey(house, malee)
    await head.post("/retention/lists/1/decide", **decision(house))
    page = (await malee.get("/messages/1")).text
    for words in ("อยู่ในบัญชีหนังสือขอทำลาย", "คณะกรรมการทำลายหนังสือพิจารณาแล้ว"):
        assert words in page
