"""Identity numbers of people and firms; and numbers that look like one, or like a telephone, and are neither."""

import re
from collections.abc import Iterator

from stdnum.th import tin

from mailroom.domain.fact import Doubt, FactKind
from mailroom.stages import lazy
from mailroom.stages.facts.reading import Found, Reading
from mailroom.stages.marks import COURT_CASE

_NUMBER = lazy.pattern(
    r"(?<![A-Za-z\d.,/-])(?:\d{12}-?\d|\d[ -]\d{4}[ -]\d{5}[ -]\d{2}[ -]\d|\d[ -]\d{2}[ -]\d[ -]\d{3}[ -]\d{5}[ -]\d"
    r"|\d(?:[ -]?\d){12})(?![\d/-]|\.\d)"
)
_GROUPED = lazy.pattern(r"\d{12}-?\d|\d([ -])\d{4}\1\d{5}\1\d{2}\1\d|\d([ -])\d{2}\2\d\2\d{3}\2\d{5}\2\d")
"""As cards and certificates print them. Digits in any other groups are one number only where a label says so."""
_LABEL = lazy.pattern(
    r"(?:ประจำตัว|ประชาชน|เลขบัตร|บัตร\s?ปชช|ปชช\.?|ผู้เสียภาษี|นิติบุคคล|(?<![A-Za-z])(?:id|tin|tax)\b[^\n\d]{0,15})[^\n\d]{0,25}$",
    re.I,
)
_OTHER_NUMBER = lazy.pattern(
    r"(?:บัญชี|พัสดุ|ผู้ใช้ไฟ|ผู้ใช้น้ำ|มิเตอร์|สัญญา|บาร์โค้ด|ใบเสร็จ|โฉนด|ระวาง|เครื่อง(?:หมาย)?เลข|ตัวถัง|(?<![A-Za-z])(?:account|acc|a/c|tracking|ems|barcode|invoice))"
    r"[^\n\d]{0,30}?([A-Z]{0,4}\d(?:-?\d){4,19}(?:[A-Z]{2})?|\d{3}(?: \d{1,6}){3})(?!\d)",
    re.I,
)
_PARCEL = lazy.pattern(r"(?<![A-Za-z\d])[A-Z]{2} ?\d{4} ?\d{4} ?\d ?TH(?![A-Za-z])")
_ACCOUNT = lazy.pattern(r"(?<![\d-])\d{3}-\d-\d{5}-\d(?![\d-])")
_PLATE = lazy.pattern(r"ทะเบียน(?:รถ)?(?:[^\n\d]{0,18}[ :])?(?:\d{1,2} ?)?[ก-ฮ]{1,3}[ -]?\d{1,4}(?![\d/])")
_WEB = lazy.pattern(r"(?<![A-Za-z])(?:https?://|www\.)[^\s]{1,2000}", re.I)


def find_identity(reading: Reading) -> Iterator[Found]:
    """Thirteen digits with the right check digit; with a wrong one where they are labelled or grouped as such, in doubt."""
    return reading.taking(_identity(reading))


def _identity(reading: Reading) -> Iterator[Found]:
    for match in _NUMBER.finditer(reading.text):
        digits = re.sub(r"\D", "", match[0])
        grouped = bool(_GROUPED.fullmatch(match[0]))
        labelled = bool(_LABEL.search(reading.before(match.start())))
        if not (labelled or grouped):
            continue
        kind = FactKind.JURISTIC_ID if digits.startswith("0") else FactKind.THAI_ID
        if tin.is_valid(digits):
            yield Found(kind, digits, *match.span())
        elif labelled or not match[0].isdecimal():
            yield Found(kind, digits, *match.span(), Doubt.CHECK_DIGIT)


def take_others(reading: Reading) -> None:
    """Take what is no fact of ours: web addresses, cases of courts, number plates, accounts, parcels and meters."""
    for pattern in (_WEB, COURT_CASE, _PLATE, _PARCEL, _ACCOUNT):
        for match in pattern.finditer(reading.text):
            reading.take(*match.span())
    for match in _OTHER_NUMBER.finditer(reading.text):
        reading.take(*match.span(1))
