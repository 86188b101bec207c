"""Pairs of messages that seem to be the same request."""

from typing import Protocol


class MatchBook(Protocol):
    """Pairs of messages that seem to be the same request."""
