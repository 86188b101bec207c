"""What a message wants done: the act on a licence that there is with the numbers it names, and wishes of any service.

A catalogue is subject and act: new, renew, edit, cancel. Services have words for their subject; the acts stand here, once.
"""

import re
from enum import StrEnum
from itertools import islice

from mailroom.domain.licence import Act
from mailroom.domain.message import Message
from mailroom.stages import lazy
from mailroom.stages.alternatives import any_of
from mailroom.stages.normalise import normalised
from mailroom.stages.quoting import split_body

REACH = 8000
"""Characters of a text that are read."""
NUMBERS_LIMIT = 10
"""So many numbers are looked up at most: a message cannot make the books search without end."""

_NUMBER = lazy.pattern(r"(?<![\d/])(\d{1,7})\s?/\s?(2[45]\d\d|26\d\d)(?![\d/])")
_LICENCE = r"ใบ(?:อนุญาต|อนุญาติ|ทะเบียน|รับรอง)"
_ACTS = (
    (
        Act.SUBSTITUTE,
        lazy.pattern(
            rf"ใบแทน|{_LICENCE}[^\n]{{0,40}}(?:หาย(?!ใจ)|ชำรุด|ถูกทำลาย|ฉีกขาด|เปียกน้ำ|ปลวกกิน|ไหม้)"
            rf"|(?:ทำ|ปลวกกิน|น้ำท่วม|ไฟไหม้)[^\n]{{0,12}}{_LICENCE}[^\n]{{0,20}}(?:หาย|พัง)"
            r"|substitute|duplicate licen[cs]e|replacement licen[cs]e|lost (?:my |our |the )?licen[cs]e|licen[cs]e (?:was |is |got )?(?:lost|damaged)",
            re.I,
        ),
    ),
    (
        Act.TRANSFER,
        lazy.pattern(
            r"(?:รับ)?โอน(?:ใบอนุญาติ?|กิจการ|สิทธิ|ชื่อผู้(?:รับ|ถือ|ประกอบ))|เปลี่ยน(?:ชื่อ)?ผู้(?:รับ|ถือ)ใบอนุญาต"
            r"|transfer (?:the |my |our |of )?(?:the )?licen[cs]e|change (?:of )?licen[cs]e holder",
            re.I,
        ),
    ),
    (
        Act.AMEND,
        lazy.pattern(
            r"(?:แก้ไข|เปลี่ยนแปลง|เปลี่ยน)(?:รายการ|ใบอนุญาติ?|ที่ตั้งร้าน|ที่อยู่ร้าน|ชื่อร้าน|ข้อมูลในใบ)|เพิ่มประเภทกิจการ|amend|change (?:the )?(?:details|particulars)",
            re.I,
        ),
    ),
    (Act.RENEW, lazy.pattern(r"ต่ออายุ|ต่อ(?:ใบ)?อนุญาติ?|ต่อใบ(?!ขับขี่|แทน)|renew", re.I)),
)
"""The first that a text names holds: who lost a licence and renews it later says so in that order."""


class Wish(StrEnum):
    """What a sender wants done with a thing, or what a service does with it."""

    PERMIT = "permit"
    RENEW = "renew"
    AMEND = "amend"
    CANCEL = "cancel"
    TRANSFER = "transfer"
    SUBSTITUTE = "substitute"
    COPY = "copy"
    REGISTER = "register"
    MOVE = "move"
    PAY = "pay"
    REPAIR = "repair"
    USE = "use"
    DATA = "data"
    COMPLAIN = "complain"


_WISHES = (
    (
        Wish.PERMIT,
        any_of(
            r"ขออนุญาต|ขอใบ(?!แทน|มรณ|รับรอง|เกิด|สูติ)|ออกใบอนุญาต|ทำใบอนุญาต|ใบอนุญาต(?:ร้าน|ขาย|เปิด)|จะเปิด|เปิดร้าน|ต้องขออนุญาต|ขออนุมัติ|เปิดใหม่|เปิดกิจการ|permit\b|permission\b|licence (?:for|to)\b"
        ),
    ),
    (Wish.RENEW, any_of(r"ต่ออายุ|ต่อใบ|ต่อสัญญา|หมดอายุ|renew|expire")),
    (Wish.AMEND, any_of(r"แก้ไข|แก้ชื่อ|เปลี่ยนแปลง|เปลี่ยนชื่อ|เปลี่ยนบัญชี|เปลี่ยนที่|amend|correct\b|change (?:the|my|our)\b")),
    (Wish.CANCEL, any_of(r"ยกเลิก|ขอเลิก|เลิกกิจการ|แจ้งเลิก|ปิดกิจการ|ปิดร้านแล้ว|cancel|close(?:d)? (?:my|our|the)\b")),
    (Wish.TRANSFER, any_of(r"โอนกิจการ|โอนใบ|โอนสิทธิ|โอนแผง|เปลี่ยนเจ้าของ|transfer of\b|transfer (?:the|my|our)\b")),
    (Wish.SUBSTITUTE, any_of(r"ใบแทน|เล่มใหม่|หาย(?<!กระหาย)(?!ใจ)|ชำรุด|ฉีกขาด|substitute|replacement|lost\b")),
    (
        Wish.COPY,
        any_of(r"คัดสำเนา|ขอคัด|คัดและรับรอง|คัดใบ|คัดรับรอง|ขอสำเนา|รับรองสำเนา|copy of\b|copies of\b|certified copy"),
    ),
    (Wish.REGISTER, any_of(r"จดทะเบียน|ลงทะเบียน|ขึ้นทะเบียน|สมัคร|จดแจ้ง|regist|enrol|sign up")),
    (Wish.MOVE, any_of(r"ย้าย|แจ้งเกิด|แจ้งตาย|แจ้งการเกิด|แจ้งการตาย|move (?:in|out|my)\b|moving\b|change of address")),
    (Wish.PAY, any_of(r"ชำระ|จ่ายค่า|เสียภาษี|ค่าธรรมเนียม|ยื่นแบบภาษี|ยื่นภาษี|pay(?:ment|ing)?\b|[ \n]tax\b")),
    (
        Wish.REPAIR,
        any_of(
            r"ซ่อม|ไม่มีคนเก็บ|ไม่มาเก็บ|ไม่เก็บ|ล้น|เกลื่อน|เป็นหลุม|น้ำท่วม|น้ำขัง|ฝาท่อ|แจ้งชำรุด|ไม่ติด|แตก|พัง|ดับ(?<!ระดับ)|อุดตัน|repair|broken|fix\b|not working"
        ),
    ),
    (Wish.USE, any_of(r"ขอใช้|ขอยืม|ยืม|จอง|ขอเช่า|เช่า|borrow|book(?:ing)?\b|rent\b|use of\b")),
    (Wish.DATA, any_of(r"ขอข้อมูล|ขอภาพ|รายชื่อ|สถิติ|ขอดูเอกสาร|ข้อมูลการ|list of\b|data\b|database\b|information\b")),
    (
        Wish.COMPLAIN,
        any_of(
            r"ร้องเรียน|เสียงดัง|ดังมาก|ดังถึง|ดนตรีสดถึง|เหม็น|กลิ่นแรง|ควัน(?:ดำ|เข้า|จาก)|ฝุ่น(?:เข้า|ฟุ้ง|ตลบ)|ปล่อยน้ำเสีย|นอนไม่|หนวกหู|ข้างบ้าน|เพื่อนบ้าน|ร้องทุกข์|เดือดร้อน|รำคาญ|รบกวน(?:เพื่อน|ชาว|การ|ตอน)|complain|nuisance|disturb"
        ),
    ),
)


def licence_numbers(message: Message) -> list[str]:
    """Numbers of the form of licences (`12/2569`) in subject and text, as licences print them. None need exist."""
    found = (f"{int(match[1])}/{match[2]}" for match in _NUMBER.finditer(_written(message)))
    return list(islice(dict.fromkeys(found), NUMBERS_LIMIT))


def asked_act(message: Message) -> Act | None:
    """The act on an existing licence that the sender's own words name; None when they name none."""
    text = _written(message)
    return next((act for act, words in _ACTS if words.search(text)), None)


def wishes(text: str) -> frozenset[Wish]:
    """What a normalised text in lower case wants done, or what the name of a service says that it does."""
    return frozenset(wish for wish, words in _WISHES if words.search(text))


def _written(message: Message) -> str:
    """Subject and what the sender wrote; where they only forwarded, what they forwarded."""
    body = split_body(message.text[:REACH])
    return normalised(f"{message.subject}\n{body.said or body.quoted}")
