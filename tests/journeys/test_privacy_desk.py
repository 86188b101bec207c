"""Personal data in a real browser: a request and its answer by keyboard, an incident on a phone, and no page too wide."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser import DESKTOP, PHONE, Visitor, check_picture, chromium
from tests.support.privacy_site import PrivacySite
from tests.support.web_site import serving


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def house(tmp_path: Path) -> Iterator[PrivacySite]:
    """Real books and archive; message 1 opened case 1/2569."""
    with closing(PrivacySite(tmp_path)) as opened:
        opened.receive()
        yield opened


@pytest.fixture
def base(house: PrivacySite) -> Iterator[str]:
    with serving(house.app) as address:
        yield address


@contextmanager
def at_desk(house: PrivacySite, browser: Browser, base: str, size: Any, username: str) -> Iterator[Page]:
    """Somebody signed in; at the end nothing strange may have happened."""
    context = browser.new_context(locale="th-TH", timezone_id="Asia/Bangkok", viewport=size)
    visitor = Visitor(context, base)
    page = visitor.go("/login/link#" + house.sign_in.new_link(username))
    expect(page.get_by_role("navigation", name="เมนูหลัก")).to_be_visible()
    try:
        yield page
    finally:
        context.close()
    assert visitor.strange == []


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def type_in(page: Page, label: str, text: str) -> None:
    """By keyboard, in the field of that name."""
    page.get_by_label(label).focus()
    page.keyboard.type(text)


def test_a_request_is_entered_and_answered_by_keyboard(
    house: PrivacySite, browser: Browser, base: str, tmp_path: Path
) -> None:
    """A clerk enters it, the head answers it with a restriction; nothing needs a mouse."""
    with at_desk(house, browser, base, DESKTOP, "malee") as page:
        page.goto(base + "/privacy")
        page.get_by_label("สิ่งที่ขอ").focus()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        type_in(page, "ชื่อผู้ยื่น", "มาลี ศรีตัวอย่าง")
        type_in(page, "เลขรับของเรื่อง", "1/2569")
        type_in(page, "รายละเอียด", "ขอให้ลบ")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="ขอให้ลบหรือทำลายข้อมูล")).to_be_visible()
        check_picture(page, tmp_path / "request.png", DESKTOP)
    with at_desk(house, browser, base, DESKTOP, "head") as page:
        page.goto(base + "/privacy/requests/1")
        type_in(page, "ผลและเหตุผล", "เก็บไว้ตามอายุการเก็บเอกสาร")
        page.get_by_role("button", name="ตอบ").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_contain_text("ตอบคำขอแล้ว")
        expect(page.get_by_text("จำกัดการเข้าถึง", exact=True)).to_be_visible()
        page.goto(base + "/messages/1")
        expect(page.get_by_role("heading", name="ขอใบอนุญาตร้านอาหาร")).to_be_visible()
    with at_desk(house, browser, base, PHONE, "malee") as page:
        page.goto(base + "/")
        expect(page.get_by_text("ขอใบอนุญาตร้านอาหาร")).to_have_count(0)


def test_an_incident_on_a_phone(house: PrivacySite, browser: Browser, base: str, tmp_path: Path) -> None:
    """Reported where it is noticed; its period is told at once, and no page is wider than the window."""
    with at_desk(house, browser, base, PHONE, "head") as page:
        page.goto(base + "/privacy")
        assert fits(page)
        page.get_by_role("link", name="แจ้งเหตุละเมิด").click()
        page.get_by_label("เกิดอะไรขึ้น").fill("ส่งเอกสารผิดคน")
        page.get_by_label("ความลับ").check()
        page.get_by_role("button", name="แจ้งเหตุ").click()
        expect(page.get_by_text("ต้องแจ้งภายใน")).to_be_visible()
        assert fits(page)
        check_picture(page, tmp_path / "incident.png", PHONE)
        page.goto(base + "/privacy/reads")
        assert fits(page)
        assert page.get_by_role("row").count() > 2
