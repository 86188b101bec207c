"""Books of privacy in memory."""

from mailroom.testing.shelf import Shelf


class MemoryPrivacyBook:
    """`ports.PrivacyBook`."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf


class MemoryReadBook:
    """`ports.ReadBook`."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
