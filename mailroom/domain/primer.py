"""What a model makes of a text that was trained before delivery, on messages written for this project."""

from collections.abc import Mapping
from typing import Protocol

from mailroom.domain.learning import Head


class Opinion(Protocol):
    """What it makes of one text."""

    def scores(self, head: Head) -> Mapping[str, float]:
        """Of each answer that it knows, how much the text speaks for it: about 1 for what is plain, below 0 for what is not.

        The empty answer says: no service of ours, or no other agency.
        """

    def words(self, head: Head, answer: str) -> str:
        """The words that spoke most for an answer."""


class Primer(Protocol):
    """Knows services and agencies by key and name as they are shipped; of others it has no opinion."""

    def opinion(self, said: str) -> Opinion:
        """Of a normalised text, as of a MessageCase."""
