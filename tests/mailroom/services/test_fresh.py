"""Mail just taken into custody: handed on once, within bounds, and never instead of the archive."""

import io
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import BinaryIO

from mailroom.domain.message import Envelope, Kept, LoggedMessage, Place
from mailroom.ports import Content
from mailroom.services import fresh
from mailroom.services.fresh import FreshMail


class Shelf:
    """An archive that has everything."""

    def keep(self, contents: Sequence[Content]) -> list[Kept]:
        raise NotImplementedError

    def open(self, place: Place, digest: str) -> BinaryIO:
        return io.BytesIO(b"from the archive")

    def close(self) -> None: ...


def logged(digest: str) -> LoggedMessage:
    envelope = Envelope("email", "a@agency.example", "INBOX/1/1", datetime(2026, 11, 2, tzinfo=UTC))
    return LoggedMessage(1, envelope, digest, 4, Place("000001.seg", 0, 10), 0)


def test_what_is_held_is_given_once() -> None:
    mail = FreshMail()
    mail.hold("d1", b"held")
    assert mail.open(logged("d1"), Shelf()).read() == b"held"
    assert mail.open(logged("d1"), Shelf()).read() == b"from the archive"


def test_streams_and_what_finds_no_room_are_read_from_the_archive() -> None:
    mail = FreshMail(most_bytes=6)
    mail.hold("d1", b"held")
    mail.hold("d2", b"long")
    mail.hold("d3", iter([b"s"]))
    assert [mail.open(logged(one), Shelf()).read() for one in ("d2", "d3")] == [b"from the archive"] * 2
    mail.open(logged("d1"), Shelf())
    mail.hold("d2", b"long")
    assert mail.open(logged("d2"), Shelf()).read() == b"long"


def test_equal_contents_weigh_once() -> None:
    mail = FreshMail(most_bytes=8)
    mail.hold("d1", b"held")
    mail.hold("d1", b"held")
    mail.hold("d2", b"more")
    assert mail.open(logged("d2"), Shelf()).read() == b"more"


def test_custody_waits_until_half_is_read() -> None:
    mail = FreshMail(most_bytes=8)
    mail.hold("d1", b"held")
    mail.hold("d2", b"more")
    reading = threading.Timer(0.05, lambda: mail.open(logged("d1"), Shelf()))
    reading.start()
    began = time.monotonic()
    mail.await_room(lambda: False)
    assert 0.04 < time.monotonic() - began < fresh.PATIENCE_SECONDS
    reading.join()


def test_custody_does_not_wait_for_reading_that_has_ended() -> None:
    mail = FreshMail(most_bytes=4)
    mail.hold("d1", b"held")
    began = time.monotonic()
    mail.await_room(lambda: True)
    assert time.monotonic() - began < 1
