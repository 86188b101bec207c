"""Hands letters to LINE: by the reply token while it is fresh, else pushed under a key that makes repetition harmless."""

import asyncio
import json
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from uuid import NAMESPACE_OID, UUID, uuid5

import structlog

from channels.line.api import LineApi
from channels.line.errors import Answer, refusal
from channels.line.messages import Json, messages
from channels.line.quota import QuotaWatch
from channels.line.settings import LineSettings
from mailroom.domain.decision import Letter
from mailroom.domain.errors import (
    ChannelError,
    PermanentChannelError,
    QuotaExhaustedError,
    TemporaryChannelError,
    UncertainDeliveryError,
)
from mailroom.domain.outbox import OutboxItem

_log = structlog.get_logger(__name__)

_REPLY_WITHIN = timedelta(seconds=55)
"""LINE takes a reply token for about a minute after its event."""

_KEY_LIVES = timedelta(hours=24)
_NOT_HELD_BACK = frozenset({Letter.LICENCE_LINK})
_DONE_BEFORE = 409
_SPENT = "invalid reply token"


def _now() -> datetime:
    return datetime.now(UTC)


class LineSender:
    """Implements `mailroom.ports.Sender`. Requests run in threads; letters may be sent at once."""

    def __init__(
        self,
        settings: LineSettings,
        api: LineApi | None = None,
        *,
        now: Callable[[], datetime] = _now,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._api = api or LineApi(settings)
        self._reserve = settings.quota_reserve
        self._quota = QuotaWatch(self._api, monotonic)
        self._now = now

    async def compose(self, item: OutboxItem, enclosed: Sequence[bytes] = ()) -> bytes:
        """See `Sender.compose`: the body of a push. A reply has the same messages, behind its token."""
        if item.enclosures or enclosed:
            raise PermanentChannelError("LINE takes no files (R116); hand the document over by link or e-mail")
        return json.dumps({"to": item.to, "messages": messages(item)}, ensure_ascii=False).encode(errors="replace")

    async def send(self, item: OutboxItem, raw: bytes) -> str:
        """See `Sender.send`. Also raises QuotaExhaustedError; what LINE answered is told with its request id."""
        return await asyncio.to_thread(self._send, item, json.loads(raw)["messages"])

    async def close(self) -> None:
        await asyncio.to_thread(self._api.close)

    def _send(self, item: OutboxItem, made: list[Json]) -> str:
        told, in_doubt = self._replied(item, made) if self._may_reply(item) else (None, False)
        if told:
            return told
        try:
            return self._pushed(item, made)
        except TemporaryChannelError as error:
            if not in_doubt or isinstance(error, UncertainDeliveryError):
                raise
            # The reply may have arrived: a later push could be a second copy, and must not look like a first one.
            raise UncertainDeliveryError(str(error), retry_after=error.retry_after) from error

    def _may_reply(self, item: OutboxItem) -> bool:
        """A letter in doubt is pushed: its earlier push, if there was one, is known by the key."""
        return bool(item.in_reply_to) and not item.uncertain and self._fresh(item)

    def _fresh(self, item: OutboxItem) -> bool:
        return self._now() - item.created_at <= _REPLY_WITHIN

    def _replied(self, item: OutboxItem, made: list[Json]) -> tuple[str | None, bool]:
        """What LINE said to a reply that it took, else None: it has to be pushed. Whether a reply may have arrived.

        Replies are free (R114).
        """
        try:
            answer = self._reply(item, made)
        except UncertainDeliveryError as error:
            _log.info("line.reply_in_doubt", item=item.id, reason=str(error))
            return self._replied_again(item, made), True
        return (_told("replied", answer) if answer.good else None), False

    def _replied_again(self, item: OutboxItem, made: list[Json]) -> str | None:
        """After a reply that may have arrived: a token serves once, so that a spent one says that it had."""
        if not self._fresh(item):
            return None
        try:
            answer = self._reply(item, made)
        except ChannelError:
            return None
        if answer.good or _SPENT in answer.message.lower():
            return _told("replied" if answer.good else "replied before", answer)
        return None

    def _reply(self, item: OutboxItem, made: list[Json]) -> Answer:
        """An answer of 200, or of 400: then the token is spent, or whatever is wrong shows at the push as well."""
        answer = self._api.reply(item.in_reply_to, made)
        if answer.status not in {200, 400}:
            raise refusal(answer, self._api.place)
        return answer

    def _pushed(self, item: OutboxItem, made: list[Json]) -> str:
        if item.uncertain and self._now() - item.created_at >= _KEY_LIVES:
            raise PermanentChannelError(
                "it may have arrived, and LINE's key against a second copy lived for a day; ask the person, or tell "
                "them another way"
            )
        self._hold_back(item)
        answer = self._api.push(item.to, made, retry_key(item.id))
        if answer.status == 200:
            self._quota.pushed()
            return _told("pushed", answer)
        if answer.status == _DONE_BEFORE:
            return _told("pushed before", answer)
        error = refusal(answer, self._api.place)
        if answer.status == 429:
            self._quota.forget()
        raise error

    def _hold_back(self, item: OutboxItem) -> None:
        if not self._reserve or item.letter in _NOT_HELD_BACK or item.uncertain:
            return
        left = self._quota.left()
        if left is not None and left <= self._reserve:
            raise QuotaExhaustedError(
                f"{left} messages are left this month, and quota_reserve keeps {self._reserve} for licences; "
                "wait for the next month, or order more messages from LINE"
            )


def retry_key(item_id: str) -> UUID:
    """The same for every attempt at one letter, and for no other letter (L15)."""
    try:
        return UUID(hex=item_id)
    except ValueError:
        return uuid5(NAMESPACE_OID, item_id)


def _told(what: str, answer: Answer) -> str:
    return f"{what} ({answer.request_id})" if answer.request_id else what
