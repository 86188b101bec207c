"""Layouts that readers stumble over: nested, packed by Outlook, encrypted, addressed to nobody."""

from mailroom.demo.mails import files
from mailroom.demo.mails.build import (
    OFFICE,
    attachment,
    base64_lines,
    entity,
    file_part,
    mail,
    multipart,
    text_part,
    word,
)
from mailroom.demo.mails.model import File, Sample, Says, accepted, bangkok
from mailroom.demo.mails.ordinary import from_value, identifier_of, with_lines
from mailroom.domain.decision import Kind
from mailroom.domain.message import Address

_NEST = Address("ซ้อน หลายชั้น", "nested@mail.example")
_OUTLOOK = Address("สำนักงาน เก่า", "oldoffice@company.example")
_HIDDEN = Address("ส่ง ลับหลัง", "bcc@mail.example")
_FORM = File("แบบคำขอ.pdf", "application/pdf", files.pdf("Form one"))
_PHOTO = File("ร้านค้า.jpg", "image/jpeg", files.jpeg(33))
_PACKED = File("แบบคำขอ.pdf", "application/pdf", files.pdf("Inside TNEF"))
_WINMAIL = File("winmail.dat", "application/vnd.ms-tnef", files.tnef("แบบคำขอ.pdf", _PACKED.content))
_FATE = accepted(kind=Kind.REQUEST, service="health-hazard-business")
_SUBJECT = "ขอต่ออายุใบอนุญาตประกอบกิจการที่เป็นอันตรายต่อสุขภาพ"


def _sample(name: str, at: str, says: Says, text: str, content: bytes, *, to: str = OFFICE) -> Sample:
    entered_at = bangkok(at)
    raw = mail(
        sender=from_value(says.sender),
        subject=word(says.subject),
        at=entered_at,
        identifier=identifier_of(name, says.sender),
        content=content,
        to=to,
    )
    return Sample(name, entered_at, raw, with_lines(says, text), _FATE)


def _nested() -> Sample:
    """Multiparts four deep, files on two of the levels."""
    text = "ขอต่ออายุใบอนุญาตประกอบกิจการที่เป็นอันตรายต่อสุขภาพ โรงสีข้าวขนาดเล็กครับ"
    deepest = multipart(
        [text_part(text), text_part(f"<p>{text}</p>", subtype="html")], boundary="n4", subtype="alternative"
    )
    related = multipart([deepest], boundary="n3", subtype="related")
    inner = multipart([related, attachment(_PHOTO.content, _PHOTO.media_type, _PHOTO.name)], boundary="n2")
    outer = multipart([inner, attachment(_FORM.content, _FORM.media_type, _FORM.name)], boundary="n1")
    return _sample("nested", "2026-01-08 13:00:00", Says(_NEST, _SUBJECT, files=(_PHOTO, _FORM)), text, outer)


def _winmail() -> Sample:
    """Outlook packed the file into winmail.dat (MS-OXTNEF): both are listed."""
    text = "แนบแบบคำขอต่ออายุใบอนุญาตประกอบกิจการที่เป็นอันตรายต่อสุขภาพ อู่ซ่อมรถครับ"
    leaf = file_part(_WINMAIL.content, "application/ms-tnef", 'attachment; filename="winmail.dat"', name="winmail.dat")
    content = multipart([text_part(text), leaf], boundary="=_tnef")
    return _sample("winmail", "2026-01-08 13:05:00", Says(_OUTLOOK, _SUBJECT, files=(_WINMAIL, _PACKED)), text, content)


def _blind_copy() -> Sample:
    """Our address stands in no header; the mail is in our mailbox all the same."""
    text = "ขอต่ออายุใบอนุญาตประกอบกิจการที่เป็นอันตรายต่อสุขภาพ ร้านเชื่อมเหล็กค่ะ"
    return _sample(
        "blind-copy",
        "2026-01-08 13:10:00",
        Says(_HIDDEN, _SUBJECT),
        text,
        text_part(text),
        to="undisclosed-recipients:;",
    )


def _nameless_html() -> Sample:
    """HTML with its style sheet and a script: the text is what a reader sees, and no more."""
    text = "ขอต่ออายุใบอนุญาตประกอบกิจการที่เป็นอันตรายต่อสุขภาพ ร้านถ่ายเอกสารค่ะ"
    html = (
        "<html><head><style>p{color:red}</style><script>alert(1)</script></head>"
        f'<body><p>{text}</p><img src="https://tracker.example/pixel.gif"></body></html>'
    )
    body = entity(
        [("Content-Type", "text/html; charset=utf-8"), ("Content-Transfer-Encoding", "base64")],
        base64_lines(html.encode()),
    )
    return _sample("html-only", "2026-01-08 13:15:00", Says(_NEST, _SUBJECT), text, body)


STRUCTURES = (_nested(), _winmail(), _blind_copy(), _nameless_html())
