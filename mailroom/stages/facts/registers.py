"""Numbers that our registers gave: เลขรับ, and the numbers and codes of licences."""

import re
from collections.abc import Iterator

from mailroom.domain.fact import FactKind
from mailroom.stages import lazy
from mailroom.stages.codes import ALPHABET
from mailroom.stages.facts.reading import Found, Reading
from mailroom.stages.mentions import QUOTED_NUMBER

_WITH_YEAR = lazy.pattern(r"(?<![\d/.,-])(\d{1,7}) ?/ ?(2[45]\d\d|26\d\d)(?![\d/])")
_LICENCE = lazy.pattern(
    r"(?:ใบอนุญาต|ใบแทน|หนังสือรับรองการแจ้ง|licen[cs]e)[^\n\d/]{0,60}(?:เล่มที่ ?\d{1,4}[^\n\d/]{0,12})?$", re.I
)
_LICENCE_REACH = 90
_CODE = lazy.pattern(
    rf"(?<![A-Za-z\d-])(?=[\d-]{{0,13}}[A-Z])(?:[{ALPHABET}]{{4}}-){{2}}[{ALPHABET}]{{4}}(?![A-Za-z\d-])"
)


def find_registers(reading: Reading) -> Iterator[Found]:
    """Numbers with their year, by what is written before them. That they exist is not said."""
    return reading.taking(_registers(reading))


def _registers(reading: Reading) -> Iterator[Found]:
    for match in QUOTED_NUMBER.finditer(reading.text):
        place = match.start(1), match.end(2)
        yield Found(FactKind.REGISTER_NUMBER, f"{int(match[1])}/{match[2]}", *place)
    for match in _WITH_YEAR.finditer(reading.text):
        if _LICENCE.search(reading.before(match.start(), _LICENCE_REACH)):
            yield Found(FactKind.LICENCE_NUMBER, f"{int(match[1])}/{match[2]}", *match.span())
    for match in _CODE.finditer(reading.text):
        yield Found(FactKind.LICENCE_NUMBER, match[0], *match.span())
