"""Files between two steps of a clerk."""

from datetime import UTC, datetime, timedelta

from mailroom.web.held_files import HELD_FOR, MOST, HeldFiles

NOW = datetime(2026, 1, 5, tzinfo=UTC)


def test_found_by_its_owner_for_a_while() -> None:
    """Nobody else finds a file, and nobody after its time or once it was dropped."""
    held = HeldFiles()
    token = held.hold("malee", b"x", NOW)
    assert held.find("malee", token, NOW + HELD_FOR) == b"x"
    assert held.find("chai", token, NOW) is None
    assert held.find("malee", token, NOW + HELD_FOR + timedelta(seconds=1)) is None
    held.drop(token)
    assert held.find("malee", token, NOW) is None


def test_the_oldest_makes_room() -> None:
    """Memory has an end."""
    held = HeldFiles()
    tokens = [held.hold("malee", b"x", NOW) for _ in range(MOST + 1)]
    assert held.find("malee", tokens[0], NOW) is None
    assert held.find("malee", tokens[1], NOW) == b"x"
