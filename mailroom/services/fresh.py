"""What was just taken into custody, held for those who read it next: to fetch it from the archive costs as much again."""

import io
import threading
import time
from collections.abc import Callable
from typing import BinaryIO

from mailroom.domain.message import LoggedMessage
from mailroom.ports import Archive

MOST_BYTES = 24 << 20
"""So much is held at a time; what finds no room is read from the archive."""

PATIENCE_SECONDS = 5.0
PAUSE_SECONDS = 0.1
"""What makes waiting needless is looked at again so often."""


class FreshMail:
    """Whole messages of which the archive has made sure already. Threads may share it."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most = most_bytes
        self._change = threading.Condition()
        self._held: dict[str, bytes] = {}
        self._weight = 0

    def hold(self, digest: str, content: object) -> None:
        """Hold a content until it is asked for; one that was a stream is gone, and is passed over."""
        if not isinstance(content, bytes):
            return
        with self._change:
            if digest not in self._held and self._weight + len(content) <= self._most:
                self._held[digest] = content
                self._weight += len(content)

    def await_room(self, needless: Callable[[], bool]) -> None:
        """Wait until half is free, so that custody does not run away from reading; not long, and not once `needless`.

        Mail must come into custody whatever reading it costs.
        """
        until = time.monotonic() + PATIENCE_SECONDS
        with self._change:
            while 2 * self._weight > self._most and not needless() and time.monotonic() < until:
                self._change.wait(PAUSE_SECONDS)

    def open(self, logged: LoggedMessage, archive: Archive) -> BinaryIO:
        """A stream of a message's bytes, as `Archive.open` gives it. What was held is held no longer."""
        with self._change:
            content = self._held.pop(logged.digest, None)
            self._weight -= len(content or b"")
            self._change.notify_all()
        return archive.open(logged.place, logged.digest) if content is None else io.BytesIO(content)
