"""What a message asks for on a licence that there is."""

import pytest

from mailroom.domain.licence import Act
from mailroom.domain.message import Address, Message
from mailroom.stages.asked_act import NUMBERS_LIMIT, asked_act, licence_numbers


def written(text: str, subject: str = "") -> Message:
    return Message(sender=Address("", "a@b.example"), subject=subject, text=text)


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("ขอต่ออายุใบอนุญาต", Act.RENEW),
        ("Please renew my licence", Act.RENEW),
        ("ใบอนุญาตจัดตั้งสถานที่จำหน่ายอาหารหาย ขอใบแทนด้วยค่ะ", Act.SUBSTITUTE),
        ("ขอโอนใบอนุญาตให้บุตร", Act.TRANSFER),
        ("ขอแก้ไขรายการในใบอนุญาต", Act.AMEND),
        ("ขอใบแทน และต่ออายุด้วย", Act.SUBSTITUTE),
        ("แนบหลักฐานการโอนเงิน", None),
        ("ขอใบอนุญาตเปิดร้านใหม่", None),
        ("", None),
    ],
)
def test_the_act_that_is_named(text: str, act: Act | None) -> None:
    """By the sender's own words; money that was transferred is no licence that was."""
    assert asked_act(written(text)) is act


def test_what_was_quoted_asks_for_nothing() -> None:
    """Our own reminder below an answer does not speak for its sender."""
    quoted = "ขอบคุณครับ\n\nเมื่อ 1 ม.ค. 2569 เทศบาล <a@b.example> เขียนว่า:\n> โปรดต่ออายุใบอนุญาตเลขที่ 5/2568\n"
    assert asked_act(written(quoted)) is None
    assert licence_numbers(written(quoted)) == []


def test_numbers_of_licences() -> None:
    """In subject and text, Thai digits alike, each once; dates and letter numbers are none."""
    found = licence_numbers(written("เลขที่ 0012/2568 และ ๓ / ๒๕๖๙ ลงวันที่ 5/1/2569 ที่ 3/2569", subject="ต่ออายุ ๑๒/๒๕๖๘"))
    assert found == ["12/2568", "3/2569"]


def test_a_message_cannot_search_without_end() -> None:
    """Only so many numbers are read of one text."""
    text = " ".join(f"{number}/2569" for number in range(1, 500))
    assert len(licence_numbers(written(text))) == NUMBERS_LIMIT
