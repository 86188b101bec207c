"""Mail that answers our own letters: it exists only once they were sent."""

from collections.abc import Mapping
from dataclasses import dataclass

from mailroom.demo.mails import files
from mailroom.demo.mails.model import File, Sample, Says, accepted, ignored
from mailroom.demo.mails.ordinary import ordinary
from mailroom.demo.mails.robots import daemon_mail, delivery_report
from mailroom.domain.decision import Kind
from mailroom.domain.message import Address

_SOMSRI = Address("สมศรี มีสุขสมมุติ", "somsri@mail.example")
_PRASERT = Address("ประเสริฐ ดีตัวอย่าง", "prasert.d@mail.example")
_ANAN = Address("อนันต์ ก่อสร้างสมมุติ", "anan@builder.example")
_SMITH = Address("Jane Example", "jane@expat.example")
_CURIOUS = Address("คนอื่น อยากรู้", "curious@mail.example")
_COPY = File("สำเนาใบอนุญาตเดิม.pdf", "application/pdf", files.pdf("Copy of the old licence"))


@dataclass(frozen=True, slots=True)
class Thread:
    """What the sender of a sample got back."""

    number: str
    """เลขรับ, as `41/2569`."""
    letter_id: str
    """Message-ID of our letter."""


NEEDED = ("renew-food", "laundry", "build-house", "english")
"""Samples whose senders write again."""


def second_wave(threads: Mapping[str, Thread]) -> tuple[Sample, ...]:
    """The second wave, from the threads of the samples in `NEEDED`. Raises KeyError when one got no answer."""
    renewal, laundry, house, english = (threads[name] for name in NEEDED)
    return (
        _follow_up(renewal),
        daemon_mail(
            "our-letter-bounced",
            "2026-01-19 09:05:00",
            "Delivery Status Notification (Failure)",
            delivery_report(failed=_ANAN.address, original_id=house.letter_id, boundary="=_dsn2"),
        ),
        _status_enquiry("status-with-number", "2026-01-19 09:10:00", _PRASERT, laundry.number, follows="laundry"),
        _status_enquiry("number-of-another", "2026-01-19 09:15:00", _CURIOUS, laundry.number, follows=""),
        ordinary(
            "away-from-desk",
            "2026-01-19 09:20:00",
            Says(_SMITH, "Automatic reply: your acknowledgement"),
            """
            I am out of office until 26 January and will read your message when I am back.
            """,
            ignored(kind=Kind.AUTO_REPLY, follows="english"),
            more=[("In-Reply-To", english.letter_id), ("Auto-Submitted", "auto-replied")],
        ),
        ordinary(
            "thanks-for-number",
            "2026-01-19 09:25:00",
            Says(_ANAN, f"Re: ได้รับเรื่องของท่านแล้ว เลขรับ {house.number}"),
            """
            ได้รับเลขรับแล้ว ขอบคุณมากครับ
            """,
            ignored(kind=Kind.THANKS, follows="build-house"),
            more=[("In-Reply-To", house.letter_id), ("References", house.letter_id)],
        ),
    )


def _follow_up(thread: Thread) -> Sample:
    return ordinary(
        "follow-up",
        "2026-01-19 09:00:00",
        Says(_SOMSRI, f"Re: ได้รับเรื่องของท่านแล้ว เลขรับ {thread.number}", files=(_COPY,)),
        """
        ดิฉันส่งสำเนาใบอนุญาตเดิมเพิ่มเติมให้ค่ะ ลืมแนบไปกับคำขอเมื่อวันก่อน
        """,
        accepted(kind=Kind.FOLLOW_UP, follows="renew-food"),
        more=[("In-Reply-To", thread.letter_id), ("References", thread.letter_id)],
    )


def _status_enquiry(name: str, at: str, sender: Address, number: str, *, follows: str) -> Sample:
    text = f"ขอทราบความคืบหน้าเรื่องเลขรับ {number} ไม่ทราบว่าถึงไหนแล้วครับ"
    fate = accepted(kind=Kind.STATUS_ENQUIRY, follows=follows)
    return ordinary(name, at, Says(sender, f"สอบถามความคืบหน้า เลขรับ {number}"), text, fate)
