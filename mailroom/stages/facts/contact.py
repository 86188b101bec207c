"""Telephones and e-mail addresses."""

import re
from collections.abc import Iterator

from mailroom.domain.fact import FactKind
from mailroom.stages import lazy
from mailroom.stages.facts.reading import Found, Reading

_PHONE = lazy.pattern(
    r"(?<![A-Za-z\d])(?<!\d[/.-])"
    r"(?:\(?(?:\+|00)66\)?[- .]{0,2}(?:\(?0\)?)?[- .]?|66[- .]?|\(?0[- .]?)"
    r"(?:[689]\d\)?[- .]?\d{3}[- .]?\d{4}|[689]\)?[- .]\d{4}[- .]?\d{4}|2[- .)]{0,2}\d{3}[- .]?\d{4}"
    r"|[3-7]\d[- .)]{0,2}\d{3}[- .]?\d{3})(?![\d/])(?!-\d{5})"
    r"(?: ?(?:ต่อ|กด|ext\.?) ?\d{1,5}(?!\d))?",
    re.I,
)
_EXTENSION = lazy.pattern(r" ?(?:ต่อ|กด|ext)", re.I)
_EMAIL = lazy.pattern(
    r"(?<![A-Za-z0-9_%+'.-])[A-Za-z0-9_%+'-][A-Za-z0-9_%+'.-]{0,63}"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,8}[A-Za-z]{2,63}(?![A-Za-z0-9@])"
)


def find_emails(reading: Reading) -> Iterator[Found]:
    return reading.taking(_emails(reading))


def _emails(reading: Reading) -> Iterator[Found]:
    for match in _EMAIL.finditer(reading.text):
        local, _, domain = match[0].partition("@")
        yield Found(FactKind.EMAIL, f"{local}@{domain.lower()}", *match.span())


def find_phones(reading: Reading) -> Iterator[Found]:
    """Thai numbers, with or without the country's code; an extension belongs to the place, not to the value."""
    return reading.taking(_phones(reading))


def _phones(reading: Reading) -> Iterator[Found]:
    for match in _PHONE.finditer(reading.text):
        digits = re.sub(r"\D", "", _EXTENSION.split(match[0])[0])
        national = re.sub(r"^(?:00)?660?", "0", digits) if re.match(r"(?:00)?66", digits) else digits
        if len(national) in (9, 10):
            yield Found(FactKind.PHONE, national, *match.span())
