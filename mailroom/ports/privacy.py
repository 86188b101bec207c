"""Personal data: requests, breaches, and who read what (R98-R109)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from mailroom.domain.privacy import Read


class PrivacyBook(Protocol):
    """Requests of people about their data, and breaches with their two timers."""


class ReadBook(Protocol):
    """Who read what. Written once."""

    def note(self, read: Read) -> None: ...

    def search(
        self,
        *,
        actor: str = "",
        what: str = "",
        key: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
        offset: int = 0,
        limit: int = 100,
    ) -> Sequence[Read]:
        """Latest first."""
