"""From a request to a licence in a real browser: a clerk at a desk, the head on a phone; by keyboard; without JavaScript."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from playwright.sync_api import Browser, Page, expect

from mailroom.domain.licence import IssuanceState
from mailroom.paths import CONFIG
from tests.support.browser import DESKTOP, Visitor, check_picture, chromium, fits
from tests.support.instruments import renderer_of
from tests.support.licensing_site import LicensingSite
from tests.support.web_site import serving

PHONE = {"width": 360, "height": 740}
VIEWER = ("request: chrome://", "request: chrome-extension://")
"""What the browser's own viewer of documents loads from within the browser."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def house(tmp_path: Path) -> Iterator[LicensingSite]:
    """Real books, archive and documents."""
    with closing(LicensingSite(tmp_path, renderer=renderer_of(CONFIG))) as opened:
        yield opened


@pytest.fixture
def base(house: LicensingSite) -> Iterator[str]:
    with serving(house.app) as address:
        yield address


@contextmanager
def at_desk(browser: Browser, base: str, size: Any, **more: Any) -> Iterator[Visitor]:
    """A window; at its end nothing strange may have happened."""
    context = browser.new_context(locale="th-TH", timezone_id="Asia/Bangkok", viewport=size, **more)
    visitor = Visitor(context, base)
    try:
        yield visitor
    finally:
        context.close()
    assert [one for one in visitor.strange if not one.startswith(VIEWER)] == []


def enter(house: LicensingSite, visitor: Visitor, username: str) -> Page:
    """Sign in by a one-time link, with a button where nothing runs by itself."""
    page = visitor.go("/login/link#" + house.sign_in.new_link(username))
    expect(page.get_by_role("navigation", name="เมนูหลัก")).to_be_visible()
    return page


def test_from_a_message_to_a_licence(house: LicensingSite, browser: Browser, base: str, tmp_path: Path) -> None:
    """A clerk prepares and submits at the desk; the head approves on a phone and sees it issued."""
    row = house.receive()
    with at_desk(browser, base, DESKTOP) as visitor:
        page = enter(house, visitor, "malee")
        visitor.go(f"/messages/{row}")
        expect(page.get_by_label("ประเภทใบอนุญาต")).to_have_value("food-shop")
        page.get_by_role("button", name="เตรียมใบอนุญาต").click()
        expect(page.get_by_label("ชื่อผู้รับอนุญาต")).to_have_value("นางมาลี ศรีตัวอย่าง")
        page.get_by_role("button", name="บันทึกร่าง").click()
        expect(page.get_by_text("ยังไม่ได้ระบุรายการที่จำเป็น: จำนวนที่นั่ง")).to_be_visible()
        page.get_by_label("จำนวนที่นั่ง").fill("20")
        page.get_by_label("ผู้ลงนาม").select_option("head")
        check_picture(page, tmp_path / "prepared.png", DESKTOP)
        page.get_by_role("button", name="บันทึกและเสนออนุมัติ").click()
        expect(page.get_by_role("status")).to_contain_text("เสนออนุมัติแล้ว")
    assert house.office.paper(1).state is IssuanceState.SUBMITTED

    with at_desk(browser, base, PHONE, is_mobile=True, has_touch=True) as visitor:
        page = enter(house, visitor, "head")
        page.get_by_role("link", name="จัดทำใบอนุญาต 1 รายการรอท่าน").click()
        page.get_by_role("link", name="นางมาลี ศรีตัวอย่าง").click()
        expect(page.get_by_role("button", name="อนุมัติ", exact=True)).to_be_visible()
        assert fits(page)
        check_picture(page, tmp_path / "approval.png", PHONE)
        assert page.request.get(base + "/papers/1/rendition.pdf").body().startswith(b"%PDF-1.7")
        page.get_by_role("button", name="อนุมัติ", exact=True).click()
        expect(page.get_by_text("ระบบกำลังลงลายมือชื่อดิจิทัล ลงทะเบียนหนังสือส่ง")).to_be_visible()
        assert house.asked == 1
        house.release()
        expect(page.get_by_role("heading", name="ออกแล้ว")).to_be_visible(timeout=15_000)
        assert fits(page)
        page.get_by_role("link", name="ใบอนุญาตนี้ในทะเบียน").click()
        expect(page.get_by_text("ฉบับปัจจุบัน", exact=True)).to_be_visible()
        assert fits(page)
    assert [one.to for one in house.office.letters() if one.enclosures] == ["malee@citizen.example"]


def test_many_at_once_by_keyboard(house: LicensingSite, browser: Browser, base: str) -> None:
    """The head ticks all with one button and approves, without a mouse."""
    papers = [house.office.submitted(email=f"{n}@b.example") for n in range(3)]
    with at_desk(browser, base, DESKTOP) as visitor:
        page = enter(house, visitor, "head")
        visitor.go("/papers")
        page.keyboard.press("j")
        expect(page.locator("a.entry").first).to_be_focused()
        visitor.go("/papers/approve")
        page.get_by_role("button", name="เลือกทั้งหมด").focus()
        page.keyboard.press("Enter")
        assert page.locator("input:checked").count() == 3
        page.get_by_role("button", name="อนุมัติฉบับที่เลือก").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_contain_text("อนุมัติแล้วทุกฉบับที่เลือก")
    assert {house.office.paper(one.id).state for one in papers} == {IssuanceState.APPROVED}


def test_without_javascript(house: LicensingSite, browser: Browser, base: str) -> None:
    """A paper is approved, and its page comes up to date by itself."""
    paper = house.office.submitted()
    with at_desk(browser, base, PHONE, java_script_enabled=False) as visitor:
        page = visitor.page
        page.context.add_cookies([{"name": "mailroom", "value": session_of(house, "head"), "url": base}])
        visitor.go(f"/papers/{paper.id}")
        page.get_by_role("button", name="อนุมัติ", exact=True).click()
        expect(page.get_by_role("status")).to_contain_text("อนุมัติแล้ว")
        house.release()
        expect(page.get_by_role("heading", name="ออกแล้ว")).to_be_visible(timeout=15_000)


def session_of(house: LicensingSite, username: str) -> str:
    token = house.sign_in.with_link(house.sign_in.new_link(username))
    assert token
    return token


def test_suspended_on_a_phone_and_seen_at_once(house: LicensingSite, browser: Browser, base: str) -> None:
    """The head suspends a licence with reason and hearing; its page and the list say so."""
    licence = house.office.issued()
    with at_desk(browser, base, PHONE, is_mobile=True) as visitor:
        page = enter(house, visitor, "head")
        visitor.go(f"/desk/licences/{licence.id}")
        page.locator("summary", has_text="พักใช้").click()
        page.get_by_label("เหตุผล ข้อเท็จจริง และข้อกฎหมาย").locator("visible=true").fill("ไม่ปรับปรุงตามคำสั่ง")
        page.get_by_label("การให้ผู้รับอนุญาตโต้แย้ง").locator("visible=true").fill("แจ้งแล้วเมื่อ 2 ม.ค. 2569")
        page.get_by_role("button", name="พักใช้").click()
        expect(page.get_by_role("status")).to_contain_text("พักใช้ใบอนุญาตแล้ว")
        visitor.go("/desk/licences?status=suspended")
        expect(page.get_by_role("link", name="นางมาลี ศรีตัวอย่าง")).to_be_visible()
        assert fits(page)


def test_earlier_licences_from_a_workbook(house: LicensingSite, browser: Browser, base: str) -> None:
    """The result of looking through is on the screen before anything is taken over."""
    book, out = Workbook(), BytesIO()
    book.worksheets[0].append(("เลขที่ใบอนุญาต", "ชื่อผู้รับอนุญาต", "วันที่ออก", "วันสิ้นอายุ"))
    book.worksheets[0].append(("7/2568", "นายเก่า แก่กล้า", "1/2/2568", "31/1/2570"))
    book.save(out)
    file: Any = {"name": "เดิม.xlsx", "mimeType": "application/octet-stream", "buffer": out.getvalue()}
    with at_desk(browser, base, DESKTOP) as visitor:
        page = enter(house, visitor, "malee")
        visitor.go("/desk/licences/import")
        page.get_by_label("ไฟล์ .xlsx").set_input_files(file)
        page.get_by_label("ประเภทของแถว").select_option("food-shop")
        page.get_by_role("button", name="ตรวจไฟล์").click()
        expect(page.get_by_text("นายเก่า แก่กล้า")).to_be_visible()
        page.get_by_role("button", name="นำเข้า 1 ใบ").click()
        expect(page.get_by_role("status")).to_contain_text("นำเข้าแล้ว 1 ใบ")
    assert [one.number for one in house.office.licences()] == ["7/2568"]


def test_the_head_masks_an_item_on_a_phone_without_javascript(
    house: LicensingSite, browser: Browser, base: str, tmp_path: Path
) -> None:
    """From the list of licences to the type, the item and its reason, by keys alone; nothing is wider than the phone."""
    with at_desk(browser, base, PHONE, java_script_enabled=False) as visitor:
        page = visitor.page
        page.context.add_cookies([{"name": "mailroom", "value": session_of(house, "head"), "url": base}])
        visitor.go("/desk/licences").get_by_role("link", name="รายการที่เผยแพร่").press("Enter")
        kind = page.locator("#food-shop")
        kind.locator("> summary").press("Enter")
        item = page.locator('[id="food-shop.address"]')
        item.locator("summary").press("Enter")
        item.get_by_label("ไม่เผยแพร่").press("Space")
        item.get_by_label("เหตุผล").fill("อยู่ระหว่างคดี")
        item.get_by_label("เหตุผล").press("Enter")
        expect(page.get_by_role("status")).to_contain_text("เปลี่ยนทันที")
        expect(item).to_contain_text("อยู่ระหว่างคดี")
        assert fits(page)
        check_picture(page, tmp_path / "items.png", PHONE)
    assert "address" in house.office.house.fields.masked("food-shop")
