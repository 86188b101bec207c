"""A seeded mailbox of everyday Thai mail: equal seeds give equal bytes."""

import base64
import quopri
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

START = datetime(2026, 11, 2, 1, 30, tzinfo=UTC)
"""When the first mail entered; the others follow over three weeks."""

FIRST_NAMES = ("สมชาย", "สมหญิง", "ณัฐวุฒิ", "กัลยา", "ประเสริฐ", "มาลี", "วิชัย", "พรทิพย์", "อนุชา", "จิราพร", "ธนพล", "สุนีย์")
LAST_NAMES = ("ใจดี", "ศรีสุวรรณ", "แก้วมณี", "บุญเรือง", "ทองคำ", "วงศ์สวัสดิ์", "พรหมมา", "จันทร์เพ็ญ", "รุ่งเรือง", "สายทอง")
SUBJECTS = (
    "ขออนุญาตก่อสร้างบ้านพักอาศัยสองชั้น",
    "สอบถามเอกสารต่อเติมบ้าน",
    "แจ้งถมดินที่ดินเปล่าติดถนนใหญ่",
    "ขอบ้านเลขที่ใหม่ครับ",
    "ขอใบอนุญาตขายอาหาร ร้านก๋วยเตี๋ยว",
    "ร้องเรียนเสียงดังจากร้านคาราโอเกะข้างบ้าน",
    "ไฟถนนดับหลายวันแล้วค่ะ",
    "ขอบคุณเจ้าหน้าที่มากครับ",
    "ส่งเอกสารเพิ่มเติมตามที่แจ้ง",
    "สอบถามเรื่องภาษีที่ดิน",
)
SENTENCES = (
    "เรียน เจ้าหน้าที่ที่เกี่ยวข้อง",
    "ผมจะสร้างบ้านใหม่บนที่ดินของตัวเอง ขนาดประมาณหนึ่งร้อยตารางวา อยู่หมู่ที่ 4",
    "อยากทราบว่าต้องเตรียมเอกสารอะไรบ้าง และใช้เวลากี่วันจึงจะได้รับอนุญาต",
    "แนบสำเนาบัตรประชาชนและสำเนาโฉนดที่ดินมาพร้อมนี้แล้วค่ะ",
    "ถ้าขาดเอกสารใดรบกวนแจ้งกลับทางอีเมลนี้ได้เลย หรือโทร 081-234-5678",
    "เคยไปติดต่อที่สำนักงานแล้วเมื่อวันศุกร์ แต่เจ้าหน้าที่ไม่อยู่",
    "น้ำท่วมขังหน้าบ้านทุกครั้งที่ฝนตก ที่นี่เด็กและผู้สูงอายุเดินลำบากมาก",
    "ขอให้ช่วยตรวจสอบและดำเนินการด้วยครับ ขอบพระคุณล่วงหน้า",
    "ทางร้านเปิดขายก๋วยเตี๋ยวและน้ำดื่มตั้งแต่หกโมงเช้าถึงบ่ายสามโมง",
    "ขอแสดงความนับถือ",
)
_PIXELS = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
_PAPER = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"


Shape = Callable[[int, datetime, random.Random], bytes]


def mails(count: int, *, seed: int = 2569) -> Iterator[tuple[datetime, bytes]]:
    """`count` mails with the time at which each entered, CRLF line ends, mean 87 KB.

    70 % text of 3.2 KB, 20 % HTML of 73 KB, 9.6 % with a PDF or JPEG of 318 KB, 0.4 % of 9.9 MB.
    """
    chance = random.Random(seed)
    shapes = _shapes(count, chance)
    for number, shape in enumerate(shapes):
        at = START + timedelta(seconds=number * 1_700_000 // max(count, 1))
        yield at, shape(number, at, chance)


def large(count: int, size: int, *, seed: int = 2570) -> Iterator[tuple[datetime, bytes]]:
    """`count` mails of about `size` bytes each."""
    chance = random.Random(seed)
    for number in range(count):
        at = START + timedelta(minutes=number)
        yield at, _with_file(number, at, chance, size)


def _shapes(count: int, chance: random.Random) -> list[Shape]:
    """The exact mix in seeded order, so that a short run has its share of large mails."""
    huge, files, pages = round(count * 0.004), round(count * 0.096), round(count * 0.2)
    shapes: list[Shape] = []
    for shape, times in ((_huge, huge), (_file, files), (_page, pages), (_text, count - huge - files - pages)):
        shapes += [shape] * times
    chance.shuffle(shapes)
    return shapes


def _text(number: int, at: datetime, chance: random.Random) -> bytes:
    body = _prose(chance, 480)
    if number % 3:
        return _headers(number, at, chance) + _leaf("text/plain", "utf-8", base64.encodebytes(body.encode()))
    encoded = quopri.encodestring(body.encode("cp874")[:800])
    return _headers(number, at, chance) + _leaf("text/plain", "windows-874", encoded, "quoted-printable")


def _page(number: int, at: datetime, chance: random.Random) -> bytes:
    rows = "".join(
        f'<p style="margin:0;font-family:Tahoma"><span>{_prose(chance, 300)}</span></p>\n' for _ in range(48)
    )
    html = f"<html><head><style>p{{color:#222}}</style></head><body>{rows}</body></html>".encode()[:53_000]
    html = html.decode("utf-8", "ignore").encode()
    plain = _leaf("text/plain", "utf-8", base64.encodebytes(_prose(chance, 400).encode()))
    parts = [plain, _leaf("text/html", "utf-8", base64.encodebytes(html))]
    return _headers(number, at, chance) + _multipart("alternative", number, parts)


def _file(number: int, at: datetime, chance: random.Random) -> bytes:
    return _with_file(number, at, chance, 318_000)


def _huge(number: int, at: datetime, chance: random.Random) -> bytes:
    return _with_file(number, at, chance, 9_900_000)


def _with_file(number: int, at: datetime, chance: random.Random, size: int) -> bytes:
    head, kind, name = (_PAPER, "application/pdf", "แบบแปลน") if number % 2 else (_PIXELS, "image/jpeg", "รูปถ่ายที่ดิน")
    content = head + chance.randbytes(size * 57 // 78 - len(head))
    file_name = _word(f"{name} {number}.{kind[-4:].lstrip('/n').replace('jpeg', 'jpg')}")
    leaf = (
        f'Content-Type: {kind}; name="{file_name}"\nContent-Disposition: attachment; filename="{file_name}"\n'
        "Content-Transfer-Encoding: base64\n\n"
    ).encode() + base64.encodebytes(content)
    plain = _leaf("text/plain", "utf-8", base64.encodebytes(_prose(chance, 350).encode()))
    return _headers(number, at, chance) + _multipart("mixed", number, [plain, leaf.replace(b"\n", b"\r\n")])


def _headers(number: int, at: datetime, chance: random.Random) -> bytes:
    name = f"{chance.choice(FIRST_NAMES)} {chance.choice(LAST_NAMES)}"
    address = f"citizen{number}@mail{number % 37}.example"
    seal = base64.b64encode(chance.randbytes(192)).decode()
    stamp = format_datetime(at)
    lines = (
        f"Return-Path: <{address}>",
        (
            f"Received: from mx{number % 5}.example (mx{number % 5}.example [192.0.2.{number % 250 + 1}])\n"
            f"\tby mail.agency.example (Postfix) with ESMTPS id {chance.randrange(16**10):010X}\n"
            f"\tfor <saraban@agency.example>; {stamp}"
        ),
        f"Received: by mail{number % 37}.example with SMTP id {chance.randrange(16**12):012x}; {stamp}",
        (
            f"Authentication-Results: mail.agency.example; dkim=pass header.d=mail{number % 37}.example;\n"
            f"\tspf=pass smtp.mailfrom={address}; dmarc=pass header.from=mail{number % 37}.example"
        ),
        (
            f"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=mail{number % 37}.example; s=s2026;\n"
            f"\th=from:to:subject:date:message-id; bh={seal[:44]};\n\tb={seal[44:150]}\n\t {seal[150:]}"
        ),
        f"From: {_word(name)} <{address}>",
        f"To: {_word('สารบรรณกลาง')} <saraban@agency.example>",
        f"Subject: {_word(f'{chance.choice(SUBJECTS)} ({number})')}",
        f"Date: {stamp}",
        f"Message-ID: <{chance.randrange(16**20):020x}.{number}@mail{number % 37}.example>",
        "MIME-Version: 1.0",
        "X-Mailer: Webmail 7.1",
    )
    return "\r\n".join(lines).replace("\r\n", "\n").replace("\n", "\r\n").encode() + b"\r\n"


def _leaf(kind: str, charset: str, body: bytes, encoding: str = "base64") -> bytes:
    head = f"Content-Type: {kind}; charset={charset}\nContent-Transfer-Encoding: {encoding}\n\n".encode()
    return (head + body).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def _multipart(kind: str, number: int, leaves: list[bytes]) -> bytes:
    line = f"--=_part_{number:08d}"
    head = f'Content-Type: multipart/{kind}; boundary="{line[2:]}"\r\n\r\n'.encode()
    return head + b"".join(line.encode() + b"\r\n" + leaf + b"\r\n" for leaf in leaves) + line.encode() + b"--\r\n"


def _word(text: str) -> str:
    """An encoded word for every twelve characters, folded, as mail programs write them (RFC 2047)."""
    pieces = [text[at : at + 12] for at in range(0, len(text), 12)]
    return "\n ".join(f"=?UTF-8?B?{base64.b64encode(piece.encode()).decode()}?=" for piece in pieces)


def _prose(chance: random.Random, length: int) -> str:
    text = SENTENCES[0]
    while len(text) < length:
        text += "\r\n" + chance.choice(SENTENCES)
    return text + "\r\n" + SENTENCES[-1]
