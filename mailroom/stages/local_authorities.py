"""Other local authorities that a text names: อบต., เทศบาล, อบจ., กรุงเทพมหานคร. Their matters read just like ours.

A name in Thai is followed by the next word without a space, so that where it ends is a guess: it is shown to a clerk,
and compared with the directory and our own names by its beginning.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from mailroom.domain.agency import Agency
from mailroom.domain.service import Catalogue
from mailroom.stages import lazy
from mailroom.stages.catalogue_key import CatalogueKey
from mailroom.stages.normalise import compact

_FORMS = (
    (
        "องค์การบริหารส่วนตำบล",
        r"องค์การบริหารส่วนตำบล|อ\.?บ\.?ต\.|(?:(?<![ก-๙])|(?<=ที่)|(?<=ของ)|(?<=ทาง)|(?<=นายก)|(?<=เขต)|(?<=ปลัด))อบต",
    ),
    ("องค์การบริหารส่วนจังหวัด", r"องค์การบริหารส่วนจังหวัด|อ\.?บ\.?จ\.|(?:(?<![ก-๙])|(?<=ที่)|(?<=ของ)|(?<=ทาง)|(?<=นายก))อบจ"),
    ("เทศบาลนคร", r"เทศบาลนคร|ทน\."),
    ("เทศบาลเมือง", r"เทศบาลเมือง|ทม\."),
    ("เทศบาลตำบล", r"เทศบาลตำบล|ทต\."),
)
"""The full word, and how it is written."""
_NAMED = lazy.pattern(
    "|".join(f"(?P<f{number}>{written})" for number, (_, written) in enumerate(_FORMS)).join(
        ("(?:", r")[ ]?(?P<name>[ก-ฮเ-ไ][ก-๙]{1,40})")
    )
)
_DISTRICTS = (
    "พระนคร|ดุสิต|หนองจอก|บางรัก|บางเขน|บางกะปิ|ปทุมวัน|ป้อมปราบ|พระโขนง|มีนบุรี|ลาดกระบัง|ยานนาวา|สัมพันธวงศ์|พญาไท|ธนบุรี|บางกอกใหญ่|ห้วยขวาง|คลองสาน|ตลิ่งชัน|บางกอกน้อย|บางขุนเทียน"
    "|ภาษีเจริญ|หนองแขม|ราษฎร์บูรณะ|บางพลัด|ดินแดง|บึงกุ่ม|สาทร|บางซื่อ|จตุจักร|บางคอแหลม|ประเวศ|คลองเตย|สวนหลวง|จอมทอง|ดอนเมือง|ราชเทวี|ลาดพร้าว|วัฒนา|บางแค|หลักสี่|สายไหม|คันนายาว|สะพานสูง|วังทองหลาง"
    "|คลองสามวา|บางนา|ทวีวัฒนา|ทุ่งครุ|บางบอน"
)
_BANGKOK = lazy.pattern(
    rf"(?:สำนักงาน)?เขต\s?(?:{_DISTRICTS})(?![ก-๙]{{0,3}}(?:นอก|ใน))|(?:เขต|แขวง)\s?[ก-๙]{{2,20}}\s?(?:กทม|กรุงเทพ)"
)
_NO_NAME = lazy.pattern(
    r"^(?:มา|ไม่|ครับ|ค่ะ|คะ|นะ|ได้|ให้|จะ|ที่|ช่วย|แล้ว|เลย|อยู่|ทำ|ปล่อย|เรื่อง|เก็บ|ซ่อม|ดูแล|รับ|แจ้ง|กับ|และ|หรือ|แต่|เพราะ|เป็น|มี|ต้อง|ควร|ส่ง|ตอบ|บอก|ใน|ของ|จาก|ด้วย|โดย|เพื่อ|ขอ|เรา|เขา|ผม|ดิฉัน|หนู|เก่า|เดิม|อื่น|ไหน|นี้|นั้น|ทุก|แถว|ข้าง|ใกล้|หน้า|เจ้าหน้าที่|ตัว|คน|สั่ง|ออก|ตัด|ไป|เอา|คง|ยัง|เคย|ถึง|ว่า|ก็|เข้า|คุณ|พี่|น้อง|ทั้ง|ผิด|ตอน|เมื่อ|กลับ|เดิน|รื้อ|โทร|รู้|เห็น|ใช้|ขาย|ปิด|กำลัง|ถูก|โดน|ละเลย|ขุด|ฯ|จ้า|งับ|คับ|ดีงับ|ดีค)"
)
"""After an office without a name: ours is meant."""
_PLACE_BEGINS = lazy.pattern(
    r"(?:บ้าน|บาง|หนอง|ท่า|คลอง|โคก|ดอน|นา|ห้วย|เขา|โพ|วัง|แม่|ปาก|ทุ่ง|เกาะ|แก่ง|ลำ|สระ|หัว|เวียง|เชียง|ป่า|ศรี|โนน|บึง|ดง|ตลาด|บ่อ|สัน|พระ|กุด|ไร่|สาม|สวน|ศาลา|ไทร|ราช|รัง|ปลาย|ปทุม|อ่าง|อ่าว|เมือง|เสา|ลาด|ลาน|หาด|ควน|ทับ|ท้าย|เทพ|ชะ|ชุม|ดิน|ตา|ต้น|นิคม|น้ำ|เนิน|แหลม|แสน|สำ|สี|สุ|หลัก|หล่ม|เหนือ|ใหม่|ไผ่|ไม้|พิ|พัน|โป่ง|ปัว|มาบ|มะ|ยาง|ระ|คู|คำ|ขุน|ขาม|กะ|กระ|กำ|เกษตร|แก|แคน"
    r"|จอม|จัน|ช้าง|ชัย|ซับ|ด่าน|แปลง|แพรก|ภู|หมู|อุ|อู่|เอ|ผา|ธา|ธง|ประ|ปรา|พล|พนม|พะ|สะ|สง|สอง|เขื่อน|สมุทร|นคร|อ้อ|อิน|หิน|หลวง|หมื่น|ริม|เจ็ด|เก้า|สิบ|ร่อง|โรง|ลุ่ม|เลิง|ขอนแก่น|พัทยา|รังสิต|หาดใหญ่|อุดร|สกล|นนท์|สงขลา|ภูเก็ต|ตรัง|ยะลา|พิษณุ|ลพบุรี|กาฬสินธุ์|ร้อยเอ็ด|มุกดาหาร|เบตง|คอหงส์|โคราช|ตาก|เลย)"
)
"""How nearly all names of Thai places begin. After an abbreviation nothing else is taken for one: people write on at once."""
_NAME_ENDS = lazy.pattern(
    r"(?<=..)(?:ไม่|มาเก็บ|มาซ่อม|มาตัด|ครับ|ค่ะ|คะ|นะ|จังหวัด|จ\.|อำเภอ|อ\.|ได้|ให้|จะ|ช่วย|แล้ว|เลย|ทำ(?!เล)|ปล่อย|เรื่อง|เก็บ|ซ่อม|ดูแล|แจ้ง|กับ|และ|หรือ|แต่|เพราะ|เป็น|ต้อง|ควร|ส่ง|ตอบ|บอก|ของ|จาก|ด้วย|โดย|เพื่อ|ขอ|ซึ่ง|ยัง|ว่า|ที่จะ|ไหม|มั้ย|หน่อย|ครั้ง|เจ้าหน้าที่|ดับ|พัง|ล้น|เหม็น|ท่วม|เต็ม|ชำรุด|เสียหาย|มืด|รก(?=มาก|$)|หมู่|ซอย|ถนน)"
)
_NOT_THE_PLACE = lazy.pattern(
    r"(?:จาก|ย้าย(?:มา|ออก|ไป|เข้า)?|เคยอยู่|เคย|เดิม|เหมือน(?:กับ)?|ต่างจาก|เช่น|โอน(?:มา)?|ออกโดย|ออกให้โดย|ไปอยู่(?:ที่)?|ไปที่|ปลายทาง|ต้นทาง|อยู่ในทะเบียน|เพิ่งไป|ติดกับ|ใกล้|เขตติดต่อ|ถามที่|ถาม|ส่งต่อ(?:จาก)?)\s?(?:นายก|ปลัด|ทาง|ที่)?\s?$"
)
_ADDRESS = lazy.pattern(r"(?:ที่อยู่(?!ใน)|บ้านเลขที่|จัดส่ง|ส่งไปรษณีย์|ส่งไปที่|ส่งมาที่|ภูมิลำเนา)[^\n]{0,60}$")
_GREETING = lazy.pattern(r"^\s*(?:กราบ)?(?:เรียน|ถึง)\s[^\n]{0,80}$", re.M)
BANGKOK = "กรุงเทพมหานคร"
_CITIES = ("กทม", "กรุงเทพฯ")
"""Written in addresses and on the way as well, so that they are no place by themselves."""
_LOCAL = (*(word for word, _ in _FORMS), "เทศบาล", BANGKOK, "เมืองพัทยา")


@dataclass(frozen=True, slots=True)
class Authority:
    """Another local authority that a text names."""

    name: str
    """In full; as the directory has it, where it is listed."""
    written: str
    """As it stands in the text."""


def is_local(name: str) -> bool:
    """Whether a name of the directory is that of a local authority."""
    return name.startswith(_LOCAL)


def other_authority(text: str, agency: Agency, catalogue: Catalogue) -> Authority | None:
    """The one other local authority that a normalised text names as the place; None where it names none, several, or us."""
    if _speaks_of_us(_GREETING.sub("", text), agency):
        return None
    found = dict.fromkeys(_named(text, agency, catalogue))
    names = {one.name for one in found}
    return next(iter(found)) if len(names) == 1 else None


def _speaks_of_us(text: str, agency: Agency) -> bool:
    said = compact(text)
    return any(name in said for name in _our_names(agency))


def _named(text: str, agency: Agency, catalogue: Catalogue) -> list[Authority]:
    found = []
    for match in _NAMED.finditer(text):
        form = next(word for number, (word, _) in enumerate(_FORMS) if match[f"f{number}"])
        name = _cut(match["name"])
        is_short = "." in match[0][: match.start("name") - match.start()] or match[0].startswith(("อบต", "อบจ"))
        if is_short and not _PLACE_BEGINS.match(name):
            continue
        if not name or _aside(text, match.start()) or _ours(name, agency):
            continue
        found.append(_listed(f"{form}{name}", match[0][: match.start("name") - match.start() + len(name)], catalogue))
    for match in _BANGKOK.finditer(text):
        if not _aside(text, match.start()):
            found.append(Authority(BANGKOK, match[0].strip()))
    found += [one for one in _by_words(text, catalogue) if not found]
    return found


def _cut(name: str) -> str:
    if _NO_NAME.match(name):
        return ""
    end = _NAME_ENDS.search(name)
    return name[: end.start()] if end else name


def _aside(text: str, at: int) -> bool:
    """Where somebody comes from, or lives, is not the place of what they write about."""
    before = text[max(0, at - 70) : at]
    return bool(_NOT_THE_PLACE.search(before[-24:]) or _ADDRESS.search(before))


def _ours(name: str, agency: Agency) -> bool:
    bare = [_bare(one) for one in (agency.name, *agency.aliases)]
    tambon = next(
        (part.strip().removeprefix("ตำบล").strip() for part in agency.place.split(" ") if part.startswith("ตำบล")), ""
    )
    return any(known and (name.startswith(known) or known.startswith(name)) for known in (*bare, tambon))


def _bare(name: str) -> str:
    """A local authority's name without what kind of authority it is."""
    for word, written in (*_FORMS, ("เทศบาล", "เทศบาล")):
        if match := re.match(rf"(?:{word}|{written})\s?", name):
            return name[match.end() :]
    return name


def _listed(name: str, written: str, catalogue: Catalogue) -> Authority:
    """By the directory's own name where that is how the text goes on: a name may run into the next word."""
    for known in _local_names(catalogue):
        if compact(name).startswith(known):
            return Authority(known, written)
    return Authority(name, written)


def _by_words(text: str, catalogue: Catalogue) -> list[Authority]:
    """Authorities of the directory by their own names, such as เมืองพัทยา, and by the words given there."""
    found = []
    for name, words in _listed_ones(CatalogueKey(catalogue)):
        for word in words:
            at = text.find(word)
            if at >= 0 and not _aside(text, at):
                found.append(Authority(name, word))
                break
    return found


@lru_cache(maxsize=64)
def _our_names(agency: Agency) -> tuple[str, ...]:
    return tuple(compact(name) for name in (agency.name, *agency.aliases) if name)


@lru_cache(maxsize=8)
def _listed_ones(key: CatalogueKey) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Local authorities of the directory, each with its name and the words given there; a mere city's name is none."""
    local = [one for one in key.catalogue.agencies if is_local(one.name)]
    return tuple((one.name, (one.name, *(word for word in one.words if word not in _CITIES))) for one in local)


def _local_names(catalogue: Catalogue) -> list[str]:
    return [compact(name) for name, _ in _listed_ones(CatalogueKey(catalogue))]
