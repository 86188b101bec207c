"""The list: what it shows, in which view, and when it raises the alarm."""

from datetime import timedelta

import httpx
import pytest

from mailroom.domain.decision import Classification, Decision, Kind, Outcome, Reason, Secrecy, Urgency
from mailroom.domain.message import Address
from tests.mailroom.web.conftest import SignedIn
from tests.support.web_site import Office, letter, marked, reply

ACCEPTED = Decision(Outcome.ACCEPT, "policy", (Reason("service-words", "อาหาร"),))


async def test_an_entry_shows_all_that_a_clerk_needs(office: Office, clerk: SignedIn) -> None:
    """Number, both times, sender, subject, kind, service, class, letter and reason are in the list."""
    office.receive(
        letter("ขอเปิดร้านอาหาร"),
        classification=Classification(Kind.REQUEST, "food-shop", marks=marked(urgency=Urgency.URGENT).marks),
        replies=(reply("deferred"),),
    )
    page = (await clerk.get("/")).text
    for words in ("1/2569", "21 พ.ย. 69 17:21", "21 พ.ย. 69 22:21", "นายสมชาย รักถิ่น", "somchai@example.com"):
        assert words in page
    for words in (
        "ขอเปิดร้านอาหาร",
        "คำขอ",
        "ใบอนุญาตจัดตั้ง",
        "ด่วน",
        "หนังสือตอบรับ: ส่งไม่สำเร็จชั่วคราว",
        "ยังระบุไม่ได้ว่าขอรับบริการใด",
    ):
        assert words in page


async def test_each_view_holds_its_own(office: Office, clerk: SignedIn) -> None:
    """Held entries are in the first view, accepted ones in theirs, all of them in the last."""
    office.receive(letter("เรื่องที่รอ"))
    office.receive(letter("เรื่องที่รับ"), decision=ACCEPTED)
    assert "เรื่องที่รับ" not in (await clerk.get("/")).text
    assert "เรื่องที่รอ" not in (await clerk.get("/?view=accept")).text
    both = (await clerk.get("/?view=all")).text
    assert "เรื่องที่รอ" in both
    assert "เรื่องที่รับ" in both


async def test_searching_keeps_its_words_and_its_view(office: Office, clerk: SignedIn) -> None:
    """What was searched for stays in the field, in the paging, and in nothing else."""
    for number in range(60):
        office.receive(letter(f"น้ำท่วม {number}"), decision=ACCEPTED)
    office.receive(letter("ไฟดับ"), decision=ACCEPTED)
    page = (await clerk.get("/?view=accept&q=น้ำท่วม")).text
    assert "ไฟดับ" not in page
    assert 'value="น้ำท่วม"' in page
    assert "page=1" in page
    assert "น้ำท่วม 0" in (await clerk.get("/?view=accept&q=น้ำท่วม&page=1")).text


async def test_nothing_found_is_said_in_words(clerk: SignedIn) -> None:
    """An empty view and an empty search each say so."""
    assert "ไม่มีเรื่องรอเจ้าหน้าที่" in (await clerk.get("/")).text
    assert "ไม่พบรายการที่ตรงกับ" in (await clerk.get("/?q=abc")).text


async def test_a_secret_entry_shows_its_number_only(office: Office, clerk: SignedIn) -> None:
    """What is marked secret shows neither subject nor sender in the list (R58)."""
    office.receive(letter("รายชื่อสายลับ"), classification=marked(secrecy=Secrecy.SECRET))
    page = (await clerk.get("/")).text
    assert "1/2569" in page
    assert "ลับมาก" in page
    assert "รายชื่อสายลับ" not in page
    assert "somchai" not in page


async def test_an_undecided_message_is_in_the_list(office: Office, clerk: SignedIn) -> None:
    """Mail in custody that is not read yet is visible, and can be opened."""
    office.receive(letter(), decision=None)
    assert "(ระบบกำลังอ่าน)" in (await clerk.get("/?view=all")).text
    assert (await clerk.get("/messages/1")).status_code == 200


async def test_the_pulse_counts_what_came(office: Office, clerk: SignedIn) -> None:
    """The pulse says how many entries came since the page was drawn."""
    office.receive(letter())
    office.receive(letter())
    assert "มีรายการใหม่ 2 รายการ" in (await clerk.get("/pulse?view=hold&seen=0")).text
    assert "มีรายการใหม่" not in (await clerk.get("/pulse?view=hold&seen=2")).text


async def test_an_old_poll_is_an_alarm_to_clerks_and_monitors(
    office: Office, clerk: SignedIn, stranger: httpx.AsyncClient
) -> None:
    """When no mailbox was seen for longer than the limit, the banner turns red and health turns 503."""
    healthy = await stranger.get("/health")
    assert healthy.status_code == 200
    assert healthy.json()["status"] == "ok"
    assert "ตรวจล่าสุด 2 นาทีที่แล้ว" in (await clerk.get("/")).text
    office.clock.at += timedelta(minutes=20)
    sick = await stranger.get("/health")
    assert sick.status_code == 503
    assert sick.json()["problems"] == ["poll-late"]
    page = (await clerk.get("/")).text
    assert "ขาดการตรวจกล่องจดหมาย" in page
    assert 'role="alert"' in page


async def test_health_tells_nothing_personal(office: Office, stranger: httpx.AsyncClient) -> None:
    """Monitoring sees ages and counts, no citizen."""
    office.receive(letter("เรื่องส่วนตัว"))
    told = (await stranger.get("/health")).text
    assert "เรื่องส่วนตัว" not in told
    assert "somchai" not in told


HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{7*7}}${7}\x00\x1b[31m\u202e\ud800"


@pytest.mark.parametrize("path", ["/?view=all", "/messages/1", "/?q=" + "%3Cscript%3Ealert(1)%3C/script%3E"])
async def test_no_field_of_a_mail_becomes_markup(office: Office, clerk: SignedIn, path: str) -> None:
    """A hostile word in any field of a mail is shown, written out, and never becomes part of the page."""
    office.receive(
        letter(
            HOSTILE,
            HOSTILE,
            sender=Address(HOSTILE, HOSTILE),
            reply_to=(Address(HOSTILE, HOSTILE),),
            recipients=(Address(HOSTILE, HOSTILE),),
            senders=(Address(HOSTILE, HOSTILE), Address("", HOSTILE)),
            return_path=HOSTILE,
            defects=(HOSTILE, "charset-unknown: " + HOSTILE),
        ),
        files=((HOSTILE, HOSTILE, b""),),
        html=HOSTILE,
        decision=Decision(
            Outcome.HOLD, HOSTILE, (Reason("no-single-service"), Reason("clerk", HOSTILE)), agency=HOSTILE
        ),
        classification=Classification(Kind.REQUEST, HOSTILE, marks=marked(letter_no=HOSTILE).marks),
        replies=(reply("failed", HOSTILE),),
        clerk=(HOSTILE, HOSTILE),
    )
    page = (await clerk.get(path)).text
    assert "<script>alert" not in page
    assert "<img" not in page
    assert "\x1b" not in page
    assert "\x00" not in page
    assert "\u202e" not in page
    assert path.startswith("/?q=") or "{{7*7}}" in page
