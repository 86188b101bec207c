"""Mail that no person wrote: never answered, never numbered, always archived and visible (RFC 3834)."""

from collections.abc import Sequence

from mailroom.demo.mails.build import OFFICE, Header, entity, mail, multipart, text_part, word
from mailroom.demo.mails.model import Sample, Says, bangkok, ignored
from mailroom.demo.mails.ordinary import from_value, identifier_of, ordinary, with_lines
from mailroom.domain.decision import Kind
from mailroom.domain.message import Address

_DAEMON = Address("Mail Delivery System", "mailer-daemon@relay.example")
_THAI_DAEMON = Address("ระบบไปรษณีย์", "postmaster@post.example")
_AWAY = Address("กมล พักร้อน", "kamon@company.example")
_HOLIDAY = Address("บริษัท ตัวอย่าง จำกัด", "info@company.example")
_READER = Address("กมล อ่านแล้ว", "kamon.r@company.example")
_LIST = Address("จดหมายข่าวท้องถิ่น", "news@lists.example")
_SHOP = Address("Example Office Supplies", "promo@supplies.example")
_OURSELVES = Address("เทศบาลตำบลบ้านตัวอย่าง", OFFICE)


def delivery_report(*, failed: str, original_id: str, boundary: str) -> bytes:
    """A multipart/report entity: the address could not be reached (RFC 3464)."""
    returned = f"From: {OFFICE}\r\nTo: {failed}\r\nMessage-ID: {original_id}\r\n"
    return multipart(
        [
            text_part("This is the mail system at host relay.example.\nYour message could not be delivered."),
            entity([("Content-Type", "message/delivery-status")], delivery_status(failed)),
            entity([("Content-Type", "text/rfc822-headers")], returned.encode("ascii")),
        ],
        boundary=boundary,
        subtype="report",
        parameters="; report-type=delivery-status",
    )


def delivery_status(failed: str) -> bytes:
    status = (
        "Reporting-MTA: dns; relay.example\r\n\r\n"
        f"Final-Recipient: rfc822; {failed}\r\nAction: failed\r\nStatus: 5.1.1\r\n"
        "Diagnostic-Code: smtp; 550 5.1.1 user unknown\r\n"
    )
    return status.encode("ascii")


def daemon_mail(name: str, at: str, subject: str, content: bytes, *, more: Sequence[Header] = ()) -> Sample:
    """A delivery report as a mail; its sender is nobody."""
    entered_at = bangkok(at)
    raw = mail(
        sender=from_value(_DAEMON),
        subject=subject,
        at=entered_at,
        identifier=identifier_of(name, _DAEMON),
        content=content,
        more=more,
        return_path="",
    )
    # The parts of a report are listed like any other; what is in them is not what this sample is about.
    says = Says(_DAEMON, subject, ("could not be delivered",), files=None)
    return Sample(name, entered_at, raw, says, ignored(kind=Kind.DSN))


def _read_receipt() -> Sample:
    """Told that somebody opened one of our letters (RFC 8098)."""
    says = Says(_READER, "Read: ขอเชิญร่วมประชุมประชาคม", files=None)
    text = "ข้อความของท่านถูกเปิดอ่านแล้ว"
    notice = (
        "Reporting-UA: mail.company.example\r\nFinal-Recipient: rfc822; kamon.r@company.example\r\n"
        "Original-Message-ID: <older@baantuayang.example>\r\n"
        "Disposition: manual-action/MDN-sent-manually; displayed\r\n"
    )
    content = multipart(
        [text_part(text), entity([("Content-Type", "message/disposition-notification")], notice.encode("ascii"))],
        boundary="=_mdn",
        subtype="report",
        parameters="; report-type=disposition-notification",
    )
    at = bangkok("2026-01-07 10:21:00")
    raw = mail(
        sender=from_value(_READER),
        subject=word(says.subject),
        at=at,
        identifier=identifier_of("read-receipt", _READER),
        content=content,
        return_path="",
    )
    return Sample("read-receipt", at, raw, with_lines(says, text), ignored(kind=Kind.MDN))


def _newsletter() -> Sample:
    """A list that says what it is (RFC 2919, RFC 2369), in HTML alone."""
    says = Says(_LIST, "จดหมายข่าวท้องถิ่นไทย ฉบับที่ 1/2569")
    text = "อบรมออนไลน์ฟรีสำหรับเจ้าหน้าที่ท้องถิ่น สมัครภายในเดือนนี้"
    at = bangkok("2026-01-05 07:00:00")
    raw = mail(
        sender=from_value(_LIST),
        subject=word(says.subject),
        at=at,
        identifier=identifier_of("newsletter", _LIST),
        content=text_part(f"<html><body><h1>{text}</h1></body></html>", subtype="html"),
        more=[
            ("List-Id", "<local-news.lists.example>"),
            ("List-Unsubscribe", "<https://lists.example/unsubscribe>"),
            ("Precedence", "bulk"),
        ],
    )
    return Sample("newsletter", at, raw, with_lines(says, text), ignored(kind=Kind.MAILING_LIST))


def _from_ourselves() -> Sample:
    """A copy of our own letter, put into the mailbox by a rule of the mail system."""
    says = Says(_OURSELVES, "สำเนา: แจ้งวันหยุดทำการ")
    text = "เทศบาลหยุดทำการวันที่ 31 ธันวาคม 2568 ถึง 4 มกราคม 2569"
    at = bangkok("2025-12-30 17:00:00")
    raw = mail(
        sender=from_value(_OURSELVES),
        subject=word(says.subject),
        at=at,
        identifier="notice-2569@baantuayang.example",
        content=text_part(text),
    )
    return Sample("from-ourselves", at, raw, with_lines(says, text), ignored(kind=Kind.AUTO_REPLY))


_THAI_BOUNCE = """
ไม่สามารถส่งอีเมลถึงผู้รับต่อไปนี้ได้
kamon.old@post.example: 550 5.1.1 user unknown
"""

ROBOTS = (
    daemon_mail(
        "bounce",
        "2025-12-29 11:30:00",
        "Undelivered Mail Returned to Sender",
        delivery_report(failed="old@post.example", original_id="<older@baantuayang.example>", boundary="=_dsn"),
        more=[("Auto-Submitted", "auto-replied")],
    ),
    ordinary(
        "bounce-in-thai",
        "2026-01-05 10:01:00",
        Says(_THAI_DAEMON, "ส่งไม่สำเร็จ: จดหมายตีกลับ"),
        _THAI_BOUNCE,
        ignored(kind=Kind.DSN),
    ),
    _read_receipt(),
    ordinary(
        "out-of-office",
        "2026-01-05 09:15:00",
        Says(_AWAY, "ไม่อยู่ที่สำนักงาน: รับเรื่องแล้ว"),
        """
        ขณะนี้ผมลาพักร้อนถึงวันที่ 12 มกราคม จะตอบกลับเมื่อกลับมาครับ
        """,
        ignored(kind=Kind.AUTO_REPLY),
        more=[("Auto-Submitted", "auto-replied"), ("X-Auto-Response-Suppress", "All")],
    ),
    ordinary(
        "silent-robot",
        "2026-01-05 09:16:00",
        Says(_HOLIDAY, "ตอบกลับอัตโนมัติ: บริษัทได้รับอีเมลของท่านแล้ว"),
        """
        ขอบคุณที่ติดต่อเรา เจ้าหน้าที่จะติดต่อกลับภายใน 3 วันทำการ
        """,
        ignored(kind=Kind.AUTO_REPLY),
    ),
    _newsletter(),
    ordinary(
        "promotion",
        "2026-01-06 06:00:00",
        Says(_SHOP, "New year office supplies catalogue"),
        """
        Dear customer, our new catalogue of office supplies is out now.
        """,
        ignored(kind=Kind.MAILING_LIST),
        more=[("List-Unsubscribe", "<mailto:leave@supplies.example>"), ("Precedence", "bulk")],
    ),
    _from_ourselves(),
)
