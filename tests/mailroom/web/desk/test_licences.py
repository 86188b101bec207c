"""The desk's pages for licences: the list, one licence with its acts, import of earlier ones, letters that failed."""

import hashlib
from io import BytesIO

import pytest
from openpyxl import Workbook, load_workbook

from mailroom.domain.decision import Letter
from mailroom.domain.licence import Act, LicenceStatus
from mailroom.domain.outbox import OutboxItem, OutboxState
from tests.support.licence_office import content
from tests.support.licensing_site import LicensingSite, Person, alerts


async def test_the_list_finds_and_filters(house: LicensingSite, malee: Person) -> None:
    """By holder, number in Thai digits, type and status; what has lapsed is shown as lapsed."""
    house.office.issued(content=content(holder="นายหนึ่ง"))
    past = content(
        holder="นางสอง", starts_on=content().starts_on.replace(year=2024), expires_on=content().issued_on.replace(day=1)
    )
    house.office.issued(content=past)
    everything = await malee.get("/desk/licences")
    assert "2 ใบ" in everything.text
    assert "สิ้นอายุ</span>" in everything.text
    found = await malee.get("/desk/licences?q=๒/๒๕๖๙")
    assert "นางสอง" in found.text
    assert "นายหนึ่ง" not in found.text
    assert "นายหนึ่ง" not in (await malee.get("/desk/licences?status=expired")).text
    assert "ไม่พบใบอนุญาต" in (await malee.get("/desk/licences?service=building")).text
    assert (await malee.get("/desk/licences?status=bad&page=-1")).status_code == 200


async def test_a_licence_with_all_that_happened(house: LicensingSite, malee: Person) -> None:
    """Items that are not published are marked; each version can be fetched as it was signed."""
    licence = house.office.issued()
    page = await malee.get(f"/desk/licences/{licence.id}")
    assert "1101700230708" in page.text
    assert "ไม่เผยแพร่" in page.text
    assert f"/papers/new?licence={licence.id}&amp;act=renew" in page.text
    assert "เฉพาะผู้มีอำนาจอนุมัติ" in page.text
    signed = await malee.get(f"/desk/licences/{licence.id}/documents/{licence.document}")
    assert hashlib.sha256(signed.content).hexdigest() == licence.document
    rendition = house.office.paper(1).rendition
    assert (await malee.get(f"/desk/licences/{licence.id}/documents/{rendition}")).status_code == 404
    assert (await malee.get("/desk/licences/99")).status_code == 404


async def test_the_head_suspends_and_revokes(house: LicensingSite, malee: Person, head: Person) -> None:
    """With reason and hearing, at once; the form keeps what was typed, and one drawn before is refused (R74, R75)."""
    licence = house.office.issued()
    address = f"/desk/licences/{licence.id}"
    refused = await head.post(f"{address}/suspend", seen="valid.1", act="suspend", reason="ไม่สะอาด", hearing="")
    assert "โต้แย้งแสดงหลักฐาน" in alerts(refused)[0]
    assert ">ไม่สะอาด</textarea>" in refused.text
    done = await head.post(f"{address}/suspend", seen="valid.1", reason="ไม่สะอาด", hearing="แจ้งแล้ว 2 ม.ค.")
    assert done.headers["location"] == f"{address}?done=suspend"
    assert "พักใช้ใบอนุญาตแล้ว" in (await head.get(done.headers["location"])).text
    late = await head.post(f"{address}/revoke", seen="valid.1", reason="ร้ายแรง", hearing="แจ้งแล้ว")
    assert "มีผู้ดำเนินการกับใบอนุญาตนี้" in alerts(late)[0]
    form = {"seen": "suspended.1", "reason": "ปรับปรุงแล้ว"}
    assert "ไม่มีอำนาจอนุมัติ" in alerts(await malee.post(f"{address}/resume", **form))[0]
    assert (await head.post(f"{address}/resume", **form)).status_code == 303
    assert (await head.post(f"{address}/cease", seen="valid.1", reason="แจ้งเลิก")).status_code == 303
    assert house.office.licence(licence.id).status is LicenceStatus.CEASED
    again = await head.post(f"{address}/cease", seen="ceased.1", reason="แจ้งเลิก")
    assert again.status_code == 409
    assert "ร้ายแรง" not in (await head.get(address)).text


async def test_one_open_paper_at_a_time(house: LicensingSite, malee: Person) -> None:
    """While a paper of the licence is on its road, its page leads to it instead of to another."""
    licence = house.office.issued()
    draft = house.office.draft(act=Act.AMEND, licence_id=licence.id)
    paper = house.office.issuing.prepare(draft, house.office.malee)
    page = await malee.get(f"/desk/licences/{licence.id}")
    assert f"/papers/{paper.id}" in page.text
    assert "/papers/new?licence" not in page.text


async def test_sent_again_to_another_address(house: LicensingSite, malee: Person) -> None:
    """The present version goes out again under its number, as a letter or as a link; the address is kept."""
    licence = house.office.issued()
    [first] = house.office.letters()
    address = f"/desk/licences/{licence.id}"
    wrong = await malee.post(f"{address}/resend", seen="valid.1", email="ที่ไหน")
    assert "ที่อยู่อีเมลไม่ถูกต้อง" in alerts(wrong)[0]
    assert 'value="ที่ไหน"' in wrong.text
    assert (
        await malee.post(f"{address}/resend", seen="valid.1", email="new@b.example", way="letter")
    ).status_code == 303
    assert (await malee.post(f"{address}/resend", seen="valid.1", email="new@b.example", way="link")).status_code == 303
    _, enclosed, linked = house.office.letters()
    assert (enclosed.letter, enclosed.to, enclosed.enclosures) == (Letter.LICENCE, "new@b.example", first.enclosures)
    assert (linked.letter, linked.enclosures) == (Letter.LICENCE_LINK, ())
    assert house.office.licence(licence.id).email == "new@b.example"
    assert len(house.office.outgoing()) == 1


def bounced(house: LicensingSite) -> OutboxItem:
    """The licence's letter, which came back."""
    house.office.issued()
    [letter] = house.office.letters()
    failed = letter.failed("550 5.1.1 no such user")
    with house.office.books.begin() as uow:
        uow.outbox.save(failed)
        uow.commit()
    return failed


async def test_a_bounced_licence_is_a_task(house: LicensingSite, malee: Person) -> None:
    """The queue's view of what did not arrive leads to it, and sending it elsewhere settles it."""
    letter = bounced(house)
    queue = await malee.get("/?view=undelivered")
    assert "/desk/letters" in queue.text
    assert 'ส่งไม่สำเร็จ <b class="alarm">1</b>' in queue.text
    listed = await malee.get("/desk/letters")
    assert "550 5.1.1 no such user" in listed.text
    assert "/desk/licences/1#email" in listed.text
    await malee.post("/desk/licences/1/resend", seen="valid.1", email="right@b.example", way="letter")
    assert "หนังสือทุกฉบับส่งสำเร็จ" in (await malee.get("/desk/letters")).text
    assert "/desk/letters" not in (await malee.get("/?view=undelivered")).text
    with house.office.books.look() as uow:
        kept = uow.outbox.get(letter.id)
    assert kept is not None
    assert kept.state is OutboxState.SETTLED


async def test_a_letter_is_settled_with_a_reason(house: LicensingSite, malee: Person) -> None:
    """Handed over in person: it leaves the list, once, and not without a reason."""
    letter = bounced(house)
    address = f"/desk/letters/{letter.id}/settle"
    assert alerts(await malee.post(address, reason=" ")) == ["โปรดระบุเหตุผล"]
    assert (await malee.post(address, reason="มารับด้วยตนเอง")).headers["location"] == "/desk/letters?done=settle"
    assert "ไม่ได้อยู่ในรายการ" in alerts(await malee.post(address, reason="อีกครั้ง"))[0]
    assert (await malee.post(f"/desk/letters/{'0' * 32}/settle", reason="ไม่มี")).status_code == 409
    assert (await malee.post("/desk/letters/none/settle", reason="ไม่มี")).status_code == 404


async def test_an_answer_that_did_not_arrive_is_settled_at_its_message(house: LicensingSite, malee: Person) -> None:
    """An acknowledgement that bounced: told by telephone, with a reason; another message's letter is not found."""
    failed = {
        "channel": "email",
        "letter": Letter.ACKNOWLEDGEMENT,
        "to": "malee@citizen.example",
        "subject": "",
        "text": "",
        "created_at": house.office.clock.at,
        "due_at": house.office.clock.at,
        "state": OutboxState.FAILED,
    }
    row, other = house.receive(replies=(failed,)), house.receive()
    page = (await malee.get(f"/messages/{row}")).text
    address = page.partition(f'action="/messages/{row}/letters/')[2].partition('"')[0]
    assert address.endswith("/settle")
    assert alerts(await malee.post(f"/messages/{row}/letters/{address}", reason=""))[-1] == "โปรดระบุเหตุผล"
    assert (await malee.post(f"/messages/{other}/letters/{address}", reason="โทร")).status_code == 404
    done = await malee.post(f"/messages/{row}/letters/{address}", reason="โทรแจ้งแล้ว")
    assert done.headers["location"] == f"/messages/{row}?done=settle"
    after = (await malee.get(done.headers["location"])).text
    assert "ดำเนินการแล้ว" in after
    assert "/settle" not in after
    assert (await malee.post(f"/messages/{row}/letters/{address}", reason="อีกครั้ง")).status_code == 409


HEADINGS = ("เลขที่ใบอนุญาต", "ชื่อผู้รับอนุญาต", "วันที่ออก", "วันสิ้นอายุ", "สีที่ชอบ")


def workbook(*rows: tuple[str, ...]) -> bytes:
    book = Workbook()
    for row in (HEADINGS, *rows):
        book.worksheets[0].append(row)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


GOOD = workbook(
    ("7/2568", "นายเก่า", "1/2/2568", "31/1/2570", "เขียว"), ("8/2568", "นางเก่า", "1/3/2568", "28/2/2570", "")
)


async def test_earlier_licences_are_looked_through_then_taken_over(house: LicensingSite, malee: Person) -> None:
    """First what would happen, changing nothing; then the very same file, once."""
    looked = await malee.upload("/desk/licences/import", GOOD, service="food-shop")
    assert looked.status_code == 200
    assert "ใหม่ <strong>2</strong> ใบ" in looked.text
    assert "สีที่ชอบ" in looked.text
    assert house.office.licences() == []
    form = {"token": looked.text.partition('name="token" value="')[2].partition('"')[0], "service": "food-shop"}
    done = await malee.post("/desk/licences/import", **form)
    assert done.headers["location"] == "/desk/licences/import?done=2"
    assert [one.number for one in house.office.licences()] == ["7/2568", "8/2568"]
    assert "ไม่มีไฟล์ที่ตรวจไว้แล้ว" in alerts(await malee.post("/desk/licences/import", **form))[0]
    again = await malee.upload("/desk/licences/import", GOOD, service="food-shop")
    assert "มีในระบบแล้ว 2 ใบ" in again.text
    imported = await malee.get("/desk/licences/1")
    assert "ใบอนุญาตนี้ออกก่อนใช้ระบบ" in imported.text


async def test_every_fault_of_a_workbook_is_listed(house: LicensingSite, malee: Person) -> None:
    """By row and column, and nothing can be taken over."""
    bad = workbook(("7/2568", "", "1/2/2568", "31/1/2570"), ("8/2568", "นางเก่า", "วันไหนนะ", "28/2/2570"))
    answer = await malee.upload("/desk/licences/import", bad, service="food-shop")
    assert answer.status_code == 409
    assert "พบ 2 จุด" in alerts(answer)[0]
    assert "อ่านวันที่ไม่ได้ (วันไหนนะ)" in answer.text
    assert 'name="token"' not in answer.text


@pytest.mark.parametrize(("content_", "words"), [(b"", "โปรดเลือกไฟล์"), (b"no workbook", "อ่านไฟล์นี้ไม่ได้")])
async def test_what_is_no_workbook_is_refused(house: LicensingSite, malee: Person, content_: bytes, words: str) -> None:
    """An empty choice and any other file."""
    assert words in alerts(await malee.upload("/desk/licences/import", content_))[0]


async def test_a_held_file_is_its_owners(house: LicensingSite, malee: Person, head: Person) -> None:
    """Nobody else can take over what a clerk had looked through, and after half an hour it is gone."""
    looked = await malee.upload("/desk/licences/import", GOOD, service="food-shop")
    token = looked.text.partition('name="token" value="')[2].partition('"')[0]
    assert (await head.post("/desk/licences/import", token=token, service="food-shop")).status_code == 409
    assert house.office.licences() == []


async def test_uploads_need_a_session_and_have_an_end(house: LicensingSite, malee: Person) -> None:
    """A stranger's file is not even read; one that is too large is refused; other forms take no large body."""
    too_large = await malee.upload("/desk/licences/import", b"x" * (11 << 20))
    assert too_large.status_code == 413
    assert (await malee.post("/papers", follows="x" * 70_000)).status_code == 413
    malee.client.cookies.clear()
    assert (await malee.upload("/desk/licences/import", GOOD)).status_code == 403


async def test_the_workbook_to_fill_in(house: LicensingSite, malee: Person) -> None:
    """With the columns of one type, or of all; an unknown type is refused."""
    answer = await malee.get("/desk/licences/import/template.xlsx?service=food-shop")
    heading = [cell.value for cell in load_workbook(BytesIO(answer.content)).worksheets[0][1]]
    assert heading[1:3] == ["เลขที่ใบอนุญาต", "ชื่อผู้รับอนุญาต"]
    assert "จำนวนที่นั่ง" in heading
    assert (await malee.get("/desk/licences/import/template.xlsx?service=none")).status_code == 409
