"""The page of conversations: what is going on, what came, how the channel is; and the mark of a channel in the queue."""

import re

import httpx
import pytest

from mailroom.domain.chat import (
    ChatContent,
    ChatEventKind,
    ChatMessageKind,
    ChatPerson,
    ContentState,
    ConversationState,
    Quota,
    Step,
)
from mailroom.domain.decision import Secrecy
from mailroom.web.chats import is_scarce
from tests.mailroom.web.conftest import SignedIn, signed_in, visitor
from tests.support.talk_on_desk import OA, SOMCHAI, TEN, LookValues, Talk
from tests.support.web_site import Office, letter, marked

WORDS = "ขอเปิดร้านก๋วยเตี๋ยว"


@pytest.fixture
def values() -> LookValues:
    return LookValues()


@pytest.fixture
def office(values: LookValues) -> Office:
    """A mail room with LINE."""
    return Office(chat=values.look)


def words_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


async def test_without_a_channel_of_conversations_there_is_no_page() -> None:
    """The address is not there, and nothing leads to it."""
    plain = Office()
    async with visitor(plain) as client:
        clerk = await signed_in(client, token=plain.sign_in.new_link("somying"))
        assert (await clerk.get("/chats")).status_code == 404
        assert 'href="/chats"' not in (await clerk.get("/")).text


async def test_only_who_is_signed_in_sees_the_page(stranger: httpx.AsyncClient) -> None:
    """Everybody else is led to the door, and from there back to it."""
    assert (await stranger.get("/chats")).headers["location"] == "/login?next=%2Fchats"


async def test_the_page_tells_how_the_channel_is(office: Office, values: LookValues, clerk: SignedIn) -> None:
    """Age of the last delivery, messages used and left, deliveries refused, and files that are lost."""
    values.refusals, values.quota = 3, Quota(200, 190)
    talk = Talk()
    talk.says(ChatMessageKind.IMAGE, content=ChatContent(state=ContentState.GONE))
    talk.says(ChatMessageKind.IMAGE, content=ChatContent(state=ContentState.WANTED))
    talk.write(office.books, ConversationState.OPEN, ChatPerson(id=SOMCHAI, blocked_at=TEN))
    read = words_of((await clerk.get("/chats")).text)
    for words in (
        "LINE ส่งถึงเราล่าสุด 24 ชั่วโมงที่แล้ว",
        "190 จาก 200",
        "เหลือ 10 ใกล้หมด",
        "การส่งที่ปฏิเสธ 3 ครั้ง",
        "ไฟล์ที่ดึงไม่ได้ 1 ไฟล์ กำลังดึงอีก 1",
        "บล็อกบัญชีของเรา 1 ราย",
        OA,
    ):
        assert words in read


@pytest.mark.parametrize(
    ("quota", "words"),
    [
        (None, "ยังไม่ทราบ"),
        (Quota(None, 7), "7 ข้อความ ไม่จำกัด"),
        (Quota(200, 300), "เหลือ 0 ใกล้หมด"),
        (Quota(0, 0), "0 จาก 0"),
    ],
)
async def test_any_quota_can_be_told(values: LookValues, clerk: SignedIn, quota: Quota | None, words: str) -> None:
    """Unknown, without limit, overdrawn, and none at all."""
    values.quota, values.delivered_at = quota, None
    read = words_of((await clerk.get("/chats")).text)
    assert words in read
    assert "LINE ส่งถึงเราล่าสุด ยังไม่เคย" in read


def test_less_than_a_tenth_is_scarce() -> None:
    """The warning begins below a tenth, and never where there is no limit."""
    assert is_scarce(Quota(200, 181))
    assert not is_scarce(Quota(200, 180))
    assert not is_scarce(Quota(None, 9999))
    assert not is_scarce(None)


async def test_open_conversations_stand_with_their_state(office: Office, clerk: SignedIn) -> None:
    """Who, which step, which service, how many documents, and when it closes by itself; none of the words."""
    talk = Talk()
    talk.says(text=WORDS)
    sent = talk.sends(ChatMessageKind.FILE, "บัตร.pdf", "application/pdf", b"%PDF")
    person = ChatPerson(id=SOMCHAI, name="ชายชาย", given_name="สมชาย รักถิ่น", email="a@x.example", email_proven_at=TEN)
    talk.write(
        office.books,
        ConversationState.OPEN,
        person,
        step=Step.DOCUMENTS,
        service="food-shop",
        documents=((0, sent.id),),
    )
    page = (await clerk.get("/chats")).text
    read = words_of(page)
    for words in (
        "บทสนทนาที่ยังไม่เข้าทะเบียน (1)",
        "สมชาย รักถิ่น ชื่อใน LINE ชายชาย กำลังสนทนา",
        "ขั้นที่ 2 จาก 5: ส่งเอกสาร · ใบอนุญาตจัดตั้งสถานที่จำหน่ายอาหาร · 2 ข้อความ 1 ไฟล์ · เอกสาร 1 จาก 2",
        "✓ ยืนยันอีเมลแล้ว a@x.example",
        "ปิดเอง 21 พ.ย. 2569 10:04 น.",
    ):
        assert words in read
    assert WORDS not in page
    assert "บัตร.pdf" not in page


async def test_what_nobody_knows_is_marked_and_has_its_own_view(office: Office, clerk: SignedIn) -> None:
    """Unknown and broken events, and lost files, say in words that a clerk has to look; the rest is left out there."""
    talk = Talk()
    talk.says(text=WORDS)
    talk.does(ChatEventKind.UNKNOWN, defect="event-unknown: beacon-2")
    talk.does(ChatEventKind.MALFORMED, person="", defect="event-malformed: no timestamp")
    talk.says(ChatMessageKind.UNKNOWN)
    talk.says(ChatMessageKind.VIDEO, content=ChatContent(state=ContentState.TOO_LARGE))
    talk.takes_back(talk.says(text="x"))
    talk.does(ChatEventKind.JOIN, room="R" + "1" * 32, person="")
    row = talk.received(office, office.books)
    everything = words_of((await clerk.get("/chats")).text)
    assert "ทั้งหมด 8 ต้องดู 4" in everything
    assert "ผู้ส่งยกเลิกข้อความ" in everything
    assert "ในกลุ่ม R1111" in everything
    page = (await clerk.get("/chats?view=odd")).text
    assert page.count('<span class="badge urgent">ต้องดู</span>') == 4
    assert f'href="/messages/{row}"' in page
    for words in ("เหตุการณ์ที่ระบบไม่รู้จัก", "beacon-2", "เหตุการณ์ที่เสียหาย", "ไฟล์ใหญ่เกินกำหนด", "(ไม่ระบุผู้ส่ง)"):
        assert words in page


async def test_the_list_repeats_nobodys_words(office: Office, clerk: SignedIn) -> None:
    """Texts, file names and raw events are read where opening them is on record, not here."""
    talk = Talk()
    talk.says(text=WORDS)
    talk.sends(ChatMessageKind.FILE, "ลับ.pdf", "application/pdf", b"%PDF")
    talk.does(ChatEventKind.POSTBACK, data="choice-9", raw="เนื้อหาดิบ")
    talk.received(office, office.books)
    page = (await clerk.get("/chats")).text
    for words in (WORDS, "ลับ.pdf", "choice-9", "เนื้อหาดิบ"):
        assert words not in page


async def test_many_events_are_paged(office: Office, clerk: SignedIn) -> None:
    """Fifty stand on a page, with a way to the next and back."""
    talk = Talk()
    for _ in range(60):
        talk.says(text="x")
    talk.write(office.books, ConversationState.OPEN)
    first = (await clerk.get("/chats")).text
    assert first.count("<strong>ข้อความ</strong>") == 50
    assert "page=1" in first
    assert (await clerk.get("/chats?page=1")).text.count("<strong>ข้อความ</strong>") == 10
    assert "ยังไม่มีเหตุการณ์จาก LINE" in (await clerk.get("/chats?page=99")).text


async def test_the_queue_marks_the_channel_in_words(office: Office, clerk: SignedIn) -> None:
    """Each entry says LINE or e-mail; the id of a person on LINE is nobody's address, and is not shown as one."""
    talk = Talk()
    talk.says(text=WORDS)
    talk.received(office, office.books)
    office.receive(letter("ทางเมล"))
    page = (await clerk.get("/")).text
    assert '<span class="channel channel-line">LINE</span>' in page
    assert '<span class="channel channel-email">อีเมล</span>' in page
    assert SOMCHAI not in page
    assert "ขอเปิดร้าน<mark>ก๋วยเตี๋ยว</mark>" in (await clerk.get("/?q=ก๋วยเตี๋ยว")).text
    assert 'href="/chats"' in page


HOSTILE = "<script>alert(1)</script>\"'><img src=x>{{7*7}}\x00\u202e\ud800"


async def test_no_name_and_no_id_becomes_markup(office: Office, clerk: SignedIn) -> None:
    """Whatever a person or the platform calls itself is written out."""
    talk = Talk(person=HOSTILE)
    talk.says(text=HOSTILE)
    talk.does(ChatEventKind.UNKNOWN, room=HOSTILE, defect=f"event-unknown: {HOSTILE}")
    person = ChatPerson(id=HOSTILE, name=HOSTILE, given_name=HOSTILE, email=HOSTILE)
    talk.write(office.books, ConversationState.OPEN, person, service=HOSTILE, name=HOSTILE + "2")
    page = (await clerk.get("/chats")).text
    assert "<script>alert" not in page
    assert "<img" not in page
    assert not {"\x00", "\u202e"} & set(page)
    assert "{{7*7}}" in page


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("line-quota", "เหลือไม่ถึงหนึ่งในสิบ"),
        ("line-webhook-silent", "ใช้งานไม่ได้"),
        ("line-refused", "ลายมือชื่อไม่ถูกต้อง"),
        ("line-content", "ดึงไม่ได้เกิน 10 นาที"),
    ],
)
async def test_each_problem_of_the_channel_has_words(office: Office, clerk: SignedIn, code: str, words: str) -> None:
    """The banner of the queue tells what is wrong."""
    assert words not in (await clerk.get("/")).text
    office.problems.append(code)
    page = (await clerk.get("/")).text
    assert words in page
    assert 'role="alert"' in page


async def test_who_sent_secret_matter_is_not_told(office: Office, clerk: SignedIn) -> None:
    """Events of a conversation that is marked secret stand in the list without their sender (R58)."""
    talk = Talk()
    talk.says(text=WORDS)
    person = ChatPerson(id=SOMCHAI, name="ชายชาย", given_name="สมชาย รักถิ่น")
    talk.received(office, office.books, person=person, classification=marked(secrecy=Secrecy.SECRET))
    page = (await clerk.get("/chats")).text
    assert "เรื่องชั้นความลับ" in page
    assert "/messages/1" in page
    assert "สมชาย" not in page
    assert "ชายชาย" not in page
