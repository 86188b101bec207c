"""Column types that mean the same on SQLite and on PostgreSQL."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
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


def _iso_time(value: datetime | None) -> str | None:
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


_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
"""One encoder for all: `json.dumps` with options makes one for each call."""


def dumps(value: Any) -> str:
    """JSON for a column: Thai as it is, and without what no database can hold."""
    return clean(_ENCODE(value).replace("\\u0000", "\ufffd"))
