"""Facts of a message in a real browser: by keyboard on a desktop, by finger on a phone, and without any script."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.support.browser import DESKTOP, PHONE, Visitor, check_picture, chromium, fits
from tests.support.web_site import FiledOffice, letter, serving

TEXT = """เรียน นายก อบต.คลองใหม่
ด้วยข้าพเจ้า นางสาวมาลี ใจดี เลขประจำตัวประชาชน ๓-๑๐๐๖-๐๐๔๔๕-๖๓-๕
อยู่บ้านเลขที่ ๑๒/๓ หมู่ที่ ๔ ตำบลคลองใหม่ อำเภอสามพราน จังหวัดนครปฐม ๗๓๑๑๐
ขอยื่นคำขอต่ออายุใบอนุญาตเลขที่ 12/2568 ซึ่งหมดอายุวันที่ ๓๑ ธ.ค. ๖๘
โอนค่าธรรมเนียม ๑,๕๐๐ บาทแล้ว รหัสอ้างอิง 202601151234ABCD
""" + "\n".join(f"ข้อความยาวบรรทัดที่ {number}" for number in range(1, 40)) + """
โทร. ๐๘๑-๒๓๔-๕๖๗๘ ขอรับใบอนุญาตทางไปรษณีย์
สำเนาบัตรของผู้รับมอบอำนาจ 3-1006-00445-63-4"""  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture(params=[(DESKTOP, True), (PHONE, False)], ids=["desktop", "phone-without-script"])
def visitor(request: pytest.FixtureRequest, browser: Browser, tmp_path: Path) -> Iterator[Visitor]:
    size, script = request.param
    with closing(FiledOffice(tmp_path)) as office, serving(office.app) as base:
        office.receive(letter("ขอต่ออายุใบอนุญาต", TEXT))
        options: dict[str, Any] = {"viewport": size, "has_touch": size == PHONE, "locale": "th-TH"}
        context = browser.new_context(**options, java_script_enabled=script)
        visitor = Visitor(context, base)
        link = office.sign_in.new_link("somying")
        context.request.post(f"{base}/login/link", form={"token": link})
        yield visitor
        context.close()
    assert visitor.strange == []


def test_a_fact_is_shown_where_it_stands(visitor: Visitor, tmp_path: Path) -> None:
    """Activating an entry brings its words into sight and marks them; going back returns to the card."""
    page = visitor.go("/messages/1")
    phone = bool(page.viewport_size == PHONE)
    entry = page.get_by_role("link", name="081-234-5678")
    if phone:
        entry.tap()
    else:
        entry.focus()
        page.keyboard.press("Enter")
    mark = page.locator("mark:target")
    expect(mark).to_have_text("๐๘๑-๒๓๔-๕๖๗๘")
    expect(mark).to_be_in_viewport()
    expect(mark).to_have_css("background-color", "rgb(255, 230, 154)")
    if not phone:
        assert fits(page)
        check_picture(page, tmp_path / "facts.png", DESKTOP)
    page.go_back()
    expect(entry).to_be_in_viewport()
