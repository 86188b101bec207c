"""One message: what is shown, what is fetched, what is noted, and what a clerk may decide."""

import re

import pytest

from mailroom.domain.decision import SHOW_NOW, Classification, Decision, Kind, Outcome, Reason, Secrecy
from mailroom.domain.message import Address
from mailroom.web.downloads import disposition, file_name
from mailroom.web.message import sender_marks
from tests.mailroom.web.conftest import SignedIn
from tests.support.web_site import Office, letter, marked, reply


async def decide(clerk: SignedIn, message_id: int = 1, **form: str) -> int:
    wanted = {"seen": "hold.", "reason": "อยู่ในอำนาจหน้าที่"} | form
    return (await clerk.post(f"/messages/{message_id}/decision", **wanted)).status_code


async def test_opening_shows_the_text_and_is_noted(office: Office, clerk: SignedIn) -> None:
    """The page shows facts and text; who opened it is in the event log."""
    office.receive(letter(), replies=(reply("failed", "550 5.1.1 User unknown"),))
    page = (await clerk.get("/messages/1")).text
    for words in ("เลขรับ <strong>1/2569", "ข้าพเจ้าขออนุญาต", "&lt;a1@example.com&gt;", "550 5.1.1 User unknown"):
        assert words in page
    assert ("message.opened", 1, "somying", "") in office.events


async def test_the_original_comes_byte_for_byte_as_a_file(office: Office, clerk: SignedIn) -> None:
    """The raw mail is one click away: unchanged, inert, noted."""
    office.receive(letter())
    answer = await clerk.get("/messages/1/raw")
    assert answer.content == office.archive.contents[0]
    assert answer.headers["content-disposition"].startswith('attachment; filename="message-1.eml"')
    assert answer.headers["content-type"] == "application/octet-stream"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert ("raw.downloaded", 1, "somying", "") in office.events


async def test_a_damaged_original_never_leaves(office: Office, clerk: SignedIn) -> None:
    """Bytes that are not those of the digest are withheld, with the remedy in words."""
    office.receive(letter())
    office.archive.contents[0] = b"other"
    answer = await clerk.get("/messages/1/raw")
    assert answer.status_code == 503
    assert "สำเนาในคลังเสียหาย" in answer.text


@pytest.mark.parametrize(
    ("kind", "sent_as"),
    [
        ("application/pdf", "application/pdf"),
        ("image/png", "image/png"),
        ("text/html", "application/octet-stream"),
        ("image/svg+xml", "application/octet-stream"),
        ("application/xhtml+xml", "application/octet-stream"),
        ("text/plain\r\nX: y", "application/octet-stream"),
    ],
)
async def test_attachments_are_saved_never_shown(office: Office, clerk: SignedIn, kind: str, sent_as: str) -> None:
    """A file arrives as a file; what a browser might run is told to be octets."""
    office.receive(letter(), files=(("แบบแปลน.pdf", kind, b"content"),))
    answer = await clerk.get("/messages/1/parts/0")
    assert answer.content == b"content"
    assert answer.headers["content-type"] == sent_as
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert "sandbox" in answer.headers["content-security-policy"]
    assert ("attachment.downloaded", 1, "somying", "0") in office.events


async def test_a_part_that_cannot_be_read_says_so(office: Office, clerk: SignedIn) -> None:
    """An unreadable part is a sentence with the way out, not a failure."""
    office.receive(letter())
    answer = await clerk.get("/messages/1/parts/7")
    assert answer.status_code == 503
    assert "โปรดดาวน์โหลดต้นฉบับแทน" in answer.text


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("แบบแปลน ชั้น ๑.pdf", "แบบแปลน ชั้น ๑.pdf"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("C:\\Windows\\a.exe", "C__Windows_a.exe"),
        ('a"b.pdf', "a_b.pdf"),
        ("a\r\nSet-Cookie: x=y.pdf", "a␍_Set-Cookie_ x=y.pdf"),
        ("cod\u202efdp.exe", "cod⟨U+202E⟩fdp.exe"),
        ("\ud800.pdf", "\ufffd.pdf"),
        ("ก" * 500 + ".docx", "ก" * 75 + ".docx"),
        ("", "attachment"),
        ("...", "attachment"),
    ],
)
def test_file_names_are_safe_and_keep_their_thai(name: str, kept: str) -> None:
    """Names lose paths, quotes and tricks, and keep what a clerk reads."""
    assert file_name(name) == kept


@pytest.mark.parametrize("name", ["แบบแปลน.pdf", 'a"; x="y', "a\r\nX: y", "a;b=c", "%41", "é.txt", "\x00", "ก" * 300])
def test_disposition_is_one_ascii_line_of_the_right_form(name: str) -> None:
    """Whatever the name, the header has the form of RFC 6266 and RFC 8187."""
    form = r"attachment; filename=\"[\w.\- ()]+\"; filename\*=UTF-8''[A-Za-z0-9%._~-]+"
    assert re.fullmatch(form, disposition(name), re.ASCII)


async def test_html_is_framed_and_powerless(office: Office, clerk: SignedIn) -> None:
    """The HTML view is its own page, inert by sandbox and policy, and framed by us alone."""
    office.receive(letter(), html="<p onclick=x>สวัสดี<script>x</script><a href='https://evil.example/'>ที่นี่</a>")
    page = (await clerk.get("/messages/1")).text
    assert '<iframe sandbox=""' in page
    answer = await clerk.get("/messages/1/html")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy
    assert "sandbox" in policy
    assert "<p>สวัสดี<u>ที่นี่</u>" in answer.text
    assert "‹https://evil.example/›" in answer.text
    assert "href" not in answer.text


async def test_endless_html_is_refused_in_words(office: Office, clerk: SignedIn) -> None:
    """HTML beyond the limits is not cleaned at all; the page says what to read instead."""
    office.receive(letter(), html="<div>" * 100_000)
    assert "ซับซ้อนเกินกว่าจะแสดง" in (await clerk.get("/messages/1/html")).text


async def test_a_secret_message_opens_on_request_only(office: Office, clerk: SignedIn) -> None:
    """Marked secret: nothing of it is shown or fetched before a clerk who is named for it asks, which is noted (R58)."""
    office.clear()
    office.receive(
        letter("รายชื่อสายลับ", "ความลับ"),
        html="<p>ความลับ",
        files=(("ลับ.pdf", "application/pdf", b"x"),),
        classification=marked(secrecy=Secrecy.SECRET),
    )
    page = (await clerk.get("/messages/1")).text
    assert "1/2569" in page
    assert "รายชื่อสายลับ" not in page
    assert "somchai" not in page
    for path in ("html", "raw", "parts/0"):
        assert (await clerk.get(f"/messages/1/{path}")).status_code == 403
        assert (await clerk.get(f"/messages/1/{path}?grant=guessed")).status_code == 403
    opened = (await clerk.post("/messages/1/open")).headers["location"]
    assert "รายชื่อสายลับ" in (await clerk.get(opened)).text
    grant = opened.partition("?")[2]
    for path in ("html", "raw", "parts/0"):
        assert (await clerk.get(f"/messages/1/{path}?{grant}")).status_code == 200
    assert ("message.unsealed", 1, "somying", "") in office.events


async def test_who_is_not_named_opens_no_seal(office: Office, clerk: SignedIn) -> None:
    """They read who may, and the attempt is noted; nothing is shown, fetched or decided (R58)."""
    office.receive(
        letter("รายชื่อสายลับ", "ความลับ"),
        files=(("ลับ.pdf", "application/pdf", b"x"),),
        classification=marked(secrecy=Secrecy.SECRET),
    )
    page = (await clerk.get("/messages/1")).text
    assert "mailroom clerk clear" in page
    assert "/messages/1/open" not in page
    assert (await clerk.post("/messages/1/open")).headers["location"] == "/messages/1"
    assert {"message.sealed"} == {name for name, row, actor, _ in office.events if actor == "somying" and row == 1}
    form = {"outcome": "ignore", "reason": "x", "seen": "hold."}
    assert (await clerk.post("/messages/1/decision", **form)).status_code == 403
    assert office.decided(1)[0] == "hold"
    with office.books.begin() as uow:
        uow.clerks.add("registrar", "นายทะเบียนข้อมูลข่าวสารลับ", "")
        uow.commit()
    office.clear("registrar")
    page = (await clerk.get("/messages/1")).text
    assert "ผู้ได้รับมอบหมาย: <bdi>นายทะเบียนข้อมูลข่าวสารลับ" in page
    assert "mailroom clerk clear" not in page


async def test_who_is_no_longer_named_is_kept_out_at_once(office: Office, clerk: SignedIn) -> None:
    """What their session opened before is closed again (R58)."""
    office.clear()
    office.receive(letter("รายชื่อสายลับ"), classification=marked(secrecy=Secrecy.SECRET))
    opened = (await clerk.post("/messages/1/open")).headers["location"]
    assert "รายชื่อสายลับ" in (await clerk.get(opened)).text
    office.clear(cleared=False)
    assert "รายชื่อสายลับ" not in (await clerk.get(opened)).text
    assert (await clerk.get(opened.replace("/1?", "/1/raw?"))).status_code == 403


async def test_who_is_named_decides_behind_the_seal(office: Office, clerk: SignedIn) -> None:
    """The form of an opened message carries the proof; without it the same form is refused (R58)."""
    office.clear()
    office.receive(letter("รายชื่อสายลับ"), classification=marked(secrecy=Secrecy.SECRET))
    query = (await clerk.post("/messages/1/open")).headers["location"].partition("?")[2]
    assert f"/messages/1/decision?{query}" in (await clerk.get(f"/messages/1?{query}")).text
    form = {"outcome": "accept", "reason": "x", "seen": "hold."}
    assert (await clerk.post("/messages/1/decision", **form)).status_code == 403
    assert (await clerk.post(f"/messages/1/decision?{query}", **form)).status_code == 303
    assert office.decided(1)[0] == "accept"


async def test_a_grant_opens_one_message_in_one_session(office: Office, clerk: SignedIn) -> None:
    """What was opened for one message does not open another."""
    office.clear()
    for _ in range(2):
        office.receive(letter("รายชื่อสายลับ"), classification=marked(secrecy=Secrecy.SECRET))
    opened = (await clerk.post("/messages/1/open")).headers["location"]
    assert "รายชื่อสายลับ" not in (await clerk.get(opened.replace("/1?", "/2?"))).text


async def test_dangerous_mail_wears_a_banner(office: Office, clerk: SignedIn) -> None:
    """Malware is named, and its files lie behind a second step."""
    office.receive(letter(), files=(("a.exe", "x/y", b"MZ"),), classification=Classification(Kind.MALWARE))
    page = (await clerk.get("/messages/1")).text
    assert "ระวัง: ไฟล์อันตราย" in page
    assert page.index("ทั้งที่มีความเสี่ยง") < page.index("/messages/1/parts/0")


async def test_danger_to_life_is_said_at_the_top_until_somebody_decided(office: Office, clerk: SignedIn) -> None:
    """With the word that tells it, before the text; who decided has seen it."""
    danger = Classification(Kind.COMPLAINT, reasons=(Reason(SHOW_NOW, "ไฟไหม้"),))
    row = office.receive(letter("หญ้าข้างบ้าน"), classification=danger)
    page = (await clerk.get(f"/messages/{row}")).text
    assert re.search(r'role="alert"><strong>ดูทันที:</strong>[^<]*“ไฟไหม้”', page)
    assert await decide(clerk, row, outcome="accept", service="") == 303
    assert "<strong>ดูทันที" not in (await clerk.get(f"/messages/{row}")).text


def test_what_does_not_fit_about_a_sender_is_found() -> None:
    """Answers elsewhere, another address in the name, several senders: each is a mark; a plain sender has none."""
    assert sender_marks(letter(return_path="somchai@example.com", reply_to=(Address("", "b@example.com"),))) == ()
    odd = letter(
        sender=Address("ธนาคาร help@bank.example", "x@evil.example"),
        senders=(Address("", "a"), Address("", "b")),
        reply_to=(Address("", "y@other.example"),),
        return_path="bounce@third.example",
    )
    assert set(sender_marks(odd)) == {
        "several-senders",
        "reply-elsewhere",
        "bounce-elsewhere",
        "name-is-other-address",
    }
    assert sender_marks(letter(sender=Address("ก", ""))) == ("no-sender",)


@pytest.mark.parametrize(
    ("form", "done"),
    [
        ({"outcome": "accept", "service": "food-shop"}, "food-shop"),
        ({"outcome": "accept", "service": ""}, None),
        ({"outcome": "redirect-agency", "agency": "เทศบาลเมืองตัวอย่าง"}, "เทศบาลเมืองตัวอย่าง"),
        ({"outcome": "redirect-channel"}, None),
        ({"outcome": "ignore"}, None),
    ],
)
async def test_a_clerk_decides_a_held_message(
    office: Office, clerk: SignedIn, form: dict[str, str], done: str | None
) -> None:
    """Each decision reaches the desk with clerk and reason, and leads back to the message."""
    office.receive(letter())
    answer = await clerk.post("/messages/1/decision", seen="hold.", reason=" อยู่ในอำนาจ ", **form)
    assert answer.headers["location"] == f"/messages/1?done={form['outcome']}"
    assert office.decided(1) == (form["outcome"], "somying", "อยู่ในอำนาจ", done)
    assert 'role="status"' in (await clerk.get(answer.headers["location"])).text


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"outcome": "accept", "reason": " "}, "โปรดระบุเหตุผล"),
        ({"outcome": "accept", "reason": "ก" * 1001}, "เหตุผลยาวเกินไป"),
        ({"outcome": ""}, "โปรดเลือกผลการพิจารณา"),
        ({"outcome": "hold"}, "โปรดเลือกผลการพิจารณา"),
        ({"outcome": "delete"}, "โปรดเลือกผลการพิจารณา"),
        ({"outcome": "redirect-agency", "agency": "หน่วยงานที่ติดต่อไม่ได้"}, "ยังไม่มีช่องทางติดต่อ"),
        ({"outcome": "ignore", "seen": "accept.somsak"}, "มีการตัดสินเรื่องนี้ไปแล้ว"),
    ],
)
async def test_what_cannot_be_done_is_said_and_nothing_typed_is_lost(
    office: Office, clerk: SignedIn, form: dict[str, str], said: str
) -> None:
    """A refused action does nothing, says why, and keeps the reason in its field."""
    office.receive(letter())
    sent = {"seen": "hold.", "reason": "เหตุผลที่พิมพ์ไว้"} | form
    answer = await clerk.post("/messages/1/decision", **sent)
    assert answer.status_code == 409
    assert said in answer.text
    assert sent["reason"] in answer.text
    assert office.decided(1) == ("hold", "", "", None)


async def test_of_two_clerks_one_decides_and_one_is_told(office: Office, clerk: SignedIn) -> None:
    """A double click, or a second clerk with the old page, changes nothing more (W01)."""
    office.receive(letter())
    assert await decide(clerk, outcome="accept") == 303
    assert await decide(clerk, outcome="accept") == 409
    assert await decide(clerk, outcome="redirect-agency", agency="เทศบาลเมืองตัวอย่าง") == 409
    assert office.decided(1)[0] == "accept"
    assert len([event for event in office.events if event[0] == "message.decided" and event[2]]) == 1


async def test_only_what_the_state_allows_is_offered(office: Office, clerk: SignedIn) -> None:
    """An accepted matter can still be passed on, not set aside."""
    office.receive(letter(), decision=Decision(Outcome.ACCEPT, "policy"))
    page = (await clerk.get("/messages/1")).text
    assert 'value="redirect-agency"' in page
    assert 'value="ignore"' not in page
    assert await decide(clerk, outcome="ignore", seen="accept.") == 409


async def test_an_agency_without_a_channel_is_not_offered(office: Office, clerk: SignedIn) -> None:
    """A notice must name a channel (R19): who has none is not in the list."""
    office.receive(letter())
    page = (await clerk.get("/messages/1")).text
    assert "เทศบาลเมืองตัวอย่าง" in page
    assert "หน่วยงานที่ติดต่อไม่ได้" not in page


async def test_the_page_shows_what_happened_to_a_message(office: Office, clerk: SignedIn) -> None:
    """Who decided what and why, and who opened it before."""
    office.receive(letter())
    await clerk.get("/messages/1")
    await clerk.post("/messages/1/decision", seen="hold.", reason="อยู่ในอำนาจ <b>", outcome="accept", service="")
    page = (await clerk.get("/messages/1")).text
    history = page[page.index("ประวัติ") :]
    assert history.index("เปิดอ่าน") < history.index("อยู่ในอำนาจ &lt;b&gt;")
    assert "somying" in history
