"""Public pages from templates: Thai first, English beside it, the same for the server and for a folder of files."""

from datetime import date, datetime
from typing import Any

from mailroom.domain.agency import BANGKOK
from mailroom.domain.texts import Texts
from mailroom.stages.thai import ENGLISH_MONTHS, thai_date, thai_datetime
from mailroom.web.pages import Pages
from mailroom.web.public.links import Links


class PublicPages:
    """Renders the templates below `public/` with words for codes and days."""

    def __init__(self, pages: Pages, *, english: Texts) -> None:
        self._pages = pages
        self._english = english

    def text(self, name: str, to: Links, **context: Any) -> str:
        words = {"to": to, "english": self._english, "day": thai_day, "english_day": english_day, "moment": moment}
        return self._pages.text(f"public/{name}", **words, **context)


def thai_day(value: str | date) -> str:
    """`5 มกราคม 2569`, of a day or of its ISO 8601 form; what is no day stands as it is."""
    on = _day(value)
    return thai_date(on) if on else str(value)


def english_day(value: str | date) -> str:
    """`5 January 2026`."""
    on = _day(value)
    return f"{on.day} {ENGLISH_MONTHS[on.month - 1]} {on.year}" if on else str(value)


def moment(at: datetime) -> str:
    """`วันที่ 5 มกราคม 2569 เวลา 08.30 น.`"""
    return thai_datetime(at)


def _day(value: str | date) -> date | None:
    if isinstance(value, datetime):
        return value.astimezone(BANGKOK).date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None
