"""Every way in which Thai has been written into mail: declared rightly, wrongly, or not at all."""

from dataclasses import dataclass

from mailroom.demo.mails import files
from mailroom.demo.mails.build import (
    CRLF,
    Header,
    base64_lines,
    entity,
    lines,
    mail,
    q_word,
    quoted,
    split_words,
    word,
)
from mailroom.demo.mails.model import Sample, Says, accepted, bangkok
from mailroom.domain.decision import Kind
from mailroom.domain.message import Address

_FATE = accepted(kind=Kind.REQUEST, service="food-premises")
_PDF = files.pdf("Old letter")


def mac_thai(text: str) -> bytes:
    """Text as old Macintoshes wrote it: TIS-620 but for typographers' signs. Python has no such codec."""
    return b"".join(_MAC_SIGNS.get(sign) or sign.encode("tis-620") for sign in text)


_MAC_SIGNS = {"“": b"\x8d", "”": b"\x8e", "…": b"\x82", "–": b"\xdd", "™": b"\xee", "®": b"\xfa"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """One mail of a single text part. The bytes of header and body are given ready made."""

    name: str
    at: str
    who: str
    address: str
    subject: str
    text: str
    wire_name: bytes | str
    wire_subject: bytes | str
    wire_body: bytes
    content_type: str | None
    transfer: str | None = "8bit"

    def sample(self) -> Sample:
        at = bangkok(self.at)
        name = self.wire_name.encode() if isinstance(self.wire_name, str) else self.wire_name
        fields: list[Header] = [("Content-Type", self.content_type)] if self.content_type else []
        fields += [("Content-Transfer-Encoding", self.transfer)] if self.transfer else []
        raw = mail(
            sender=name + f" <{self.address}>".encode("ascii"),
            subject=self.wire_subject,
            at=at,
            identifier=f"{self.name}@{self.address.partition('@')[2]}",
            content=entity(fields, self.wire_body),
        )
        phrases = tuple(line for line in lines(self.text).split("\r\n") if line)
        return Sample(self.name, at, raw, Says(Address(self.who, self.address), self.subject, phrases), _FATE)


_ASK = """
ขอต่ออายุใบอนุญาตสถานที่จำหน่ายอาหารครับ
ใบอนุญาตเดิมเลขที่ 15/2568 ร้านอยู่หน้าตลาดสดเทศบาล น้ำแข็งกั๊กก็มีขาย
"""
_ASK_IN_QUOTES = """
ขอต่ออายุใบอนุญาตสถานที่จำหน่ายอาหาร ร้าน “ป้าน้อย” – สาขา 2 … ขอบคุณครับ
"""
_SUBJECT = "ขอต่ออายุใบอนุญาตสถานที่จำหน่ายอาหาร"


def _body(text: str, charset: str) -> bytes:
    return lines(text).encode(charset)


_SINGLE = (
    _Case(
        name="tis-620-quoted",
        at="2026-01-05 10:20:00",
        who="สมหมาย ใจเย็น",
        address="sommai@old.example",
        subject=_SUBJECT,
        text=_ASK,
        wire_name=q_word("สมหมาย ใจเย็น".encode("tis-620"), "TIS-620"),
        wire_subject=q_word(_SUBJECT.encode("tis-620"), "TIS-620"),
        wire_body=quoted(_body(_ASK, "tis-620")),
        content_type="text/plain; charset=TIS-620",
        transfer="quoted-printable",
    ),
    _Case(
        name="windows-874",
        at="2026-01-05 10:25:00",
        who="น้อย ตลาดสด",
        address="noi@old.example",
        subject=_SUBJECT + " “ป้าน้อย”",
        text=_ASK_IN_QUOTES,
        wire_name=word("น้อย ตลาดสด", "windows-874"),
        wire_subject=word((_SUBJECT + " “ป้าน้อย”"), "windows-874"),
        wire_body=_body(_ASK_IN_QUOTES, "cp874"),
        content_type='text/plain; charset="windows-874"',
    ),
    _Case(
        name="x-windows-874",
        at="2026-01-05 10:30:00",
        who="ใหม่ ตลาดนัด",
        address="mai@old.example",
        subject=_SUBJECT,
        text=_ASK_IN_QUOTES,
        wire_name=word("ใหม่ ตลาดนัด", "x-windows-874"),
        wire_subject=word(_SUBJECT, "x-windows-874"),
        wire_body=base64_lines(_body(_ASK_IN_QUOTES, "cp874")),
        content_type="text/plain; charset=x-windows-874",
        transfer="base64",
    ),
    _Case(
        name="iso-8859-11",
        at="2026-01-05 10:35:00",
        who="แก้ว ร้านก๋วยเตี๋ยว",
        address="kaew@old.example",
        subject=_SUBJECT,
        text=_ASK,
        wire_name=word("แก้ว ร้านก๋วยเตี๋ยว", "iso-8859-11"),
        wire_subject=word(_SUBJECT, "iso-8859-11"),
        wire_body=quoted(_body(_ASK, "iso-8859-11")),
        content_type="text/plain; charset=ISO-8859-11",
        transfer="quoted-printable",
    ),
    _Case(
        name="mac-thai",
        at="2026-01-05 10:40:00",
        who="แม็ค อินทอช",
        address="mac@old.example",
        subject=_SUBJECT,
        text=_ASK_IN_QUOTES,
        wire_name=word("", "x-mac-thai", raw=mac_thai("แม็ค อินทอช")),
        wire_subject=word("", "x-mac-thai", raw=mac_thai(_SUBJECT)),
        wire_body=quoted(mac_thai(lines(_ASK_IN_QUOTES).replace("\r\n", "\n")).replace(b"\n", CRLF)),
        content_type="text/plain; charset=x-mac-thai",
        transfer="quoted-printable",
    ),
    _Case(
        name="undeclared",
        at="2026-01-05 10:45:00",
        who="ไม่บอก รหัส",
        address="unsaid@old.example",
        subject=_SUBJECT,
        text=_ASK,
        wire_name="ไม่บอก รหัส".encode("tis-620"),
        wire_subject=_SUBJECT.encode("tis-620"),
        wire_body=_body(_ASK, "tis-620"),
        content_type=None,
        transfer=None,
    ),
    _Case(
        name="raw-utf8-headers",
        at="2026-01-05 10:50:00",
        who="ตรงๆ ไม่เข้ารหัส",
        address="raw@new.example",
        subject=_SUBJECT,
        text=_ASK,
        wire_name="ตรงๆ ไม่เข้ารหัส".encode(),
        wire_subject=_SUBJECT.encode(),
        wire_body=_body(_ASK, "utf-8"),
        content_type="text/plain; charset=utf-8",
    ),
    _Case(
        name="lies-latin-1",
        at="2026-01-05 10:55:00",
        who="ฝรั่ง ปลอม",
        address="latin@old.example",
        subject=_SUBJECT,
        text=_ASK,
        wire_name=word("", "iso-8859-1", raw="ฝรั่ง ปลอม".encode("tis-620")),
        wire_subject=word("", "iso-8859-1", raw=_SUBJECT.encode("tis-620")),
        wire_body=quoted(_body(_ASK, "tis-620")),
        content_type="text/plain; charset=iso-8859-1",
        transfer="quoted-printable",
    ),
    _Case(
        name="lies-tis-620",
        at="2026-01-05 11:00:00",
        who="ป้าย ผิด",
        address="label@old.example",
        subject=_SUBJECT,
        text=_ASK,
        wire_name=word("", "tis-620", raw="ป้าย ผิด".encode()),
        wire_subject=word("", "tis-620", raw=_SUBJECT.encode()),
        wire_body=base64_lines(_body(_ASK, "utf-8")),
        content_type="text/plain; charset=tis-620",
        transfer="base64",
    ),
    _Case(
        name="utf-16",
        at="2026-01-05 11:05:00",
        who="กว้าง สองไบต์",
        address="wide@new.example",
        subject=_SUBJECT,
        text=_ASK,
        wire_name=word("กว้าง สองไบต์"),
        wire_subject=word(_SUBJECT),
        wire_body=base64_lines(_body(_ASK, "utf-16")),
        content_type="text/plain; charset=utf-16",
        transfer="base64",
    ),
    _Case(
        name="unknown-charset",
        at="2026-01-05 11:10:00",
        who="รหัส ประหลาด",
        address="odd@old.example",
        subject=_SUBJECT,
        text=_ASK,
        wire_name=word("", "x-klingon", raw="รหัส ประหลาด".encode("tis-620")),
        wire_subject=word("", "x-klingon", raw=_SUBJECT.encode("tis-620")),
        wire_body=_body(_ASK, "tis-620"),
        content_type="text/plain; charset=x-klingon",
    ),
    _Case(
        name="words-cut-anywhere",
        at="2026-01-05 11:15:00",
        who="ตัดคำ กลางตัวอักษร",
        address="cut@new.example",
        subject=_SUBJECT + " ร้านข้าวหมูแดงตลาดเก่า สาขาหน้าสำนักงาน",
        text=_ASK,
        wire_name=split_words("ตัดคำ กลางตัวอักษร", size=10),
        wire_subject=split_words(_SUBJECT + " ร้านข้าวหมูแดงตลาดเก่า สาขาหน้าสำนักงาน", size=22),
        wire_body=quoted(_body(_ASK, "utf-8")),
        content_type="text/plain; charset=utf-8",
        transfer="quoted-printable",
    ),
    _Case(
        name="html-only-874",
        at="2026-01-05 11:20:00",
        who="เอาท์ลุค เก่า",
        address="outlook@old.example",
        subject=_SUBJECT,
        text=_ASK,
        wire_name=word("เอาท์ลุค เก่า", "windows-874"),
        wire_subject=word(_SUBJECT, "windows-874"),
        wire_body=quoted(
            _body(
                "<html><body>" + "".join(f"<p>{line}</p>" for line in _ASK.split("\n") if line) + "</body></html>",
                "cp874",
            )
        ),
        content_type="text/html; charset=windows-874",
        transfer="quoted-printable",
    ),
)


CHARSETS = tuple(case.sample() for case in _SINGLE)
