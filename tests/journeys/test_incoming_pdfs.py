"""PDFs of citizens in a real browser: findings come by themselves, or by a link; the stamped copy is saved."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from mailroom.paths import CONFIG
from mailroom.services.receiving_stamp import ReceivingDesk
from mailroom.services.wording import Wording
from signing.render import TypstRenderer
from signing.stamp import ConfinedPdfs
from tests.support.browser import DESKTOP, PHONE, Visitor, check_picture, chromium
from tests.support.pdf_zoo import ZOO, blank, saved, signed
from tests.support.web_site import AGENCY, PASSWORD, TEXTS, Office, letter, serving

PDF = "application/pdf"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def office() -> Iterator[Office]:
    """One message with PDFs of every sort, and a picture."""
    with closing(ConfinedPdfs(TypstRenderer(CONFIG))) as pdfs:
        office = Office(incoming=ReceivingDesk(pdfs, agency=AGENCY, wording=Wording(TEXTS.tables)))
        files = [(f"{name}.pdf", PDF, ZOO[name][0]()) for name in ("script on opening", "reader's password")]
        more = [("คำขออนุญาต.pdf", PDF, saved(blank())), ("ลงนามแล้ว.pdf", PDF, signed())]
        office.receive(letter(), files=(*files, *more, ("ภาพ.png", "image/png", b"x")))
        yield office


def enter(browser: Browser, office: Office, base: str, size: dict[str, int]) -> tuple[Visitor, Page]:
    context = browser.new_context(locale="th-TH", viewport=size)
    visitor = Visitor(context, base)
    page = visitor.go("/login/link#" + office.sign_in.new_link("somying"))
    expect(page.get_by_role("heading", name="รอเจ้าหน้าที่")).to_be_visible()
    visitor.go("/messages/1")
    return visitor, page


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_findings_come_by_themselves(browser: Browser, office: Office, size: dict[str, int], tmp_path: Path) -> None:
    """The page stands at once; what is in each PDF appears beside it, and a copy can be saved."""
    with serving(office.app) as base:
        visitor, page = enter(browser, office, base, size)
        expect(page.get_by_text("มีสคริปต์ (JavaScript) อยู่ในเอกสาร")).to_be_visible()
        expect(page.get_by_text("ต้องใช้รหัสผ่านจึงเปิดได้")).to_be_visible()
        expect(page.locator(".pdf-findings")).to_have_count(4)
        expect(page.locator("a[data-findings]")).to_have_count(0)
        page.locator(".files").scroll_into_view_if_needed()
        check_picture(page, tmp_path / "findings.png", size)
        with page.expect_download() as saving:
            page.get_by_role("link", name="สำเนาประทับตรารับ").nth(2).click()
        assert saving.value.suggested_filename == "สำเนาประทับตรารับ 1-2569 คำขออนุญาต.pdf"
        assert saving.value.path().read_bytes().startswith(b"%PDF-")
        page.context.close()
    assert visitor.strange == []


def test_what_cannot_be_stamped_is_explained(browser: Browser, office: Office, tmp_path: Path) -> None:
    """A locked PDF leads to a page with the reason; the original is one click away."""
    with serving(office.app) as base:
        visitor, page = enter(browser, office, base, DESKTOP)
        page.get_by_role("link", name="สำเนาประทับตรารับ").nth(1).click()
        expect(page.get_by_role("alert")).to_contain_text("ทำสำเนาประทับตรารับของไฟล์นี้ไม่ได้")
        check_picture(page, tmp_path / "refused.png", DESKTOP)
        with page.expect_download() as saving:
            page.get_by_role("link", name="ดาวน์โหลดต้นฉบับ").click()
        assert saving.value.path().read_bytes() == _original(office, 1)
        page.context.close()
    assert [one for one in visitor.strange if "422" not in one] == []


def _original(office: Office, part: int) -> bytes:
    (leaves,) = office.reader.parts.values()
    return leaves[part][1]


def test_without_javascript_a_link_leads_to_the_findings(browser: Browser, office: Office) -> None:
    """Plain links alone serve a clerk whose browser runs nothing."""
    with serving(office.app) as base:
        context = browser.new_context(locale="th-TH", viewport=PHONE, java_script_enabled=False)
        visitor = Visitor(context, base)
        page = visitor.go("/")
        page.get_by_label("ชื่อผู้ใช้").fill("somying")
        page.get_by_label("รหัสผ่าน").fill(PASSWORD)
        page.get_by_role("button", name="เข้าสู่ระบบ").click()
        visitor.go("/messages/1")
        page.get_by_role("link", name="ตรวจว่ามีอะไรอยู่ในไฟล์ PDF นี้").first.click()
        expect(page.get_by_text("มีสคริปต์ (JavaScript) อยู่ในเอกสาร")).to_be_visible()
        expect(page.get_by_role("link", name="สำเนาประทับตรารับ")).to_be_visible()
        page.get_by_role("link", name="กลับไปยังข้อความ").click()
        expect(page).to_have_url(f"{base}/messages/1")
        context.close()
    assert visitor.strange == []
