"""A yearly list in a real browser: drawn up by keyboard, decided on a desk and read on a phone."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser import DESKTOP, PHONE, Visitor, check_picture, chromium
from tests.support.retention_office import MEMBERS
from tests.support.retention_site import RetentionSite
from tests.support.web_site import serving

SUBJECT = "ร้องเรียนเหตุเดือดร้อนรำคาญจากกลิ่น เสียง และฝุ่นละอองของโรงงานที่ตั้งอยู่ติดวัดและโรงเรียน"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


def enter(house: RetentionSite, browser: Browser, base: str, username: str, size: dict[str, int]) -> Visitor:
    context = browser.new_context(viewport=size)  # type: ignore[arg-type]
    form = {"token": house.sign_in.new_link(username)}
    assert context.request.post(f"{base}/login/link", form=form, max_redirects=0).status == 303
    return Visitor(context, base)


def fits(page: Page) -> bool:
    """Nothing stands out to the side."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def test_a_list_from_survey_to_decision(browser: Browser, tmp_path: Path) -> None:
    """By keys alone where it is drawn up; on a phone it fits, and nothing strange is asked for or said."""
    with closing(RetentionSite(tmp_path)) as house:
        for subject in (SUBJECT, "=SUM(A1) https://example.test/" + "a" * 80):
            house.receive(subject=subject)
        house.office.clock.advance(days=11 * 366)
        with serving(house.app) as base:
            malee = enter(house, browser, base, "malee", DESKTOP)
            page = malee.go("/")
            page.get_by_role("link", name="อายุการเก็บ").press("Enter")
            page.get_by_label("ปี พ.ศ. ที่สำรวจ").press("Enter")
            expect(page.get_by_role("status")).to_contain_text("จัดทำบัญชีแล้ว")
            expect(page.get_by_role("heading", level=1)).to_contain_text("บัญชีหนังสือขอทำลาย")
            head = enter(house, browser, base, "head", DESKTOP)
            page = head.go("/retention/lists/1")
            page.get_by_role("group", name="ผลการพิจารณา เลขรับ 2/2569").get_by_label("เก็บต่อ").press("Space")
            page.get_by_label("คณะกรรมการ คนละบรรทัด").fill("\n".join(MEMBERS))
            page.get_by_label("วันที่พิจารณา").fill(page.get_by_label("วันที่พิจารณา").get_attribute("max") or "")
            page.get_by_label("รายงานของคณะกรรมการ").fill("รายงานที่ 1/2580")
            check_picture(page, tmp_path / "list.png", DESKTOP)
            page.get_by_role("button", name="บันทึกผลการพิจารณา").press("Enter")
            expect(page.get_by_role("status")).to_contain_text("บันทึกผลการพิจารณาแล้ว")
            assert fits(page)
            phone = enter(house, browser, base, "head", PHONE)
            for path in ("/retention", "/retention/lists/1"):
                page = phone.go(path)
                assert fits(page), path
                expect(page.get_by_role("heading", level=1)).to_be_in_viewport()
            check_picture(page, tmp_path / "phone.png", PHONE)
            assert [*malee.strange, *head.strange, *phone.strange] == []
        with house.office.books.look() as uow:
            made = uow.retention.destruction_list(1)
        assert made
        assert [str(one.verdict) for one in made.items] == ["destroy", "keep"]
