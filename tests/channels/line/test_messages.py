"""A letter as message objects: within LINE's description and limits, and nothing of its words lost."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from channels.line.messages import messages, web_address
from mailroom.domain.card import Card, CheckItem, Choice
from mailroom.domain.decision import Letter
from mailroom.domain.errors import PermanentChannelError
from mailroom.domain.outbox import OutboxItem
from tests.support import line_description, line_limits
from tests.support.line_end import PERSON

ITEM = OutboxItem(
    id="9f86d081884c7d659a2feaa0c55ad015",
    channel="line",
    letter=Letter.ACKNOWLEDGEMENT,
    to=PERSON,
    subject="ได้รับเรื่องของท่านแล้ว",
    text="ได้รับเรื่องของท่านแล้ว\n\nเลขรับ: 41/2569",
    created_at=datetime(2026, 3, 1, tzinfo=UTC),
    due_at=datetime(2026, 3, 1, tzinfo=UTC),
)
CARD = Card(
    title="ได้รับเรื่องแล้ว",
    rows=(("เลขรับ", "41/2569"), ("", "ไม่มีป้าย"), ("ไม่มีค่า", "")),
    items=(CheckItem("สำเนาบัตรประจำตัวประชาชน", True), CheckItem("แผนที่", False)),
    note="โปรดเก็บเลขรับไว้",
    buttons=(Choice("ดูสถานะ", url="https://saraban.example/l/1"),),
    choices=(Choice("สถานะ", says="สถานะ"), Choice("ยื่นเรื่องใหม่", data="new")),
)


def made(text: str = ITEM.text, card: Card | None = None, **more: Any) -> list[dict[str, Any]]:
    """The messages of a letter, after both of LINE's rule books found nothing wrong with them."""
    result = messages(replace(ITEM, text=text, card=card, **more))
    body = {"to": PERSON, "messages": result}
    assert line_description.faults("PushMessageRequest", body) == []
    assert list(line_limits.message_faults(result)) == []
    return result


def strings(component: Any) -> list[str]:
    """Every text that a bubble shows."""
    if isinstance(component, dict):
        own = [component["text"]] if component.get("type") == "text" else []
        return own + [one for value in component.values() for one in strings(value)]
    return [one for value in component for one in strings(value)] if isinstance(component, list) else []


def test_words_alone_are_one_text() -> None:
    """Exactly the letter's words; a subject is for mail."""
    assert made() == [{"type": "text", "text": ITEM.text}]


def test_words_come_before_their_card() -> None:
    """The words, then the bubble, whose alternative text is the words in one line; taps hang on the last."""
    text, bubble = made(card=CARD)
    assert text == {"type": "text", "text": ITEM.text}
    assert bubble["altText"] == "ได้รับเรื่องของท่านแล้ว เลขรับ: 41/2569"
    shown = strings(bubble["contents"])
    assert shown[0] == "ได้รับเรื่องแล้ว"
    assert {"เลขรับ", "41/2569", "ไม่มีป้าย", "ไม่มีค่า", "โปรดเก็บเลขรับไว้"} <= set(shown)
    assert {"☑ สำเนาบัตรประจำตัวประชาชน", "☐ แผนที่"} <= set(shown)
    assert bubble["contents"]["footer"]["contents"][0]["action"]["uri"] == "https://saraban.example/l/1"
    assert [one["action"]["type"] for one in bubble["quickReply"]["items"]] == ["message", "postback"]


def test_words_that_the_card_says_are_not_said_twice() -> None:
    """When every line of the words stands in the card, the card is enough."""
    [bubble] = made("ได้รับเรื่องแล้ว\n\nเลขรับ: 41/2569\nโปรดเก็บเลขรับไว้", CARD)
    assert bubble["type"] == "flex"
    assert bubble["altText"] == "ได้รับเรื่องแล้ว เลขรับ: 41/2569 โปรดเก็บเลขรับไว้"


def test_choices_without_a_card_hang_on_the_words() -> None:
    """Nothing is drawn for them."""
    [text] = made(card=Card(choices=CARD.choices))
    assert len(text["quickReply"]["items"]) == 2


def test_a_postback_carries_its_data_and_says_its_whole_label() -> None:
    """Label of at most twenty characters as readers count; what the person seems to have said is not cut."""
    label = "ขออนุญาตจำหน่ายสินค้าในที่หรือทางสาธารณะ"
    [text] = made(card=Card(choices=(Choice(label, data="x" * 300),)))
    action = text["quickReply"]["items"][0]["action"]
    assert action["label"].endswith("…")
    assert label.startswith(action["label"][:-1])
    assert (action["data"], action["displayText"]) == ("x" * 300, label)


def test_more_choices_than_line_takes() -> None:
    """Thirteen; those that come first."""
    [text] = made(card=Card(choices=tuple(Choice(f"ข้อ {n}", data=str(n)) for n in range(30))))
    assert [one["action"]["data"] for one in text["quickReply"]["items"]] == [str(n) for n in range(13)]


@pytest.mark.parametrize(
    "choice",
    [
        Choice("เปิด", url="javascript:alert(1)"),
        Choice("เปิด", url="line://nv/chat"),
        Choice("โทร", url="tel:"),
        Choice("โทร", url="tel:0 2000 0000"),
        Choice("โทร", url="tel:*21*1234#"),
        Choice("เปิด", url="https://"),
        Choice("เปิด", url="https://x.example/" + "ก" * 400),
        Choice("เปิด", url="https://x.example/a b"),
        Choice("ส่ง", data="x" * 301),
        Choice("ว่าง"),
        Choice("สองอย่าง", data="a", says="b"),
        Choice("  ", data="a"),
    ],
)
def test_a_choice_that_line_would_refuse_is_left_out(choice: Choice) -> None:
    """Other schemes than http, https and tel, what is too long, and what is not one thing; the letter goes all the same."""
    [text] = made(card=Card(choices=(choice,), buttons=(choice,)))
    assert "quickReply" not in text


@pytest.mark.parametrize(
    ("url", "plain"),
    [
        ("https://saraban.example/ใบ?q=ก", "https://saraban.example/%E0%B9%83%E0%B8%9A?q=%E0%B8%81"),
        ("https://ทดสอบ.example/a", "https://xn--l3cja4a1b.example/a"),
        ("http://127.0.0.1:8080/x%20y#z", "http://127.0.0.1:8080/x%20y#z"),
        ("tel:020000000", "tel:020000000"),
        ("tel:+6620000000", "tel:+6620000000"),
        ("ftp://x.example/", ""),
        ("https://[broken", ""),
    ],
)
def test_addresses_are_of_plain_characters(url: str, plain: str) -> None:
    """Thai in host and path is written as LINE takes it; what is neither that nor a telephone number is none."""
    found = web_address(url)
    assert found.isascii()
    if "xn--" in plain:
        assert found.startswith("https://xn--")
    else:
        assert found == plain


def test_a_long_letter_comes_in_order_in_up_to_five() -> None:
    """Cut at paragraphs; with a card there are four and the card."""
    paragraph = "ย่อหน้าที่มีความยาวพอสมควร " * 100
    text = "\n\n".join(f"{n} {paragraph}" for n in range(8)).strip()
    parts = made(text)
    assert 2 <= len(parts) <= 5
    assert "".join(part["text"] for part in parts).replace("\n", "").replace(" ", "") == text.replace("\n", "").replace(
        " ", ""
    )
    assert [part["type"] for part in made(text[:18_000], CARD)][-1] == "flex"


def test_what_is_too_long_even_so_ends_in_an_ellipsis() -> None:
    """The head of the letter is kept, five full messages of it, and its end shows that something is missing."""
    parts = made("ที่" * 20_000)
    assert len(parts) == 5
    assert parts[-1]["text"].endswith("…")
    assert all(not part["text"].endswith("…") for part in parts[:-1])
    assert sum(len(part["text"]) for part in parts) > 24_900


def test_a_card_that_is_too_large_is_put_into_words() -> None:
    """30 KB are LINE's limit: rows, checks, note and addresses come as text; what is tapped stays to be tapped."""
    buttons = (Choice("ดูสถานะ", url="https://saraban.example/l/1"), Choice("ยืนยัน", data="yes"))
    rows = tuple((f"แถว {n}", "ค่า" * 30) for n in range(100))
    parts = made(card=replace(CARD, rows=rows, buttons=buttons))
    text = "\n".join(part["text"] for part in parts)
    assert text.startswith(ITEM.text)
    assert all(f"{label}: {value}" in text for label, value in rows)
    assert text.endswith("☑ สำเนาบัตรประจำตัวประชาชน\n☐ แผนที่\nโปรดเก็บเลขรับไว้\nดูสถานะ: https://saraban.example/l/1")
    taps = [one["action"]["label"] for one in parts[-1]["quickReply"]["items"]]
    assert taps == ["ยืนยัน", "สถานะ", "ยื่นเรื่องใหม่"]


def test_the_alternative_text_is_within_its_limit() -> None:
    """400 units, in one line."""
    alternative = made("น้ำ\n" * 1000, CARD)[-1]["altText"]
    assert "\n" not in alternative
    assert alternative.endswith("…")


def test_broken_characters_do_not_keep_a_letter_back() -> None:
    """Halves of pairs and control characters, wherever they stand."""
    broken = "ก\ud800ข\x00\x07\r\nค\tง"
    text, bubble = made(broken, Card(title=broken, rows=((broken, broken),), choices=(Choice(broken, says=broken),)))
    assert text["text"] == "ก\ufffdข\nค ง"
    assert strings(bubble["contents"])[0] == "ก\ufffdข ค ง"


def test_a_letter_without_words_has_its_subject() -> None:
    """And one with nothing at all cannot be sent."""
    assert made("  ")[0]["text"] == ITEM.subject
    assert made("", Card(title="หัวข้อ"))[0]["altText"] == "หัวข้อ"
    with pytest.raises(PermanentChannelError):
        messages(replace(ITEM, text="", subject=" "))


def test_the_same_letter_is_the_same_message() -> None:
    """A pure function: a retry sends the same bytes."""
    item = replace(ITEM, card=CARD)
    assert messages(item) == messages(item)
