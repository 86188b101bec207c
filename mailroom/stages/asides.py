"""What people say beside the matter: leave to write, and how they wish to be answered. Neither tells what they want."""

from mailroom.stages import lazy

_LEAVE = lazy.pattern(
    r"ขออนุญา(?:ต|ติ)\s?(?=(?:รบกวน|เรียน|สอบ|ถาม|ติดต่อ|ปรึกษา|แจ้ง|ฝาก|พูด|เล่า|ทัก|ติดตาม|ตาม(?:เรื่อง|งาน|ผล)|ส่ง(?:เมล|อีเมล|ข้อความ)))"
)
"""Courtesy: what is asked leave for is writing itself, no licence."""
_BY_POST = lazy.pattern(
    r"(?:เอกสาร|อกส\.?|หนังสือ|ใบ|คำตอบ|ตอบ|ตัวจริง|ฉบับจริง|กระดาษ|ผล)[^\n]{0,30}?(?:ทาง|โดย|ผ่าน|ส่ง)\s?ไปรษณีย์(?:ลงทะเบียน|ไทย|ด่วน(?:พิเศษ)?)?"
)
"""How to be answered (R26), which is nothing that the post office has to do."""


def without_asides(text: str) -> str:
    """A normalised text without these words."""
    if "ขออนุญา" in text:
        text = _LEAVE.sub("", text)
    return _BY_POST.sub(" ", text) if "ไปรษณีย์" in text else text
