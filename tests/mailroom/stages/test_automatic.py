"""Telling robots from people, both ways (RFC 3834)."""

from typing import Any

import pytest

from channels.email.reading.transport import KEPT, KEPT_PREFIXES
from mailroom.domain.decision import Kind
from mailroom.domain.message import Address, Message
from mailroom.stages.automatic import RULE_HEADERS, find_automatic
from tests.support.stage_values import AGENCY, message

DAEMON = Address("Mail Delivery System", "MAILER-DAEMON@mx.example.com")


def mail(subject: str = "ขอถังขยะ", text: str = "ขอถังขยะครับ", **changes: Any) -> Message:
    return message(subject, text, **changes)


ROBOTS = [
    ("declared report", mail(content_type="multipart/report", report_type="delivery-status"), Kind.DSN),
    ("read receipt", mail(content_type="multipart/report", report_type="disposition-notification"), Kind.MDN),
    ("abuse report", mail(content_type="multipart/report", report_type="feedback-report"), Kind.DSN),
    ("report part", mail(part_types=("multipart/mixed", "text/plain", "message/delivery-status")), Kind.DSN),
    ("receipt part", mail(part_types=("multipart/mixed", "message/disposition-notification")), Kind.MDN),
    ("failed recipients", mail(headers={"X-Failed-Recipients": "a@b.c"}), Kind.DSN),
    ("daemon", mail("Undelivered Mail Returned to Sender", "x", sender=DAEMON), Kind.DSN),
    ("daemon, Thai", mail("ส่งไม่สำเร็จ", "ไม่พบผู้รับ", sender=DAEMON), Kind.DSN),
    ("null sender and words", mail("จดหมายตีกลับ", "user unknown", return_path=""), Kind.DSN),
    ("bounce by its wording", mail("Delivery failure", "This is the mail system at host mx. Sorry."), Kind.DSN),
    ("Auto-Submitted", mail(headers={"Auto-Submitted": "auto-replied"}), Kind.AUTO_REPLY),
    ("Auto-Submitted in capitals", mail(headers={"AUTO-SUBMITTED": "Auto-Generated; x=y"}), Kind.AUTO_REPLY),
    ("X-Autoreply", mail(headers={"X-Autoreply": "yes"}), Kind.AUTO_REPLY),
    ("Precedence auto_reply", mail(headers={"Precedence": "auto_reply"}), Kind.AUTO_REPLY),
    ("subject of Outlook", mail("Automatic reply: เรื่องของท่าน", "ไม่อยู่"), Kind.AUTO_REPLY),
    (
        "notice of a help desk",
        mail(
            "[Ticket #123] รับเรื่องแล้ว",
            "เราได้รับข้อความของท่านแล้ว ข้อความนี้ส่งโดยระบบอัตโนมัติ",
            sender=Address("", "no-reply@desk.example"),
        ),
        Kind.AUTO_REPLY,
    ),
    ("not at work", mail("ไม่อยู่ที่ทำงาน: ได้รับเรื่องของท่านแล้ว", "ลาพักร้อนถึงวันที่ 20"), Kind.AUTO_REPLY),
    ("undeclared receipt", mail("อ่านแล้ว: ได้รับเรื่อง", "ข้อความของคุณถูกอ่านเมื่อ 16 พ.ย. 2569"), Kind.MDN),
    ("subject in other Thai", mail("ตอบกลับโดยอัตโนมัติ: ขอถังขยะ", "กลับมาวันจันทร์"), Kind.AUTO_REPLY),
    ("subject in Thai", mail("ตอบกลับอัตโนมัติ: ขอถังขยะ", "กลับมาวันจันทร์"), Kind.AUTO_REPLY),
    ("out of office", mail("Out of Office", "back on Monday"), Kind.AUTO_REPLY),
    (
        "undeclared, replying",
        mail("Re: ได้รับเรื่องของท่านแล้ว", "ขณะนี้ข้าพเจ้าไม่อยู่ที่สำนักงาน", in_reply_to=("<a@b>",)),
        Kind.AUTO_REPLY,
    ),
    (
        "no-reply and words",
        mail("แจ้งเตือน", "กรุณาอย่าตอบกลับอีเมลฉบับนี้", sender=Address("", "no-reply@bank.example")),
        Kind.AUTO_REPLY,
    ),
    ("null sender", mail(return_path=""), Kind.AUTO_REPLY),
    ("postmaster", mail(sender=Address("", "postmaster@example.com")), Kind.AUTO_REPLY),
    ("own address", mail(sender=Address("", "Saraban@tuayang.go.th")), Kind.AUTO_REPLY),
    ("own sub-address", mail(sender=Address("", "saraban+x@tuayang.go.th")), Kind.AUTO_REPLY),
    ("List-Id", mail(headers={"List-Id": "<news.example.com>"}), Kind.MAILING_LIST),
    ("bulk", mail(headers={"Precedence": "bulk"}), Kind.MAILING_LIST),
    ("newsletter", mail(headers={"List-Unsubscribe": "<mailto:u@x>", "Precedence": "bulk"}), Kind.MAILING_LIST),
    ("List-Post", mail(headers={"List-Post": "<mailto:list@example.com>"}), Kind.MAILING_LIST),
]


@pytest.mark.parametrize(("name", "sent", "kind"), ROBOTS, ids=[name for name, *_ in ROBOTS])
def test_a_robot_is_recognised(name: str, sent: Message, kind: Kind) -> None:
    """Reports, automatic replies, lists and our own mail are told apart, each with a reason."""
    found = find_automatic(sent, AGENCY)
    assert found is not None
    assert found[0] is kind
    assert found[1].code


PEOPLE = [
    ("complaint of an absent officer", mail("ไม่อยู่ที่สำนักงาน", "ไปติดต่อสามครั้ง เจ้าหน้าที่ไม่อยู่ ขอร้องเรียน")),
    ("has read", mail("อ่านแล้ว: ประกาศของเทศบาล", "อ่านแล้วไม่เข้าใจ ขอคำอธิบายเรื่องถังขยะ")),
    (
        "form of a web site",
        mail(
            "มีผู้ส่งเรื่องใหม่",
            "อีเมลนี้เป็นอีเมลอัตโนมัติ กรุณาอย่าตอบกลับอีเมลนี้\nชื่อผู้แจ้ง: มานี\nเรื่อง: ขยะตกค้าง",
            sender=Address("เว็บไซต์", "no-reply@web.example"),
        ),
    ),
    ("plain", mail()),
    ("Auto-Submitted: no", mail(headers={"Auto-Submitted": "no"})),
    ("Auto-Submitted: no with a comment", mail(headers={"Auto-Submitted": "no (typed by hand)"})),
    ("Precedence of a client", mail(headers={"Precedence": "normal"})),
    ("Precedence first-class", mail(headers={"Precedence": "first-class"})),
    ("List-Unsubscribe alone", mail(headers={"List-Unsubscribe": "<https://x>"})),
    ("suppression wish alone", mail(headers={"X-Auto-Response-Suppress": "All"})),
    ("writes about a bounce", mail("ส่งไม่สำเร็จ", "ผมส่งอีเมลถึงท่านแล้วตีกลับครับ")),
    ("quotes a bounce", mail("Re: Undelivered", "ทำไมส่งไม่ได้\n> 550 5.1.1 user unknown\n> Diagnostic-Code: x")),
    (
        "forwards a bounce",
        mail(
            part_types=(
                "multipart/mixed",
                "text/plain",
                "message/rfc822",
                "multipart/report",
                "message/delivery-status",
            )
        ),
    ),
    ("writes about automatic replies", mail("ตอบกลับอัตโนมัติของท่านใช้ไม่ได้", "ขอให้แก้ไขครับ")),
    ("is away", mail("ขอเลื่อนนัด", "ผมลาพักร้อนสัปดาห์หน้า ขอเลื่อนนัดครับ")),
    ("web form", mail(sender=Address("แบบฟอร์ม", "no-reply@forms.example"))),
    ("return path given", mail(return_path="somchai@example.com")),
    ("return path unknown", mail(return_path=None)),
    ("officer", mail(sender=Address("", "somsri@tuayang.go.th"))),
    ("our own mailbox is a group", mail(headers={"List-Id": "<saraban.tuayang.go.th>", "Precedence": "list"})),
    ("replies with thanks", mail("Re: Automatic", "ขอบคุณครับ", in_reply_to=("<a@b>",))),
]


@pytest.mark.parametrize(("name", "sent"), PEOPLE, ids=[name for name, _ in PEOPLE])
def test_a_person_is_not_taken_for_a_robot(name: str, sent: Message) -> None:
    """One weak sign, or words about robots, do not make a robot."""
    assert find_automatic(sent, AGENCY) is None


def test_the_reader_keeps_what_the_rules_ask_for() -> None:
    """Every header that a rule looks at survives reading."""
    assert [name for name in RULE_HEADERS if name not in KEPT and not name.startswith(KEPT_PREFIXES)] == []
