"""The card of facts, and the places of facts within the text."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailroom.domain.decision import Classification, Kind, LetterMarks, Secrecy
from mailroom.domain.fact import Doubt, Fact, FactKind
from mailroom.stages.facts import find_facts
from mailroom.web.facts import Piece, _marked, shown_value
from tests.mailroom.web.conftest import SignedIn
from tests.support.talk_on_desk import Talk
from tests.support.web_site import Office, letter

TEXT = """เรียน นายก อบต.
ข้าพเจ้าถือบัตร 3-1006-00445-63-5 อยู่บ้านเลขที่ ๑๒/๓ หมู่ ๔
ค่าธรรมเนียม ๑,๕๐๐ บาท โทร ๐๘๑-๒๓๔-๕๖๗๘ หรือ 0812345678
<b>บัตร</b> 3-1006-00445-63-4 ขอรับใบอนุญาตทางไปรษณีย์"""


def card(page: str) -> str:
    """The words of the card, on one line."""
    part = page[page.index('id="found-title"') :]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", part[: part.index("</section>")])).split())


def marked_texts(page: str) -> dict[str, str]:
    """What stands within each mark, by its number."""
    found = re.findall(r'<mark id="fact-(\d+)" tabindex="-1">(.*?)</mark>', page, re.S)
    return {number: html.unescape(re.sub(r"<[^>]+>", "", text)) for number, text in found}


async def test_the_card_tells_what_was_found(office: Office, clerk: SignedIn) -> None:
    """By kind, as people write it; what is found twice is one entry with two places."""
    office.receive(letter(text=TEXT))
    told = card((await clerk.get("/messages/1")).text)
    for words in (
        "เลขประจำตัวประชาชน 3-1006-00445-63-5",
        "3-1006-00445-63-4 ⚠ เลขตรวจสอบไม่ถูกต้อง",
        "โทรศัพท์ 081-234-5678 2",
        "จำนวนเงิน (บาท) 1,500",
        "บ้านเลขที่ 12/3 หมู่ 4",
        "ขอรับคำตอบ ทางไปรษณีย์",
    ):
        assert words in told


async def test_each_entry_leads_to_its_place(office: Office, clerk: SignedIn) -> None:
    """Every link of the card has one mark with that name, around the very words; the text itself is unchanged."""
    office.receive(letter("ติดตามเลขรับ ๔๑/๒๕๖๙", TEXT))
    page = (await clerk.get("/messages/1")).text
    links = re.findall(r'href="#fact-(\d+)"', page)
    assert sorted(links) == sorted(set(re.findall(r'<mark id="fact-(\d+)"', page)))
    assert "๔๑/๒๕๖๙" in marked_texts(page).values()
    body = re.search(r'<div class="body" dir="auto">(.*?)</div>', page, re.S)
    assert body
    assert html.unescape(re.sub(r"</?mark[^>]*>", "", body[1])) == TEXT
    assert "&lt;b&gt;" in body[1]


async def test_a_message_without_facts_has_no_card(office: Office, clerk: SignedIn) -> None:
    """Nothing found, nothing shown."""
    office.receive(letter("สวัสดี", "สวัสดีค่ะ"))
    assert "found-title" not in (await clerk.get("/messages/1")).text


async def test_a_sealed_message_tells_no_fact(office: Office, clerk: SignedIn) -> None:
    """What is marked secret shows its facts where it shows its text: behind the seal (R58)."""
    secret = Classification(Kind.OFFICIAL_LETTER, marks=LetterMarks(secrecy=Secrecy.SECRET))
    office.receive(letter(text=TEXT), classification=secret)
    page = (await clerk.get("/messages/1")).text
    assert "found-title" not in page
    assert "3-1006-00445-63-5" not in page


async def test_facts_of_a_conversation_lead_to_what_was_said(office: Office, clerk: SignedIn) -> None:
    """In a conversation each fact is marked in the turn that said it; what was taken back gives none (R117)."""
    talk = Talk()
    talk.says(text="ขอเปิดร้าน โทร 0812345678")
    talk.takes_back(talk.says(text="บัตร 3-1006-00445-63-5"))
    talk.says(text="อีเมล somchai@example.com")
    talk.received(office, office.books)
    page = (await clerk.get("/messages/1")).text
    assert list(marked_texts(page).values()) == ["0812345678", "somchai@example.com"]
    assert "3-1006-00445-63-5" not in page


@pytest.mark.parametrize(
    ("kind", "value", "doubt", "shown"),
    [
        (FactKind.THAI_ID, "3100600445635", Doubt.NONE, "3-1006-00445-63-5"),
        (FactKind.THAI_ID, "3100600445634", Doubt.CHECK_DIGIT, "3-1006-00445-63-4"),
        (FactKind.JURISTIC_ID, "0105536112014", Doubt.NONE, "0-10-5-536-11201-4"),
        (FactKind.PHONE, "021234567", Doubt.NONE, "02-123-4567"),
        (FactKind.PHONE, "055123456", Doubt.NONE, "055-123-456"),
        (FactKind.MONEY, "1234567.50", Doubt.NONE, "1,234,567.50"),
        (FactKind.DATE, "2026-01-05", Doubt.NONE, "5 มกราคม 2569"),
        (FactKind.DATE, "2025-12-30/2026-01-02", Doubt.NONE, "30 ธันวาคม 2568 – 2 มกราคม 2569"),
        (FactKind.DATE, "--01-05", Doubt.NO_YEAR, "5 มกราคม"),
        (FactKind.DATE, "2026-01", Doubt.NONE, "มกราคม 2569"),
        (FactKind.DATE, "29 ก.พ. 2569", Doubt.NO_SUCH_DAY, "29 ก.พ. 2569"),
        (FactKind.PROVINCE, "นนทบุรี", Doubt.NONE, "นนทบุรี"),
    ],
)
def test_values_are_shown_as_people_write_them(kind: FactKind, value: str, doubt: Doubt, shown: str) -> None:
    """Groups of digits, thousands, Thai months and years."""
    assert shown_value(Fact(kind=kind, value=value, as_written="", start=0, end=0, doubt=doubt)) == shown


@given(
    st.lists(
        st.sampled_from([*TEXT.split("\n"), "0812345678", " ", "\n", "5 ม.ค. 69", "\u200b", "\ud800"]), max_size=12
    )
)
def test_marks_leave_the_text_as_it_is(parts: list[str]) -> None:
    """All pieces together are the text; every mark that begins ends, the later within the earlier."""
    text = "".join(parts)
    facts = list(enumerate(find_facts("", text), 1))
    pieces = _marked(text, facts)
    assert "".join(one.text for one in pieces) == text
    open_facts: list[tuple[int, str]] = []
    inside = {number: "" for number, _ in facts}
    for one in pieces:
        match one:
            case Piece(begins=number) if number:
                open_facts.append((number, ""))
            case Piece(ends=True):
                open_facts.pop()
            case _:
                for number, _ in open_facts:
                    inside[number] += one.text
    assert open_facts == []
    assert inside == {number: fact.as_written for number, fact in facts}
