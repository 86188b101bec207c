"""Letters as they were handed over, in memory."""

from mailroom.domain.errors import StorageError
from mailroom.domain.evidence import SentCopy
from mailroom.testing.shelf import Shelf


class MemorySentBook:
    """`ports.SentBook`."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def add(self, copy: SentCopy) -> None:
        if any((one.item, one.attempt) == (copy.item, copy.attempt) for one in self._shelf.sent):
            raise StorageError(f"attempt {copy.attempt} at letter {copy.item} is written already; nothing was changed")
        self._shelf.sent.append(copy)

    def of_item(self, item: str) -> list[SentCopy]:
        return sorted((one for one in self._shelf.sent if one.item == item), key=lambda one: one.attempt)
