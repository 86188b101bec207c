"""References of transfers, as slips and people name them; and the codes that are printed on slips and bills."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation

from mailroom.domain.fact import FactKind, SlipCode, SlipKind
from mailroom.stages import lazy
from mailroom.stages.facts.reading import Found, Reading

_REFERENCE = lazy.pattern(
    r"(?:(?:รหัส|เลข(?:ที่)?|หมายเลข)(?:อ้างอิง|รายการ|ธุรกรรม|ทำรายการ|สลิป)(?:การโอน|การชำระเงิน)?"
    r"|(?<![A-Za-z])(?:transaction|ref(?:erence)?)\.? ?(?:no|id|code|number|[12](?!\d))?(?![A-Za-z]))"
    r"\.? ?(?:คือ|[:：#])? ?(?P<reference>(?=[A-Za-z-]{0,12}\d)[A-Za-z\d][A-Za-z\d-]{6,33}[A-Za-z\d])(?![A-Za-z\d/-])",
    re.I,
)
_LEAST_DIGITS = 6
LONGEST_CODE = 1000
"""Characters of a code; a PromptPay code has no more than 512."""


def find_slip_references(reading: Reading) -> Iterator[Found]:
    """What is named the reference of a transfer and has the look of one."""
    return reading.taking(_slip_references(reading))


def _slip_references(reading: Reading) -> Iterator[Found]:
    for match in _REFERENCE.finditer(reading.text):
        reference = match["reference"]
        if sum(map(str.isdecimal, reference)) >= _LEAST_DIGITS:
            yield Found(FactKind.SLIP_REFERENCE, reference, *match.span("reference"))


def read_slip_code(payload: str) -> SlipCode | None:
    """What the code on a slip or bill says; None for any other code, and where its check sum is wrong. Never fails."""
    payload = payload.strip(" \n\t\x00")
    if not payload.isascii() or len(payload) > LONGEST_CODE:
        return None
    if payload.startswith("|"):
        return _bar_code(payload)
    fields = _fields(payload)
    if fields is None:
        return None
    for read in (_transfer, _wallet, _request):
        if code := read(payload, fields):
            return code
    return None


def crc(payload: str) -> str:
    """CRC-16/CCITT-FALSE in four hexadecimal digits."""
    value = 0xFFFF
    for byte in payload.encode("ascii", "replace"):
        value ^= byte << 8
        for _ in range(8):
            value = (value << 1) ^ 0x1021 if value & 0x8000 else value << 1
        value &= 0xFFFF
    return f"{value:04X}"


def _fields(payload: str) -> dict[str, str] | None:
    """Tag, length and value, each of two digits; None unless they fill the payload exactly."""
    fields: dict[str, str] = {}
    at = 0
    while at < len(payload):
        tag, length = payload[at : at + 2], payload[at + 2 : at + 4]
        if not (len(length) == 2 and tag.isdecimal() and length.isdecimal()):
            return None
        value = payload[at + 4 : at + 4 + int(length)]
        if len(value) != int(length):
            return None
        fields.setdefault(tag, value)
        at += 4 + int(length)
    return fields


def _checks(payload: str, fields: Mapping[str, str], tag: str) -> bool:
    """Whether the check sum of that tag stands last and is right."""
    given = fields.get(tag, "")
    return len(given) == 4 and payload.endswith(f"{tag}04{given}") and crc(payload[:-4]) == given.upper()


def _transfer(payload: str, fields: Mapping[str, str]) -> SlipCode | None:
    inner = _fields(fields.get("00", "")) or {}
    if inner.get("00") != "000001" or not inner.get("02") or not _checks(payload, fields, "91"):
        return None
    return SlipCode(kind=SlipKind.TRANSFER, bank=inner.get("01", ""), reference=inner["02"])


def _wallet(payload: str, fields: Mapping[str, str]) -> SlipCode | None:
    inner = _fields(fields.get("00", "")) or {}
    known = inner.get("00") == "01" and inner.get("01") == "01"
    if not known or not inner.get("03") or not _checks(payload, fields, "91"):
        return None
    return SlipCode(kind=SlipKind.WALLET, reference=inner["03"])


def _request(payload: str, fields: Mapping[str, str]) -> SlipCode | None:
    if fields.get("00") != "01" or not _checks(payload, fields, "63"):
        return None
    anyone, bill = _fields(fields.get("29", "")) or {}, _fields(fields.get("30", "")) or {}
    if not (anyone or bill):
        return None
    payee = bill.get("01") or next((anyone[tag] for tag in ("01", "02", "03", "04") if tag in anyone), "")
    return SlipCode(
        kind=SlipKind.REQUEST,
        reference=bill.get("02", ""),
        reference_2=bill.get("03", ""),
        amount=_baht(fields.get("54", "")),
        biller=payee,
    )


def _bar_code(payload: str) -> SlipCode | None:
    """`|biller CR reference 1 CR reference 2 CR satang`; no sum is written as 0."""
    parts = [part.strip() for part in re.split(r"\r\n|\r|\n", payload[1:])]
    if len(parts) != 4 or not (parts[0].isdecimal() and len(parts[0]) == 15 and parts[1]) or not parts[3].isdecimal():
        return None
    satang = int(parts[3])
    amount = f"{Decimal(satang) / 100:.2f}" if satang else ""
    return SlipCode(kind=SlipKind.BAR_CODE, reference=parts[1], reference_2=parts[2], amount=amount, biller=parts[0])


def _baht(written: str) -> str:
    try:
        amount = Decimal(written)
    except InvalidOperation:
        return ""
    return f"{amount:.2f}" if amount.is_finite() and 0 < amount < 10**12 else ""
