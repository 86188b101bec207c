"""The same mail more than once, and different mails under one name."""

from dataclasses import replace

from mailroom.demo.mails import files
from mailroom.demo.mails.build import entity, received
from mailroom.demo.mails.model import JUNK, File, Sample, Says, accepted, bangkok, ignored
from mailroom.demo.mails.ordinary import ordinary
from mailroom.domain.decision import Kind
from mailroom.domain.message import Address

_DUANG = Address("ดวงใจ สองกล่อง", "duangjai@mail.example")
_RELAY = Address("สายัณห์ ส่งซ้ำ", "sayan@mail.example")
_REUSE = Address("โปรแกรม เก่าแก่", "reuse@old.example")
_PLAN = File("แผนผังแผงลอย.pdf", "application/pdf", files.pdf("Stall plan"))
_VENDING = accepted(kind=Kind.REQUEST, service="street-vending")

_FIRST = ordinary(
    "two-folders",
    "2026-01-09 09:00:00",
    Says(_DUANG, "ขออนุญาตจำหน่ายสินค้าในที่หรือทางสาธารณะ แผงขนมครก", files=(_PLAN,)),
    """
    ขออนุญาตจำหน่ายสินค้าในที่หรือทางสาธารณะ แผงขนมครก หน้าวัดบ้านตัวอย่าง แนบแผนผังมาด้วยค่ะ
    """,
    _VENDING,
)
_RELAYED = ordinary(
    "relayed",
    "2026-01-09 09:10:00",
    Says(_RELAY, "ขออนุญาตจำหน่ายสินค้าในที่หรือทางสาธารณะ แผงผลไม้"),
    """
    ขออนุญาตจำหน่ายสินค้าในที่หรือทางสาธารณะ แผงผลไม้ หน้าสถานีรถไฟครับ
    """,
    _VENDING,
)


def _copy(of: Sample, name: str, at: str, raw: bytes, folder: str) -> Sample:
    fate = ignored(kind=of.fate.kind, service=of.fate.service, duplicate_of=of.name)
    return Sample(name, bangkok(at), raw, of.says, fate, folder)


def _redelivered() -> Sample:
    """The relay lost its connection and delivered once more: only the trace in front differs."""
    at = bangkok("2026-01-09 09:40:12")
    trace = entity([received(at, hop="mx2.baantuayang.example", queue="9F9F9F")], b"").removesuffix(b"\r\n")
    return _copy(_RELAYED, "redelivered", "2026-01-09 09:40:12", trace + _RELAYED.raw, "INBOX")


def _reused(name: str, at: str, stall: str) -> Sample:
    """An old program that gives every mail the same Message-ID: two matters, so two numbers."""
    text = f"ขออนุญาตจำหน่ายสินค้าในที่หรือทางสาธารณะ {stall} ครับ"
    says = Says(_REUSE, f"ขออนุญาตจำหน่ายสินค้า {stall}")
    return ordinary(name, at, says, text, replace(_VENDING), identifier="1@old.example")


TWICE = (
    _FIRST,
    _copy(_FIRST, "two-folders-junk", "2026-01-09 09:00:02", _FIRST.raw, JUNK),
    _RELAYED,
    _redelivered(),
    _reused("reused-id", "2026-01-09 10:00:00", "รถเข็นไอศกรีม"),
    _reused("reused-id-again", "2026-01-09 10:05:00", "รถเข็นลูกชิ้น"),
)
