"""The pages for announcements and orders: clerks draft, approvers sign what they see, everyone reads."""

import json
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date

import httpx
import pytest

from mailroom.domain.instrument import Instrument, InstrumentKind, InstrumentState
from mailroom.services.instrument_json import SCHEMA
from tests.support.announcing_site import AnnouncingOffice
from tests.support.instruments import ACTING, CLERK, HEAD


@pytest.fixture
def office() -> AnnouncingOffice:
    return AnnouncingOffice()


@pytest.fixture
async def stranger(office: AnnouncingOffice) -> AsyncIterator[httpx.AsyncClient]:
    async with _client(office) as client:
        yield client


@pytest.fixture
async def clerk(office: AnnouncingOffice) -> AsyncIterator["Desk"]:
    async with _client(office) as client:
        yield await Desk.open(office, client, CLERK)


@pytest.fixture
async def head(office: AnnouncingOffice) -> AsyncIterator["Desk"]:
    async with _client(office) as client:
        yield await Desk.open(office, client, HEAD)


@pytest.fixture
async def acting(office: AnnouncingOffice) -> AsyncIterator["Desk"]:
    async with _client(office) as client:
        yield await Desk.open(office, client, ACTING)


def _client(office: AnnouncingOffice) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(office.app), base_url="http://127.0.0.1:8080")


class Desk:
    """Somebody signed in."""

    def __init__(self, client: httpx.AsyncClient, csrf: str) -> None:
        self.client, self.csrf = client, csrf

    @classmethod
    async def open(cls, office: AnnouncingOffice, client: httpx.AsyncClient, username: str) -> "Desk":
        answer = await client.post("/login/link", data={"token": office.sign_in.new_link(username)})
        assert answer.status_code == 303
        home = await client.get("/instruments")
        token = re.search(r'name="csrf" value="([^"]+)"', home.text)
        assert token
        return cls(client, token[1])

    async def get(self, path: str) -> httpx.Response:
        return await self.client.get(path)

    async def post(self, path: str, **form: str) -> httpx.Response:
        return await self.client.post(path, data={"csrf": self.csrf} | form)

    async def act(self, instrument_id: int, name: str, **form: str) -> httpx.Response:
        """Send a form of the page as it stands now."""
        page = await self.get(f"/instruments/{instrument_id}")
        seen = re.search(r'name="seen" value="([^"]+)"', page.text)
        assert seen
        return await self.post(f"/instruments/{instrument_id}/{name}", seen=seen[1], **form)


def _kept(office: AnnouncingOffice, instrument_id: int) -> Instrument:
    with office.books.look() as uow:
        found = uow.instruments.get(instrument_id)
    assert found is not None
    return found


FORM = {
    "number": "1/2569",
    "title": "เรื่อง ช่องทางใหม่",
    "dated": "20 พฤศจิกายน 2569",
    "effective_on": "1/12/2569",
    "signatory": HEAD,
    "phones": "0 2000 0001\r\n0 2000 0002",
    "hours": "วันจันทร์ถึงวันศุกร์",
    "channel-0": "email",
    "address-0": "saraban@bantuayang.example",
    "unit-0": "งานสารบรรณ",
    "service-0-food-shop": "1",
    "starts-0": "",
    "ends-0": "31/12/2570",
    "channel-1": "line",
    "address-1": "@bantuayang",
    "channel-2": "web",
    "address-2": "",
}


async def test_the_whole_road_in_the_browser(office: AnnouncingOffice, clerk: Desk, head: Desk) -> None:
    """Draft, save, submit, sign, publish; then everyone sees it."""
    begun = await clerk.post("/instruments", kind="channels")
    assert begun.headers["location"] == "/instruments/1"
    assert (await clerk.act(1, "save", **FORM)).headers["location"] == "/instruments/1?done=save"
    draft = _kept(office, 1)
    assert (draft.number, draft.title, draft.dated) == ("1/2569", "เรื่อง ช่องทางใหม่", date(2026, 11, 20))
    assert draft.effective_on == date(2026, 12, 1)
    assert draft.phones == ("0 2000 0001", "0 2000 0002")
    assert [(one.channel, one.services, one.ends_on) for one in draft.rules] == [
        ("email", ("food-shop",), date(2027, 12, 31)),
        ("line", (), None),
    ]
    assert (await clerk.act(1, "submit")).status_code == 303
    page = await head.get("/instruments/1")
    assert "ลงนามใน PDF" not in page.text
    assert (await head.act(1, "sign", digest=_kept(office, 1).rendition or "")).status_code == 303
    assert (await clerk.act(1, "publish")).headers["location"] == "/instruments/1?done=publish"
    published = _kept(office, 1)
    assert (published.state, published.signed_by) == (InstrumentState.PUBLISHED, HEAD)
    assert "เผยแพร่แล้ว" in (await clerk.get("/instruments/1?done=publish")).text


async def test_only_the_signatory_sees_the_button(
    office: AnnouncingOffice, clerk: Desk, head: Desk, acting: Desk
) -> None:
    """And only they can use it, whatever they send."""
    submitted = office.instruments.submit(office.draft().id, office.clerk)
    path = f"/instruments/{submitted.id}"
    button = f'action="{path}/sign"'
    assert button in (await head.get(path)).text
    for other in (clerk, acting):
        assert button not in (await other.get(path)).text
        assert (await other.act(submitted.id, "sign", digest=submitted.rendition or "")).status_code == 409
    assert _kept(office, submitted.id).state is InstrumentState.SUBMITTED


async def test_a_form_drawn_before_somebody_else_acted_is_refused(office: AnnouncingOffice, clerk: Desk) -> None:
    draft = office.draft()
    answer = await clerk.post(f"/instruments/{draft.id}/save", seen="draft.old", **FORM)
    assert answer.status_code == 409
    assert "มีผู้แก้ไขฉบับนี้" in answer.text
    assert _kept(office, draft.id) == draft


async def test_what_could_not_be_saved_is_shown_as_it_was_typed(office: AnnouncingOffice, clerk: Desk) -> None:
    """Nobody types a table twice."""
    draft = office.draft()
    answer = await clerk.act(draft.id, "save", **FORM | {"dated": "เมื่อวาน", "address-1": "@พิมพ์ใหม่"})
    assert answer.status_code == 409
    assert "เมื่อวาน ไม่ใช่วันที่" in answer.text
    assert 'value="@พิมพ์ใหม่"' in answer.text


async def test_what_stands_in_the_way_is_said(office: AnnouncingOffice, clerk: Desk, head: Desk) -> None:
    """Missing items, missing gazette, missing reason."""
    order = office.draft(InstrumentKind.SYSTEM)
    assert "โปรดระบุเลขที่คำสั่ง" in (await clerk.act(order.id, "submit")).text
    display = office.signed(InstrumentKind.DISPLAY)
    assert "ราชกิจจานุเบกษา" in (await clerk.act(display.id, "publish")).text
    part = await clerk.act(display.id, "gazette", volume="143", part="", page="", gazetted_on="")
    assert "ให้ครบ" in part.text
    noted = await clerk.act(display.id, "gazette", volume="143", part="301 ง", page="12", gazetted_on="20/11/2569")
    assert noted.status_code == 303
    assert (await clerk.act(display.id, "publish")).status_code == 303
    assert "โปรดระบุเหตุผล" in (await head.act(display.id, "withdraw", reason=" ")).text
    assert (await head.act(display.id, "withdraw", reason="แก้ไข")).status_code == 303


async def test_a_failing_signer_changes_nothing(office: AnnouncingOffice, head: Desk) -> None:
    submitted = office.instruments.submit(office.draft().id, office.clerk)
    office.signer.forge = True
    answer = await head.act(submitted.id, "sign", digest=submitted.rendition or "")
    assert answer.status_code == 409
    assert "ทำรายการไม่สำเร็จ" in answer.text
    assert _kept(office, submitted.id) == submitted


async def test_the_banner_stays_until_both_are_recorded(office: AnnouncingOffice, clerk: Desk) -> None:
    """On every page of the desk (R34)."""
    for path in ("/", "/instruments"):
        text = (await clerk.get(path)).text
        assert "ยังไม่ได้บันทึกประกาศกำหนดช่องทาง" in text
        assert "ยังไม่ได้บันทึกคำสั่งกำหนดระบบ" in text
    office.published()
    assert "ยังไม่ได้บันทึกประกาศกำหนดช่องทาง" not in (await clerk.get("/")).text
    office.published(kind=InstrumentKind.SYSTEM)
    assert "การตั้งค่ายังไม่ครบ" not in (await clerk.get("/")).text


async def test_nothing_of_the_desk_is_open_to_strangers(office: AnnouncingOffice, stranger: httpx.AsyncClient) -> None:
    """Drafts, their PDFs and every act want a session; what is not published has no public page."""
    draft = office.draft()
    for path in (
        "/instruments",
        f"/instruments/{draft.id}",
        f"/instruments/{draft.id}/pdf",
        "/instruments/compliance.pdf",
    ):
        assert (await stranger.get(path)).status_code == 303, path
    assert (await stranger.post(f"/instruments/{draft.id}/submit")).status_code == 303
    assert _kept(office, draft.id) == draft
    for path in ("", "/pdf", "/json", "/qr.svg"):
        assert (await stranger.get(f"/announcements/{draft.code}{path}")).status_code == 404, path
    assert draft.code not in (await stranger.get("/announcements")).text


async def test_a_form_without_its_token_does_nothing(office: AnnouncingOffice, clerk: Desk) -> None:
    answer = await clerk.client.post("/instruments", data={"kind": "channels"})
    assert answer.status_code == 403
    with office.books.look() as uow:
        assert uow.instruments.every() == []


async def test_everyone_reads_what_was_published(office: AnnouncingOffice, stranger: httpx.AsyncClient) -> None:
    """Page, PDF byte for byte, JSON and QR, without a login."""
    one = office.published(number="1/2569")
    page = await stranger.get(f"/announcements/{one.code}")
    assert page.status_code == 200
    for said in ("มีผลใช้บังคับ", "มาตรา 10 วรรคหนึ่ง", "saraban@bantuayang.example", "นายสมศักดิ์ รุ่งเรือง"):
        assert said in page.text
    pdf = await stranger.get(f"/announcements/{one.code}/pdf")
    assert pdf.content == office.bytes_of(one.document)
    assert "channels-1-2569.pdf" in pdf.headers["content-disposition"]
    drawing = await stranger.get(f"/announcements/{one.code}/qr.svg")
    assert drawing.headers["content-type"].startswith("image/svg+xml")
    typed = "-".join((one.code[:4], one.code[4:8], one.code[8:])).lower()
    assert (await stranger.get(f"/announcements/{typed}")).status_code == 200
    assert "set-cookie" not in page.headers


async def test_history_stays_open(office: AnnouncingOffice, stranger: httpx.AsyncClient) -> None:
    """What was replaced or withdrawn says so, and leads to what holds."""
    old, new = office.published(number="1/2569"), office.published(number="2/2569")
    replaced = (await stranger.get(f"/announcements/{old.code}")).text
    assert "มีฉบับใหม่แทนแล้ว" in replaced
    assert f'href="/announcements/{new.code}"' in replaced
    office.clock.advance(minutes=1)
    office.instruments.withdraw(new.id, office.head, "ช่องทางเปลี่ยน")
    assert "ยกเลิกแล้ว: ช่องทางเปลี่ยน" in (await stranger.get(f"/announcements/{new.code}")).text
    assert "ยังไม่ได้ประกาศกำหนดช่องทาง" in (await stranger.get("/announcements")).text


def _shape(value: object) -> object:
    """Names of fields, without their values."""
    if isinstance(value, dict):
        return {key: _shape(item) for key, item in value.items()}
    return [_shape(value[0])] if isinstance(value, list) and value else type(value).__name__


async def test_the_public_file_has_the_documented_fields(office: AnnouncingOffice, stranger: httpx.AsyncClient) -> None:
    """docs/announcements.md names every field, and the example there has the same shape."""
    from mailroom.paths import CONFIG

    document = (CONFIG.parent / "docs" / "announcements.md").read_text("utf-8")
    office.published(number="1/2569")
    answer = await stranger.get("/announcements/channels.json")
    assert answer.headers["access-control-allow-origin"] == "*"
    found = answer.json()
    example = json.loads(re.findall(r"```json\n(.*?)```", document, re.DOTALL)[0])
    assert found["schema"] == example["schema"] == SCHEMA
    assert set(found) == set(example)
    assert set(found["announcement"]) == set(example["announcement"])
    assert set(found["channels"][0]) == set(example["channels"][0])
    for name in (*found, *found["announcement"], *found["channels"][0]):
        assert f"`{name}`" in document, name


async def test_the_public_file_tells_who_announced(stranger: httpx.AsyncClient, office: AnnouncingOffice) -> None:
    """Nobody yet; then the instrument, from its day on."""
    empty = (await stranger.get("/announcements/channels.json")).json()
    assert (empty["source"], empty["announcement"], empty["channels"]) == (None, None, [])
    one = office.published(date(2026, 12, 1))
    waiting = (await stranger.get("/announcements/channels.json")).json()
    assert (waiting["source"], [entry["standing"] for entry in waiting["history"]]) == (None, ["upcoming"])
    office.clock.advance(days=10)
    found = (await stranger.get("/announcements/channels.json")).json()
    assert (found["source"], found["announcement"]["code"]) == ("instrument", one.code)
    assert found["channels"][0]["services"] == [
        {"key": "food-shop", "name": "ใบอนุญาตร้านอาหาร"},
        {"key": "building", "name": "ใบอนุญาตก่อสร้าง"},
    ]
    assert found["announcement"]["sha256"] == one.document


async def test_hostile_words_stay_words(office: AnnouncingOffice, clerk: Desk, stranger: httpx.AsyncClient) -> None:
    """Whatever somebody writes into a draft is text on every page."""
    evil = '"><script>alert(1)</script>'
    rule = replace(office.draft().rules[1], unit=evil)
    one = office.published(title=evil, number=evil, rules=(rule,), details=(("hours", evil),))
    for page in (
        await clerk.get(f"/instruments/{one.id}"),
        await clerk.get("/instruments"),
        await stranger.get("/announcements"),
        await stranger.get(f"/announcements/{one.code}"),
    ):
        assert page.status_code == 200
        assert "<script>alert" not in page.text
