"""Waiting for new mail by IDLE (RFC 2177), in whole lines, and so that another thread can end it."""

import os
import re
import select
import ssl
import time
from contextlib import suppress
from typing import Any

from imapclient.exceptions import IMAPClientAbortError

from channels.email.connection import ImapConnection

_MOST_SECONDS = 25 * 60.0
"""A server may end a session after 29 minutes of silence (RFC 2177 section 3)."""

_ARRIVAL = re.compile(rb"\* \d+ (EXISTS|RECENT)\b", re.IGNORECASE)


class Wake:
    """Ends a wait from another thread, for good."""

    def __init__(self) -> None:
        self._reader, self._writer = os.pipe()
        os.set_blocking(self._writer, False)
        self._rung = False

    def ring(self) -> None:
        self._rung = True
        with suppress(OSError):
            os.write(self._writer, b"!")

    @property
    def rung(self) -> bool:
        return self._rung

    def fileno(self) -> int:
        return self._reader

    def sleep(self, seconds: float) -> None:
        """Sleep, at most until it rings."""
        _readable(self, seconds=seconds)

    def __del__(self) -> None:
        for descriptor in (self._reader, self._writer):
            with suppress(OSError):
                os.close(descriptor)


def idle(client: ImapConnection, seconds: float, wake: Wake) -> bool:
    """IDLE in the open folder for at most `seconds`; True as soon as the server announces mail.

    Raises imaplib's and socket errors; the connection is then of no more use.
    """
    until = time.monotonic() + seconds
    arrived = False
    while not arrived and not wake.rung and (left := until - time.monotonic()) > 0:
        arrived = _idle_once(client, min(left, _MOST_SECONDS), wake)
    return arrived


def _idle_once(client: ImapConnection, seconds: float, wake: Wake) -> bool:
    until = time.monotonic() + seconds
    arrived = client.begin_idle()
    while not arrived and (left := until - time.monotonic()) > 0 and _line_waits(client, left, wake):
        # A blocking read of a whole line: a line that comes in two segments is still one line.
        line = client.protocol.readline()
        if not line or line.upper().startswith(b"* BYE"):
            raise IMAPClientAbortError("the server ended the session")
        arrived = bool(_ARRIVAL.match(line))
    _, rest = client.idle_done()
    return arrived or any(b"EXISTS" in answer for answer in rest)


def _line_waits(client: ImapConnection, seconds: float, wake: Wake) -> bool:
    """Whether a line begins within `seconds`; False when the time is over or it rings."""
    if _buffered(client):
        return True
    return client.socket() in _readable(client.socket(), wake, seconds=seconds)


def _buffered(client: ImapConnection) -> bool:
    """Whether bytes were read from the socket already; poll() knows nothing of those."""
    stream: Any = client.protocol.file
    sock = client.socket()
    timeout = sock.gettimeout()
    sock.settimeout(0)
    try:
        return bool(stream.peek(1))
    except (ssl.SSLWantReadError, BlockingIOError):
        return False
    finally:
        sock.settimeout(timeout)


def _readable(*sources: object, seconds: float) -> list[object]:
    poll = select.poll()
    by_number = {source.fileno(): source for source in sources}  # type: ignore[attr-defined]
    for number in by_number:
        poll.register(number, select.POLLIN)
    return [by_number[number] for number, _ in poll.poll(max(0.0, seconds) * 1000)]
