"""Which deliveries are LINE's own."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from channels.line.signature import Signatures
from mailroom.domain.errors import ConfigurationError
from mailroom.testing import FakeClock
from tests.support.line_events import SECRET, SIGNATURE, body, signature, text
from tests.support.line_webhook import webhook_settings

NAME = SIGNATURE.encode()
BODY = body(text())
OLD = "f" * 32
LAST_DAY = date(2026, 1, 10)
RIGHT = signature(BODY).encode()


@pytest.fixture
def signatures(tmp_path: Path) -> Signatures:
    return Signatures(webhook_settings(tmp_path), FakeClock())


def test_the_signature_of_these_bytes_is_accepted(signatures: Signatures) -> None:
    """The right one, among other headers."""
    assert signatures.accepts(BODY, [(b"host", b"x"), (NAME, RIGHT)])


@pytest.mark.parametrize(
    "given",
    [
        [],
        [b""],
        [RIGHT, RIGHT],
        [RIGHT, b"x"],
        [RIGHT + b", " + RIGHT],
        [RIGHT[:-1]],
        [RIGHT + b"="],
        [RIGHT.lower()],
        [b" " + RIGHT],
        [RIGHT[:-2] + bytes([RIGHT[-2] ^ 1]) + b"="],
        ["ลายเซ็น".encode()],
        [b"\xff" * 44],
        [b"A" * 100_000],
        [signature(BODY, OLD).encode()],
        [signature(BODY + b" ").encode()],
    ],
)
def test_anything_else_is_not(signatures: Signatures, given: list[bytes]) -> None:
    """L03: missing, empty, doubled, cut, in other letters, non-ASCII, of another secret or other bytes."""
    assert not signatures.accepts(BODY, [(NAME, value) for value in given])


def test_no_byte_of_the_body_can_change(signatures: Signatures) -> None:
    """L03: each altered byte makes the signature wrong."""
    for at in range(len(BODY)):
        altered = BODY[:at] + bytes([BODY[at] ^ 1]) + BODY[at + 1 :]
        assert not signatures.accepts(altered, [(NAME, RIGHT)])


@pytest.mark.parametrize(
    ("now", "accepted"),
    [
        (datetime(2026, 1, 5, tzinfo=UTC), True),
        (datetime(2026, 1, 10, 16, 59, 59, tzinfo=UTC), True),
        (datetime(2026, 1, 10, 17, 0, tzinfo=UTC), False),
        (datetime(2027, 1, 1, tzinfo=UTC), False),
    ],
)
def test_the_secret_before_is_accepted_until_the_end_of_its_day(tmp_path: Path, now: datetime, accepted: bool) -> None:
    """L04: both are valid side by side; the old one ends at midnight in Bangkok, though the program runs on."""
    clock = FakeClock(datetime(2026, 1, 1, tzinfo=UTC))
    settings = webhook_settings(tmp_path, secrets=(SECRET, OLD), previous_until=LAST_DAY)
    signatures = Signatures(settings, clock)
    clock.at = now
    assert signatures.accepts(BODY, [(NAME, signature(BODY, OLD).encode())]) is accepted
    assert signatures.accepts(BODY, [(NAME, RIGHT)])
    (tmp_path / "previous").unlink()
    if not accepted:
        assert Signatures(settings, clock).accepts(BODY, [(NAME, RIGHT)])


@pytest.mark.parametrize("more", [{}, {"secrets": (SECRET, OLD), "previous_until": LAST_DAY}])
def test_a_secret_that_cannot_be_read_stops_the_start(tmp_path: Path, more: dict[str, Any]) -> None:
    """The file is named."""
    settings = webhook_settings(tmp_path, **more)
    missing = "previous" if more else "secret"
    (tmp_path / missing).unlink()
    with pytest.raises(ConfigurationError, match=missing):
        Signatures(settings, FakeClock())
