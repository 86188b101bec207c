"""Names of files as strangers give them: made readable, and told apart from those that deceive."""

import re

from mailroom.stages import lazy
from mailroom.stages.characters import BIDI, one_line, with_bidi_shown

NAME_CHARACTERS = 300
"""A longer name is cut."""
_RUNNABLE = (
    "exe scr com pif bat cmd ps1 vbs vbe js jse wsf wsh hta msi msp jar lnk url cpl dll reg iso img vhd vhdx one "
    "library-ms settingcontent-ms appref-ms application chm sct apk dmg"
)
_DOUBLE = lazy.pattern(r"\.[a-z0-9]{2,5}\s*\.(?:" + "|".join(_RUNNABLE.split()) + r")[\s.]*$", re.I)
# A slash alone is no path: official letters are numbered 12/2569.
_PATH = lazy.pattern(r"(?:^|/)\.\.(?:/|$)|^/|^[A-Za-z]:|\\")
_DEVICE = lazy.pattern(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.I)
_HIDDEN = lazy.pattern(r"\s{5,}|[\x00-\x1f\x7f\u200b\u2060\ufeff]|:\S|[. ]+$")


def shown_name(name: str) -> str:
    """One line, direction controls spelt out; empty where nothing of it could be a name."""
    shown = with_bidi_shown(one_line(name, NAME_CHARACTERS))
    return shown if shown.strip(". ") else ""


def deceives(name: str) -> bool:
    """Whether it would deceive a person or a file system: hidden endings and directions, paths, devices."""
    return bool(
        BIDI.search(name)
        or _HIDDEN.search(name)
        or _PATH.search(name)
        or _DEVICE.fullmatch(name.strip())
        or _DOUBLE.search(name)
        or len(name) > NAME_CHARACTERS
    )
