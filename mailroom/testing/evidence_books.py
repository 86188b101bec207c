"""Books of evidence in memory."""

from mailroom.testing.shelf import Shelf


class MemoryChainBook:
    """`ports.ChainBook`."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf


class MemorySentBook:
    """`ports.SentBook`."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
