"""Column types that mean the same on SQLite and on PostgreSQL."""

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, overload

from sqlalchemy import DateTime, Dialect, Text
from sqlalchemy.types import TypeDecorator


class UtcTime(TypeDecorator[datetime]):
    """An aware instant. SQLite, which knows no zones, holds it as UTC in ISO form, so that text order is time order."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any]:
        return _iso_time if dialect.name == "sqlite" else _utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class CleanText(TypeDecorator[str]):
    """Text of any length. What no database can hold (lone surrogates, NUL) is shown as U+FFFD."""

    impl = Text
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[str | None], str | None]:  # noqa: ARG002
        return clean


def _utc(value: datetime | None) -> datetime | None:
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError("a time without a zone cannot be stored")
    return value if value.tzinfo is UTC else value.astimezone(UTC)


@lru_cache(1024)
def _iso_time(value: datetime | None) -> str | None:
    """A batch holds few instants, each many times."""
    at = _utc(value)
    return at.replace(tzinfo=None).isoformat(" ", "microseconds") if at else None


@overload
def clean(value: str) -> str: ...
@overload
def clean(value: None) -> None: ...
def clean(value: str | None) -> str | None:
    """The text as a database can hold it."""
    if value is None:
        return None
    if value.isascii():
        return value.replace("\0", "\ufffd") if "\0" in value else value
    try:
        value.encode()
    except UnicodeEncodeError:
        value = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return value.replace("\0", "\ufffd") if "\0" in value else value


def clean_all(values: list[str | None]) -> Iterable[str | None]:
    """As `clean`, of a column of many rows: one look tells that nothing in it needs mending, as is nearly always so."""
    whole = "".join(filter(None, values))
    if "\0" not in whole:
        try:
            whole.encode()
        except UnicodeEncodeError:
            pass
        else:
            return values
    return map(clean, values)


_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
"""One encoder for all: `json.dumps` with options makes one for each call."""
_EMPTY: dict[type, str] = {list: "[]", tuple: "[]", dict: "{}"}


def dumps(value: Any) -> str:
    """JSON for a column: Thai as it is, and without what no database can hold."""
    if not value:
        return _EMPTY[type(value)] if type(value) in _EMPTY else _ENCODE(value)
    return clean(_ENCODE(value).replace("\\u0000", "\ufffd"))
