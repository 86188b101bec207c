"""A first draft of a licence from what a citizen plainly wrote. Modest: what is not labelled stays empty (a clerk checks)."""

import re
from dataclasses import replace
from datetime import date

from mailroom.domain.licence import Act, Licence, LicenceContent
from mailroom.domain.message import Message
from mailroom.domain.record import MessageRecord
from mailroom.domain.service import Service
from mailroom.stages import lazy
from mailroom.stages.identity import identity_numbers
from mailroom.stages.licence_content import tidied_content
from mailroom.stages.licence_rules import last_day, renewed_period
from mailroom.stages.quoting import split_body

REACH = 8000
"""Characters of a text that are read."""
_LONGEST = 200

_TITLE = r"(?:นางสาว|นาง|นาย|น\.\s?ส\.|ด\.ต\.|ว่าที่\s?ร\.ต\.|บริษัท|ห้างหุ้นส่วนจำกัด|ห้างหุ้นส่วนสามัญ|หจก\.|บจก\.|บมจ\.|สหกรณ์|วิสาหกิจชุมชน|Mr\.|Mrs\.|Ms\.)"
_LABELLED_NAME = lazy.pattern(
    rf"(?:^|[\s(])(?:ข้าพเจ้า|ผู้ขออนุญาต|ผู้ขอ|ผู้ยื่นคำขอ|ชื่อผู้ขออนุญาต|ชื่อ\s?-\s?(?:นาม)?สกุล|ชื่อ|applicant|name)\s*[:：]?\s*"
    rf"(?P<name>{_TITLE}\s?[^\n,;:()\d]{{2,90}})",
    re.I | re.M,
)
_TITLED_LINE = lazy.pattern(rf"^\s*\(?\s*(?P<name>{_TITLE}\s?[^\n,;:()\d]{{2,60}}?)\s*\)?\s*$", re.M)
_NAME_ENDS = lazy.pattern(
    r"\s+(?:อายุ|อยู่|ขอ|มีความ|เป็น|ได้|ที่อยู่|สัญชาติ|เลข|บัตร|โทร|ประสงค์|ในนาม|โดย|ในฐานะ|และ|ซึ่ง|ชื่อ|ตั้งอยู่|ตั้ง|ประกอบ|เปิด)"
)
_PREMISES = lazy.pattern(
    r"(?:ชื่อสถานประกอบการ|ชื่อสถานประกอบกิจการ|ชื่อร้าน|สถานประกอบการชื่อ|ร้านชื่อ|ชื่อกิจการ|ชื่อโรงงาน|ชื่อหอพัก)"
    r"\s*(?:ว่า|คือ)?\s*[:：]?\s*[\"“”']?(?P<name>[^\n,;:\"“”']{2,80})"
)
_PREMISES_ENDS = lazy.pattern(r"\s+(?:ตั้งอยู่|ตั้ง|ที่อยู่|อยู่|เลขที่|บ้านเลขที่|หมู่|โทร|พื้นที่|ขอ|โดย|ประเภท|เพื่อ|ตาม|ใน)")
_SHOP = lazy.pattern(
    r"(?:^|\s)(ร้าน(?!อาหาร\s|ค้า\s|กาแฟ\s|เสริมสวย\s|ตัดผม\s)[ก-๙A-Za-z]{2,40})\s+(?:ตั้งอยู่|อยู่|บ้าน)?\s?เลขที่\s?\d", re.M
)
_BUSINESS = lazy.pattern(
    r"(?:ประเภทกิจการ|ประกอบกิจการประเภท|ประเภทของกิจการ|ลักษณะกิจการ)\s*[:：]?\s*(?P<text>[^\n;]{2,150})"
)
_HOUSE = r"(?:บ้านเลขที่|ตั้งอยู่\s?เลขที่|ที่อยู่\s*[:：]?\s*(?:บ้าน)?เลขที่|ที่ตั้ง\s*[:：]?\s*(?:บ้าน)?เลขที่|อยู่(?:บ้าน)?เลขที่|เลขที่|ที่อยู่\s*[:：]|ที่ตั้ง\s*[:：])"
_ADDRESS = lazy.pattern(rf"(?P<head>{_HOUSE})\s*(?P<rest>\d[^\n;]{{4,220}})")
_PARTS = lazy.pattern(r"(?:หมู่|ม\.|ซอย|ซ\.|ถนน|ถ\.|ตำบล|ต\.|แขวง|อำเภอ|อ\.|เขต|จังหวัด|จ\.|กรุงเทพ)")
_PROVINCE = lazy.pattern(
    r"(?:จังหวัด|จ\.)\s?[ก-๙]{2,20}(?:\s?\d{5})?|กรุงเทพ(?:มหานคร|ฯ)?(?:\s?\d{5})?|(?<!\d)\d{5}(?!\d)"
)


def blank(service: Service, today: date) -> LicenceContent:
    """What every licence of a service begins with: from today, for the service's months."""
    return LicenceContent(
        holder="",
        conditions=service.conditions,
        fee=f"{service.fee:.2f}" if service.fee else "",
        issued_on=today,
        starts_on=today,
        expires_on=last_day(today, service.months),
    )


def prefill(record: MessageRecord, service: Service, today: date) -> LicenceContent:
    """The draft of a first licence with what the message plainly says. Nothing in it is certain."""
    message = record.message
    text = _written(message.text) if message else ""
    numbers = identity_numbers(text)
    return tidied_content(
        replace(
            blank(service, today),
            holder=_holder(text, message),
            holder_id=numbers[0] if len(numbers) == 1 else "",
            premises=_premises(text),
            address=_address(text),
            business=_named(_BUSINESS, "text", _PREMISES_ENDS, text),
        )
    )


def next_content(act: Act, licence: Licence, service: Service, today: date) -> LicenceContent:
    """The draft of a later paper: the items as they stand, and what this act changes in them."""
    content = licence.content
    if act is Act.SUBSTITUTE:
        return content
    if act is Act.RENEW:
        starts, ends = renewed_period(licence, service, today)
        content = replace(content, starts_on=starts, expires_on=ends)
    if act is Act.TRANSFER:
        content = replace(content, holder="", holder_id="")
    return replace(content, issued_on=today, fee=f"{service.fee:.2f}" if service.fee else "", receipt="")


def _written(text: str) -> str:
    """What the sender wrote; where they only forwarded, what they forwarded."""
    body = split_body(text[:REACH])
    return body.own or body.quoted


def _holder(text: str, message: Message | None) -> str:
    """Who applies by their own words; else who signed on a line of its own; else the sender's name, if it is one."""
    if match := _LABELLED_NAME.search(text):
        return _cut(match["name"], _NAME_ENDS)
    lines = _TITLED_LINE.findall(text)
    if lines:
        return _cut(lines[-1], _NAME_ENDS)
    name = message.sender.name.strip() if message else ""
    return "" if "@" in name else name


def _named(pattern: re.Pattern[str], group: str, ends: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return _cut(match[group], ends) if match else ""


def _address(text: str) -> str:
    """A place with at least two parts of an address, up to its province or postal code: where it is, before who lives."""
    places = [match for match in _ADDRESS.finditer(text) if len(_PARTS.findall(match["rest"])) >= 2]
    if not places:
        return ""
    match = min(places, key=lambda one: ("ตั้ง" not in one["head"], one.start()))
    province = list(_PROVINCE.finditer(match["rest"]))
    whole = match["rest"][: province[-1].end()] if province else match["rest"]
    return f"{'เลขที่ ' if 'เลขที่' in match['head'] else ''}{whole}".strip(" .,")[:_LONGEST]


def _premises(text: str) -> str:
    """What is labelled as the name of a place of business, or a shop that is named right before its address."""
    if labelled := _named(_PREMISES, "name", _PREMISES_ENDS, text):
        return labelled
    match = _SHOP.search(text)
    return match[1] if match else ""


def _cut(text: str, ends: re.Pattern[str]) -> str:
    found = ends.search(text)
    return (text[: found.start()] if found else text).strip(" .,-–()\"'")[:_LONGEST]
