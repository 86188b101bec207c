"""Names of attached files: as the sender wrote them, made readable, and flagged when they deceive."""

import re

from channels.email.reading.characters import BIDI, one_line, with_bidi_shown
from channels.email.reading.defects import Defects
from channels.email.reading.limits import NAME_CHARACTERS
from channels.email.reading.media import EXTENSIONS
from channels.email.reading.structure import Part

_RUNNABLE = (
    "exe scr com pif bat cmd ps1 vbs vbe js jse wsf wsh hta msi msp jar lnk url cpl dll reg iso img vhd vhdx one "
    "library-ms settingcontent-ms appref-ms application chm sct apk dmg"
)
_DOUBLE = re.compile(r"\.[a-z0-9]{2,5}\s*\.(?:" + "|".join(_RUNNABLE.split()) + r")[\s.]*$", re.I)
# A slash alone is no path: official letters are numbered 12/2569.
_PATH = re.compile(r"(?:^|/)\.\.(?:/|$)|^/|^[A-Za-z]:|\\")
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.I)
_HIDDEN = re.compile(r"\s{5,}|[\x00-\x1f\x7f\u200b\u2060\ufeff]|:\S|[. ]+$")


def name_of(part: Part, defects: Defects) -> str:
    """The file name that a part declares, empty when there is none. Content-Disposition goes before Content-Type."""
    filename = part.disposition.text("filename")
    other = part.parameters.text("name")
    shown = readable_name(filename or other, defects)
    if filename and other and one_line(filename, NAME_CHARACTERS) != one_line(other, NAME_CHARACTERS):
        defects.add("name-ambiguous", f"{shown} / {one_line(other, NAME_CHARACTERS)}")
    return shown


def readable_name(name: str, defects: Defects) -> str:
    """One line, direction controls spelt out; anything that would deceive a person or a file system is a defect."""
    if not name:
        return ""
    shown = with_bidi_shown(one_line(name, NAME_CHARACTERS))
    if _deceives(name):
        defects.add("name-deceptive", shown)
    return shown if shown.strip(". ") else ""


def _deceives(name: str) -> bool:
    return bool(
        BIDI.search(name)
        or _HIDDEN.search(name)
        or _PATH.search(name)
        or _DEVICE.fullmatch(name.strip())
        or _DOUBLE.search(name)
        or len(name) > NAME_CHARACTERS
    )


def generated_name(number: int, media_type: str) -> str:
    """What a part without a name is called: its number and the extension of its type."""
    return f"part-{number}{EXTENSIONS.get(media_type, '.bin')}"
