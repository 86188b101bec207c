"""How a conversation looks in a terminal."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from mailroom.demo.line_account import Account, Citizen
from mailroom.demo.line_phone import Phone
from mailroom.demo.line_transcript import WIDTH, transcript, wrapped
from mailroom.demo.line_webhook import Courier

THAI = "".join(chr(number) for number in range(0x0E01, 0x0E5C) if unicodedata.category(chr(number)) != "Cn")


@given(st.text(THAI + " ab1.", max_size=200), st.integers(8, 60))
def test_lines_fit_and_lose_nothing(text: str, width: int) -> None:
    """Whatever is written, each line has its width at most, and together they say what was said."""
    lines = wrapped(text, width)
    assert all(cell_len(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_thai_is_not_cut_within_a_cluster() -> None:
    """No line begins with a mark or a vowel that belongs to the letter before it."""
    lines = wrapped("ผู้ทรงสิทธิ์ยื่นคำขอต่ออายุใบอนุญาตจัดตั้งสถานที่จำหน่ายอาหารและน้ำดื่ม", 12)
    assert len(lines) > 3
    assert not [line for line in lines if unicodedata.category(line[0]) == "Mn" or line[0] in "ะาำ"]
    assert not [line for line in lines if line[-1] in "เแโใไ"]


class _Nobody(Courier):
    """Delivers to nobody."""

    def deliver(self, events: object) -> None:
        """Nothing is sent."""


def test_a_conversation_shows_who_said_what() -> None:
    """Words, a card line by line, what can be tapped, and a message that is there no more."""
    account, citizen = Account(), Citizen("U" + "4" * 32, "สมศรี")
    account.add(citizen)
    phone = Phone(account, _Nobody("", ""), citizen)
    phone.add_friend()
    tap = {"type": "action", "action": {"type": "postback", "label": "ข้าม", "data": "x"}}
    row = [{"type": "text", "text": "เลขรับ"}, {"type": "text", "text": "1/2569"}]
    body = {"type": "box", "layout": "vertical", "contents": [{"type": "box", "layout": "horizontal", "contents": row}]}
    card = {"type": "flex", "contents": {"type": "bubble", "body": body}, "quickReply": {"items": [tap]}}
    account.reply(account.reply_token(citizen.id), [{"type": "text", "text": "รับแล้ว"}, card])
    phone.take_back(phone.say("ความลับ"))
    shown = [line.plain.rstrip() for line in transcript(phone, "@agency")]
    assert shown == [
        "LINE @agency · สมศรี",
        "สมศรี      (adds the account as a friend)",
        "mailroom  รับแล้ว",
        "          │ เลขรับ  1/2569",
        "          [ข้าม]",
        "สมศรี      (a message, taken back later)",
    ]


def test_the_transcript_of_the_demo_is_narrow(conversation) -> None:  # type: ignore[no-untyped-def]
    """It fits a terminal of a hundred columns, and says nothing without a speaker."""
    for phone in (conversation.cast.guided, conversation.cast.free):
        assert all(cell_len(line.plain) <= WIDTH + 20 for line in transcript(phone, "@agency"))
