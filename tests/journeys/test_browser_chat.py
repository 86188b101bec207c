"""What came by LINE in a real browser: read, opened and followed, on a desk, on a phone, by keyboard alone."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from mailroom.domain.chat import (
    ChatContent,
    ChatEventKind,
    ChatMessageKind,
    ChatPerson,
    ContentState,
    ConversationState,
    Location,
    Quota,
    Step,
)
from mailroom.domain.decision import Classification, Kind, Secrecy
from mailroom.domain.register import RegisterNumber
from tests.support.browser import DESKTOP, PHONE, Visitor, check_picture, chromium
from tests.support.talk_on_desk import JOINS, LINE, SOMCHAI, TEN, LookValues, Talk, png
from tests.support.web_site import FiledOffice, letter, marked, reply, serving

HOSTILE = "<img src=x onerror=alert(1)>\u202efdp.exe" + "ย" * 200 + "x" * 200
PERSON = ChatPerson(
    id=SOMCHAI, name="ชายชาย 🌿", given_name="นายสมชาย รักถิ่น", email="somchai@example.com", email_proven_at=TEN
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def office(tmp_path: Path) -> Iterator[FiledOffice]:
    """A mail room with LINE and with mail, in a real database and archive."""
    values = LookValues(refusals=2, quota=Quota(200, 187))
    with closing(FiledOffice(tmp_path, values.look)) as office:
        fill(office)
        yield office


def fill(office: FiledOffice) -> None:
    """A request with everything in it, what joined it, a mail, secret matter, hostile words, and an open dialogue."""
    number = RegisterNumber(2569, 1)
    receipt = reply("sent") | {"channel": LINE, "to": SOMCHAI, "text": f"ได้รับเรื่องของท่านแล้ว เลขรับ {number}"}
    classification = Classification(Kind.REQUEST, "food-shop")
    whole_request().received(
        office,
        office.books,
        person=PERSON,
        classification=classification,
        replies=(receipt,),
        conversation={"service": "food-shop", "documents": ((0, "C1-E6"),), "name": PERSON.given_name},
    )
    later = Talk("C2", begins=TEN + timedelta(hours=2))
    later.says(text="ส่งแผนที่ตั้งร้านเพิ่มเติมครับ")
    later.received(office, office.books, person=PERSON, decision=JOINS, follows=number)
    office.receive(letter("ขออนุญาตก่อสร้างบ้านพักอาศัย ๒ ชั้น"))
    secret = Talk("C3", begins=TEN + timedelta(hours=3))
    secret.says(text="ลับมาก รายชื่อ")
    secret.received(office, office.books, person=PERSON, classification=marked(secrecy=Secrecy.SECRET))
    hostile = Talk("C4", person="U" + "6b" * 16)
    hostile.says(text=HOSTILE)
    hostile.sends(ChatMessageKind.FILE, HOSTILE, "text/html", b"<script>alert(1)</script>")
    hostile.does(ChatEventKind.UNKNOWN, defect="event-unknown: hologram", raw=HOSTILE)
    hostile.received(office, office.books, sender=HOSTILE, person=ChatPerson(id=hostile.person, name=HOSTILE))
    going = Talk("C5", person="U" + "7c" * 16, begins=TEN + timedelta(hours=5))
    going.says(text="สวัสดีค่ะ")
    going.says(ChatMessageKind.VIDEO, content=ChatContent(state=ContentState.TOO_LARGE))
    going.write(
        office.books,
        ConversationState.OPEN,
        ChatPerson(id=going.person, name="ป้าน้อย", email="noi@example.com", blocked_at=TEN),
        step=Step.DOCUMENTS,
        service="food-shop",
    )


def whole_request() -> Talk:
    talk = Talk("C1")
    first = talk.says(text="สวัสดีครับ ผมขอเปิดร้านก๋วยเตี๋ยวที่ตลาดคลองใหม่\nต้องใช้เอกสารอะไรบ้างครับ ที่นี่น้ำท่วมปีที่แล้ว ผู้ใหญ่บ้านรู้เรื่องนี้ดี")
    talk.answered("กรุณาเลือกบริการที่ต้องการยื่น", "จัดตั้งสถานที่จำหน่ายอาหาร", "ก่อสร้างอาคาร", "ไม่แน่ใจ")
    talk.does(ChatEventKind.POSTBACK, data="pick-จัดตั้งสถานที่จำหน่ายอาหาร")
    talk.says(ChatMessageKind.STICKER, "ขอบคุณ")
    talk.says(ChatMessageKind.LOCATION, location=Location("ร้านป้าน้อย", "๙/๑ ตลาดคลองใหม่", 13.756331, 100.501765))
    talk.says(text="ตรงนี้เลยครับ", quoted_id=first.message.id if first.message else "")
    talk.sends(ChatMessageKind.IMAGE, "", "image/png", png(), set_id="s", set_index=1, set_total=2)
    talk.sends(ChatMessageKind.FILE, "แบบแปลน ชั้น ๑.pdf", "application/pdf", b"%PDF-1.7")
    talk.takes_back(talk.says(text="บัญชีธนาคารของผม ๑๒๓-๔"))
    talk.says(ChatMessageKind.VIDEO, duration_ms=61_000, content=ChatContent(state=ContentState.GONE))
    talk.does(ChatEventKind.UNKNOWN, defect="event-unknown: hologram", raw='{"type":"hologram","timestamp":1}')
    return talk


@pytest.fixture(params=[DESKTOP], ids=["desktop"])
def visitor(request: pytest.FixtureRequest, browser: Browser, office: FiledOffice) -> Iterator[Visitor]:
    """Somying at a fresh window. At its end nothing strange may have happened."""
    with serving(office.app) as base:
        context = browser.new_context(locale="th-TH", timezone_id="Asia/Bangkok", viewport=request.param)
        visitor = Visitor(context, base)
        page = visitor.go("/login/link#" + office.sign_in.new_link("somying"))
        expect(page.get_by_role("heading", name="รอเจ้าหน้าที่")).to_be_visible()
        yield visitor
        context.close()
    assert visitor.strange == []


def test_a_clerk_reads_a_whole_conversation(visitor: Visitor, tmp_path: Path) -> None:
    """From the queue to the bubbles: order, picture, file and place are there, and what was taken back is not."""
    page = visitor.go("/")
    row = page.get_by_role("row").filter(has_text="ผมขอเปิดร้าน")
    expect(row.get_by_text("LINE", exact=True)).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="บ้านพักอาศัย").get_by_text("อีเมล", exact=True)).to_be_visible()
    row.get_by_role("link").click()
    expect(page.get_by_role("heading", name="บทสนทนา")).to_be_visible()
    check_picture(page, tmp_path / "talk.png", DESKTOP)
    picture = page.get_by_role("img", name="ภาพจากผู้ส่ง")
    picture.scroll_into_view_if_needed()
    expect(picture).to_have_js_property("naturalWidth", 240)
    expect(page.get_by_text("ละติจูด 13.756331")).to_be_visible()
    expect(page.get_by_text("บัญชีธนาคาร")).to_have_count(0)
    with page.expect_download() as saved:
        page.get_by_role("link", name="แบบแปลน ชั้น ๑.pdf").first.click()
    assert saved.value.suggested_filename == "แบบแปลน ชั้น ๑.pdf"
    page.get_by_role("link", name="อ้างถึง").click()
    assert page.url.endswith("#said-1")


def test_what_was_taken_back_opens_by_keyboard_alone(office: FiledOffice, visitor: Visitor) -> None:
    """Button by Tab and Enter; then the words are there, the act is in the history, and the original can be had."""
    page = visitor.go("/messages/1")
    expect(page.get_by_role("link", name="ดาวน์โหลดต้นฉบับ")).to_have_count(0)
    page.get_by_role("heading", name="บทสนทนา").click()
    while not page.evaluate("document.activeElement.matches('.taken-back button')"):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("บัญชีธนาคารของผม ๑๒๓-๔")).to_be_visible()
    expect(page.get_by_text("เปิดดูข้อความที่ผู้ส่งยกเลิก")).to_be_visible()
    with page.expect_download() as saved:
        page.get_by_role("link", name="ดาวน์โหลดต้นฉบับ (.bundle)").click()
    assert saved.value.suggested_filename == "message-1.bundle"
    with office.books.look() as uow:
        assert "message.withdrawn-opened" in {event.name for event in uow.events.of_message(1)}


def test_what_came_later_leads_to_the_first_and_back(visitor: Visitor) -> None:
    """The list on the first message, the note in the queue, and the way between both."""
    page = visitor.go("/?view=accept")
    expect(page.get_by_text("เพิ่มเติมจากเลขรับ 1/2569")).to_be_visible()
    visitor.go("/messages/1")
    page.get_by_role("link", name="ส่งแผนที่ตั้งร้านเพิ่มเติม").click()
    page.locator(".notice").get_by_role("link", name="เลขรับ 1/2569").click()
    expect(page.get_by_role("heading", name="ส่งเพิ่มเติมในเรื่องนี้ (1)")).to_be_visible()


def test_the_page_of_the_channel_is_one_click_away(visitor: Visitor, tmp_path: Path) -> None:
    """The menu leads to it; what must be looked at stands by itself there."""
    page = visitor.go("/")
    page.get_by_role("link", name="LINE", exact=True).click()
    expect(page.get_by_role("heading", name="LINE @klongmai")).to_be_visible()
    expect(page.get_by_text("เหลือ 13 ใกล้หมด")).to_be_visible()
    check_picture(page, tmp_path / "chats.png", DESKTOP)
    page.get_by_role("link", name="ต้องดู 4").click()
    expect(page.get_by_text("event-unknown")).to_have_count(0)
    expect(page.locator(".events > li")).to_have_count(4)
    page.locator(".events > li").last.get_by_role("link", name="เปิดเรื่อง").click()
    expect(page.get_by_role("heading", name="บทสนทนา")).to_be_visible()


@pytest.mark.parametrize("visitor", [PHONE], indirect=True, ids=["phone"])
def test_a_phone_shows_conversations_without_sideways_scrolling(visitor: Visitor, tmp_path: Path) -> None:
    """At 390 pixels no page is wider than the screen, whatever the words are."""
    page = visitor.page
    for path in ("/?view=all", "/chats", "/chats?view=odd", *(f"/messages/{row}" for row in range(1, 6))):
        visitor.go(path)
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"], path
    visitor.go("/messages/1")
    check_picture(page, tmp_path / "phone.png", PHONE)
    box = page.get_by_role("button", name="เปิดดูข้อความที่ยกเลิก").bounding_box()
    assert (box or {"height": 0})["height"] >= 44
