"""Citizens ask for services of the catalogue: the straight path, with files, in every layout of a mail."""

from mailroom.demo.mails import files
from mailroom.demo.mails.build import attachment, entity, file_part, lines, mail, multipart, text_part, word
from mailroom.demo.mails.model import File, Sample, Says, accepted, bangkok
from mailroom.demo.mails.ordinary import from_value, identifier_of, ordinary, with_lines
from mailroom.domain.decision import Kind
from mailroom.domain.message import Address

_SOMSRI = Address("สมศรี มีสุขสมมุติ", "somsri@mail.example")
_PRASERT = Address("ประเสริฐ ดีตัวอย่าง", "prasert.d@mail.example")
_MALEE = Address("มาลี ศรีตัวอย่าง", "malee@post.example")
_ANAN = Address("อนันต์ ก่อสร้างสมมุติ", "anan@builder.example")
_WIPA = Address("วิภา ร่มเย็น", "wipa.r@mail.example")
_BOONMEE = Address("", "boonmee2490@mail.example")
_SMITH = Address("Jane Example", "jane@expat.example")
_KITTI = Address("กิตติ ตลาดสมมุติ", "kitti@market.example")

_FORM = File("แบบคำขอต่ออายุใบอนุญาต.pdf", "application/pdf", files.pdf("Renewal form"))
_SHOP = File("หน้าร้าน.jpg", "image/jpeg", files.jpeg(21))
_DRAWING = File("แบบแปลนบ้านชั้นเดียว.docx", files.DOCX, files.docx(["แบบแปลนบ้านพักอาศัยชั้นเดียว", "พื้นที่ 84 ตารางเมตร"]))
_STOCK = File("รายการเครื่องจักร.xlsx", files.XLSX, files.xlsx([["รายการ", "จำนวน"], ["เครื่องซักผ้า", "12"]]))
_SCANS = File(
    "เอกสารประกอบ.zip",
    "application/zip",
    files.zipped({"id-card.pdf": files.pdf("ID card copy"), "house.pdf": files.pdf("House registration copy")}),
)
_MAP = File("แผนที่.png", "image/png", files.png(30, 120, 200), inline=True)
_PLAN = File("plan.pdf", "application/pdf", files.pdf("House plan"))
_CARD = File("IMG_2569.jpg", "image/jpeg", files.jpeg(40))


def _inline(file: File, content_id: str) -> bytes:
    """A picture that the HTML body shows."""
    name = file.name if file.name.isascii() else word(file.name)
    return file_part(
        file.content, file.media_type, f'inline; filename="{name}"', more=[("Content-ID", f"<{content_id}>")]
    )


_FOOD_TEXT = """
เรียน นายกเทศมนตรี

ดิฉันขอยื่นคำขอใบอนุญาตจัดตั้งสถานที่จำหน่ายอาหาร ร้านข้าวแกงแม่มาลี เลขที่ 12 หมู่ 3
แผนที่ตั้งร้านอยู่ในภาพด้านล่าง
"""
_FOOD_HTML = """
<html><body><p>เรียน นายกเทศมนตรี</p>
<p>ดิฉันขอยื่นคำขอ<b>ใบอนุญาตจัดตั้งสถานที่จำหน่ายอาหาร</b> ร้านข้าวแกงแม่มาลี เลขที่ 12 หมู่ 3</p>
<p>แผนที่ตั้งร้านอยู่ในภาพด้านล่าง<br><img src="cid:map@post.example"></p></body></html>
"""


def _new_restaurant() -> Sample:
    """Alternative texts, the HTML one with a picture of its own, and a form beside: the layout of webmail."""
    says = Says(_MALEE, "ขอใบอนุญาตจัดตั้งสถานที่จำหน่ายอาหาร ร้านข้าวแกงแม่มาลี", files=(_MAP, _FORM))
    related = multipart(
        [text_part(_FOOD_HTML, subtype="html"), _inline(_MAP, "map@post.example")], boundary="rel", subtype="related"
    )
    alternative = multipart([text_part(_FOOD_TEXT), related], boundary="alt", subtype="alternative")
    content = multipart([alternative, attachment(_FORM.content, _FORM.media_type, _FORM.name)], boundary="mix")
    at = bangkok("2025-12-29 10:02:11")
    raw = mail(
        sender=from_value(_MALEE),
        subject=word(says.subject),
        at=at,
        identifier=identifier_of("new-restaurant", _MALEE),
        content=content,
    )
    return Sample(
        "new-restaurant", at, raw, with_lines(says, _FOOD_TEXT), accepted(kind=Kind.REQUEST, service="food-premises")
    )


def _whole_in_subject() -> Sample:
    """The request is typed in the subject; there is no body at all."""
    subject = "ขอต่ออายุใบอนุญาตสถานที่จำหน่ายอาหาร ร้านป้าบุญมี โทร 0 2000 0114 ค่ะ"
    at = bangkok("2026-01-06 11:40:00")
    raw = mail(
        sender=from_value(_BOONMEE),
        subject=word(subject),
        at=at,
        identifier=identifier_of("whole-in-subject", _BOONMEE),
        content=entity([("Content-Type", "text/plain; charset=utf-8")], b""),
    )
    return Sample(
        "whole-in-subject", at, raw, Says(_BOONMEE, subject), accepted(kind=Kind.REQUEST, service="food-premises")
    )


def _english() -> Sample:
    """A foreign resident writes in English, without an encoded word anywhere, quoted-printable as ASCII."""
    text = """
    Dear Sir or Madam,

    I would like to apply for a building permit for a small house at 44 Moo 5.
    Please find the drawing attached. My phone number is 0 2000 0119.

    Kind regards,
    Jane Example
    """
    says = Says(_SMITH, "Application for a building permit", files=(_PLAN,))
    at = bangkok("2026-01-07 13:05:00")
    body = entity([("Content-Type", "text/plain; charset=us-ascii; format=flowed")], lines(text).encode())
    content = multipart(
        [body, file_part(_PLAN.content, _PLAN.media_type, 'attachment; filename="plan.pdf"')], boundary="e1"
    )
    raw = mail(
        sender=from_value(_SMITH),
        subject=says.subject,
        at=at,
        identifier=identifier_of("english", _SMITH),
        content=content,
    )
    return Sample("english", at, raw, with_lines(says, text), accepted(kind=Kind.REQUEST, service="building-permit"))


REQUESTS = (
    ordinary(
        "renew-food",
        "2025-12-29 09:14:05",
        Says(_SOMSRI, "ขอต่ออายุใบอนุญาตสถานที่จำหน่ายอาหาร ประจำปี ๒๕๖๙", files=(_FORM, _SHOP)),
        """
        เรียน เจ้าหน้าที่เทศบาล

        ดิฉัน นางสมศรี มีสุขสมมุติ ขอต่ออายุใบอนุญาตสถานที่จำหน่ายอาหาร ร้านสมศรีโภชนา
        ใบอนุญาตเดิมหมดอายุวันที่ ๓๑ ธันวาคม ๒๕๖๘ แนบแบบคำขอและภาพถ่ายร้านมาด้วยแล้วค่ะ

        สมศรี มีสุขสมมุติ โทร. 0 2000 0101
        """,
        accepted(kind=Kind.REQUEST, service="food-premises"),
    ),
    _new_restaurant(),
    ordinary(
        "build-house",
        "2025-12-30 14:58:00",
        Says(_ANAN, "ยื่นคำขออนุญาตก่อสร้างอาคาร บ้านพักอาศัยชั้นเดียว", files=(_DRAWING,)),
        """
        เรียน กองช่าง

        ผมขอยื่นคำขออนุญาตก่อสร้างอาคาร บ้านพักอาศัยชั้นเดียว พื้นที่ 84 ตารางเมตร
        ที่ดินเลขที่ 44 หมู่ 5 ตำบลบ้านตัวอย่าง ตามแบบแปลนที่แนบมา

        ขอบคุณครับ อนันต์
        """,
        accepted(kind=Kind.REQUEST, service="building-permit"),
    ),
    ordinary(
        "laundry",
        "2025-12-30 16:29:59",
        Says(_PRASERT, "ขออนุญาตประกอบกิจการที่เป็นอันตรายต่อสุขภาพ (ร้านซักอบรีด)", files=(_STOCK,)),
        """
        เรียน กองสาธารณสุขและสิ่งแวดล้อม

        กระผมขอยื่นคำขอรับใบอนุญาตประกอบกิจการที่เป็นอันตรายต่อสุขภาพ ประเภทซักอบรีดด้วยเครื่องจักร
        รายการเครื่องจักรอยู่ในไฟล์แนบครับ
        """,
        accepted(kind=Kind.REQUEST, service="health-hazard-business", deemed=bangkok("2025-12-30 16:29:59")),
    ),
    ordinary(
        "year-end",
        "2025-12-31 20:05:00",
        Says(_WIPA, "ขอลงทะเบียนรับเงินเบี้ยยังชีพผู้สูงอายุ แทนคุณแม่", files=(_SCANS,)),
        """
        สวัสดีค่ะ

        ขอลงทะเบียนรับเงินเบี้ยยังชีพผู้สูงอายุให้คุณแม่ นางสาย ร่มเย็น อายุ 60 ปี
        แนบสำเนาบัตรประชาชนและทะเบียนบ้านมาในไฟล์ zip ค่ะ
        """,
        accepted(kind=Kind.REQUEST, service="elderly-allowance", deemed=bangkok("2026-01-05 08:30")),
    ),
    _whole_in_subject(),
    _english(),
    ordinary(
        "photo-only",
        "2026-01-06 15:20:00",
        Says(_KITTI, "ส่งแบบคำขอต่ออายุใบอนุญาตจำหน่ายสินค้าในที่หรือทางสาธารณะ", files=(_CARD,)),
        """
        แนบรูปแบบคำขอครับ
        """,
        accepted(kind=Kind.REQUEST, service="street-vending"),
    ),
)
