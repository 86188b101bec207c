"""The page of a message that came by LINE: the whole exchange, who it was, and what of it is kept out of sight."""

import re
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from mailroom.domain.chat import ChatContent, ChatEventKind, ChatMessageKind, ChatPerson, ContentState, Location
from mailroom.domain.decision import Classification, Kind, Letter, Secrecy
from mailroom.domain.outbox import OutboxState
from mailroom.domain.register import RegisterNumber
from mailroom.web.chat_exchange import identity
from tests.mailroom.web.conftest import SignedIn, signed_in, visitor
from tests.support.talk_on_desk import JOINS, LINE, OA, SOMCHAI, TEN, Talk, png
from tests.support.web_site import Office, letter, marked, reply

SECRET_WORDS = "รหัสตู้เซฟคือ ๑๒๓๔"


def words_of(page: str) -> str:
    """What is to be read, on one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


async def test_the_whole_exchange_stands_in_order(office: Office, clerk: SignedIn) -> None:
    """Every kind of message with its time, and our own turns in between, in the order in which they were said."""
    talk = Talk()
    first = talk.says(text="ขอเปิดร้านก๋วยเตี๋ยว")
    talk.answered("กรุณาเลือกบริการ", "ใบอนุญาตอาหาร")
    talk.does(ChatEventKind.POSTBACK, data="pick-ใบอนุญาตอาหาร")
    talk.says(ChatMessageKind.STICKER, "ขอบคุณ")
    talk.says(ChatMessageKind.LOCATION, location=Location("ร้านป้าน้อย", "ตลาดคลองใหม่", 13.7563, 100.5018))
    talk.says(text="ตามที่แจ้ง", quoted_id=first.message.id if first.message else "")
    talk.sends(ChatMessageKind.FILE, "แบบแปลน.pdf", "application/pdf", b"%PDF-1.7")
    talk.received(office, office.books)
    page = (await clerk.get("/messages/1")).text
    read = words_of(page[page.index('id="talk"') :])
    expected = (
        "ผู้ส่ง · ข้อความ · 10:00 น. ขอเปิดร้านก๋วยเตี๋ยว",
        "เราตอบ · 10:00 น. กรุณาเลือกบริการ ให้เลือก: ใบอนุญาตอาหาร",
        "กดปุ่มเลือก: ใบอนุญาตอาหาร · 10:01 น.",
        "สติกเกอร์ · 10:02 น. [ ขอบคุณ ]",
        "ร้านป้าน้อย",
        "ละติจูด 13.7563 ลองจิจูด 100.5018",
        "อ้างถึง ขอเปิดร้านก๋วยเตี๋ยว ตามที่แจ้ง",
        "ไฟล์ · 10:05 น. แบบแปลน.pdf",
    )
    places = [read.index(words) for words in expected]
    assert places == sorted(places)
    assert 'href="#said-1"' in page


async def test_the_page_speaks_of_line_not_of_mail(office: Office, clerk: SignedIn) -> None:
    """No word of mail, and the original is offered as a bundle; a mail keeps its own words and its own name."""
    talk = Talk()
    talk.says(text="ขอเปิดร้าน")
    talk.received(office, office.books)
    page = (await clerk.get("/messages/1")).text
    for words in ("เมลต้นฉบับ", ".eml", "Message-ID"):
        assert words not in page
    assert "ดาวน์โหลดต้นฉบับ (.bundle)" in page
    assert f"<bdi>{OA}</bdi>" in page
    answer = await clerk.get("/messages/1/raw")
    assert 'filename="message-1.bundle"' in answer.headers["content-disposition"]
    assert answer.content == office.archive.contents[0]
    office.receive(letter())
    assert "ดาวน์โหลดเมลต้นฉบับ (.eml)" in (await clerk.get("/messages/2")).text
    assert 'filename="message-2.eml"' in (await clerk.get("/messages/2/raw")).headers["content-disposition"]


async def test_letters_that_answer_stand_in_the_exchange(office: Office, clerk: SignedIn) -> None:
    """The receipt is read where it was said, with its state; a code that proves an address is never shown."""
    talk = Talk()
    talk.says(text="ขอเปิดร้าน")
    talk.items = [replace(talk.answered("รหัส 123456"), letter=Letter.EMAIL_CODE)]
    receipt = reply("failed", "blocked") | {"channel": LINE, "to": SOMCHAI, "text": "ได้รับเรื่องแล้ว เลขรับ 1/2569"}
    talk.received(office, office.books, replies=(receipt,))
    page = (await clerk.get("/messages/1")).text
    assert "หนังสือตอบรับ · 10:00 น." in words_of(page)
    assert "ได้รับเรื่องแล้ว เลขรับ 1/2569" in page
    assert "ส่งไม่สำเร็จ" in page
    assert "ทาง LINE" in page
    assert "123456" not in page


async def test_what_was_said_to_others_or_in_another_matter_is_not_shown(office: Office, clerk: SignedIn) -> None:
    """Our turns are those to this person, while this conversation was open, and for no other message."""
    other = Talk("C0", person="U" + "0" * 32)
    other.says(text="เรื่องของผู้อื่น")
    other.answered("คำตอบถึงผู้อื่น")
    other.received(office, office.books)
    before = Talk("C1", begins=TEN - timedelta(hours=2))
    before.says(text="เรื่องก่อน")
    before.answered("คำตอบเรื่องก่อน")
    before.received(office, office.books)
    talk = Talk("C2")
    talk.says(text="เรื่องนี้")
    talk.received(office, office.books)
    page = (await clerk.get("/messages/3")).text
    assert "เรื่องนี้" in page
    assert "คำตอบ" not in page
    assert "เรื่องของผู้อื่น" not in page


async def test_files_that_are_not_there_say_why(office: Office, clerk: SignedIn) -> None:
    """Gone, too large, still on the way, and somewhere on the web: each has its words, and no address is a link."""
    talk = Talk()
    for state in (ContentState.GONE, ContentState.TOO_LARGE, ContentState.WANTED):
        talk.says(ChatMessageKind.IMAGE, content=ChatContent(state=state))
    external = ChatContent(state=ContentState.EXTERNAL)
    talk.says(ChatMessageKind.IMAGE, content=external, url="https://evil.example/x.jpg")
    talk.sends(ChatMessageKind.IMAGE, "", "image/png", png())
    talk.received(office, office.books)
    page = (await clerk.get("/messages/1")).text
    for words in (
        "ดึงไฟล์นี้จาก LINE ไม่ได้",
        "ไฟล์ใหญ่เกินกำหนด",
        "กำลังดึงไฟล์จาก LINE",
        "อยู่บนเว็บอื่น",
        "https://evil.example/x.jpg",
    ):
        assert words in page
    assert 'href="https://evil' not in page
    assert 'src="https://evil' not in page
    [bubble] = re.findall(r'id="said-5".*?</li>', page, re.DOTALL)
    assert "/messages/1/parts/0/picture" in bubble


async def test_what_nobody_can_read_is_shown_as_it_came(office: Office, clerk: SignedIn) -> None:
    """An unknown or broken event says so, and its text as delivered is a click away."""
    talk = Talk()
    talk.does(ChatEventKind.MALFORMED, defect="event-malformed: no timestamp", raw='{"type":"message","x":"<b>"}')
    talk.received(office, office.books, sender="")
    page = (await clerk.get("/messages/1")).text
    assert "เหตุการณ์ที่เสียหายหรือขัดแย้งกัน" in page
    assert "{&#34;type&#34;:&#34;message&#34;,&#34;x&#34;:&#34;&lt;b&gt;&#34;}" in page


async def test_a_document_of_the_checklist_bears_its_name(office: Office, clerk: SignedIn) -> None:
    """A file that was sent for a required document says for which."""
    talk = Talk()
    talk.says(text="ขอเปิดร้าน")
    sent = talk.sends(ChatMessageKind.FILE, "scan001.pdf", "application/pdf", b"%PDF-1.7")
    talk.received(office, office.books, conversation={"service": "food-shop", "documents": ((1, sent.id), (7, "gone"))})
    assert "เอกสารที่ขอ: แผนที่ตั้งร้าน scan001.pdf" in words_of((await clerk.get("/messages/1")).text)


@pytest.mark.parametrize(
    ("person", "given", "expected"),
    [
        (ChatPerson(id=SOMCHAI, name="ชาย"), {}, ("ชื่อใน LINE ชาย ผู้ใช้ตั้งเอง", "อีเมลที่แจ้ง –")),
        (ChatPerson(id=SOMCHAI, email="a@x.example"), {}, ("a@x.example ยังไม่ได้ยืนยันด้วยรหัส",)),
        (
            ChatPerson(id=SOMCHAI, email="a@x.example", email_proven_at=TEN),
            {},
            ("a@x.example ✓ ยืนยันด้วยรหัสแล้วเมื่อ 21 พ.ย. 2569 10:00 น.",),
        ),
        (
            ChatPerson(id=SOMCHAI, email="a@x.example", email_proven_at=TEN),
            {"email": "b@x.example", "name": "สมชาย"},
            ("ชื่อที่แจ้ง สมชาย", "b@x.example ยังไม่ได้ยืนยันด้วยรหัส"),
        ),
        (ChatPerson(id=SOMCHAI, blocked_at=TEN), {}, ("บล็อกบัญชีของหน่วยงาน ตั้งแต่ 21 พ.ย. 2569 10:00 น.",)),
    ],
)
async def test_the_page_tells_what_is_proven(
    office: Office, clerk: SignedIn, person: ChatPerson, given: dict[str, str], expected: tuple[str, ...]
) -> None:
    """The name is the person's own choice, and an address is proven only where the very one that is shown was."""
    talk = Talk()
    talk.says(text="ขอเปิดร้าน")
    talk.received(office, office.books, person=person, conversation=given)
    read = words_of((await clerk.get("/messages/1")).text)
    for words in expected:
        assert words in read


def test_a_proof_counts_for_the_address_in_any_spelling_of_case() -> None:
    """Addresses compare without case."""
    person = ChatPerson(id=SOMCHAI, email="A@x.example", email_proven_at=TEN)
    assert identity(person, None).proven_at == TEN


async def test_what_was_taken_back_is_opened_on_record(office: Office, clerk: SignedIn) -> None:
    """L07: a message that was taken back shows when, not what; a form opens it, for this session, once that is noted."""
    talk = Talk()
    talk.says(text="ขอเปิดร้าน")
    talk.takes_back(talk.says(text=SECRET_WORDS))
    talk.received(office, office.books)
    page = (await clerk.get("/messages/1")).text
    assert "<strong>ผู้ส่งยกเลิกข้อความ</strong> เมื่อ" in page
    assert "21 พ.ย. 2569 10:02 น." in page
    assert "ยังเก็บไว้ครบถ้วน" in page
    assert SECRET_WORDS not in page
    assert "message.withdrawn-opened" not in {name for name, *_ in office.events}
    answer = await clerk.post("/messages/1/withdrawn")
    assert answer.status_code == 303
    assert ("message.withdrawn-opened", 1, "somying", "C1-E2") in office.events
    opened = await clerk.get(answer.headers["location"])
    assert SECRET_WORDS in opened.text
    assert "เปิดดูข้อความที่ผู้ส่งยกเลิก" in opened.text
    assert SECRET_WORDS not in (await clerk.get("/messages/1")).text


async def test_our_answer_does_not_repeat_what_was_taken_back(office: Office, clerk: SignedIn) -> None:
    """A letter that quotes a message which was then taken back is hidden with it; other answers stay."""
    talk = Talk()
    talk.takes_back(talk.says(text=SECRET_WORDS + " ครับ"))
    talk.says(text="ขอเปิดร้าน")
    talk.answered(f"ได้รับเรื่อง “{SECRET_WORDS} ครับ” แล้ว")
    talk.answered("มีเรื่องใดให้ช่วยอีกหรือไม่")
    talk.received(office, office.books)
    page = (await clerk.get("/messages/1")).text
    assert SECRET_WORDS not in page
    assert "อ้างข้อความที่ผู้ส่งยกเลิก" in page
    assert "มีเรื่องใดให้ช่วยอีกหรือไม่" in page
    where = (await clerk.post("/messages/1/withdrawn")).headers["location"]
    assert f"ได้รับเรื่อง “{SECRET_WORDS}" in (await clerk.get(where)).text


async def test_a_file_that_was_taken_back_needs_the_same_act(office: Office, clerk: SignedIn) -> None:
    """L07: neither the file, nor its picture, nor the original leaves before the act; the other file does."""
    talk = Talk()
    talk.sends(ChatMessageKind.IMAGE, "", "image/png", png())
    talk.takes_back(talk.sends(ChatMessageKind.IMAGE, "", "image/png", png(colour=b"\xff\x00\x00")))
    talk.received(office, office.books)
    page = (await clerk.get("/messages/1")).text
    assert "/messages/1/parts/0" in page
    assert "/messages/1/parts/1" not in page
    assert "/messages/1/raw" not in page
    closed = ("/messages/1/parts/1", "/messages/1/parts/1/picture", "/messages/1/raw")
    for path in closed:
        assert (await clerk.get(path)).status_code == 403
    assert (await clerk.get("/messages/1/parts/0")).status_code == 200
    assert "attachment.downloaded" in {name for name, *_ in office.events}
    assert ("attachment.downloaded", 1, "somying", "1") not in office.events
    where = (await clerk.post("/messages/1/withdrawn")).headers["location"]
    query = where.partition("?")[2].partition("#")[0]
    assert f"/messages/1/parts/1?{query}" in (await clerk.get(where)).text
    for path in closed:
        assert (await clerk.get(f"{path}?{query}")).status_code == 200


async def test_the_proof_of_one_session_is_worth_nothing_in_another(office: Office, clerk: SignedIn) -> None:
    """An address that a colleague passes on does not open what was taken back; nor does one for another message."""
    for name in ("C1", "C2"):
        talk = Talk(name)
        talk.takes_back(talk.says(text=SECRET_WORDS))
        talk.received(office, office.books)
    where = (await clerk.post("/messages/1/withdrawn")).headers["location"]
    async with visitor(office) as client:
        other = await signed_in(client, token=office.sign_in.new_link("somying"))
        assert SECRET_WORDS not in (await other.get(where)).text
    assert SECRET_WORDS not in (await clerk.get(where.replace("/messages/1", "/messages/2"))).text


async def test_nothing_taken_back_is_nothing_to_open(
    office: Office, clerk: SignedIn, stranger: httpx.AsyncClient
) -> None:
    """The act is refused for a mail, for a conversation that is whole, and for whoever is not signed in."""
    office.receive(letter())
    talk = Talk()
    talk.says(text="x")
    talk.received(office, office.books)
    for row in (1, 2, 9):
        assert (await clerk.post(f"/messages/{row}/withdrawn")).status_code == 404
    assert (await clerk.client.post("/messages/2/withdrawn")).status_code == 403
    assert (await stranger.post("/messages/2/withdrawn")).headers["location"] == "/login"


async def test_secret_matter_keeps_its_seal(office: Office, clerk: SignedIn) -> None:
    """What is marked secret shows nothing of the conversation, and its pictures neither, until the seal is opened (R58)."""
    office.clear()
    talk = Talk()
    talk.takes_back(talk.says(text="ลับมาก " + SECRET_WORDS))
    talk.sends(ChatMessageKind.IMAGE, "", "image/png", png())
    talk.received(office, office.books, classification=marked(secrecy=Secrecy.SECRET))
    assert "10:00" not in (await clerk.get("/messages/1")).text.partition("facts")[0]
    assert 'id="talk"' not in (await clerk.get("/messages/1")).text
    assert (await clerk.get("/messages/1/parts/0/picture")).status_code == 403
    assert (await clerk.post("/messages/1/withdrawn")).status_code == 403
    where = (await clerk.post("/messages/1/open")).headers["location"]
    unsealed = (await clerk.get(where)).text
    assert 'id="talk"' in unsealed
    assert SECRET_WORDS not in unsealed
    query = where.partition("?")[2]
    both = (await clerk.post(f"/messages/1/withdrawn?{query}")).headers["location"]
    assert SECRET_WORDS in (await clerk.get(both)).text


async def test_what_came_later_is_listed_with_the_first(office: Office, clerk: SignedIn) -> None:
    """Messages that joined a case stand on the page of its first message, and lead back; in the queue they say so."""
    first = Talk("C1")
    first.says(text="ขอเปิดร้านก๋วยเตี๋ยว")
    first.received(office, office.books)
    later = Talk("C2", begins=TEN + timedelta(hours=1))
    later.says(text="ส่งแผนที่เพิ่ม")
    number = RegisterNumber(2569, 1)
    later.received(office, office.books, decision=JOINS, follows=number)
    secret = Talk("C3", begins=TEN + timedelta(hours=2))
    secret.says(text=SECRET_WORDS)
    secret.received(office, office.books, decision=JOINS, follows=number, classification=marked(secrecy=Secrecy.SECRET))
    page = (await clerk.get("/messages/1")).text
    assert "ส่งเพิ่มเติมในเรื่องนี้ (2)" in page
    assert '<a href="/messages/2"><bdi>ส่งแผนที่เพิ่ม</bdi></a>' in page
    assert SECRET_WORDS not in page
    back = (await clerk.get("/messages/2")).text
    assert 'เพิ่มเติมจาก <a href="/messages/1">เลขรับ 1/2569</a>' in back
    queue = (await clerk.get("/?view=accept")).text
    assert "เพิ่มเติมจากเลขรับ 1/2569" in queue


async def test_a_conversation_that_is_not_read_yet_shows_nothing(office: Office, clerk: SignedIn) -> None:
    """Before it is classified nobody knows whether it is secret: it is in the list, and its words are not."""
    talk = Talk()
    talk.says(text=SECRET_WORDS)
    talk.received(office, office.books, decision=None)
    page = (await clerk.get("/messages/1")).text
    assert SECRET_WORDS not in page
    assert "(.bundle)" in page


async def test_a_conversation_that_the_books_do_not_know_is_read_as_text(office: Office, clerk: SignedIn) -> None:
    """Where the events are gone, the message as it was recorded is shown, with its files."""
    office.receive(
        letter("เรื่อง", "ข้อความเดิม", is_chat=True),
        files=(("แบบแปลน.pdf", "application/pdf", b"%PDF"),),
        came=(LINE, OA, "C9"),
    )
    page = (await clerk.get("/messages/1")).text
    assert "ข้อความเดิม" in page
    assert "/messages/1/parts/0" in page


async def test_dangerous_files_stand_behind_a_fold(office: Office, clerk: SignedIn) -> None:
    """Nothing is pictured in what was found to be dangerous, not even by its address."""
    talk = Talk()
    talk.sends(ChatMessageKind.IMAGE, "", "image/png", png())
    talk.received(office, office.books, classification=Classification(Kind.PHISHING))
    page = (await clerk.get("/messages/1")).text
    assert "แสดงไฟล์ทั้งที่มีความเสี่ยง" in page
    assert "/picture" not in page
    assert (await clerk.get("/messages/1/parts/0/picture")).status_code == 404


HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{7*7}}\x00\x1b[31m\u202efdp.exe\ud800"


async def test_no_word_of_a_conversation_becomes_markup(office: Office, clerk: SignedIn) -> None:
    """Names, texts, places, file names, ids and raw events are shown, written out, and never become part of the page."""
    talk = Talk()
    said = talk.says(text=HOSTILE)
    talk.says(ChatMessageKind.STICKER, HOSTILE, quoted_id=said.message.id if said.message else "")
    talk.says(ChatMessageKind.LOCATION, location=Location(HOSTILE, HOSTILE, float("nan"), 1e308))
    talk.says(ChatMessageKind.UNKNOWN, HOSTILE, url="javascript:alert(1)")
    talk.sends(ChatMessageKind.FILE, HOSTILE, "text/html", b"<script>")
    talk.does(ChatEventKind.UNKNOWN, defect=f"event-unknown: {HOSTILE}", raw=HOSTILE, data=HOSTILE)
    talk.answered(HOSTILE, HOSTILE, state=OutboxState.FAILED)
    talk.takes_back(talk.says(text="x"))
    person = ChatPerson(id=SOMCHAI, name=HOSTILE, given_name=HOSTILE, email=HOSTILE)
    talk.received(office, office.books, person=person, sender=HOSTILE, conversation={"service": HOSTILE})
    where = (await clerk.post("/messages/1/withdrawn")).headers["location"]
    for path in ("/messages/1", where, "/?view=all"):
        page = (await clerk.get(path)).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert not {"\x00", "\x1b", "\u202e"} & set(page)
        assert "{{7*7}}" in page
        assert 'href="javascript' not in page
