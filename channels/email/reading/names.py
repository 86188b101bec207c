"""Names of attached files: as the sender wrote them, made readable, and flagged when they deceive."""

from channels.email.reading.structure import Part
from mailroom.media import EXTENSIONS
from mailroom.stages.characters import one_line, with_bidi_shown
from mailroom.stages.defects import Defects
from mailroom.stages.file_names import NAME_CHARACTERS, deceives, shown_name


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
    if deceives(name):
        defects.add("name-deceptive", with_bidi_shown(one_line(name, NAME_CHARACTERS)))
    return shown_name(name)


def generated_name(number: int, media_type: str) -> str:
    """What a part without a name is called: its number and the extension of its type."""
    return f"part-{number}{EXTENSIONS.get(media_type, '.bin')}"
