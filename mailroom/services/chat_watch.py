"""Whether a platform still reaches us, and what may still be pushed: asked from time to time, told at any time."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

import structlog

from mailroom.domain.chat import Quota
from mailroom.domain.errors import ChannelError
from mailroom.ports import Books, Clock
from mailroom.ports.chat import ChatPlatform

log = structlog.get_logger(__name__)

_Answer = TypeVar("_Answer")

LOW_QUOTA = 0.1
"""Less than this share of the month's messages is left."""
REFUSED_WITHIN = timedelta(hours=1)
CONTENT_PATIENCE = timedelta(minutes=10)
FAR_AHEAD = timedelta(days=7)


class ChatWatch:
    """What health, doctor's page and the clerks' banner say of one account. `run` may take seconds; the rest does not."""

    def __init__(self, *, platform: ChatPlatform, books: Books, clock: Clock, tries_webhook: bool) -> None:
        """`tries_webhook`: our address is one that the platform can reach at all."""
        self._platform = platform
        self._books = books
        self._clock = clock
        self._tries_webhook = tries_webhook
        self._silent = False
        self._refused = 0
        self._refused_at: datetime | None = None
        self._quota: Quota | None = None

    def run(self) -> None:
        """Ask the platform. What it does not answer is unknown, and no problem by itself: mail and spool go on.

        A webhook that was silent stays so until a delivery is seen to arrive.
        """
        self._quota = self._asked(self._platform.quota)
        if self._tries_webhook and (reached := self._asked(self._platform.reaches_us)) is not None:
            self._silent = not reached

    def _asked(self, question: Callable[[], _Answer]) -> _Answer | None:
        try:
            return question()
        except ChannelError as error:
            log.warning("chat.watch-failed", channel=self._platform.channel, error=type(error).__name__)
            return None

    def last_quota(self) -> Quota | None:
        """As last told; None before, or when the platform does not answer."""
        return self._quota

    def codes(self) -> list[str]:
        """Codes of problems: `line-quota`, `line-webhook-silent`, `line-refused`, `line-content`."""
        channel, quota = self._platform.channel, self._quota
        low = quota is not None and quota.limit is not None and quota.limit - quota.used < quota.limit * LOW_QUOTA
        found = (
            ("quota", low),
            ("webhook-silent", self._silent),
            ("refused", self._refused_lately()),
            ("content", self._content_waits()),
        )
        return [f"{channel}-{code}" for code, wrong in found if wrong]

    def last_delivery_at(self) -> datetime | None:
        with self._books.look() as uow:
            latest = uow.chats(self._platform.channel, self._platform.account).recent(1)
        return latest[0].received_at if latest else None

    def _refused_lately(self) -> bool:
        """Deliveries were refused and none was taken since: a stranger's are no trouble, the platform's own are."""
        now, count = self._clock.now(), self._platform.refused()
        if count > self._refused:
            self._refused, self._refused_at = count, now
        if self._refused_at is None or now - self._refused_at > REFUSED_WITHIN:
            return False
        last = self.last_delivery_at()
        return last is None or last < self._refused_at

    def _content_waits(self) -> bool:
        now = self._clock.now()
        with self._books.look() as uow:
            waiting = uow.chats(self._platform.channel, self._platform.account).wanted(now + FAR_AHEAD, 1)
        return any(now - one.received_at > CONTENT_PATIENCE for one in waiting)
