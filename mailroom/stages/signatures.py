"""Telling what a person says from how they sign: closings, names, posts, telephones, disclaimers, telephones' own lines.

Nothing is thrown away: a name, an address or a telephone may stand there, and nowhere else. It only says nothing of what
is wanted, while a shop's or an office's name there may sound like a service.
"""

import re

from mailroom.stages import lazy

_LONGEST_LINE = 140
_MOST_LINES = 14
"""A block of more lines, or with longer ones, is a text and no signature."""

_PROGRAM = r"iphone|ipad|android|โทรศัพท์|มือถือ|สมาร์ทโฟน|แท็บเล็ต|samsung|galaxy|huawei|oppo|vivo|xiaomi|redmi|จดหมาย|แอป|mail|อีเมล|yahoo|gmail|outlook|line|windows"
_WHOSE = r"(?:\s?(?:ของ(?:ฉัน|ผม|ดิฉัน|หนู|เรา)|บน|สำหรับ|ใน|my|on|for|mail|ขนาดพกพา|เคลื่อนที่|[a-z0-9+.-]{1,20}))*"
DEVICE = lazy.pattern(
    rf"^\W{{0,3}}(?:sent (?:from|via|with) (?:my |a |an |the )?(?:{_PROGRAM}|proton|blue ?mail|spark|mobile|phone|tablet|[a-z]+ phone){_WHOSE}"
    rf"|(?:ส่งจาก|ตอบกลับจาก|ส่งผ่าน|ส่งด้วย|ส่งโดย|ข้อความนี้ส่งจาก)\s?(?:{_PROGRAM}){_WHOSE}"
    rf"|(?:get|ดาวน์โหลด|รับ) (?:outlook|yahoo mail){_WHOSE}|yahoo mail\s?[:：].{{0,60}})\W{{0,3}}$",
    re.I,
)
"""What a telephone or a program adds below."""
_MARK = lazy.pattern(r"^(?:-- ?|—|--+|__+|==+|\*\*+|~~+|\.{5,}|[─━]{2,})$")
_CLOSING = lazy.pattern(
    r"^\W{0,3}(?:(?:จึงเรียนมาเพื่อ[^\n]{0,80})?\s?(?:ขอแสดงความนับถือ|ขอแสดงความเคารพ|ด้วยความ(?:เคารพ|นับถือ|ขอบคุณ|ขอบพระคุณ)|ด้วยรัก|นับถือ(?:อย่างสูง)?)(?:อย่างสูง|อย่างยิ่ง|เป็นอย่าง(?:สูง|ยิ่ง))?(?:ครับ|ค่ะ|คับ)?"
    r"|(?:with )?(?:best|kind|warm|kindest|warmest|many)? ?(?:regards|wishes)|(?:yours )?(?:sincerely|faithfully|truly|respectfully)(?: yours)?|respectfully|cheers|b\.?r\.?|rgds|yours)\W{0,3}$",
    re.I,
)
_THANKS = lazy.pattern(
    r"^\W{0,3}(?:(?:ขอ)?(?:กราบ)?ขอบ(?:พระ)?คุณ(?:มาก|ล่วงหน้า|เป็นอย่าง(?:สูง|ยิ่ง))?(?:ๆ)?(?:ครับ|ค่ะ|คะ|คับ|ค่า|นะคะ|นะครับ)?|many thanks|thanks(?: a lot| so much| in advance)?|thank you(?: very much| so much| in advance)?)\W{0,3}$",
    re.I,
)
"""Ends a message only when nothing but a signature follows."""
_DISCLAIMER = lazy.pattern(
    r"^\W{0,4}(?:(?:อีเมล|จดหมาย|ข้อความ|email|e-mail)(?:อิเล็กทรอนิกส์)?(?:ฉบับ)?นี้[^\n]{0,60}(?:ความลับ|ข้อมูลลับ|เฉพาะ(?:ผู้รับ|บุคคล)|มีเจตนา|อาจมีข้อมูล|สงวน)|ข้อจำกัดความรับผิด|คำสงวนสิทธิ|หมายเหตุ\s?[:：]\s?อีเมล"
    r"|(?:legal )?disclaimer|confidentiality(?: notice)?|(?:this|the) (?:e-?mail|message|communication|information (?:contained|in this))\b[^\n]{0,80}(?:confidential|intended|privileged|addressee)|if you (?:are not the intended|have received this)"
    r"|please consider the environment|โปรดคำนึงถึงสิ่งแวดล้อม|กรุณา(?:คำนึง|พิจารณา)[^\n]{0,30}ก่อนพิมพ์|virus-?free\b|this e-?mail has been (?:checked|scanned)|ไม่มีไวรัส|อีเมลนี้ได้รับการตรวจสอบ|นโยบายความเป็นส่วนตัว|privacy (?:notice|policy))",
    re.I,
)
_KEEP = lazy.pattern(
    r"^\W{0,3}(?:ป\.?ล\.?|หมายเหตุ(?!\s?[:：]\s?อีเมล)|p\.?\s?s\.?|note|เพิ่มเติม|สิ่งที่(?:ส่ง|แนบ)มาด้วย|เอกสาร(?:ที่)?แนบ|แนบ|ขอ(?!แสดง|บ|งาน)|อีกเรื่อง|และขอ|รบกวน|ต้องการ|encl)",
    re.I,
)
"""Below a closing: these lines say something all the same."""

_TITLE = r"(?:นางสาว|นาง|นาย|น\.\s?ส\.|ด\.[ตญช]\.|ว่าที่\s?ร\.ต\.|ร\.[ตทอ]\.|พ\.[ตทอ]\.|จ\.ส\.[ตทอ]\.|ดร\.|ผศ\.|รศ\.|ศ\.|mr\.?|mrs\.?|ms\.?|miss|dr\.?)"
_NAME = lazy.pattern(
    rf"^\W{{0,3}}(?:\(\s*)?{_TITLE}\s?[^\d\n]{{2,60}}\)?$|^\(\s*[^\d\n()]{{4,60}}\)$|^(?:ลงชื่อ|ผู้แจ้ง|ผู้ร้อง|ผู้ยื่น|ชื่อ)\s?[:：.…]*.{{0,60}}$",
    re.I,
)
_BARE_NAME = lazy.pattern(r"^[^\W\d_][^\d\n,:;?!/()]{1,24} [^\W\d_][^\d\n,:;?!/() ]{1,30}$")
_SPEAKS = lazy.pattern(r"ขอ|ครับ|ค่ะ|คะ|คับ|ด้วย|ไม่|ให้|เรื่อง|แล้ว|please|thank", re.I)
_POST = lazy.pattern(
    r"^\W{0,3}(?:ตำแหน่ง|นักวิชาการ|นักจัดการ|นักพัฒนา|นักทรัพยากร|นิติกร|วิศวกร|สถาปนิก|นายช่าง|เจ้าพนักงาน|เจ้าหน้าที่(?:บริหาร|ธุรการ|ประสาน|การ)|ผู้อำนวยการ|ผอ\.|ผู้ช่วย|รอง(?:ผู้|นายก|ปลัด|ผอ)|หัวหน้า|นายก(?:เทศมนตรี|องค์การ|อบต|สมาคม)|ปลัด|ผู้จัดการ|กรรมการ(?:ผู้จัดการ)?|ประธาน|เลขา|เหรัญญิก|ครู|ผู้ใหญ่บ้าน|กำนัน|พนักงาน|นิติบุคคล"
    r"|(?:general |sales |project |senior |assistant |deputy )*(?:manager|director|officer|engineer|secretary|president|chairman|consultant|accountant|coordinator|administrator)\b)",
    re.I,
)
_OFFICE = lazy.pattern(
    r"^\W{0,3}(?:สำนัก|กอง|ฝ่าย|กลุ่มงาน|กลุ่ม|ส่วน|งาน[ก-๙]{3,}|ศูนย์|บริษัท|บจก|บมจ|หจก|ห้างหุ้นส่วน|ร้าน|โรงเรียน|มหาวิทยาลัย|คณะ|วิทยาลัย|กรม|กระทรวง|องค์การ|อบต|เทศบาล|ที่ทำการ|สมาคม|มูลนิธิ|ชมรม|วัด|นิติบุคคล|.{2,50}(?:co\.,? ?ltd|company limited|\(thailand\)|department|division|municipality|university)\b)",
    re.I,
)
_CONTACT = lazy.pattern(
    r"^\W{0,3}(?:โทร(?:ศัพท์|สาร)?|เบอร์(?:โทร|ติดต่อ)?|มือถือ|ติดต่อ|แฟกซ์|โทรสาร|อีเมล|ไปรษณีย์อิเล็กทรอนิกส์|line(?: ?id)?|ไลน์|ไอดีไลน์|facebook|เฟซบุ๊ก|เว็บไซต์|tel|phone|mobile|cell|fax|e-?mail|web(?:site)?|t|m|f)\s?\.?\s?[:：.]?\s?[\d+(@a-z].{0,60}$"
    r"|^\W{0,3}(?:\+?66|0)[\d\s\-()]{7,16}\W*$|^\W{0,3}\S+@\S+\.\S+\W*$|^\W{0,3}(?:https?://|www\.)\S+$",
    re.I,
)
_PLACE = lazy.pattern(
    r"^\W{0,3}(?:ที่อยู่|บ้านเลขที่|เลขที่|\d{1,5}(?:/\d{1,4})?\s?(?:หมู่|ม\.|ถ\.|ถนน|ซ\.|ซอย|ต\.|ตำบล)|หมู่ที่?\s?\d|ต\.|ตำบล|อ\.|อำเภอ|จ\.|จังหวัด)",
    re.I,
)


def without_signature(lines: list[str]) -> tuple[list[str], list[str]]:
    """What is said, and the signature, of the sender's own normalised lines. Linear in their number."""
    said, signed = _parted([line for line in lines if not DEVICE.match(line.strip())])
    begins = _block(said)
    return said[:begins], [*said[begins:], *signed]


def _parted(lines: list[str]) -> tuple[list[str], list[str]]:
    """At the first mark, closing or disclaimer after which nothing but a signature comes."""
    for index, line in enumerate(lines):
        text = line.strip()
        if not text or len(text) > _LONGEST_LINE + 200:
            continue
        if _MARK.match(text) and (text in ("--", "—") or _signs(lines[index + 1 :])):
            return lines[:index], lines[index:]
        if _DISCLAIMER.match(text) and index:
            return lines[:index], lines[index:]
        if (_CLOSING.match(text) or (_THANKS.match(text) and index)) and _signs(lines[index + 1 :]):
            rest = lines[index + 1 :]
            kept = next((i for i, one in enumerate(rest) if _KEEP.match(one.strip())), len(rest))
            return [*lines[:index], *rest[kept:]], [line, *rest[:kept]]
    return lines, []


def _signs(lines: list[str]) -> bool:
    """Whether these lines can be a signature: few and short ones, up to a disclaimer or what is added below."""
    filled = []
    for line in (one.strip() for one in lines):
        if _DISCLAIMER.match(line) or _KEEP.match(line):
            break
        if line:
            filled.append(line)
    return len(filled) <= _MOST_LINES and all(len(line) <= _LONGEST_LINE for line in filled)


def _block(lines: list[str]) -> int:
    """Where a block of name, post, office and telephone begins that ends the lines; their number where there is none."""
    begins, sure = len(lines), 0
    for index in range(len(lines) - 1, max(-1, len(lines) - 1 - _MOST_LINES), -1):
        line = lines[index].strip()
        if not line:
            continue
        if len(line) > _LONGEST_LINE:
            break
        contact = bool(_CONTACT.match(line))
        if not (contact or any(one.match(line) for one in (_NAME, _POST, _OFFICE, _PLACE))):
            break
        sure += contact or bool(_POST.match(line) or _NAME.match(line))
        begins = index
    if sure < 2:
        return len(lines)
    begins = _with_bare_name(lines, begins)
    return begins if any(line.strip() for line in lines[:begins]) else len(lines)


def _with_bare_name(lines: list[str], begins: int) -> int:
    """A name without a title stands right above the post."""
    above = begins - 1
    if above > 0 and _BARE_NAME.match(lines[above].strip()) and not _SPEAKS.search(lines[above]):
        return above
    return begins
