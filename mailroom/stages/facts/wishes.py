"""How the sender wants to be answered: by post, on paper, in person; electronically is the rule (R26)."""

import re
from collections.abc import Iterator

from mailroom.domain.fact import FactKind, ReplyWish
from mailroom.stages import lazy
from mailroom.stages.facts.reading import Found, Reading

_ASKS = lazy.pattern(
    r"ขอ(?:ความกรุณา|ให้|รับ|เป็น|ผล|ใบ|มารับ|ไปรับ|เข้ารับ|หนังสือตอบ|คำตอบ)|ต้องการ(?!ส่ง)|ประสงค์(?:จะ)?(?:ขอ)?(?!ส่ง|ยื่น)"
    r"|(?:กรุณา|โปรด|ช่วย|รบกวน)(?:ช่วย)?(?:จัด)?(?:ส่ง|ตอบ|ออก|แจ้ง|ให้)|อยาก(?!ส่ง|ยื่น)|ส่ง[^\s]{0,20}(?:กลับ|มาให้|มาที่|ให้(?:ผม|ดิฉัน|ข้าพเจ้า|ที่บ้าน))"
    r"|จะ(?:มา|ไป|เข้า(?:มา|ไป)?)รับ|สะดวก(?:มา|ไป|เข้า)?รับ|สะดวกรับ|please\b|would (?:like|prefer)|prefer\b",
    re.I,
)
_DENIES = lazy.pattern(
    r"ไม่(?!ทราบ|แน่ใจ|ว่า|สะดวกรับทาง(?:อีเมล|อิเล็ก))|ได้ส่ง|ได้รับ|ได้จัดส่ง|ส่งไป|เคย|ยื่น|\b(?:not|don't|already|sent)\b", re.I
)
_WAYS = (
    (
        ReplyWish.ELECTRONIC,
        lazy.pattern(
            r"(?:ทาง|ผ่าน|เป็น|โดย) ?(?:ไปรษณีย์อิเล็กทรอนิกส์|อีเมล์?|e-?mail|อิเล็กทรอนิกส์|ไลน์|line\b|ไฟล์)|\bby e-?mail\b", re.I
        ),
    ),
    (
        ReplyWish.POST,
        lazy.pattern(
            r"(?:ทาง|โดย|ผ่าน|ด้วย|เป็น)?(?<!รหัส)ไปรษณีย์(?!อิเล็ก|ฯ?อิเล็ก)(?:ลงทะเบียน|ด่วนพิเศษ|ตอบรับ)?|ทาง ?EMS\b|\bby (?:registered )?(?:post|mail)\b",
            re.I,
        ),
    ),
    (
        ReplyWish.PAPER,
        lazy.pattern(
            r"เป็น(?:เอกสาร|กระดาษ|ฉบับจริง|ตัวจริง|เล่ม|หนังสือกระดาษ)|(?:ฉบับ|แบบ)กระดาษ|เอกสาร(?:ฉบับ|ตัว)จริง|ใบจริง|\b(?:on paper|hard ?copy|paper copy)\b",
            re.I,
        ),
    ),
    (
        ReplyWish.IN_PERSON,
        lazy.pattern(
            r"รับ(?:[ก-๙]{0,24}?)(?:ด้วยตนเอง|ด้วยตัวเอง|เอง(?:ที่|ค่ะ|ครับ|นะ|\s|$))|\b(?:collect|pick (?:it )?up)\b", re.I
        ),
    ),
)
_COMES = lazy.pattern(r"(?<!ต้อง)(?:(?:ขอ|จะ|สะดวก)(?:มา|ไป|เข้ามา|เข้าไป|เข้า)?|(?<!ต้อง)(?:มา|ไป|เข้า))$")
_OVER = lazy.pattern(r"^ ?(?:ไป|ไว้|มา)?(?:แล้ว|เรียบร้อย|ไม่ได้|เมื่อ|ตั้งแต่)")
REACH = 60


def find_wishes(reading: Reading) -> Iterator[Found]:
    """A way of delivery with a word of asking before it, and none that denies it or says that it was so already."""
    for wish, way in _WAYS:
        for match in way.finditer(reading.text):
            window = reading.before(match.start(), REACH)
            asked = next(reversed([*_ASKS.finditer(window)]), None)
            if asked is None and wish is ReplyWish.IN_PERSON:
                asked = _COMES.search(window)
            if asked is None or _DENIES.search(window, asked.start()) or _is_denied(window[: asked.start()]):
                continue
            if not _OVER.search(reading.after(match.end())):
                start = match.start() - len(window) + asked.start()
                yield Found(FactKind.REPLY_WISH, wish, start, match.end())


def _is_denied(before: str) -> bool:
    return before.endswith(("ไม่", "ไม่ได้", "ไม่ต้อง", "มิได้"))
