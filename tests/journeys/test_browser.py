"""The queue in a real browser: by mouse, by keyboard, on a phone, and against hostile mail."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from mailroom.domain.decision import Classification, Decision, Kind, Letter, Outcome, Reason, Secrecy, Urgency
from mailroom.domain.message import Address
from tests.support.browser import DESKTOP, PHONE, Visitor, check_picture, chromium
from tests.support.hostile_html import HOSTILE
from tests.support.web_site import PASSWORD, FiledOffice, letter, marked, serving


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def office(tmp_path: Path) -> Iterator[FiledOffice]:
    """An ordinary morning, one of each, in a real database and archive."""
    with closing(FiledOffice(tmp_path)) as office:
        _fill(office)
        yield office


def _fill(office: FiledOffice) -> None:
    office.receive(letter("ขอเปิดร้านก๋วยเตี๋ยว"), **ACCEPTED)
    office.receive(letter("สอบถามเวลาทำการ"), classification=Classification(Kind.ENQUIRY))
    office.receive(letter("ด่วนที่สุด ซักซ้อมแนวทาง ประจำปี ๒๕๖๙"), classification=marked(urgency=Urgency.MOST_URGENT))
    office.receive(letter("ลับมาก รายชื่อ"), classification=marked(secrecy=Secrecy.SECRET))
    office.receive(letter("ก" * 300 + " " + "x" * 300, sender=Address("y" * 200, "z" * 200 + "@example.com")))
    office.receive(
        letter("ขออนุญาตก่อสร้างบ้านพักอาศัย ๒ ชั้น"),
        html="<h2>เรียน นายก</h2><p>ขออนุญาตก่อสร้าง</p>",
        files=(("แบบแปลน ชั้น ๑.pdf", "application/pdf", b"%PDF-1.7"),),
    )


ACCEPTED: dict[str, Any] = {
    "classification": Classification(Kind.REQUEST, "food-shop"),
    "decision": Decision(
        Outcome.ACCEPT, "policy", (Reason("service-words", "อาหาร"),), register=True, letter=Letter.ACKNOWLEDGEMENT
    ),
}


@pytest.fixture(params=[DESKTOP], ids=["desktop"])
def visitor(request: pytest.FixtureRequest, browser: Browser, office: FiledOffice) -> Iterator[Visitor]:
    """A fresh window at the served office. At its end nothing strange may have happened."""
    with serving(office.app) as base:
        context = browser.new_context(locale="th-TH", timezone_id="Asia/Bangkok", viewport=request.param)
        visitor = Visitor(context, base)
        yield visitor
        context.close()
    assert visitor.strange == []


@pytest.fixture
def clerk(office: FiledOffice, visitor: Visitor) -> Visitor:
    """Somying, in by a one-time link."""
    page = visitor.go("/login/link#" + office.sign_in.new_link("somying"))
    expect(page.get_by_role("heading", name="รอเจ้าหน้าที่")).to_be_visible()
    page.wait_for_load_state()  # The keys are known once the script of the new page has run.
    return visitor


def test_a_clerk_logs_in_opens_and_accepts(office: FiledOffice, visitor: Visitor, tmp_path: Path) -> None:
    """Log in by password, open the held request, accept it with service and reason, see it accepted."""
    page = visitor.go("/")
    page.get_by_label("ชื่อผู้ใช้").fill("somying")
    page.get_by_label("รหัสผ่าน").fill(PASSWORD)
    page.get_by_role("button", name="เข้าสู่ระบบ").click()
    expect(page.get_by_role("heading", name="รอเจ้าหน้าที่")).to_be_visible()
    check_picture(page, tmp_path / "queue.png", DESKTOP)
    page.get_by_role("link", name="ขออนุญาตก่อสร้างบ้านพักอาศัย ๒ ชั้น").click()
    expect(page.get_by_text("ข้าพเจ้าขออนุญาต")).to_be_visible()
    page.get_by_label("รับไว้ดำเนินการ").check()
    page.locator("#decide").get_by_label("บริการ").select_option("building-permit")
    page.get_by_role("button", name="อยู่ในอำนาจหน้าที่").click()
    check_picture(page, tmp_path / "message.png", DESKTOP)
    page.get_by_role("button", name="บันทึกผลการพิจารณา").click()
    expect(page.get_by_role("status")).to_contain_text("รับเรื่องไว้แล้ว · เลขรับ 6/2569")
    assert office.decided(6) == ("accept", "somying", "อยู่ในอำนาจหน้าที่", "building-permit")
    assert str(office.record(6).number) == "6/2569"


def test_a_one_time_link_leaves_no_trace_in_the_address(office: FiledOffice, visitor: Visitor) -> None:
    """The link signs in by itself, and its token is gone from address and history."""
    token = office.sign_in.new_link("somying")
    page = visitor.go("/login/link#" + token)
    expect(page.get_by_role("heading", name="รอเจ้าหน้าที่")).to_be_visible()
    page.go_back()
    assert token not in page.url


def test_the_keyboard_alone_is_enough(office: FiledOffice, clerk: Visitor) -> None:
    """Search, choose, open, decide, go back and sign out without a mouse, focus always visible."""
    page = clerk.page
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="ข้ามไปยังเนื้อหา")).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("k")
    first = page.locator("a.entry").first
    expect(first).to_be_focused()
    assert first.evaluate("link => getComputedStyle(link, '::after').outlineStyle") == "solid"
    page.keyboard.press("/")
    page.keyboard.type("เวลาทำการ")
    page.keyboard.press("Enter")
    expect(page.locator("a.entry")).to_have_count(1)
    page.wait_for_load_state()
    page.keyboard.press("j")
    expect(first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="สอบถามเวลาทำการ")).to_be_visible()
    page.wait_for_load_state()
    page.get_by_label("รับไว้ดำเนินการ").focus()
    page.keyboard.press("Space")
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.type("ตอบทางโทรศัพท์แล้ว")
    while not page.evaluate("document.activeElement.classList.contains('primary')"):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("ไม่ต้องดำเนินการ")
    page.wait_for_load_state()
    page.keyboard.press("u")
    expect(page.get_by_role("heading", name="รอเจ้าหน้าที่")).to_be_visible()
    assert office.decided(2) == ("ignore", "somying", "ตอบทางโทรศัพท์แล้ว", None)


@pytest.mark.parametrize("visitor", [PHONE], indirect=True, ids=["phone"])
def test_a_phone_shows_everything_without_sideways_scrolling(clerk: Visitor, tmp_path: Path) -> None:
    """At 390 pixels no page is wider than the screen, and what is touched is large enough to touch."""
    page = clerk.page
    check_picture(page, tmp_path / "phone.png", PHONE)
    for path in ("/", "/?view=all", "/?view=undelivered", *(f"/messages/{row}" for row in range(1, 7)), "/login"):
        clerk.go(path)
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"], path
    clerk.go("/messages/6")
    for box in page.locator("main .primary, main select:visible, main .choice:visible").all():
        assert (box.bounding_box() or {"height": 0})["height"] >= 44


def test_a_file_is_saved_under_its_thai_name(clerk: Visitor) -> None:
    """Attachment and original arrive as files with the names that a clerk expects."""
    page = clerk.go("/messages/6")
    with page.expect_download() as saved:
        page.get_by_role("link", name="แบบแปลน ชั้น ๑.pdf").first.click()
    assert saved.value.suggested_filename == "แบบแปลน ชั้น ๑.pdf"
    with page.expect_download() as saved:
        page.get_by_role("link", name="ดาวน์โหลดเมลต้นฉบับ").click()
    assert saved.value.suggested_filename == "message-6.eml"


def test_a_secret_message_opens_with_a_click_for_who_is_named(office: FiledOffice, clerk: Visitor) -> None:
    """The seal shows a notice, and to others nothing but that; one click of a clerk who is named opens the message."""
    page = clerk.go("/messages/4")
    expect(page.get_by_text("รายชื่อ")).to_have_count(0)
    expect(page.get_by_role("button", name="เปิดดู")).to_have_count(0)
    office.clear()
    clerk.go("/messages/4")
    page.get_by_role("button", name="เปิดดู").click()
    expect(page.get_by_role("heading", name="ลับมาก รายชื่อ")).to_be_visible()


def test_the_queue_tells_of_new_entries_in_place(office: FiledOffice, clerk: Visitor) -> None:
    """New mail is announced while the page, its focus and its place stay as they are."""
    page = clerk.page
    page.keyboard.press("j")
    office.receive(letter("เรื่องใหม่"))
    page.evaluate("beat()")
    expect(page.get_by_role("link", name="มีรายการใหม่ 1 รายการ")).to_be_visible()
    expect(page.locator("a.entry").first).to_be_focused()
    expect(page.get_by_text("เรื่องใหม่")).to_have_count(0)


def test_hostile_html_reaches_nobody(office: FiledOffice, clerk: Visitor) -> None:
    """Of fifty hostile bodies none makes a request, runs, opens a window or leaves its frame."""
    for name, body in HOSTILE.items():
        row = office.receive(letter(name), html=body)
        page = clerk.go(f"/messages/{row}")
        page.locator("summary", has_text="HTML").click()
        frame = page.frame_locator("iframe")
        expect(frame.locator("body")).to_be_attached()
        assert page.url == f"{clerk.base}/messages/{row}", name
        assert len(page.context.pages) == 1, name
        assert frame.locator("a, script, form, input, iframe, svg, style[media]").count() == 0, name
