"""What stands beside a letter in a chat: the receipt as a card, the link of a licence as a button."""

import re
from collections.abc import Callable
from datetime import datetime

from mailroom.domain.agency import BANGKOK, Agency
from mailroom.domain.card import Card, Choice
from mailroom.stages import lazy
from mailroom.stages.chat_words import Tap, Verb
from mailroom.stages.compose import LetterFacts
from mailroom.stages.thai import thai_short_date

Label = Callable[[str, str], str]
"""Words of the catalogue, of (table, key)."""
_TELEPHONE = lazy.pattern(r"[+0-9][0-9 ()\u2013-]{3,24}")
"""The first number of a line that may name several."""


def receipt_card(facts: LetterFacts, title: str, label: Label) -> Card:
    """เลขรับ and both times of a letter, with what one does next: look at the status, call, visit the site."""
    rows = [
        (label("chat", "receipt-entered"), _moment(facts.entered_system_at)),
        (label("chat", "receipt-deemed"), _moment(facts.deemed_received_at)),
    ]
    if not facts.number:
        return Card(title, buttons=_contact(facts.agency, _phone(facts), label))
    if facts.service:
        rows.append((label("chat", "receipt-service"), facts.service.name))
    number = str(facts.number)
    look = Choice(label("chat", "button-status"), data=Tap(Verb.STATUS, detail=number).data)
    return Card(
        title,
        ((label("chat", "receipt-number"), number), *rows),
        buttons=(look, *_contact(facts.agency, _phone(facts), label)),
    )


def link_card(agency: Agency, title: str, link_url: str, status_url: str, label: Label) -> Card:
    """The one-time link of a document, and the public record where one may be named (R116)."""
    fetch = Choice(label("chat", "button-fetch"), url=link_url)
    check = (Choice(label("chat", "button-check"), url=status_url),) if status_url else ()
    return Card(title, buttons=(fetch, *check, *_contact(agency, agency.phone, label)[:1]))


def _contact(agency: Agency, phone: str, label: Label) -> tuple[Choice, ...]:
    found = _TELEPHONE.search(phone)
    digits = re.sub(r"[^0-9+]", "", found[0]) if found else ""
    call = (Choice(label("chat", "button-call"), url=f"tel:{digits}"),) if digits else ()
    site = (Choice(label("chat", "button-site"), url=agency.base_url),) if agency.base_url.startswith("https:") else ()
    return (*call, *site)


def _phone(facts: LetterFacts) -> str:
    announced = facts.announcement.phones if facts.announcement else ()
    return announced[0] if announced else facts.agency.phone


def _moment(at: datetime) -> str:
    local = at.astimezone(BANGKOK)
    return f"{thai_short_date(local.date())} {local:%H.%M} น."
