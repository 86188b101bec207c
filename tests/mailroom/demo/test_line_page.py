"""«โทรศัพท์จำลอง» in a real browser, with the program answering behind it."""

import http.client
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from mailroom.demo.line_page import PhonePages
from mailroom.demo.line_script import PIMJAI, VISITOR
from tests.support.browser import PHONE, Visitor, check_picture, chromium


@pytest.fixture
def at_work(agency: Any) -> Iterator[Any]:
    """An agency that answers, and a visitor's phone."""
    platform = agency.platform
    platform.account.add(VISITOR)
    platform.pages = PhonePages(platform, lambda: agency.office.letters, "http://agency.example").answer
    with agency.at_work():
        yield agency


def test_a_visitor_talks_to_the_program(at_work: Any, tmp_path: Path) -> None:
    """Typing, tapping, sending a picture and taking it back: each is answered on the page, and nothing strange happens."""
    with chromium() as browser:
        context = browser.new_context(viewport=PHONE)  # type: ignore[arg-type]
        visitor = Visitor(context, at_work.platform.url)
        page = visitor.go("/")
        _say(page, "เมนู")
        expect(page.locator(".ours").first).to_contain_text("มีเรื่องใดให้")
        _tap(page, "เลือกบริการ")
        _tap(page, "3. ขอเลขที่บ้าน")
        expect(page.locator(".card")).to_contain_text("คำร้องขอเลขที่บ้าน")
        picture = tmp_path / "house.png"
        page.screenshot(path=picture)
        page.set_input_files("#file", picture)
        expect(page.locator(".ours").last).to_contain_text("☑ คำร้องขอเลขที่บ้าน")
        assert page.locator(".theirs img").evaluate("(shown) => shown.complete && shown.naturalWidth") == PHONE["width"]
        check_picture(page, tmp_path / "phone.png", PHONE)
        page.get_by_role("button", name="ยกเลิกข้อความ").last.click()
        expect(page.locator(".gone")).to_have_text("ยกเลิกข้อความแล้ว")
        assert page.evaluate("() => document.documentElement.scrollWidth") == PHONE["width"]
        assert visitor.strange == []
        context.close()


def test_a_code_that_goes_by_mail_is_found_on_the_page(at_work: Any) -> None:
    """What a citizen would find in their mailbox, so that a visitor can go on."""
    with chromium() as browser:
        page = browser.new_page(viewport=PHONE)  # type: ignore[arg-type]
        page.goto(at_work.platform.url)
        _say(page, "visitor@mail.example")
        _tap(page, "ยืนยันอีเมล")
        expect(page.locator(".mail")).to_contain_text("รหัสยืนยันอีเมล")
        code = page.locator(".mail pre").text_content() or ""
        _say(page, next(word for word in code.split() if word.isdigit() and len(word) == 6))
        expect(page.locator(".ours").last).to_contain_text("เรียบร้อยแล้ว")


def _say(page: Page, text: str) -> None:
    page.get_by_label("พิมพ์ข้อความ").fill(text)
    page.get_by_role("button", name="ส่ง", exact=True).click()


def _tap(page: Page, label: str) -> None:
    page.locator("#quick").get_by_role("button", name=label).click()


def ask(url: str, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=10)
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    found = answer.status, answer.read()
    connection.close()
    return found


def test_other_sites_cannot_use_the_phone(agency: Any) -> None:
    """Neither by a name of their own that leads to this machine, nor by a form."""
    platform = agency.platform
    platform.account.add(PIMJAI)
    platform.pages = PhonePages(platform, list, "http://agency.example").answer
    say = b'{"act": "say", "text": "x"}'
    path = f"/act?person={PIMJAI.id}"
    assert ask(platform.url, "GET", "/chat", {"Host": "evil.example"})[0] == 421
    assert ask(platform.url, "POST", path, {}, say)[0] == 403
    assert ask(platform.url, "POST", path, {"X-Phone": "1"}, b"[")[0] == 400
    assert platform.account.chat(PIMJAI.id) == []


def test_only_pictures_are_shown(agency: Any) -> None:
    """A page that is sent as a picture is not served to the browser."""
    platform = agency.platform
    phone = platform.phone(PIMJAI)
    platform.pages = PhonePages(platform, list, "http://agency.example").answer
    with agency.at_work():
        path = f"/file?person={PIMJAI.id}&name=a.png"
        assert ask(platform.url, "POST", path, {"X-Phone": "1", "Content-Type": "image/png"}, b"<html><p>")[0] == 200
    assert ask(platform.url, "GET", f"/file/{phone.chat[0].id}", {})[0] == 404
