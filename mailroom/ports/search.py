"""The full-text index over messages and attachments."""

from typing import Protocol


class SearchBook(Protocol):
    """The full-text index over messages and attachments."""
