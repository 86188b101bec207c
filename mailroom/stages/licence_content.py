"""Items of a licence as clerks enter them: made tidy, and checked before a paper is submitted."""

import re
from dataclasses import replace
from datetime import date
from types import MappingProxyType

from mailroom.domain.licence import LicenceContent
from mailroom.domain.service import Service
from mailroom.stages import lazy
from mailroom.stages.identity import LENGTH, has_check_digit
from mailroom.stages.normalise import normalised

LONGEST = 2000
"""Characters of one item; a page has room for about as many."""
EARLIEST, LATEST = date(1900, 1, 1), date(2400, 12, 31)
"""Beyond these a year is one of the Buddhist era, or a slip."""

_STEERING = lazy.pattern("[\x00-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff]+")
_MONEY = lazy.pattern(r"\d{1,12}(\.\d{1,2})?")


def tidied(text: str) -> str:
    """One line without what is invisible or steers a terminal; Arabic digits, one spelling for each Thai vowel."""
    return normalised(_STEERING.sub(" ", text)).strip()


def tidied_content(content: LicenceContent) -> LicenceContent:
    """The same items, each one tidy; empty ones of the service's own are left out. Never fails."""
    extra = {tidied(key): tidied(value) for key, value in content.extra.items()}
    return replace(
        content,
        holder=tidied(content.holder),
        holder_id=re.sub(r"[\s-]", "", tidied(content.holder_id)),
        premises=tidied(content.premises),
        address=tidied(content.address),
        business=tidied(content.business),
        conditions=tuple(text for text in map(tidied, content.conditions) if text),
        fee=tidied(content.fee).replace(",", ""),
        receipt=tidied(content.receipt),
        extra=MappingProxyType({key: value for key, value in extra.items() if value}),
    )


def faults(content: LicenceContent, service: Service) -> tuple[tuple[str, str], ...]:
    """What is wrong with tidy items, as (code of the table `refusals`, name of the item); empty when nothing is."""
    found = [
        ("item-missing", "holder") if not content.holder else None,
        ("identity-wrong", "holder_id") if not _identity_right(content.holder_id) else None,
        ("fee-unreadable", "fee") if content.fee and not _MONEY.fullmatch(content.fee) else None,
        *(("item-missing", one.label) for one in service.fields if one.required and not content.extra.get(one.key)),
        *(("item-unknown", key) for key in content.extra if all(key != one.key for one in service.fields)),
        *(("item-too-long", name) for name, text in _texts(content) if len(text) > LONGEST),
        *_faults_of_days(content),
    ]
    return tuple(one for one in found if one is not None)


def _identity_right(number: str) -> bool:
    """Thirteen digits must check; other digits (a passport has letters) are no number of this kind at all."""
    return not number or (len(number) == LENGTH and has_check_digit(number))


def _texts(content: LicenceContent) -> list[tuple[str, str]]:
    plain = ("holder", "premises", "address", "business", "receipt")
    texts = [(name, str(getattr(content, name))) for name in plain]
    return [*texts, *(("conditions", text) for text in content.conditions), *content.extra.items()]


def _faults_of_days(content: LicenceContent) -> list[tuple[str, str]]:
    days = {"issued_on": content.issued_on, "starts_on": content.starts_on, "expires_on": content.expires_on}
    found = [("day-impossible", name) for name, day in days.items() if day and not EARLIEST <= day <= LATEST]
    if content.expires_on is not None and content.expires_on < content.starts_on:
        found.append(("ends-before-start", "expires_on"))
    return found
