"""The card of attachments: what was read, what to beware of, and which documents they may be."""

import html
import re
from dataclasses import replace

from mailroom.attachments.names import KNOWN
from mailroom.domain.attachment_reading import VIRUS, AttachmentReading, FileFinding, ReadingState
from mailroom.domain.decision import Classification, Decision, Kind, LetterMarks, Outcome, Secrecy
from mailroom.domain.fact import SlipKind
from mailroom.paths import CONFIG
from mailroom.stages.facts.slips import crc
from mailroom.stages.required_documents import DocumentState
from mailroom.texts import LANGUAGES, load_texts
from tests.mailroom.web.conftest import SignedIn
from tests.support.attachment_zoo import ZOO
from tests.support.web_site import Office, letter

FOOD = Classification(Kind.REQUEST, "food-shop")
CARD, MAP = ("บัตรประชาชน.pdf", "application/pdf", b"%PDF-"), ("IMG_1.jpg", "image/jpeg", b"jpeg")
SLIP = "003700060000010103004021601601407200000005102TH9104"


def read(office: Office, row: int, part: int, state: ReadingState = ReadingState.READ, **more: object) -> None:
    with office.books.begin() as uow:
        uow.attachments.put(row, part, AttachmentReading(state, **more), office.clock.at)  # type: ignore[arg-type]
        uow.commit()


def card(page: str) -> str:
    """The words of the card, on one line."""
    part = page[page.index('id="attached"') :]
    part = part[part.index(">") + 1 : part.index("</section>")]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", part)).split())


async def told(office: Office, clerk: SignedIn, row: int = 1) -> str:
    return card((await clerk.get(f"/messages/{row}")).text)


async def test_the_checklist_of_the_service_is_proposed(office: Office, clerk: SignedIn) -> None:
    """Each required document with the file that it may be, and what was not found."""
    office.receive(letter(), files=(CARD,), classification=FOOD)
    read(office, 1, 0, text="บัตรประจำตัวประชาชน")
    words = await told(office, clerk)
    assert "น่าจะมีแล้ว: สำเนาบัตรประจำตัวประชาชน บัตรประชาชน.pdf" in words
    assert "แผนที่ตั้งร้าน ยังไม่พบในไฟล์แนบ" in words
    assert "เจ้าหน้าที่เป็นผู้ตรวจความครบถ้วน" in words
    assert "อาจเป็น: สำเนาบัตรประจำตัวประชาชน" in words


async def test_nothing_is_called_missing_before_everything_was_read(office: Office, clerk: SignedIn) -> None:
    """A file of which nothing is known may be it."""
    office.receive(letter(), files=(CARD, MAP), classification=FOOD)
    words = await told(office, clerk)
    assert "ไม่แน่ใจ: แผนที่ตั้งร้าน ยังมีไฟล์ที่อ่านไม่ได้" in words
    assert words.count("ยังไม่ได้อ่านเนื้อหา") == 2


async def test_first_lines_are_shown_and_the_rest_on_demand(office: Office, clerk: SignedIn) -> None:
    """Everything escaped, and the words are those of the file."""
    text = "<script>alert(1)</script> " + "ข้าพเจ้าขออนุญาต " * 60
    office.receive(letter(), files=(CARD,))
    read(office, 1, 0, text=text, pages=3)
    page = (await clerk.get("/messages/1")).text
    assert "<script>alert" not in page
    first, rest = re.findall(r'class="excerpt" dir="auto"[^>]*>(.*?)</(?:p|div)>', page, re.S)
    assert html.unescape(first.replace(" …", "") + rest).split() == text.split()
    assert "อ่านเนื้อหาแล้ว · 3 หน้า" in card(page)


async def test_figures_from_pictures_are_unconfirmed(office: Office, clerk: SignedIn) -> None:
    """Thai digits behind the mark of OCR, beside a link to the picture; those of the file itself are not."""
    office.receive(letter(), files=(MAP,))
    text = "เลขที่ ๑๒ จริง\nโฉนดเลขที่ ๑๒/๒๕๖๙ ราคา 500"
    read(office, 1, 0, text=text, pictured_from=text.index("\n") + 1)
    page = (await clerk.get("/messages/1")).text
    assert re.findall(r'<span class="unconfirmed" title[^>]*>(.*?)</span>', page) == ["๑๒/๒๕๖๙"]
    assert re.search(r'<a href="/messages/1/parts/0" download>เทียบกับภาพ</a>', page)
    assert "ยังไม่ยืนยัน" in card(page)


async def test_dangers_are_warnings(office: Office, clerk: SignedIn) -> None:
    """A virus is told beside the list of files as well."""
    office.receive(letter(), files=(CARD, MAP))
    read(office, 1, 0, ReadingState.INFECTED, findings=(FileFinding(VIRUS, "Eicar"),))
    read(office, 1, 1, findings=(FileFinding("pdf-javascript"), FileFinding("text-cut")))
    page = (await clerk.get("/messages/1")).text
    assert "พบไวรัสในไฟล์แนบ" in page[: page.index('id="attached"')]
    words = card(page)
    assert "พบไวรัส Eicar: ห้ามเปิดไฟล์นี้" in words
    assert "มีสคริปต์ (JavaScript) อยู่ในเอกสาร" in words
    assert re.findall('<ul class="(warnings[^"]*)"><li>', page) == ["warnings infected", "warnings"]
    assert 'parts/0" download' not in page[page.index('id="attached-0"') :]


async def test_codes_are_shown_and_slips_are_no_proof(office: Office, clerk: SignedIn) -> None:
    """What a code of a bank says, in words; any other code as it is, and never as a link."""
    office.receive(letter(), files=(MAP,))
    slip = SLIP + crc(SLIP)
    read(office, 1, 0, codes=(slip, "https://evil.example/?a=<b>"))
    page = (await clerk.get("/messages/1")).text
    words = card(page)
    assert "สลิปโอนเงินของธนาคาร · ธนาคารรหัส 004 · อ้างอิง 0160140720000000" in words
    assert "ยังไม่ใช่หลักฐานว่าชำระเงินแล้ว" in words
    assert "https://evil.example/?a=<b>" in words
    assert 'href="https://evil' not in page


async def test_nothing_is_shown_of_what_must_not_be(office: Office, clerk: SignedIn) -> None:
    """Sealed, taken back (R117), ignored."""
    secret = Classification(Kind.REQUEST, "food-shop", marks=LetterMarks(secrecy=Secrecy.SECRET))
    office.receive(letter(), files=(CARD,), classification=secret)
    ignored = Decision(Outcome.IGNORE, "spam", (), register=False)
    office.receive(letter(), files=(CARD,), decision=ignored)
    office.receive(letter(), files=(CARD, MAP))
    read(office, 3, 0, text="ถ้อยคำที่ถอนแล้ว")
    with office.books.begin() as uow:
        uow.messages.redact(3, text="", subject="", hidden_parts=[0])
        uow.commit()
    for row in (1, 2):
        assert 'id="attached"' not in (await clerk.get(f"/messages/{row}")).text
    page = (await clerk.get("/messages/3")).text
    assert 'id="attached-1"' in page
    assert 'id="attached-0"' not in page
    assert "ถ้อยคำที่ถอนแล้ว" not in page


async def test_marks_of_senders_are_no_documents(office: Office, clerk: SignedIn) -> None:
    """A small picture within a mail is shown only where something was found in it."""
    office.receive(letter(), files=(MAP,))
    record = office.books.shelf.messages[1]
    assert record.message
    inline = tuple(replace(file, inline=True) for file in record.message.attachments)
    office.books.shelf.messages[1] = replace(record, message=replace(record.message, attachments=inline))
    assert 'id="attached"' not in (await clerk.get("/messages/1")).text
    read(office, 1, 0, codes=("x",))
    assert 'id="attached"' in (await clerk.get("/messages/1")).text


def test_every_code_has_words() -> None:
    """In each language: states, findings, reasons, kinds of slips."""
    told_of = {code for specimen in ZOO.values() for code in specimen.codes} | KNOWN | {VIRUS, "not-scanned", "ocr-cut"}
    for language in LANGUAGES:
        tables = load_texts(CONFIG, language).tables
        findings = tables["attachment_findings"].keys() | {f"pdf-{code}" for code in tables["pdf_findings"]}
        assert told_of <= findings
        assert tables["attachment_states"].keys() == {"unread", *ReadingState}
        assert tables["document_states"].keys() == set(DocumentState)
        assert tables["slip_kinds"].keys() == set(SlipKind)
