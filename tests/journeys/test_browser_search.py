"""Searching in a real browser: what was found stands out and fits, on a desktop and on a phone; the seal says who may."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from mailroom.domain.attachment_reading import AttachmentReading, ReadingState
from mailroom.domain.decision import Kind, Secrecy
from mailroom.services.indexing import Indexing
from tests.support.browser import DESKTOP, PHONE, Visitor, check_picture, chromium, fits
from tests.support.web_site import MORNING, FiledOffice, letter, marked, serving

TEXT = """เรียน นายกองค์การบริหารส่วนตำบลคลองใหม่
ด้วยข้าพเจ้าขอแจ้งว่าท่อประปาหน้าบ้านเลขที่ ๑๒/๓ หมู่ที่ ๔ ซอยเทศบาล ๕ แตกมาแล้วสามวัน น้ำไหลท่วมถนน รถจักรยานยนต์ลื่นล้ม
จึงขอให้เจ้าหน้าที่มาซ่อมแซมโดยเร็ว"""
FILES = (("สำเนาโฉนดที่ดินเลขที่ ๔๕๖๗ และแผนผังที่ตั้งร้านค้าริมคลอง.pdf", "application/pdf", b"x"),)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def visitor(request: pytest.FixtureRequest, browser: Browser, tmp_path: Path) -> Iterator[Visitor]:
    with closing(FiledOffice(tmp_path)) as office, serving(office.app) as base:
        office.receive(letter("แจ้งท่อประปาแตก", TEXT))
        office.receive(letter("ขออนุญาตเปิดร้านค้า", "ตามเอกสารแนบ"), files=FILES)
        secret = marked(Kind.OFFICIAL_LETTER, secrecy=Secrecy.SECRET)
        office.receive(letter("ขอความร่วมมือสืบสวน", "ลับมาก"), classification=secret)
        with office.books.begin() as uow:
            read = AttachmentReading(ReadingState.READ, text="โฉนดที่ดิน เลขที่ ๔๕๖๗ เล่ม ๔๖ หน้า ๖๗ ระวาง ๕๐๓๖ IV ๘๔๒๐")
            uow.attachments.put(2, 0, read, MORNING)
            uow.commit()
        Indexing(office.books).run()
        context = browser.new_context(viewport=request.param, has_touch=request.param == PHONE, locale="th-TH")
        visitor = Visitor(context, base)
        context.request.post(f"{base}/login/link", form={"token": office.sign_in.new_link("somying")})
        yield visitor
        context.close()
    assert visitor.strange == []


def look(visitor: Visitor, words: str, tmp_path: Path) -> Any:
    """Type words into the field, and look at what comes."""
    page = visitor.go("/?view=all")
    page.get_by_role("searchbox").fill(words)
    page.get_by_role("button", name="ค้นหา").click()
    check_picture(page, tmp_path / "search.png", dict(page.viewport_size or {}))
    assert fits(page)
    return page


def test_words_in_a_text_stand_out(visitor: Visitor, tmp_path: Path) -> None:
    """With what stands around them, whichever digits were typed; the entry leads to the message."""
    page = look(visitor, "ซอยเทศบาล5แตก", tmp_path)
    expect(page.locator(".entries mark")).to_have_text("ซอยเทศบาล ๕ แตก")
    expect(page.locator(".found")).to_contain_text("ในเนื้อความ")
    page.locator("a.entry").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("แจ้งท่อประปาแตก")


def test_words_in_an_attachment_stand_out(visitor: Visitor, tmp_path: Path) -> None:
    """Under the name of the file, however long that is."""
    page = look(visitor, "ระวาง5036", tmp_path)
    expect(page.locator(".found")).to_contain_text("สำเนาโฉนดที่ดินเลขที่ ๔๕๖๗")
    expect(page.locator(".entries mark")).to_have_text("ระวาง ๕๐๓๖")


def test_a_slip_is_forgiven(visitor: Visitor, tmp_path: Path) -> None:
    """Under a line that says so."""
    page = look(visitor, "ท่อปะปาแตก", tmp_path)
    expect(page.get_by_role("status")).to_contain_text("ใกล้เคียง")
    expect(page.locator("a.entry")).to_have_count(1)


def test_the_seal_says_who_may_open_it(visitor: Visitor, tmp_path: Path) -> None:
    """Found by its number alone; nobody is named yet, and the page says how that is done."""
    page = look(visitor, "3/2569", tmp_path)
    expect(page.locator("a.entry")).to_have_text("หนังสือชั้นความลับ")
    page.locator("a.entry").click()
    expect(page.locator("article")).to_contain_text("mailroom clerk clear")
    expect(page.get_by_role("button", name="เปิดดู")).to_have_count(0)
    check_picture(page, tmp_path / "seal.png", dict(page.viewport_size or {}))
    assert fits(page)
