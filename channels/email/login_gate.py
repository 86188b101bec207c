"""Keeps a wrong password from locking the account: after a refusal the next try waits, ever longer."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mailroom.domain.errors import ChannelSetupError

_FIRST_SECONDS = 30.0
_MOST_SECONDS = 900.0


class LoginGate:
    """Lets a login through unless one was refused too recently. A new process begins afresh."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._refusals = 0
        self._closed_until = 0.0
        self._reason = ""

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Around one login. Raises ChannelSetupError without trying while the delay lasts."""
        left = self._closed_until - self._monotonic()
        if self._refusals and left > 0:
            raise ChannelSetupError(f"{self._reason} (next try in {left:.0f} s)", retry_after=left)
        try:
            yield
        except ChannelSetupError as error:
            self._refused(str(error))
            raise
        self._refusals = 0

    def _refused(self, reason: str) -> None:
        self._refusals += 1
        self._reason = reason
        delay = min(_FIRST_SECONDS * 2 ** (self._refusals - 1), _MOST_SECONDS)
        self._closed_until = self._monotonic() + delay


_gates: defaultdict[tuple[str, str], LoginGate] = defaultdict(LoginGate)


def gate_of(place: str, username: str) -> LoginGate:
    """The one gate of an account in this process: a lock-out counts tries, whichever connection makes them."""
    return _gates[place, username]
