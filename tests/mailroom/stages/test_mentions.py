"""What a message refers to: letters of ours by their id, and matters by the number they were given."""

import pytest

from mailroom.domain.register import RegisterNumber
from mailroom.stages.mentions import MENTION_LIMIT, outbox_ids, quoted_numbers
from tests.support.stage_values import message

OURS = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    ("subject", "text", "numbers"),
    [
        ("เลขรับ 41/2569", "", ["41/2569"]),
        ("", "ตามเลขรับที่ ๔๑/๒๕๖๙ ที่ได้แจ้งไว้", ["41/2569"]),
        ("", "เลขที่รับ 41 / 2569", ["41/2569"]),
        ("", "เลขทะเบียนหนังสือรับ: 41/2569", ["41/2569"]),
        ("", "หมายเลขรับ ๐๐๔๑/๒๕๖๙", ["41/2569"]),
        ("", "เทศบาลลงรับเลขที่ 41/2569 แล้ว", ["41/2569"]),
        ("", "เลขที่คำขอ 41/2569", ["41/2569"]),
        ("Re: receipt no. 41/2569", "and registration number 7/2568", ["41/2569", "7/2568"]),
        ("", "request no. 41/2569", ["41/2569"]),
        ("", "บ้านเลขที่ 41/2569 หมู่ 4", []),
        ("", "ใบอนุญาตเลขที่ 12/2568", []),
        ("", "เลขรับ 41", []),
        ("", "ขอคัดค้าน\n\nOn 5/2/25, Office wrote:\n> เลขรับ 41/2569", []),
        ("", "ขอถังขยะ\n\nจาก: เทศบาล\nส่ง: 5 ก.พ. 2568\nถึง: ก\nเรื่อง: เลขรับ 41/2569\n\nเลขรับ 41/2569", []),
        ("Re: ได้รับเรื่องแล้ว เลขรับ 41/2569", "ส่งเพิ่ม\n> เลขรับ 7/2569", ["41/2569"]),
    ],
)
def test_numbers_that_the_sender_names(subject: str, text: str, numbers: list[str]) -> None:
    """In subject and own words, in Thai or Arabic digits; what is only quoted names nothing by itself."""
    assert [str(one) for one in quoted_numbers(message(subject, text))] == numbers


def test_a_message_cannot_search_without_end() -> None:
    """Only so many numbers are looked up."""
    text = " ".join(f"เลขรับ {number}/2569" for number in range(1, 200))
    assert len(quoted_numbers(message("", text))) == MENTION_LIMIT
    assert quoted_numbers(message("", text))[0] == RegisterNumber(2569, 1)


def test_letters_of_ours_by_their_id() -> None:
    """In-Reply-To first, then the latest reference; ids of others are none."""
    sent = message(in_reply_to=("<x@b.example>",), references=(f"<{OURS}@tuayang.example>", "<y@b.example>"))
    assert outbox_ids(sent) == [OURS]
