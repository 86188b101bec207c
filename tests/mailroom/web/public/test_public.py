"""Public pages: nobody signs in, nothing private is shown, codes cannot be guessed, files are not kept."""

import asyncio
import re
import tempfile
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from mailroom.domain.licence import Act, FieldDecision, LicenceStatus
from mailroom.domain.signature import Soundness
from mailroom.services.open_data import DataFormat
from mailroom.testing import MemoryBooks
from mailroom.web.public.limits import Allowance
from mailroom.web.public.routes import BODY_LIMIT
from mailroom.web.public.site import UPLOAD_LIMIT
from tests.support.public_pages import NOON, PublicHall, add_instrument, add_licence, change, code, paper, verdict

PATHS = (
    "/licences",
    "/licences?q=x&place=y&type=food-shop&status=valid&page=2",
    "/licences/slideshow?codes=C0DE00000001",
    "/licences/dcat.jsonld",
    "/licences/data.csv",
    "/licences/data.csv?q=ร้าน",
    "/licences/data.xlsx",
    "/open-data",
    "/l/C0DE00000001",
    "/l/NOSUCHCODE00",
    "/verify",
)
SECRETS = ("1103700123456", "1000.00", "บร. 55/2569", "0812345678", "private.example", "ห้ามเผยแพร่", "ลับภายใน", "somsak")
SCRIPT = '<script>alert(1)</script>"onmouseover="alert(2)" {{7*7}} \u202eเขียนกลับ'


@pytest.fixture
def hall(tmp_path: Path) -> PublicHall:
    return PublicHall(MemoryBooks(), tmp_path)


@pytest.fixture
async def anyone(hall: PublicHall) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=hall.app, client=("192.0.2.7", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://hall.test") as client:
        yield client


def upload(content: bytes) -> dict[str, tuple[str, bytes, str]]:
    return {"file": ("ใบอนุญาต.pdf", content, "application/pdf")}


@pytest.mark.parametrize("path", PATHS)
async def test_every_answer_is_secured_and_sets_no_cookie(
    hall: PublicHall, anyone: httpx.AsyncClient, path: str
) -> None:
    """No script of anybody else, no cookie, no frame, no host that a visitor named."""
    add_licence(hall.books, 1)
    answer = await anyone.get(path, headers={"host": "evil.example"})
    assert answer.status_code in {200, 404}
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "set-cookie" not in answer.headers
    assert "evil.example" not in answer.text
    assert "style=" not in answer.text
    assert "<script>" not in answer.text


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
async def test_pages_are_only_read(anyone: httpx.AsyncClient, method: str, path: str) -> None:
    """Nothing but the check of a file takes a body."""
    answer = await anyone.request(method, path)
    assert answer.status_code == (400 if (method, path) == ("POST", "/verify") else 405)


@pytest.mark.parametrize("path", PATHS)
async def test_nothing_private_is_on_any_page(hall: PublicHall, anyone: httpx.AsyncClient, path: str) -> None:
    """Masked items, internal reasons, clerks and private addresses."""
    licence = add_licence(hall.books, 1)
    change(hall.books, licence, Act.SUSPEND, status=LicenceStatus.SUSPENDED)
    text = (await anyone.get(path)).text
    assert not [secret for secret in SECRETS if secret in text]


@pytest.mark.parametrize("path", PATHS)
async def test_hostile_text_is_shown_and_does_nothing(hall: PublicHall, anyone: httpx.AsyncClient, path: str) -> None:
    """In every item of a licence, and in what a visitor asks for."""
    names = dict.fromkeys(("holder", "premises", "address", "business"), SCRIPT)
    add_licence(hall.books, 1, number=SCRIPT, **names, conditions=(SCRIPT,), extra={"seats": SCRIPT, SCRIPT: SCRIPT})
    with hall.books.begin() as uow:
        uow.fields.decide(FieldDecision("", "fee", False, SCRIPT, "somsak", NOON))
        uow.commit()
    answer = await anyone.get(path)
    if answer.headers["content-type"].startswith("text/html"):
        assert "<script>alert" not in answer.text
        assert '"onmouseover="' not in answer.text
        assert "\u202e" not in answer.text
        assert ">49<" not in answer.text
    hostile = await anyone.get("/licences", params={"q": SCRIPT, "place": SCRIPT, "type": SCRIPT, "status": SCRIPT})
    assert hostile.status_code == 200
    assert "<script>alert" not in hostile.text
    assert 'value="&lt;script&gt;' in hostile.text


async def test_the_search_pages_and_keeps_what_was_asked(hall: PublicHall, anyone: httpx.AsyncClient) -> None:
    """Twenty on a page, and links that keep the search."""
    for number in range(1, 46):
        add_licence(hall.books, number)
    add_licence(hall.books, 99, premises="โรงแรม")
    first = await anyone.get("/licences", params={"q": "ก๋วยเตี๋ยว", "type": "food-shop"})
    assert "พบ 45 รายการ" in first.text
    assert first.text.count('class="card hit"') == 20
    following = re.search(r'href="([^"]+)" rel="next"', first.text)
    assert following is not None
    second = await anyone.get(following[1].replace("&amp;", "&"))
    assert "หน้า 2 จาก 3" in second.text
    assert "ข้อมูล ณ วันที่ 22 พฤศจิกายน 2569 เวลา 12.00 น." in second.text
    extract = re.search(r'href="(/licences/data\.csv[^"]+)"', first.text)
    assert extract is not None
    file = await anyone.get(extract[1].replace("&amp;", "&"))
    assert file.text.count("\r\n") == 46


@pytest.mark.parametrize(
    "query",
    ["page=-1", "page=99999999999", "page=x", "status=x", "q=%00%ff", "q=" + "ก" * 3000, "q=%25_%27--", "q=%5C"],
)
async def test_odd_queries_get_an_answer(anyone: httpx.AsyncClient, query: str) -> None:
    """A search is bent into something that can be searched."""
    assert (await anyone.get("/licences?" + query)).status_code == 200


async def test_a_change_is_on_the_page_at_once(hall: PublicHall, anyone: httpx.AsyncClient) -> None:
    """A browser that has the page asks again, and is told that nothing changed until something does."""
    licence = add_licence(hall.books, 1)
    page = await anyone.get("/l/" + licence.code)
    assert page.headers["cache-control"] == "no-cache"
    again = await anyone.get("/l/" + licence.code, headers={"if-none-match": page.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    change(hall.books, licence, Act.REVOKE, status=LicenceStatus.REVOKED)
    after = await anyone.get("/l/" + licence.code, headers={"if-none-match": page.headers["etag"]})
    assert after.status_code == 200
    assert 'class="band revoked"' in after.text
    assert "Revoked" in after.text


async def test_files_are_fetched_again_only_when_changed(hall: PublicHall, anyone: httpx.AsyncClient) -> None:
    """By entity tag; anyone's programs may fetch them from other pages."""
    licence = add_licence(hall.books, 1)
    for suffix in ("csv", "xlsx", "json", "jsonld"):
        file = await anyone.get(f"/licences/data.{suffix}")
        assert file.headers["content-disposition"] == f'attachment; filename="licences.{suffix}"'
        assert file.headers["access-control-allow-origin"] == "*"
        headers = {"if-none-match": file.headers["etag"]}
        assert (await anyone.get(f"/licences/data.{suffix}", headers=headers)).status_code == 304
    change(hall.books, licence, Act.REVOKE, status=LicenceStatus.REVOKED)
    assert "เพิกถอน" in (await anyone.get("/licences/data.csv", headers=headers)).text
    assert (await anyone.get("/licences/data.exe")).status_code == 404


async def test_the_record_says_in_words_what_holds(hall: PublicHall, anyone: httpx.AsyncClient) -> None:
    """Status, holder, premises, dates, history, digest and code, however the code is written."""
    add_licence(hall.books, 1)
    text = (await anyone.get("/l/c0de-0000-0001")).text
    for words in ("มีผลใช้บังคับ", "นางสาวสมหญิง", "ร้านก๋วยเตี๋ยว", "31 ตุลาคม 2570", "ออกใบอนุญาต", "C0DE-0000-0001"):
        assert words in text
    assert "ข้อมูลส่วนบุคคล: เลขประจำตัว" in text


async def test_codes_cannot_be_found_by_trying(hall: PublicHall, anyone: httpx.AsyncClient) -> None:
    """After a hundred wrong codes an address waits, for right ones too; others do not, and right ones cost nothing."""
    add_licence(hall.books, 1)
    for _ in range(30):
        assert (await anyone.get("/l/" + code(1))).status_code == 200
    for number in range(100, 200):
        assert (await anyone.get("/l/" + code(number))).status_code == 404
    refused = await anyone.get("/l/" + code(1))
    assert refused.status_code == 429
    assert 0 < int(refused.headers["retry-after"]) <= 600
    assert (await anyone.get("/licences/slideshow?codes=" + code(1))).status_code == 429
    other = httpx.ASGITransport(app=hall.app, client=("192.0.2.8", 1))
    async with httpx.AsyncClient(transport=other, base_url="http://hall.test") as client:
        assert (await client.get("/l/" + code(1))).status_code == 200


def test_an_allowance_comes_back_and_counts_networks() -> None:
    """After its time; one IPv6 network is one visitor; it remembers no more addresses than it says."""
    now = [0.0]
    allowance = Allowance(2, 60, monotonic=lambda: now[0])
    for host in ("2001:db8::1", "2001:db8::2"):
        assert allowance.wait(host) == 0
        allowance.spend(host)
    assert allowance.wait("2001:db8::3") == 60
    assert allowance.wait("2001:db8:1::3") == 0
    now[0] = 61
    assert allowance.wait("2001:db8::3") == 0
    for number in range(25_000):
        allowance.spend(str(number))
    assert len(allowance._spent) == 20_000


async def test_a_typed_code_leads_to_its_record(anyone: httpx.AsyncClient) -> None:
    """In the spelling that is kept, on our own site; what is no code is said to be none."""
    answer = await anyone.get("/verify", params={"code": "c0de-0000 oooI"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/l/C0DE00000001")
    for typed in ("//evil.example", "x" * 3000, "javascript:alert(1)"):
        answer = await anyone.get("/verify", params={"code": typed})
        assert answer.status_code == 404
        assert "ไม่พบรหัสนี้" in answer.text


async def test_a_file_gets_one_plain_answer(hall: PublicHall, anyone: httpx.AsyncClient) -> None:
    """What it is, who signed and when, which version, and what holds today."""
    licence = add_licence(hall.books, 1)
    text = (await anyone.post("/verify", files=upload(paper(1)))).text
    for words in ("เอกสารแท้ เป็นฉบับปัจจุบัน", "PAdES B-LT", "Demo TSA", "Demo Root CA", licence.code):
        assert words in text
    change(hall.books, licence, Act.SUSPEND, status=LicenceStatus.SUSPENDED)
    text = (await anyone.post("/verify", files=upload(paper(1)))).text
    assert "แต่ใบอนุญาตไม่มีผลใช้บังคับในวันนี้: พักใช้" in text
    assert "not in force today: Suspended" in text


async def test_every_finding_has_its_page(hall: PublicHall, anyone: httpx.AsyncClient) -> None:
    """Hostile names in a certificate are text, a demonstration is marked, an instrument is named."""
    for soundness in Soundness:
        hall.examiner.verdicts[b"x"] = verdict(soundness, subject=SCRIPT, organisation=SCRIPT, demo=True)
        text = (await anyone.post("/verify", files=upload(b"x"))).text
        assert "ใช้เป็นหลักฐานไม่ได้" in text
        assert "<script>alert" not in text
    add_instrument(hall.books, b"announced")
    text = (await anyone.post("/verify", files=upload(b"announced"))).text
    assert "ประกาศหรือคำสั่งแท้ของหน่วยงาน และใช้บังคับอยู่" in text
    assert "1/2569" in text


async def test_no_file_is_kept(
    hall: PublicHall, anyone: httpx.AsyncClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A large upload lies in a temporary file while it is read; nothing of it is left, in no folder."""
    spool = tmp_path / "spool"
    spool.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(spool))
    content = b"%PDF-" + b"SECRETBYTES" * 500_000
    answer = await anyone.post("/verify", files=upload(content))
    assert answer.status_code == 200
    assert hall.examiner.seen == [len(content)]
    assert list(spool.iterdir()) == []
    for path in tmp_path.rglob("*"):
        assert path.is_dir() or b"SECRETBYTES" not in path.read_bytes()


async def test_what_is_too_large_is_not_examined(hall: PublicHall, anyone: httpx.AsyncClient) -> None:
    """Beyond 20 MB it is said so; beyond twice that reading ends, also when nobody announced the length."""
    assert (await anyone.post("/verify", files=upload(b"x" * (UPLOAD_LIMIT + 1)))).status_code == 413

    async def endless() -> AsyncIterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
        for _ in range(BODY_LIMIT // (1 << 20) + 2):
            yield b"x" * (1 << 20)

    headers = {"content-type": "multipart/form-data; boundary=b"}
    assert (await anyone.post("/verify", content=endless(), headers=headers)).status_code == 413
    assert hall.examiner.seen == []


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "multipart/form-data; boundary=b"),
        (b"garbage", "multipart/form-data; boundary=b"),
        (b"garbage", "multipart/form-data"),
        (b"file=x", "application/x-www-form-urlencoded"),
        (b"{}", "application/json"),
        (
            b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n\r\n--b--\r\n',
            "multipart/form-data; boundary=b",
        ),
    ],
)
async def test_a_form_without_a_file_is_told_so(
    hall: PublicHall, anyone: httpx.AsyncClient, content: bytes, kind: str
) -> None:
    answer = await anyone.post("/verify", content=content, headers={"content-type": kind})
    assert answer.status_code == 400
    assert hall.examiner.seen == []


async def test_uploads_of_one_address_are_limited(hall: PublicHall, anyone: httpx.AsyncClient) -> None:
    """Sixty in ten minutes; another site cannot spend them for its visitors."""
    foreign = await anyone.post("/verify", files=upload(b"x"), headers={"sec-fetch-site": "cross-site"})
    assert foreign.status_code == 403
    for _ in range(60):
        assert (await anyone.post("/verify", files=upload(b"x"))).status_code == 200
    assert (await anyone.post("/verify", files=upload(b"x"))).status_code == 429


async def test_a_flood_is_turned_away_and_pages_stay(hall: PublicHall) -> None:
    """Who waits too long for the long work of others is told so; pages that are only read go on."""
    add_licence(hall.books, 1)
    hall.site = replace(hall.site, gate=asyncio.Semaphore(0), patience=0.01)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=hall.app), base_url="http://hall.test") as client:
        for refused in (
            await client.post("/verify", files=upload(paper(1))),
            await client.get("/licences/data.csv"),
            await client.get("/licences/data.csv?q=x"),
        ):
            assert refused.status_code == 503
            assert refused.headers["retry-after"] == "60"
        hall.files.file(DataFormat.CSV)
        for path in ("/licences", "/l/" + code(1), "/licences/data.csv"):
            assert (await client.get(path)).status_code == 200


async def test_without_an_examiner_codes_still_serve(hall: PublicHall, anyone: httpx.AsyncClient) -> None:
    """Where nothing can examine signatures the page offers no upload, and refuses one."""
    hall.site = replace(hall.site, verifier=None)
    transport = httpx.ASGITransport(app=hall.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://hall.test") as client:
        assert 'type="file"' not in (await client.get("/verify")).text
        assert (await client.post("/verify", files=upload(b"x"))).status_code == 503


async def test_the_slideshow_shows_what_it_knows(hall: PublicHall, anyone: httpx.AsyncClient) -> None:
    """In the order of the address, at least five seconds each (R29); unknown codes are passed over."""
    add_licence(hall.books, 1)
    add_licence(hall.books, 2, premises="โรงแรม")
    text = (await anyone.get(f"/licences/slideshow?codes={code(2)},{code(77)},{code(1).lower()},")).text
    assert text.index("โรงแรม") < text.index("ร้านก๋วยเตี๋ยว")
    seconds = re.search(r'data-seconds="(\d+)"', text)
    assert seconds is not None
    assert int(seconds[1]) >= 5


async def test_the_open_data_page_explains_every_masked_item(hall: PublicHall, anyone: httpx.AsyncClient) -> None:
    """Files, extract on request within three days, and item by item whether and why not (R31, R107)."""
    text = (await anyone.get("/open-data")).text
    for words in ("/licences/data.csv", "dcat.jsonld", "ภายใน 3 วัน", "ข้อมูลส่วนบุคคล: เลขประจำตัว", "จำนวนที่นั่ง"):
        assert words in text
