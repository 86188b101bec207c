"""Kinds of documents that services ask for: how catalogues name them, how files are called, what stands on them."""

import re
from dataclasses import dataclass

from mailroom.stages import lazy


@dataclass(frozen=True, slots=True)
class DocumentKind:
    """All patterns are for text without blanks and case (`compact`), `tokens` for Latin words set apart by blanks."""

    key: str
    asked: re.Pattern[str]
    """In the name that the catalogue has for it."""
    named: re.Pattern[str]
    """In the name of a file."""
    tokens: re.Pattern[str]
    says: re.Pattern[str]
    """On the document itself."""


_NEVER = "(?!)"


def _kind(key: str, asked: str, named: str = "", tokens: str = _NEVER, says: str = "") -> DocumentKind:
    return DocumentKind(
        key,
        lazy.pattern(asked),
        lazy.pattern(named or asked),
        lazy.pattern(rf"(?<![a-z])(?:{tokens})(?![a-z])"),
        lazy.pattern(says or named or asked),
    )


FORM, PHOTO = "form", "photo"
"""Keys of the two kinds that are judged by themselves: a letter may be the form, and a photo has no words."""

KINDS: tuple[DocumentKind, ...] = (
    _kind(
        FORM,
        r"^คำขอ|^คำร้อง|^ใบแจ้ง(?!ย้าย)|^ใบสมัคร|^แบบ(?!แปลน)",
        r"คำขอ|คำร้อง|แบบฟอร์ม|ใบแจ้ง|ใบสมัคร",
        r"form|application|request",
        r"คำขอ(?:รับใบ)?อนุญาต|คำขอรับ|คำขอจด|คำขอลงทะเบียน|คำร้อง(?:ขอ|แจ้ง|เรียน|ทั่วไป)|แบบคำขอ|ใบแจ้งการ|แบบแสดงรายการ",
    ),
    _kind(
        "id-card",
        r"บัตร(?:ประจำตัว)?ประชาชน",
        r"บัตร(?:ประจำตัว)?ประชาชน|บัตรป(?:ช){1,2}|บัตรปชช|สำเนาบัตร(?!คน|พิการ)",
        r"id ?cards?|citizen ?id|national ?id|id copy|copy id|id",
        r"thainationalidcard|บัตรประจำตัวประชาชน",
    ),
    _kind("disability-card", r"บัตร(?:ประจำตัว)?(?:คน|ผู้)พิการ", tokens=r"disab(?:led|ility)(?: card)?"),
    _kind(
        "house-register",
        r"ทะเบียนบ้าน",
        r"ทะเบียนบ้าน|ทร14",
        r"house ?(?:book|registration|register)|tabien ?baan|tr ?14",
        r"รายการเกี่ยวกับบ้าน|สมุดทะเบียนบ้าน|สำเนาทะเบียนบ้าน|ท\.?ร\.?14",
    ),
    _kind(
        "title-deed",
        r"โฉนด|สิทธิในที่ดิน|การใช้ที่ดิน|การใช้ประโยชน์ในที่ดิน",
        r"โฉนด|นส[34]|น\.ส\.[34]|เอกสารสิทธิ์?|ใบที่ดิน",
        r"chanote|(?:title ?)?deed|land ?(?:title|deed|doc\w*)",
        r"โฉนดที่ดิน|หน้าสำรวจ|น\.?ส\.?[34]ก?|สารบัญจดทะเบียน",
    ),
    _kind(
        "plan",
        r"แบบแปลน|แผนผัง|แบบก่อสร้าง",
        r"แปลน|ผังบริเวณ|แผนผัง|แบบบ้าน|แบบก่อสร้าง|แบบอาคาร|แบบโครงสร้าง",
        r"(?:floor|site|house|building) ?plans?|plans?|drawings?|blueprints?",
        r"แผนผังบริเวณ|ผังพื้น|รูปด้าน|รูปตัด|แบบแปลน",
    ),
    _kind("calculation", r"รายการคำนวณ", r"คำนวณ", r"calc\w*", r"รายการคำนวณ|น้ำหนักบรรทุก"),
    _kind("map", r"แผนที่|ตำแหน่ง", r"แผนที่|พิกัด|ที่ตั้ง", r"maps?|location|gps", r"แผนที่(?:สังเขป|แสดง|ตั้ง)|googlemaps"),
    _kind("consent", r"ยินยอม", tokens=r"consent\w*", says=r"หนังสือ(?:ให้ความ)?ยินยอม|ให้ความยินยอม"),
    _kind("power-of-attorney", r"มอบอำนาจ", tokens=r"poa|power ?of ?attorney", says=r"หนังสือมอบอำนาจ|ผู้รับมอบอำนาจ"),
    _kind(
        "bank-book",
        r"สมุดบัญชี|บัญชีเงินฝาก|บัญชีธนาคาร",
        r"สมุดบัญชี|บัญชีเงินฝาก|บัญชีธนาคาร|สมุดธนาคาร|บุ๊คแบงค์|บุ๊กแบงก์|หน้าบัญชี",
        r"book ?bank|bank ?book|pass ?book|bank ?account",
        r"บัญชีเงินฝาก|เงินฝากออมทรัพย์|savingsaccount",
    ),
    _kind("birth", r"สูติบัตร|การเกิด|แจ้งเกิด", r"สูติบัตร|ใบเกิด|ใบแจ้งเกิด", r"birth\w*(?: cert\w*)?", r"สูติบัตร|รับรองการเกิด"),
    _kind("death", r"มรณบัตร|การตาย", r"มรณบัตร|ใบมรณะ|ใบตาย", r"death\w*(?: cert\w*)?", r"มรณบัตร|รับรองการตาย"),
    _kind(
        "medical",
        r"ใบรับรองแพทย์|ความเห็นแพทย์",
        r"รับรองแพทย์|ใบแพทย์|ใบตรวจสุขภาพ",
        r"medical(?: cert\w*)?|health ?cert\w*",
        r"ใบรับรองแพทย์|แพทย์ผู้ตรวจ|วิชาชีพเวชกรรม",
    ),
    _kind("vaccination", r"วัคซีน|บันทึกสุขภาพ", tokens=r"vaccin\w*"),
    _kind(
        "training",
        r"การอบรม",
        r"อบรม|วุฒิบัตร",
        r"training|certificate of (?:training|attendance)",
        r"ผ่านการอบรม|วุฒิบัตร|ผู้สัมผัสอาหาร",
    ),
    _kind(
        "police-report",
        r"บันทึกประจำวัน",
        r"บันทึกประจำวัน|แจ้งความ|ลงบันทึก",
        r"police(?: report)?",
        r"บันทึกประจำวัน|รายงานประจำวัน",
    ),
    _kind("schedule", r"กำหนดการ", tokens=r"schedule|agenda|programme?"),
    _kind(
        "building-permit",
        r"ใบอนุญาตก่อสร้าง|รับรองการปลูกสร้าง|การใช้อาคาร",
        r"ใบอนุญาตก่อสร้าง|รับรองการปลูกสร้าง|ใบรับรองการก่อสร้าง|อ\.?[16](?!\d)",
        r"building ?permit",
        r"ใบอนุญาตก่อสร้าง|หนังสือรับรองการปลูกสร้าง|ใบรับรองการก่อสร้าง",
    ),
    _kind(
        "lease",
        r"สัญญาเช่า|การใช้สถานที่",
        r"สัญญาเช่า|ใบเช่า",
        r"lease|rent(?:al)?(?: agreement| contract)?",
        r"สัญญาเช่า|ผู้ให้เช่า",
    ),
    _kind(
        "company",
        r"นิติบุคคล|รับรองบริษัท",
        r"หนังสือรับรอง(?:บริษัท|นิติบุคคล)?|นิติบุคคล|จดทะเบียนบริษัท",
        r"company(?: cert\w*)?|affidavit|dbd",
        r"หนังสือรับรอง.{0,40}(?:บริษัท|ห้างหุ้นส่วน)|กรมพัฒนาธุรกิจการค้า",
    ),
    _kind(
        "payment",
        r"หลักฐานการ(?:ชำระ|โอน)|สลิป|ใบเสร็จ",
        r"สลิป|โอนเงิน|ชำระเงิน|ใบเสร็จ",
        r"slip|receipt|payment",
        r"โอนเงินสำเร็จ|ใบเสร็จรับเงิน|ชำระเงินสำเร็จ",
    ),
    _kind(PHOTO, r"ภาพถ่าย|รูปถ่าย", r"(?<!สุข)ภาพ|รูป(?!ด้าน|ตัด|แบบ)", r"photos?|pics?|pictures?"),
)
