"""The items of a licence as columns and back."""

from typing import Any

from sqlalchemy.engine import Row

from mailroom.domain.licence import LicenceContent

PLAIN = (
    "holder",
    "holder_id",
    "premises",
    "address",
    "business",
    "fee",
    "receipt",
    "issued_on",
    "starts_on",
    "expires_on",
)
"""Items that are a column each, as they are."""


def content_columns(content: LicenceContent) -> dict[str, Any]:
    columns: dict[str, Any] = {name: getattr(content, name) for name in PLAIN}
    return columns | {"conditions": list(content.conditions), "extra": dict(content.extra)}


def content_of(row: Row[Any]) -> LicenceContent:
    items: dict[str, Any] = {name: getattr(row, name) for name in PLAIN}
    return LicenceContent(conditions=tuple(row.conditions), extra=row.extra, **items)
