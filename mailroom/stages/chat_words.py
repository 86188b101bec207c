"""What a few words or a tap mean: commands, numbers, codes, names, addresses, and the data behind our buttons."""

import re
from dataclasses import dataclass
from enum import StrEnum

from mailroom.stages import lazy
from mailroom.stages.normalise import compact, normalised

DATA_LIMIT = 300
"""Characters of data that a button may carry, as LINE has it."""
_MARK = "m1"
"""Version of our button data: old buttons stay on screens for years."""
NAME_LIMIT = 100
EMAIL_LIMIT = 254


class Command(StrEnum):
    """Words that, alone in a message, ask the program for something."""

    STATUS = "status"
    MENU = "menu"
    HELP = "help"
    GREETING = "greeting"
    CANCEL = "cancel"
    DROP = "drop"
    SUBMIT = "submit"
    SKIP = "skip"
    NEW = "new"
    SERVICES = "services"
    EMAIL = "email"


_COMMANDS = {
    Command.STATUS: "สถานะ ดูสถานะ เช็คสถานะ เช็กสถานะ ขอสถานะ ตรวจสอบสถานะ ติดตามเรื่อง ติดตามสถานะ status",
    Command.MENU: "เมนู เมนูหลัก กลับเมนู menu",
    Command.HELP: "ช่วยเหลือ ช่วยด้วย วิธีใช้ วิธีใช้งาน help",
    Command.GREETING: "สวัสดี หวัดดี ดี สวัสดีตอนเช้า สวัสดีตอนบ่าย สวัสดีตอนเย็น hello hi hey goodmorning goodafternoon สอบถาม สอบถามหน่อย",
    Command.CANCEL: "ยกเลิก cancel",
    Command.DROP: "ทิ้ง ทิ้งทั้งหมด discard",
    Command.SUBMIT: "ส่งเรื่อง ยืนยัน ยืนยันการส่ง ส่งได้เลย submit confirm",
    Command.SKIP: "ข้าม ไม่มี ขอข้าม skip none",
    Command.NEW: "เรื่องใหม่ เป็นเรื่องใหม่ newmatter",
    Command.SERVICES: "เลือกบริการ บริการ รายการบริการ service services",
    Command.EMAIL: "อีเมล อีเมล์ แจ้งอีเมล แจ้งอีเมล์ email e-mail",
}
_MEANINGS = {word: command for command, words in _COMMANDS.items() for word in words.split()}
_COURTESY = lazy.pattern(r"(?:นะ)?(?:ครับผม|ครับ|คับ|ค่ะ|คะ|คร้าบ|ค้าบ|จ้า|จ้ะ|จ๊ะ|ฮะ)?(?:ๆ)?$")
_EDGES = " \n\t.,!?…-–—*'\"“”()[]「」🙏😊👋"
_NUMBER = lazy.pattern(r"(?:เลขรับ|เลขที่รับ|เลขทะเบียนรับ|เลขที่|no\.?)?:?0*([1-9][0-9]{0,6})/(2[56][0-9]{2})")
_WITHIN = lazy.pattern(r"(?<![0-9/.])0*([1-9][0-9]{0,6}) ?/ ?(2[56][0-9]{2})(?![0-9/])")
_CODE = lazy.pattern(r"[0-9]{6}")
_EMAIL = lazy.pattern(
    r"[A-Za-z0-9_%+'-]+(?:\.[A-Za-z0-9_%+'-]+)*@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)
_LETTER = lazy.pattern("[A-Za-z\u0e01-\u0e2e]{2}|[^\\W\\d_]{2}")


def command(text: str) -> Command | None:
    """What a message asks for when it is nothing but that; courtesy and punctuation around it do not count."""
    if len(text) > 60:
        return None
    bare = _bare(text)
    return _MEANINGS.get(bare) or _MEANINGS.get(_COURTESY.sub("", bare))


def are_words_of(text: str, label: str) -> bool:
    """Whether somebody typed what stands on a button, courtesy and punctuation aside."""
    bare, wanted = _bare(text), _bare(label)
    return bool(wanted) and wanted in (bare, _COURTESY.sub("", bare).strip(_EDGES))


def _bare(text: str) -> str:
    return compact(text.strip(_EDGES)).strip(_EDGES)


def register_number(text: str) -> str:
    """`41/2569` where the text is a register number alone, in Thai or Arabic digits; else empty."""
    match = _NUMBER.fullmatch(compact(text)) if len(text) <= 60 else None
    return f"{match[1]}/{match[2]}" if match else ""


def numbers_in(text: str) -> list[str]:
    """Everything within a text that looks like a register number, in order; few texts hold one, and it proves nothing."""
    return [f"{match[1]}/{match[2]}" for match in _WITHIN.finditer(normalised(text))] if "/" in text else []


def code(text: str) -> str:
    """Six digits, Thai or Arabic, alone; spaces between them do not count. Else empty."""
    bare = compact(text) if len(text) <= 30 else ""
    return bare if _CODE.fullmatch(bare) else ""


def place_in_list(text: str, length: int) -> int | None:
    """Index of a numbered line that is named by its number alone, counted from 1."""
    bare = compact(text).removesuffix(".") if len(text) <= 10 else ""
    number = int(bare) if bare.isdecimal() and bare.isascii() else 0
    return number - 1 if 1 <= number <= length else None


def email_address(text: str) -> str:
    """The address where the text is one alone: Thai digits and stray spaces are put right. Else empty.

    Its domain is in small letters.
    """
    if len(text) > EMAIL_LIMIT + 40:
        return ""
    bare = "".join(normalised(text).split()).removeprefix("mailto:").strip("<>.,;")
    if not _EMAIL.fullmatch(bare) or len(bare) > EMAIL_LIMIT or len(bare.partition("@")[0]) > 64:
        return ""
    local, _, domain = bare.partition("@")
    return f"{local}@{domain.lower()}"


def person_name(text: str) -> str:
    """The text in one line where it may be a person's or a firm's name; else empty."""
    name = " ".join(normalised(text).split())
    if "\n" in text.strip() or len(name) > NAME_LIMIT or "@" in name or "://" in name or not _LETTER.search(name):
        return ""
    return name


def is_english(text: str) -> bool | None:
    """Whether words are English rather than Thai; None where they do not tell."""
    if re.search("[\u0e01-\u0e5b]", text):
        return False
    return True if re.search("[A-Za-z]{2}", text) and "@" not in text else None


class Verb(StrEnum):
    """What a button of ours asks for."""

    MENU = "menu"
    HELP = "help"
    STATUS = "status"
    SERVICES = "services"
    SERVICE = "service"
    EMAIL = "email"
    CODE = "code"
    ATTACH = "attach"
    NEW = "new"
    SKIP = "skip"
    MORE = "more"
    KNOWN = "known"
    EDIT = "edit"
    SUBMIT = "submit"
    CANCEL = "cancel"
    DROP = "drop"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Tap:
    """A button that was tapped. It proves nothing: anybody can send any data (fault 160)."""

    verb: Verb
    conversation: str = ""
    """For which it was shown; empty where it holds for any."""
    detail: str = ""

    @property
    def data(self) -> str:
        """As a button carries it."""
        return f"{_MARK}|{self.verb}|{self.conversation}|{self.detail}"[:DATA_LIMIT]


def tapped(data: str) -> Tap | None:
    """The tap that data of ours stands for; None for anything else."""
    parts = data.split("|") if len(data) <= DATA_LIMIT else []
    if len(parts) != 4 or parts[0] != _MARK or parts[1] not in set(Verb):
        return None
    return Tap(Verb(parts[1]), parts[2], parts[3])
