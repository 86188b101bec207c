"""The public pages in a real browser: on a phone, by keyboard, without JavaScript, and as a folder of files."""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from mailroom.domain.licence import Act, LicenceStatus
from mailroom.domain.signature import Soundness
from mailroom.services.static_site import StaticSite
from mailroom.web.public.look import FolderLook
from storage.unit_of_work import SqlBooks
from tests.support.browser import DESKTOP, Visitor, check_picture, chromium, fits
from tests.support.public_pages import PublicHall, add_instrument, add_licence, change, code, paper, verdict
from tests.support.web_site import serving

PHONE = {"width": 360, "height": 740}
SIZES = {"phone": PHONE, "desktop": DESKTOP}
LONG = "ร้านอาหารครัวบ้านสวนริมคลองภาษีเจริญฝั่งเหนือซอยเพชรเกษมสี่สิบแปดสาขาหน้าตลาดน้ำ" * 2
SCRIPT = "<script>document.title='bad'</script><img src=x onerror=\"document.title='bad'\">"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[PublicHall]:
    """One of each: in force, suspended, revoked, lapsed, imported; long names, unbroken names, hostile names."""
    with closing(SqlBooks(f"sqlite:///{tmp_path / 'mailroom.db'}", "klong")) as books:
        add_licence(books, 1)
        change(books, add_licence(books, 2, premises="โรงแรม"), Act.SUSPEND, status=LicenceStatus.SUSPENDED)
        add_licence(books, 3, service="building-permit", premises="", status=LicenceStatus.REVOKED)
        add_licence(books, 4, premises=LONG, holder=LONG, address=LONG.replace("ร้าน", "ถนน"), conditions=(LONG,))
        add_licence(books, 5, premises="x" * 300, holder="y" * 300, version=0)
        add_licence(
            books, 6, **dict.fromkeys(("holder", "premises", "address", "business"), SCRIPT), conditions=(SCRIPT,)
        )
        yield PublicHall(books, tmp_path)


@contextmanager
def visiting(browser: Browser, base: str, size: dict[str, int], **more: Any) -> Iterator[Visitor]:
    """A window; at its end nothing strange may have happened."""
    context = browser.new_context(locale="th-TH", timezone_id="Asia/Bangkok", viewport=size, **more)
    visitor = Visitor(context, base)
    try:
        yield visitor
    finally:
        context.close()
    assert visitor.strange == []


@pytest.mark.parametrize("size", SIZES)
def test_every_page_fits_and_nothing_runs(browser: Browser, hall: PublicHall, tmp_path: Path, size: str) -> None:
    """Phone and desktop: no sideways scrolling, no foreign request, no script of a holder's name."""
    codes = ",".join(code(number) for number in range(1, 7))
    paths = ["/licences", "/open-data", "/verify", f"/licences/slideshow?codes={codes}"]
    with serving(hall.app) as base, visiting(browser, base, SIZES[size]) as visitor:
        for number, path in enumerate([*paths, *(f"/l/{code(one)}" for one in range(1, 7))]):
            page = visitor.go(path)
            assert fits(page), page.url
            assert page.title() != "bad"
            assert page.locator("html").get_attribute("lang") == "th"
            check_picture(page, tmp_path / f"{size}-{number}.png", SIZES[size])


def test_an_inspector_sees_the_status_at_once(browser: Browser, hall: PublicHall) -> None:
    """On a phone the first screen says the status in words, large, with a mark, in Thai and English."""
    with serving(hall.app) as base, visiting(browser, base, PHONE) as visitor:
        page = visitor.go(f"/l/{code(2)}")
        band = page.locator(".band")
        expect(band).to_contain_text("พักใช้")
        expect(band).to_contain_text("Suspended")
        expect(band.locator("svg")).to_be_visible()
        box = band.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] < PHONE["height"]
        assert band.locator("strong").evaluate("one => parseFloat(getComputedStyle(one).fontSize)") >= 20


def test_thai_breaks_between_words(browser: Browser, hall: PublicHall) -> None:
    """A long Thai name is broken where words end, never before a vowel or tone mark; it fills its lines."""
    measure = """() => {
      const text = [...document.querySelectorAll("dd bdi")].find((one) => one.textContent.startsWith("ร้านอาหาร")).firstChild;
      const range = document.createRange(), starts = [];
      let last = null;
      for (let at = 0; at < text.length; at++) {
        range.setStart(text, at); range.setEnd(text, at + 1);
        const box = range.getClientRects()[0];
        if (!box || !box.width) continue;
        if (last !== null && box.top > last + 8) starts.push(text.data.slice(at, at + 6));
        last = last === null || box.top > last + 8 ? box.top : last;
      }
      return starts;
    }"""
    with serving(hall.app) as base, visiting(browser, base, PHONE) as visitor:
        starts = visitor.go(f"/l/{code(4)}").evaluate(measure)
    assert len(starts) >= 3
    assert not [start for start in starts if "\u0e30" <= start[0] <= "\u0e3a" or "\u0e45" <= start[0] <= "\u0e4e"]
    words = ("ร้าน", "อาหาร", "ครัว", "บ้าน", "สวน", "ริม", "คลอง", "ภาษี", "เจริญ", "ฝั่ง", "เหนือ", "ซอย", "เพชร", "เกษม")
    words += ("สี่", "สิบ", "แปด", "สาขา", "หน้า", "ตลาด", "น้ำ")
    assert all(start.startswith(words) for start in starts), starts


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_search_works_by_keyboard_alone(browser: Browser, hall: PublicHall, scripts: bool) -> None:
    """Tab to the field, type, Enter; Tab to a result, Enter: with JavaScript and without."""
    with (
        serving(hall.app) as base,
        visiting(browser, base, DESKTOP, java_script_enabled=scripts) as visitor,
    ):
        page = visitor.go("/licences")
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="ข้ามไปยังเนื้อหา")).to_be_focused()
        _tab_to(page, page.get_by_label("ชื่อ เลขที่ หรือกิจการ"))
        page.keyboard.type("เรือป้า")
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_contain_text("พบ 1 รายการ")
        page.wait_for_load_state()
        _tab_to(page, page.get_by_role("link", name="ร้านก๋วยเตี๋ยวเรือป้าแดง"))
        page.keyboard.press("Enter")
        expect(page.locator(".band")).to_contain_text("มีผลใช้บังคับ")


def _tab_to(page: Page, wanted: Any) -> None:
    for _ in range(40):
        if wanted.evaluate("one => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError("the keyboard does not get there")


@pytest.mark.parametrize("size", SIZES)
def test_a_chosen_file_is_checked(browser: Browser, hall: PublicHall, tmp_path: Path, size: str) -> None:
    """Genuine, no longer in force, and altered: each in its colour, and in words."""
    hall.examiner.verdicts[b"altered"] = verdict(Soundness.ALTERED)
    cases = ((paper(1), "good", "เอกสารแท้"), (paper(2), "doubt", "พักใช้"), (b"altered", "wrong", "ถูกแก้ไข"))
    with serving(hall.app) as base, visiting(browser, base, SIZES[size]) as visitor:
        for content, tone, words in cases:
            page = visitor.go("/verify")
            page.get_by_label("เลือกไฟล์ PDF").set_input_files(
                {"name": "ใบอนุญาต.pdf", "mimeType": "application/pdf", "buffer": content}
            )
            expect(page.get_by_role("status")).to_have_text("ใบอนุญาต.pdf")
            page.get_by_role("button", name="ตรวจสอบไฟล์").click()
            expect(page.locator(f".band.{tone}")).to_contain_text(words)
            assert fits(page), page.url
            check_picture(page, tmp_path / f"{size}-{tone}.png", SIZES[size])
            expect(page.get_by_text(hashlib.sha256(content).hexdigest())).to_be_visible()


def test_a_file_can_be_dropped(browser: Browser, hall: PublicHall) -> None:
    """Dropping it on the page checks it at once."""
    drop = """(zone, text) => {
      const data = new DataTransfer();
      data.items.add(new File([text], "a.pdf", {type: "application/pdf"}));
      zone.dispatchEvent(new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true}));
    }"""
    with serving(hall.app) as base, visiting(browser, base, DESKTOP) as visitor:
        page = visitor.go("/verify")
        page.locator(".drop").evaluate(drop, paper(1).decode())
        expect(page.locator(".band.good")).to_contain_text("เอกสารแท้")


def test_without_scripts_code_and_file_are_checked(browser: Browser, hall: PublicHall) -> None:
    """Plain forms do all of it."""
    with (
        serving(hall.app) as base,
        visiting(browser, base, PHONE, java_script_enabled=False) as visitor,
    ):
        page = visitor.go("/verify")
        page.get_by_label("รหัส 12 ตัว").fill("c0de-0000-0001")
        page.keyboard.press("Enter")
        expect(page.locator(".band")).to_contain_text("มีผลใช้บังคับ")
        page = visitor.go("/verify")
        file = {"name": "a.pdf", "mimeType": "application/pdf", "buffer": paper(1)}
        page.get_by_label("เลือกไฟล์ PDF").set_input_files(file)
        page.get_by_role("button", name="ตรวจสอบไฟล์").click()
        expect(page.locator(".band.good")).to_be_visible()
        page = visitor.go(f"/licences/slideshow?codes={code(1)},{code(2)}")
        expect(page.locator(".slide")).to_have_count(2)
        expect(page.get_by_text("โรงแรม")).to_be_visible()
        expect(page.get_by_text("ร้านก๋วยเตี๋ยวเรือป้าแดง")).to_be_visible()


def test_the_show_goes_on_and_obeys_the_keyboard(browser: Browser, hall: PublicHall) -> None:
    """Each licence for at least five seconds; arrows step, space holds; less motion means it stands still (R29)."""
    path = f"/licences/slideshow?codes={code(1)},{code(2)}"
    with serving(hall.app) as base, visiting(browser, base, DESKTOP) as visitor:
        visitor.page.clock.install()
        page = visitor.go(path)
        first, second = page.get_by_text("ร้านก๋วยเตี๋ยวเรือป้าแดง"), page.get_by_text("โรงแรม")
        expect(first).to_be_visible()
        expect(second).to_be_hidden()
        page.clock.run_for(5_000)
        expect(first).to_be_visible()
        page.clock.run_for(4_000)
        expect(second).to_be_visible()
        page.keyboard.press("ArrowLeft")
        expect(first).to_be_visible()
        page.keyboard.press(" ")
        page.clock.run_for(60_000)
        expect(first).to_be_visible()
        expect(page.get_by_role("button", name="เล่นต่อ")).to_be_visible()
    with serving(hall.app) as base, visiting(browser, base, DESKTOP, reduced_motion="reduce") as visitor:
        visitor.page.clock.install()
        page = visitor.go(path)
        page.clock.run_for(60_000)
        expect(page.get_by_text("ร้านก๋วยเตี๋ยวเรือป้าแดง")).to_be_visible()
        page.get_by_role("button", name="ถัดไป").click()
        expect(page.get_by_text("โรงแรม")).to_be_visible()


@contextmanager
def plain_host(folder: Path) -> Iterator[str]:
    """The folder behind a web host that can do nothing but hand out files."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


@contextmanager
def opened(folder: Path) -> Iterator[str]:
    """The folder as somebody opens it from a disk."""
    yield folder.as_uri()


@pytest.mark.parametrize("host", [plain_host, opened], ids=["web-host", "disk"])
@pytest.mark.parametrize("size", SIZES)
def test_the_folder_serves_without_a_server(
    browser: Browser, hall: PublicHall, tmp_path: Path, host: Any, size: str
) -> None:
    """Search, record, lists, slideshow and announcements, from a web host and straight from a disk."""
    add_instrument(hall.books, b"signed")
    folder = tmp_path / "site"
    look = FolderLook(hall.pages)
    StaticSite(hall.publication, files=hall.files, look=look, document=lambda _: b"%PDF").write_site(folder)
    with host(folder) as base, visiting(browser, base, SIZES[size]) as visitor:
        page = visitor.go("/index.html")
        assert fits(page), page.url
        page.get_by_label("ชื่อ เลขที่ กิจการ หรือสถานที่").fill("๑/๒๕๖๙")
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_have_text("พบ 1 รายการ")
        expect(page.get_by_role("button", name="แสดงเพิ่ม")).to_be_hidden()
        page.get_by_label("ชื่อ เลขที่ กิจการ หรือสถานที่").fill("")
        page.get_by_role("button", name="ค้นหา", exact=True).click()
        expect(page.get_by_role("status")).to_have_text("พบ 6 รายการ")
        assert fits(page), page.url
        check_picture(page, tmp_path / f"folder-{size}.png", SIZES[size])
        page.get_by_label("สถานะ").select_option(label="พักใช้")
        page.get_by_role("button", name="ค้นหา", exact=True).click()
        page.get_by_role("link", name="โรงแรม").click()
        expect(page.locator(".band")).to_contain_text("พักใช้")
        assert fits(page), page.url
        page = visitor.go(f"/slideshow.html?codes={code(1)},{code(2)}")
        expect(page.locator(".slide.shown")).to_contain_text("ร้านก๋วยเตี๋ยวเรือป้าแดง")
        page.keyboard.press("ArrowRight")
        expect(page.locator(".slide.shown")).to_contain_text("โรงแรม")
        expect(page.locator(".slide.shown .band.suspended svg")).to_be_visible()
        for path in ("/open-data.html", "/announcements.html", "/list/food-shop-1.html", f"/l/{code(6)}/index.html"):
            assert fits(visitor.go(path)), path
            assert visitor.page.title() != "bad"


def test_the_address_of_a_qr_code_leads_to_the_folders_page(browser: Browser, hall: PublicHall, tmp_path: Path) -> None:
    """A plain web host answers /l/CODE with the record, as the server does."""
    folder = tmp_path / "site"
    StaticSite(hall.publication, files=hall.files, look=FolderLook(hall.pages)).write_site(folder)
    with plain_host(folder) as base, visiting(browser, base, PHONE) as visitor:
        expect(visitor.go(f"/l/{code(1)}").locator(".band")).to_contain_text("มีผลใช้บังคับ")
