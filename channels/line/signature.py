"""Whether a delivery is LINE's own: HMAC-SHA256 of its bytes under the channel's secret (R114)."""

import base64
import hashlib
import hmac
from collections.abc import Iterable
from datetime import date

from channels.line.settings import LineSettings
from mailroom.domain.agency import BANGKOK
from mailroom.ports import Clock

HEADER = b"x-line-signature"


class Signatures:
    """Knows the channel's secret, and the one before it as long as that is accepted."""

    def __init__(self, settings: LineSettings, clock: Clock) -> None:
        """Raises ConfigurationError where a secret cannot be read."""
        self._clock = clock
        self._secret = settings.channel_secret.reveal().encode()
        self._until = settings.previous_until
        self._previous = b""
        if settings.previous_channel_secret is not None and self._accepts_previous():
            self._previous = settings.previous_channel_secret.reveal().encode()

    def accepts(self, body: bytes, headers: Iterable[tuple[bytes, bytes]]) -> bool:
        """Whether exactly one signature came with these bytes, and it is right.

        `headers` are those of ASGI: names in small letters, values as they came. Takes the same time for any wrong one.
        """
        given = [value for name, value in headers if name == HEADER]
        if len(given) != 1:
            return False
        right = {hmac.compare_digest(given[0], _signature(secret, body)) for secret in self._accepted()}
        return True in right

    def _accepted(self) -> Iterable[bytes]:
        yield self._secret
        if self._previous and self._accepts_previous():
            yield self._previous

    def _accepts_previous(self) -> bool:
        """Its last day is one of Bangkok, and still counts."""
        return self._until is not None and self._today() <= self._until

    def _today(self) -> date:
        return self._clock.now().astimezone(BANGKOK).date()


def _signature(secret: bytes, body: bytes) -> bytes:
    return base64.b64encode(hmac.digest(secret, body, hashlib.sha256))
