"""The head's announcements in a real browser: drafted, signed beside their PDF, and read on a phone."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.announcing_site import FiledAnnouncingOffice
from tests.support.browser import DESKTOP, chromium, fits
from tests.support.instruments import CLERK, HEAD
from tests.support.web_site import serving

PHONE = {"width": 360, "height": 780}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


class Window:
    """One browser window that remembers what should not have happened."""

    def __init__(self, browser: Browser, base: str, size: dict[str, int]) -> None:
        self.base = base
        self.strange: list[str] = []
        self.context = browser.new_context(viewport=size)  # type: ignore[arg-type]
        self.context.on("console", lambda message: self._said(message.type, message.text))
        self.page: Page = self.context.new_page()

    def _said(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"}:
            self.strange.append(text)

    def enter(self, office: FiledAnnouncingOffice, username: str) -> "Window":
        form = {"token": office.sign_in.new_link(username)}
        assert self.context.request.post(f"{self.base}/login/link", form=form, max_redirects=0).status == 303
        return self

    def go(self, path: str) -> Page:
        self.page.goto(self.base + path)
        return self.page


@pytest.fixture
def office(tmp_path: Path) -> Iterator[FiledAnnouncingOffice]:
    with closing(FiledAnnouncingOffice(tmp_path)) as office:
        yield office


def test_an_announcement_is_drafted_signed_and_published_by_hand(
    office: FiledAnnouncingOffice, browser: Browser
) -> None:
    """By two people with nothing but a browser; a citizen then reads it on a phone."""
    with serving(office.app) as base:
        clerk = Window(browser, base, DESKTOP).enter(office, CLERK)
        page = clerk.go("/instruments")
        expect(page.locator(".gaps")).to_contain_text("ยังไม่ได้บันทึกประกาศกำหนดช่องทาง")
        page.locator("button[name=kind][value=channels]").click()
        page.fill("#number", "1/2569")
        page.select_option("#signatory", HEAD)
        page.fill("#address-2", "https://www.bantuayang.example/eservice")
        page.select_option("#channel-2", "web")
        page.locator("summary", has_text="ทุกเรื่อง").nth(1).click()
        page.locator("input[name='service-2-building']").check()
        page.get_by_role("button", name="บันทึกร่าง").click()
        expect(page.get_by_role("status")).to_contain_text("บันทึกร่างแล้ว")
        page.get_by_role("button", name="เสนอหัวหน้าหน่วยงานลงนาม").click()
        expect(page.get_by_role("status")).to_contain_text("เสนอลงนามแล้ว")

        head = Window(browser, base, DESKTOP).enter(office, HEAD)
        page = head.go("/instruments/1")
        expect(page.locator("iframe")).to_be_visible()
        page.get_by_role("button", name="ลงนาม", exact=True).click()
        expect(page.get_by_role("status")).to_contain_text("ลงนามแล้ว")
        page.get_by_role("button", name="เผยแพร่", exact=True).click()
        expect(page.get_by_role("status")).to_contain_text("เผยแพร่แล้ว")

        citizen = Window(browser, base, PHONE)
        page = citizen.go("/announcements")
        expect(page.get_by_text("https://www.bantuayang.example/eservice").first).to_be_visible()
        page.locator(".instruments a").first.click()
        expect(page.locator(".instrument-text")).to_contain_text("มาตรา 10 วรรคหนึ่ง")
        assert fits(page)
        assert page.locator("img.qr").evaluate("image => image.naturalWidth > 0")
        with page.expect_download() as download:
            page.get_by_text("PDF ที่ลงลายมือชื่อดิจิทัล").click()
        assert download.value.suggested_filename == "channels-1-2569.pdf"
        assert clerk.strange + head.strange + citizen.strange == []


def test_every_page_fits_a_phone(office: FiledAnnouncingOffice, browser: Browser) -> None:
    """Nobody scrolls sideways, in the form neither."""
    published, draft = office.published(), office.draft()
    submitted = office.instruments.submit(office.draft().id, office.clerk)
    with serving(office.app) as base:
        window = Window(browser, base, PHONE).enter(office, HEAD)
        for path in (
            "/instruments",
            *(f"/instruments/{one.id}" for one in (published, draft, submitted)),
            "/announcements",
            f"/announcements/{published.code}",
        ):
            window.go(path)
            assert fits(window.page), path
        assert window.strange == []
