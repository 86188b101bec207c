"""Letters from other agencies, with the marks on their face, and mail that somebody passed on."""

from mailroom.demo.mails import files
from mailroom.demo.mails.build import CRLF, entity, mail, multipart, text_part, word
from mailroom.demo.mails.model import File, Sample, Says, accepted, bangkok, held
from mailroom.demo.mails.ordinary import from_value, identifier_of, ordinary, ordinary_mail, with_lines
from mailroom.domain.decision import Kind, Secrecy, Urgency
from mailroom.domain.message import Address

_PROVINCE = Address("สารบรรณกลาง จังหวัดสมมุติ", "saraban@province.example")
_DISTRICT = Address("ที่ทำการปกครองอำเภอสมมุติ", "saraban@district.example")
_AUDIT = Address("สำนักตรวจสอบสมมุติ", "saraban@audit.example")
_OFFICER = Address("ปลัดเทศบาลตำบลบ้านตัวอย่าง", "palad@baantuayang.example")
_CITIZEN = Address("สำราญ นาตัวอย่าง", "samran@mail.example")
_SON = Address("เอก นาตัวอย่าง", "ek@mail.example")

_SIGNED = File("หนังสือลงนามแล้ว.pdf", "application/pdf", files.pdf("Signed letter"))


def _passed_on_by_officer() -> Sample:
    """An officer forwards a citizen's mail whole, as message/rfc822; what it asks for is in the inner mail."""
    inner_says = Says(_CITIZEN, "ขอใบอนุญาตจัดตั้งตลาดเอกชน")
    inner = ordinary_mail(
        "inner-market",
        bangkok("2026-01-07 08:50"),
        inner_says,
        """
        เรียน ท่านปลัด
        ผมขอยื่นคำขอใบอนุญาตจัดตั้งตลาดเอกชน บริเวณหมู่ 1 ครับ
        """,
    )
    says = Says(
        _OFFICER,
        "Fwd: ขอใบอนุญาตจัดตั้งตลาดเอกชน",
        ("ขอยื่นคำขอใบอนุญาตจัดตั้งตลาดเอกชน",),
        (File("part-1.eml", "message/rfc822", inner.removesuffix(CRLF)),),
    )
    note = """
    ส่งเรื่องของประชาชนเข้าอีเมลกลาง ขอให้ลงรับด้วย
    """
    content = multipart(
        [text_part(note), entity([("Content-Type", "message/rfc822"), ("Content-Disposition", "attachment")], inner)],
        boundary="=_passed",
    )
    at = bangkok("2026-01-07 09:30:00")
    raw = mail(
        sender=from_value(_OFFICER),
        subject=word(says.subject),
        at=at,
        identifier=identifier_of("passed-on", _OFFICER),
        content=content,
    )
    return Sample("passed-on", at, raw, with_lines(says, note), accepted(kind=Kind.FORWARDED, service="market-licence"))


LETTERS = (
    ordinary(
        "province-urgent",
        "2026-01-05 09:02:00",
        Says(_PROVINCE, "ด่วนที่สุด ขอให้รายงานผลการป้องกันไฟป่าและหมอกควัน", files=(_SIGNED,)),
        """
        ด่วนที่สุด
        ที่ สม 0017.3/ว 112
        ศาลากลางจังหวัดสมมุติ
        5 มกราคม 2569
        เรื่อง ขอให้รายงานผลการป้องกันไฟป่าและหมอกควัน
        เรียน นายกเทศมนตรีตำบลบ้านตัวอย่าง
        อ้างถึง หนังสือจังหวัดสมมุติ ที่ สม 0017.3/98 ลงวันที่ 22 ธันวาคม 2568
        สิ่งที่ส่งมาด้วย แบบรายงาน จำนวน 1 ชุด
        จังหวัดขอให้รายงานผลการดำเนินงานภายในวันที่ 9 มกราคม 2569
        จึงเรียนมาเพื่อดำเนินการ
        ขอแสดงความนับถือ
        """,
        accepted(kind=Kind.OFFICIAL_LETTER, urgency=Urgency.MOST_URGENT, letter_no="สม 0017.3/ว 112"),
    ),
    ordinary(
        "audit-secret",
        "2026-01-06 08:31:00",
        Says(_AUDIT, "ขอให้ชี้แจงข้อเท็จจริง", files=(_SIGNED,)),
        """
        ลับ
        ด่วนมาก
        ที่ ตง 0042/55
        ลงวันที่ 6 มกราคม 2569
        เรื่อง ขอให้ชี้แจงข้อเท็จจริง
        เรียน นายกเทศมนตรีตำบลบ้านตัวอย่าง
        ด้วยสำนักตรวจสอบสมมุติขอให้ชี้แจงข้อเท็จจริงตามเอกสารที่แนบ
        จึงเรียนมาเพื่อทราบ
        ขอแสดงความนับถือ
        """,
        held(
            kind=Kind.OFFICIAL_LETTER, urgency=Urgency.VERY_URGENT, secrecy=Secrecy.CONFIDENTIAL, letter_no="ตง 0042/55"
        ),
    ),
    ordinary(
        "district-meeting",
        "2026-01-08 10:15:00",
        Says(_DISTRICT, "ขอเชิญประชุมหัวหน้าส่วนราชการ ประจำเดือนมกราคม ๒๕๖๙"),
        """
        ที่ สม ๐๑๑๘/๔๑
        ที่ว่าการอำเภอสมมุติ
        ๘ มกราคม ๒๕๖๙
        เรื่อง ขอเชิญประชุมหัวหน้าส่วนราชการ ประจำเดือนมกราคม ๒๕๖๙
        เรียน นายกเทศมนตรีตำบลบ้านตัวอย่าง
        อำเภอขอเชิญท่านเข้าร่วมประชุมในวันที่ ๑๕ มกราคม ๒๕๖๙ เวลา ๐๙.๓๐ น.
        จึงเรียนมาเพื่อโปรดเข้าร่วมประชุม
        ขอแสดงความนับถือ
        """,
        accepted(kind=Kind.OFFICIAL_LETTER, letter_no="สม 0118/41"),
    ),
    _passed_on_by_officer(),
    ordinary(
        "passed-on-inline",
        "2026-01-08 19:45:00",
        Says(_SON, "Fwd: ขอลงทะเบียนเบี้ยความพิการ"),
        """
        ส่งแทนคุณพ่อครับ ท่านพิมพ์ไว้แต่ส่งไม่เป็น

        ---------- ข้อความที่ส่งต่อ ----------
        จาก: สำราญ นาตัวอย่าง <samran@mail.example>
        เรื่อง: ขอลงทะเบียนเบี้ยความพิการ
        ถึง: เอก

        ผมขอลงทะเบียนรับเงินเบี้ยความพิการ มีบัตรประจำตัวคนพิการแล้วครับ
        """,
        accepted(kind=Kind.FORWARDED, service="disability-allowance", deemed=bangkok("2026-01-09 08:30")),
    ),
)
