"""How many messages may still be pushed this month (R114)."""

import threading
import time
from collections.abc import Callable

import structlog

from channels.line.api import LineApi
from mailroom.domain.chat import Quota
from mailroom.domain.errors import ChannelError, PermanentChannelError, TemporaryChannelError

_log = structlog.get_logger(__name__)

_FRESH_SECONDS = 300.0


def read_quota(api: LineApi) -> Quota:
    """As LINE counts it. Raises TemporaryChannelError, ChannelSetupError."""
    try:
        limit, used = api.ask("get_message_quota"), api.ask("get_message_quota_consumption")
    except PermanentChannelError as error:
        raise TemporaryChannelError(str(error)) from error
    value, usage = limit.get("value"), used.get("totalUsage")
    if not isinstance(usage, int):
        raise TemporaryChannelError(f"{api.place}: the answer does not say how many messages were used")
    return Quota(value if limit.get("type") == "limited" and isinstance(value, int) else None, usage)


class QuotaWatch:
    """What is left, asked for every few minutes and counted on in between. Safe to share between threads."""

    def __init__(self, api: LineApi, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._api = api
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._quota: Quota | None = None
        self._asked_at = 0.0
        self._pushed = 0

    def left(self) -> int | None:
        """None where there is no limit, or LINE does not say: then the push itself will tell."""
        with self._lock:
            if self._quota is None or self._monotonic() - self._asked_at >= _FRESH_SECONDS:
                self._read()
            if self._quota is None or self._quota.limit is None:
                return None
            return self._quota.limit - self._quota.used - self._pushed

    def pushed(self) -> None:
        """One more went."""
        with self._lock:
            self._pushed += 1

    def forget(self) -> None:
        """What was known is out of date."""
        with self._lock:
            self._quota = None

    def _read(self) -> None:
        try:
            self._quota = read_quota(self._api)
        except ChannelError as error:
            _log.warning("line.quota_unknown", reason=str(error))
            self._quota = None
            return
        self._asked_at = self._monotonic()
        self._pushed = 0
