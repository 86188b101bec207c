"""The desk's pages about personal data: requests answered by restriction, incidents in time, and the log of reads."""

import csv
import io
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from mailroom.domain.privacy import Read
from mailroom.web.privacy_form import local_text
from tests.support.licensing_site import LicensingSite, Person, alerts, visitor
from tests.support.privacy_site import PrivacySite

WHY = "เก็บตามอายุการเก็บเอกสาร และจำกัดผู้เข้าถึง"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[PrivacySite]:
    with closing(PrivacySite(tmp_path)) as opened:
        yield opened


@pytest.fixture
async def malee(house: LicensingSite) -> AsyncIterator[Person]:
    async with visitor(house) as client:
        yield await Person.enter(house, client, "malee")


@pytest.fixture
async def head(house: LicensingSite) -> AsyncIterator[Person]:
    async with visitor(house) as client:
        yield await Person.enter(house, client, "head")


def reads(house: LicensingSite, **wanted: str) -> list[Read]:
    with house.office.books.look() as uow:
        return list(uow.reads.search(**wanted, limit=10_000))


async def ask(house: PrivacySite, person: Person, **more: str) -> str:
    """A request for erasure of case 1/2569; its address."""
    form = {
        "kind": "erasure",
        "name": "มาลี ศรีตัวอย่าง",
        "number": "๑/๒๕๖๙",
        "email": "malee@citizen.example",
        "received_at": local_text(house.office.clock.now() - timedelta(hours=1)),
        "wish": "ขอให้ลบ",
    }
    answer = await person.post("/privacy/requests", **(form | more))
    assert answer.status_code == 303, alerts(answer)
    return answer.headers["location"].partition("?")[0]


async def restricted(house: PrivacySite, malee: Person, head: Person) -> None:
    """A message whose case, paper and licence the head alone may open from now on."""
    row = house.receive(files=(("แผนที่.pdf", "application/pdf", b"%PDF-1.7"),), html="<p>ขอ</p>")
    house.office.issued(message_id=row)
    address = await ask(house, malee)
    done = await head.post(f"{address}/answer", answer=WHY, restrict="1", **{"person-head": "1"})
    assert done.status_code == 303, alerts(done)


async def test_erasure_becomes_a_restriction_with_a_letter(house: PrivacySite, malee: Person, head: Person) -> None:
    """A clerk enters, the head answers; the page shows the letter, and who may open the case."""
    house.receive()
    address = await ask(house, malee)
    assert "ผู้มีอำนาจอนุมัติเป็นผู้ตอบ" in (await malee.get(address)).text
    refused = await head.post(f"{address}/answer", answer=WHY, restrict="1")
    assert "อย่างน้อยหนึ่งคน" in alerts(refused)[0]
    assert WHY in refused.text
    await head.post(f"{address}/answer", answer=WHY, restrict="1", **{"person-head": "1", "person-malee": "1"})
    page = (await head.get(address)).text
    assert "จำกัดการเข้าถึง" in page
    assert "ระเบียบว่าด้วยงานสารบรรณ" in page
    case = (await malee.get("/privacy/cases/2569/1")).text
    assert 'href="/messages/1"' in case
    assert "ยกเลิกการจำกัด" not in case


ROW_PAGES = (
    "/messages/1",
    "/messages/1/html",
    "/messages/1/raw",
    "/messages/1/parts/0",
    "/papers/1",
    "/papers/1/document.pdf",
    "/papers/new?message=1",
    "/papers/new?licence=1",
    "/desk/licences/1",
)


@pytest.mark.parametrize("address", ROW_PAGES)
async def test_a_restricted_case_opens_for_who_is_named(
    house: PrivacySite, malee: Person, head: Person, address: str
) -> None:
    """Every door of it is shut to others, who are noted; whoever is named passes, and is noted as well."""
    await restricted(house, malee, head)
    before = len(reads(house))
    shut = await malee.get(address)
    assert shut.status_code == 403
    assert "เรื่องนี้จำกัดการเข้าถึง" in shut.text
    assert "ศรีตัวอย่าง" not in shut.text
    assert (await head.get(address)).status_code == 200
    noted = reads(house)[: len(reads(house)) - before]
    assert [(one.actor, one.how == "refused") for one in noted] == [("head", False), ("malee", True)]


@pytest.mark.parametrize(
    ("address", "form"),
    [
        ("/messages/1/decision", {"outcome": "ignore", "seen": "accept.", "reason": "x"}),
        ("/messages/1/open", {}),
        ("/papers/1/cancel", {"reason": "x"}),
        ("/papers", {"message": "1", "service": "food-shop"}),
        ("/papers/approve", {"paper-1": "ab"}),
        ("/desk/licences/1/suspend", {"reason": "x", "hearing": "x", "seen": "valid.1"}),
    ],
)
async def test_nobody_else_acts_on_it(
    house: PrivacySite, malee: Person, head: Person, address: str, form: dict[str, str]
) -> None:
    """Forms are refused like pages."""
    await restricted(house, malee, head)
    assert (await malee.post(address, **form)).status_code == 403
    assert house.site.record(1).decided_by == ""


async def test_no_list_shows_it(house: PrivacySite, malee: Person, head: Person) -> None:
    """Also not to who is named: the way to it is the page about personal data."""
    await restricted(house, malee, head)
    for person in (malee, head):
        for address in (
            "/?view=all",
            "/?view=all&q=ศรีตัวอย่าง",
            "/papers?view=issued",
            "/desk/licences",
            "/desk/licences?q=มาลี",
        ):
            page = (await person.get(address)).text
            assert "ศรีตัวอย่าง" not in re.sub(r'value="[^"]*"|“.*?”', "", page), address
    assert "เลขรับ 1/2569" in (await head.get("/privacy")).text
    others = (await malee.get("/privacy")).text
    assert "เลขรับ 1/2569" not in others
    assert "ศรีตัวอย่าง" not in others
    assert (await malee.get("/privacy/requests/1")).status_code == 403
    assert (await malee.get("/privacy/cases/2569/1")).status_code == 403
    await head.post("/privacy/cases/2569/1/people", **{"person-malee": "1"})
    assert (await malee.get("/messages/1")).status_code == 200
    assert (await head.get("/messages/1")).status_code == 403
    await head.post("/privacy/cases/2569/1/lift", reason="ถอนคำขอ")
    assert "ศรีตัวอย่าง" in (await head.get("/?view=all")).text


async def test_an_incident_from_report_to_notice(house: PrivacySite, malee: Person, head: Person) -> None:
    """Reported by anybody; both periods are told, the form is a PDF, and the desk warns until it is told."""
    house.receive()
    known = local_text(house.office.clock.now())
    refused = await malee.post("/privacy/breaches", title="ส่งผิดคน", known_at=known)
    assert "อย่างน้อยหนึ่งข้อ" in alerts(refused)[0]
    opened = await malee.post("/privacy/breaches", title="ส่งผิดคน", known_at=known, **{"kind-confidentiality": "1"})
    address = opened.headers["location"].partition("?")[0]
    page = (await malee.get(address)).text
    assert "ต้องแจ้งภายใน" in page
    facts = {
        "nature": "ก",
        "effects": "ข",
        "measures": "ค",
        "people": "๓",
        "records": "",
        "risk": "high",
        "reason": "ตรวจแล้ว",
    }
    assert (await malee.post(f"{address}/assess", **facts, **{"kind-confidentiality": "1"})).status_code == 303
    assert "ต้องแจ้งเจ้าของข้อมูลโดยไม่ชักช้า" in (await malee.get(address)).text
    form = await malee.get(f"{address}/notice.pdf")
    assert form.content.startswith(b"%PDF")
    step = {"step": "notified", "happened_at": known, "text": "ทางอีเมล"}
    assert (await malee.post(f"{address}/step", **step)).status_code == 303
    await malee.get("/messages/1")
    day = known[:10]
    found = await head.get(f"{address}?actor=malee&since={day}&until={day}")
    assert "malee@citizen.example" in found.text
    told = await head.post(f"{address}/tell", actor="malee", since=day, until=day)
    assert told.headers["location"] == f"{address}?done=tell"
    assert (await head.post(f"{address}/close", reason="จบ")).status_code == 303
    assert "ปิดแล้ว" in (await head.get("/privacy")).text
    assert (await head.get("/privacy/breaches/99")).status_code == 404


async def test_the_log_is_searched_and_taken_along(house: PrivacySite, malee: Person, head: Person) -> None:
    """By person, row and day; for approvers alone, and looking at it is noted too."""
    house.receive()
    await malee.get("/messages/1")
    assert (await malee.get("/privacy/reads")).status_code == 403
    day = local_text(house.office.clock.now())[:10]
    page = (await head.get(f"/privacy/reads?actor=malee&what=message&key=๑&since={day}&until={day}")).text
    assert page.count("<tr>") == 2
    assert "ไม่มีบันทึกที่ตรงกับที่ค้น" in (await head.get(f"/privacy/reads?until={int(day[:4]) - 1}-01-01")).text
    house.office.clock.at += timedelta(seconds=1)
    sheet = await head.get("/privacy/reads.csv?actor=malee&what=message")
    rows = list(csv.reader(io.StringIO(sheet.content.decode("utf-8-sig"))))
    assert rows[0] == ["วันเวลา", "ผู้ดู", "ประเภท", "รายการ", "วิธี", "แถวที่แสดง"]
    assert rows[1][1:] == ["malee", "ข้อความ", "1", "เปิดดู", ""]
    assert len(rows) == 2
    log = [(one.actor, one.key, one.how) for one in reads(house, what="access-log")]
    assert log == [("head", "malee", "export"), ("head", "list", "view"), ("head", "malee", "view")]


async def test_the_record_of_processing_comes_in_three_forms(house: PrivacySite, malee: Person) -> None:
    """What the agency does with data, for everybody who asks, and nobody's data in it."""
    for form, beginning in (("csv", b"\xef\xbb\xbf"), ("json", b"["), ("xlsx", b"PK")):
        answer = await malee.get(f"/privacy/processing.{form}")
        assert answer.content.startswith(beginning)
    text = (await malee.get("/privacy/processing.json")).text
    for words in ("รับเรื่องทางอีเมล", "ระเบียบสำนักนายกรัฐมนตรีว่าด้วยงานสารบรรณ", "10 ปีหลังสิ้นปี", "บันทึกการเข้าดู"):
        assert words in text


async def test_hostile_text_stays_text(house: PrivacySite, malee: Person, head: Person) -> None:
    """What people write is shown, never run."""
    house.receive()
    address = await ask(house, malee, name="<script>x</script>", wish='"><img src=x>')
    for page in ((await head.get(address)).text, (await head.get("/privacy")).text):
        assert "<script>x" not in page
        assert "<img" not in page
