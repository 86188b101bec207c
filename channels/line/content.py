"""The bytes of a message: streamed into a file before LINE deletes them (R115)."""

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from channels.line.api import LineApi
from channels.line.errors import Answer, refusal, visible
from mailroom.domain.chat import ChatContent, ContentState
from mailroom.domain.errors import ChannelSetupError, StorageError, TemporaryChannelError, UncertainDeliveryError

_PIECE = 1 << 16
_SOON_SECONDS = 2.0
_LONGEST_SECONDS = 600.0
"""For one content: a server that drips holds up no others for longer."""

_EMPTY_TRIES = 3
_REMEMBERED = 1000
_GONE = frozenset({400, 404, 410})


class Contents:
    """Fetches contents of one account. Used by one thread at a time."""

    def __init__(self, api: LineApi, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._api = api
        self._monotonic = monotonic
        self._empty: OrderedDict[str, int] = OrderedDict()
        """How often each was found empty; the oldest are forgotten."""

    def fetch(self, message_id: str, into: BinaryIO, limit: int) -> ChatContent:
        """Write the content to `into` from where it stands; flushed, but for the caller to sync.

        KEPT with size, digest and declared type, GONE, or TOO_LARGE; of the latter, and when this raises, nothing
        stays in the file. Nothing beyond `limit` bytes is ever written. An empty content is believed at the third time.

        Raises TemporaryChannelError while it is being prepared or LINE fails, ChannelSetupError, StorageError.
        """
        try:
            with self._api.content(message_id) as response:
                if response.status == 200:
                    return self._kept(message_id, response, into, limit)
                answer = _answer(response)
        except UncertainDeliveryError as error:
            raise TemporaryChannelError(str(error), retry_after=error.retry_after) from error
        return self._without(message_id, answer)

    def _kept(self, message_id: str, response: Any, into: BinaryIO, limit: int) -> ChatContent:
        media_type = visible(response.headers.get("Content-Type", ""), 100).partition(";")[0].strip().lower()
        announced = response.headers.get("Content-Length", "")
        if announced.isdigit() and int(announced) > limit:
            return _too_large(int(announced), media_type)
        if response.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise TemporaryChannelError(
                f"{self._api.data_place}: the content came compressed; its digest would not hold"
            )
        content = self._streamed(response, into, limit, media_type)
        if content.state is ContentState.KEPT and not content.size:
            self._doubt(message_id)
        return content

    def _streamed(self, response: Any, into: BinaryIO, limit: int, media_type: str) -> ChatContent:
        start, digest, size = into.tell(), hashlib.sha256(), 0
        try:
            for piece in self._pieces(response):
                size += len(piece)
                if size > limit:
                    _undo(into, start)
                    return _too_large(size, media_type)
                digest.update(piece)
                _write(into, piece)
        except BaseException:
            _undo(into, start)
            raise
        return ChatContent(state=ContentState.KEPT, size=size, sha256=digest.hexdigest(), media_type=media_type)

    def _pieces(self, response: Any) -> Iterator[bytes]:
        until = self._monotonic() + _LONGEST_SECONDS
        for piece in response.stream(_PIECE, decode_content=False):
            if self._monotonic() > until:
                raise TemporaryChannelError(f"{self._api.data_place}: a content took more than ten minutes")
            yield piece

    def _doubt(self, message_id: str) -> None:
        """A content of no bytes may be one that is not ready; raises until it was found so several times."""
        tries = self._empty.pop(message_id, 0) + 1
        if tries >= _EMPTY_TRIES:
            return
        self._empty[message_id] = tries
        if len(self._empty) > _REMEMBERED:
            self._empty.popitem(last=False)
        raise TemporaryChannelError(f"{self._api.data_place}: the content is empty", retry_after=_SOON_SECONDS)

    def _without(self, message_id: str, answer: Answer) -> ChatContent:
        """What an answer without the content means."""
        told = f"{self._api.data_place}: {answer.status} {answer.message}".rstrip()
        if answer.status in _GONE:
            return ChatContent(state=ContentState.GONE, note=told)
        if answer.good:
            return self._prepared(message_id, told)
        if 300 <= answer.status < 400:
            raise TemporaryChannelError(f"{told}; redirections are not followed: check data_url if this stays")
        error = refusal(answer, self._api.data_place)
        if isinstance(error, ChannelSetupError):
            raise error
        raise TemporaryChannelError(str(error), retry_after=answer.retry_after) from error

    def _prepared(self, message_id: str, told: str) -> ChatContent:
        """LINE prepares videos and recordings; it may have given up on one."""
        answer = self._api.transcoding(message_id)
        if answer.good and answer.table.get("status") == "failed":
            return ChatContent(state=ContentState.GONE, note=f"{told}; LINE could not prepare it")
        raise TemporaryChannelError(f"{told}; LINE is preparing it", retry_after=_SOON_SECONDS)


def _answer(response: Any) -> Answer:
    """Of a response without content: status, headers, and no more of the body than a sentence needs."""
    headers = {str(name).lower(): str(value) for name, value in response.headers.items()}
    return Answer(response.status, headers, response.read(4096, decode_content=False))


def _too_large(size: int, media_type: str) -> ChatContent:
    return ChatContent(state=ContentState.TOO_LARGE, size=size, media_type=media_type)


def _write(into: BinaryIO, piece: bytes) -> None:
    try:
        into.write(piece)
        into.flush()
    except OSError as error:
        raise StorageError(f"a content cannot be written ({error.strerror}); make room on the disk") from error


def _undo(into: BinaryIO, start: int) -> None:
    into.seek(start)
    into.truncate()
