"""Items of a licence by key and text, as forms and command lines give them."""

from collections.abc import Mapping
from dataclasses import fields, replace
from types import MappingProxyType
from typing import Any

from mailroom.domain.errors import RefusedActionError
from mailroom.domain.licence import LicenceContent
from mailroom.domain.service import Service
from mailroom.stages.licence_rows import written_day

_DAYS = frozenset({"issued_on", "starts_on", "expires_on"})
_COMMON = frozenset(one.name for one in fields(LicenceContent)) - {"extra"}


def item_keys(service: Service) -> tuple[str, ...]:
    """Every key that licences of a service know."""
    return tuple(sorted(_COMMON | {one.key for one in service.fields}))


def with_items(content: LicenceContent, service: Service, items: Mapping[str, str]) -> LicenceContent:
    """The content with these items instead of its own. Conditions are lines; days as `written_day` reads them.

    Raises RefusedActionError for a key that this kind of licence has not, and for what is no day.
    """
    own = {one.key for one in service.fields}
    extra = dict(content.extra)
    changes: dict[str, Any] = {}
    for key, text in items.items():
        if key in own:
            extra[key] = text
        elif key == "conditions":
            changes[key] = tuple(line for line in text.splitlines() if line.strip())
        elif key in _DAYS:
            changes[key] = _day(key, text)
        elif key in _COMMON:
            changes[key] = text
        else:
            raise RefusedActionError("item-unknown", key)
    return replace(content, **changes, extra=MappingProxyType(extra))


def _day(key: str, text: str) -> Any:
    """None is a day for the last one alone: the licence does not lapse."""
    if not text.strip() and key == "expires_on":
        return None
    day = written_day(text)
    if day is None:
        raise RefusedActionError("day-unreadable", text)
    return day
