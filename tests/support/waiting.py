"""Waiting for what another process or thread does."""

import time
from collections.abc import Callable


def until(true: Callable[[], bool], seconds: float = 90) -> None:
    """Wait for something to become true."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.02)
