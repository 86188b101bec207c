"""Books of journal in memory."""

from mailroom.testing.shelf import Shelf


class MemoryJournalBook:
    """`ports.JournalBook`."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
