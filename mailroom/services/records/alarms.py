"""Problems for the health page."""

from mailroom.ports import Books, Clock


def record_codes(books: Books, clock: Clock) -> list[str]:
    """Codes of what is late or wrong."""
    return []
