"""Parts of addresses: house, หมู่, ซอย, ถนน, ตำบล or แขวง, อำเภอ or เขต, จังหวัด and postal code."""

import re
from collections.abc import Iterator

from mailroom.domain.fact import FactKind
from mailroom.stages import lazy
from mailroom.stages.facts.reading import Found, Reading

PROVINCES = (
    "กรุงเทพมหานคร กระบี่ กาญจนบุรี กาฬสินธุ์ กำแพงเพชร ขอนแก่น จันทบุรี ฉะเชิงเทรา ชลบุรี ชัยนาท ชัยภูมิ ชุมพร เชียงราย เชียงใหม่ "
    "ตรัง ตราด ตาก นครนายก นครปฐม นครพนม นครราชสีมา นครศรีธรรมราช นครสวรรค์ นนทบุรี นราธิวาส น่าน บึงกาฬ บุรีรัมย์ ปทุมธานี "
    "ประจวบคีรีขันธ์ ปราจีนบุรี ปัตตานี พระนครศรีอยุธยา พะเยา พังงา พัทลุง พิจิตร พิษณุโลก เพชรบุรี เพชรบูรณ์ แพร่ ภูเก็ต มหาสารคาม "
    "มุกดาหาร แม่ฮ่องสอน ยโสธร ยะลา ร้อยเอ็ด ระนอง ระยอง ราชบุรี ลพบุรี ลำปาง ลำพูน เลย ศรีสะเกษ สกลนคร สงขลา สตูล "
    "สมุทรปราการ สมุทรสงคราม สมุทรสาคร สระแก้ว สระบุรี สิงห์บุรี สุโขทัย สุพรรณบุรี สุราษฎร์ธานี สุรินทร์ หนองคาย หนองบัวลำภู "
    "อ่างทอง อำนาจเจริญ อุดรธานี อุตรดิตถ์ อุทัยธานี อุบลราชธานี"
).split()
"""All seventy-seven, Bangkok among them."""
_ALIASES = {
    "กรุงเทพฯ": "กรุงเทพมหานคร",
    "กรุงเทพ": "กรุงเทพมหานคร",
    "กทม.": "กรุงเทพมหานคร",
    "กทม": "กรุงเทพมหานคร",
    "อยุธยา": "พระนครศรีอยุธยา",
}
_PROVINCE_NAME = "|".join(sorted((*PROVINCES, *map(re.escape, _ALIASES)), key=len, reverse=True))
_NEXT = r"(?=[\s,)\d]|หมู่|ตำบล|แขวง|อำเภอ|เขต|จังหวัด|ถนน|ซอย|กรุงเทพ|กทม|ต\.|อ\.|จ\.|ถ\.|ซ\.|รหัส|โทร|ขาด|ไม่|ได้|แล้ว|มาก|เป็น|ครับ|ค่ะ|คะ|ซึ่ง|และ|ช่วย|น้ำท่วม|อยาก|ไหม|มั้ย|ใช่|$)"
_NAME = rf"(?P<name>[ก-ฮเแโใไ][ก-๙]{{1,19}}?){_NEXT}"
_START = r"(?<![ก-๙.])"
_NO_NAME = r"(?!เทศบาล|เลือกตั้ง|พื้นที่|ก่อสร้าง|อุตสาหกรรม|ล่วงหน้า|โทร|ใช่|ไป|มา|ที่|ของ|นี้|นั้น|เรา|ใน|และ|หรือ|ใกล้|เดียว|ต่าง|ละ|อะไร|ไหน|ใด|หน้า|ข้าง|หลัง|บ้าน(?:ผม|ฉัน|ดิฉัน|เรา)|ชำรุด|พัง|เป็น|มี|ไม่|เส้น|ทาง|ลูกรัง|คอนกรีต|ลาดยาง|ขรุขระ|ตัน|แคบ|เข้า|ซึ่ง|ได้|ก็|มืด|ทรุด|แตก)"


_WORD = r"[ก-ฮเแโใไ][ก-๙]"
_COUNT = r"\d{1,3}(?:/\d{1,3})?(?![\d/])"
_NUMBER = r"\d{1,5}(?:/\d{1,5})?"

_STRONG = (
    (FactKind.PROVINCE, rf"(?:จังหวัด|{_START}จ\.) ?(?P<name>{_PROVINCE_NAME})"),
    (FactKind.PROVINCE, rf"(?P<name>กรุงเทพมหานคร|กรุงเทพฯ|{_START}กทม\.?(?![ก-๙]))"),
    (
        FactKind.HOUSE,
        (
            r"(?:บ้านเลขที่|อยู่(?:บ้าน)?เลขที่|(?:ที่อยู่|ที่ตั้ง) ?[:：]?(?: ?(?:บ้าน)?เลขที่)?) ?"
            rf"(?P<name>{_NUMBER}(?:-\d{{1,5}})?)(?![\d/.,-])"
        ),
    ),
    (FactKind.MOO, r"หมู่(?:บ้าน)?(?:ที่)? ?(?P<name>\d{1,2})(?![\d/.,:])"),
    (FactKind.SOI, rf"(?:ซอย|{_START}ซ\.) ?{_NO_NAME}(?P<name>(?:{_WORD}{{0,20}}? ?)?{_COUNT})"),
    (FactKind.SUBDISTRICT, rf"(?:ตำบล|แขวง) ?{_NO_NAME}{_NAME}"),
    (FactKind.SUBDISTRICT, rf"{_START}ต\. ?(?!ค\.|ร\.|ต\.|ค ){_NAME}"),
    (FactKind.DISTRICT, rf"(?<!นาย)(?<!เกษตร)(?<!ปลัด)อำเภอ ?{_NO_NAME}{_NAME}"),
    (FactKind.POSTCODE, r"(?:รหัส)?ไปรษณีย์ ?[:：]? ?(?P<name>[1-9]\d{4})(?!\d)"),
)
"""These say of themselves what they are."""
_WEAK = (
    (FactKind.MOO, rf"{_START}ม\. ?(?P<name>\d{{1,2}})(?![\d/.,])"),
    (FactKind.SOI, rf"(?:ซอย|{_START}ซ\.) ?{_NO_NAME}{_NAME}"),
    (FactKind.ROAD, rf"(?:ถนน|{_START}ถ\.) ?{_NO_NAME}(?P<name>{_WORD}{{1,24}}? ?\d{{1,4}}(?![\d/]))"),
    (FactKind.ROAD, rf"(?:ถนน|{_START}ถ\.) ?{_NO_NAME}{_NAME}"),
    (FactKind.DISTRICT, rf"(?:{_START}อ\.|(?<!ใน)เขต) ?{_NO_NAME}{_NAME}"),
    (FactKind.PROVINCE, rf"(?<![ก-๙])(?P<name>{_PROVINCE_NAME})(?![ก-๙])"),
    (FactKind.HOUSE, rf"(?:เลขที่ ?)?(?<![\d/.,-])(?P<name>{_NUMBER})(?= ?(?:หมู่|ม\.|ซอย|ซ\.|ถนน|ถ\.|ตำบล|ต\.|แขวง))"),
    (FactKind.POSTCODE, r"(?<![\d/.,-])(?P<name>[1-9]\d{4})(?![\d/.,-])"),
)
"""These count only beside another part of an address."""
_PATTERNS = tuple(
    (kind, lazy.pattern(pattern), alone)
    for alone, table in ((True, _STRONG), (False, _WEAK))
    for kind, pattern in table
)
_BETWEEN = lazy.pattern(r"[ ,\n]{0,3}(?:รหัสไปรษณีย์ ?|บ้านเลขที่ ?|เลขที่ ?)?")
_LABEL = "เลขที่"
ENOUGH = 3
"""So many weak parts in a row are an address."""
_UNLIKE_HOUSES = lazy.pattern(r"(?:โฉนด|ระวาง|ใบอนุญาต|หนังสือ|ใบเสร็จ|เอกสาร|คำขอ|เล่ม|รับ)(?:ที่ดิน)?(?:เลข)?(?:ที่)? ?$")


def find_places(reading: Reading) -> Iterator[Found]:
    """Parts that say of themselves what they are, and weaker ones in an address: beside such a part, or three in a row."""
    row: list[tuple[Found, bool]] = []
    for one in sorted(_candidates(reading), key=lambda one: one[0].start):
        if row and not _BETWEEN.fullmatch(reading.text, row[-1][0].end, one[0].start):
            yield from _certain(reading, row)
            row = []
        row.append(one)
    yield from _certain(reading, row)


def _certain(reading: Reading, row: list[tuple[Found, bool]]) -> Iterator[Found]:
    """Of parts in a row; a bare number is a postal code only behind a province."""
    enough = len(row) >= ENOUGH or any(alone for _, alone in row)
    labelled = len(row) > 1 and reading.text.startswith(_LABEL, row[0][0].start)
    before: Found | None = None
    for part, alone in row:
        is_stray = part.kind is FactKind.POSTCODE and (before is None or before.kind is not FactKind.PROVINCE)
        if alone or ((enough or labelled) and not is_stray):
            yield part
        before = part


def _candidates(reading: Reading) -> Iterator[tuple[Found, bool]]:
    for kind, pattern, alone in _PATTERNS:
        for match in pattern.finditer(reading.text):
            start, end = match.span()
            if kind is FactKind.HOUSE and _UNLIKE_HOUSES.search(reading.before(match.start("name"))):
                continue
            if reading.is_free(start, end):
                reading.take(start, end)
                name = " ".join(match["name"].split())
                yield Found(kind, _ALIASES.get(name, name), start, end), alone
