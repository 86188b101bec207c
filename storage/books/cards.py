"""What stands beside the words of a letter, as a column and back."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from mailroom.domain.card import Card, CheckItem, Choice


def card_column(card: Card | None) -> dict[str, Any] | None:
    return asdict(card) if card is not None else None


def card_of(column: Mapping[str, Any] | None) -> Card | None:
    if column is None:
        return None
    return Card(
        title=column["title"],
        rows=tuple((label, value) for label, value in column["rows"]),
        items=tuple(CheckItem(**item) for item in column["items"]),
        note=column["note"],
        buttons=tuple(Choice(**choice) for choice in column["buttons"]),
        choices=tuple(Choice(**choice) for choice in column["choices"]),
    )
