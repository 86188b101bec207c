"""Books of retention in memory."""

from mailroom.testing.shelf import Shelf


class MemoryRetentionBook:
    """`ports.RetentionBook`."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
