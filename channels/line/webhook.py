"""Where LINE delivers: checked, safe on disk, answered, all within its time. Nothing else happens here.

LINE gives up on an answer after about a second, and delivers again what was not answered with 200: refusing in time
loses nothing, and accepting late would be accepted twice.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

import structlog

from channels.line.delivery import Delivery, DeliveryError, take_apart
from channels.line.fields import SyntaxFault, check_syntax
from channels.line.limits import BODY_BYTES
from channels.line.settings import LineSettings
from channels.line.signature import Signatures
from mailroom.domain.errors import StorageError
from mailroom.ports import Clock, Spool

if TYPE_CHECKING:
    from mailroom.ports import Scope

_log = structlog.get_logger(__name__)

ANSWER_SECONDS = 0.7
"""From the head of the request to the answer; 200 ms of the 900 are left for a busy machine."""
BODY_SECONDS = 0.35
"""Within it the body must be here, so that the disk has its time as well."""
PARALLEL = 64
"""Deliveries that may wait for the disk together; they share its syncs."""
Headers = list[tuple[bytes, bytes]]


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class _RefusedError(Exception):
    def __init__(self, status: HTTPStatus, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class _GoneError(Exception):
    """Whoever asked has hung up."""


class Webhook:
    """An ASGI application of one address. The database is never touched."""

    def __init__(
        self, settings: LineSettings, spool: Spool, arrived: Callable[[], None], clock: Clock | None = None
    ) -> None:
        """`arrived` is called after a delivery was kept and answered. Raises ConfigurationError for a missing secret."""
        self._clock = clock or SystemClock()
        self._signatures = Signatures(settings, self._clock)
        self._account = settings.bot_user_id
        self._spool = spool
        self._arrived = arrived
        self._threads = ThreadPoolExecutor(PARALLEL, "line-webhook")
        self._refused = 0

    @property
    def refused(self) -> int:
        """Requests refused for their signature or form since the start. Those for which the disk was not ready do not count."""
        return self._refused

    async def __call__(
        self,
        scope: "Scope",
        receive: Callable[[], Awaitable["Scope"]],
        send: Callable[["Scope"], Awaitable[None]],
    ) -> None:
        if scope["type"] != "http":
            return
        begun = time.monotonic()
        kept = False
        try:
            kept = await self._take(scope, receive, begun)
        except _GoneError:
            return
        except _RefusedError as error:
            await self._refuse(error, send)
            return
        try:
            await _answer(send, HTTPStatus.OK)
        finally:
            if kept:
                self._arrived()

    async def _refuse(self, error: _RefusedError, send: Callable[["Scope"], Awaitable[None]]) -> None:
        self._refused += error.status < HTTPStatus.INTERNAL_SERVER_ERROR
        _log.warning("delivery.refused", status=int(error.status), reason=error.reason)
        await _answer(send, error.status)

    async def _take(self, scope: "Scope", receive: Callable[[], Awaitable["Scope"]], begun: float) -> bool:
        """Whether there was something to keep, and it is safe. Raises _RefusedError, _GoneError."""
        headers: Headers = list(scope["headers"])
        _check_head(scope["method"], headers)
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await _body(receive)
        except TimeoutError:
            raise _RefusedError(HTTPStatus.REQUEST_TIMEOUT, "slow body") from None
        received_at = self._clock.now()
        until = begun + ANSWER_SECONDS
        work = self._threads.submit(self._keep, body, headers, received_at, until)
        try:
            async with asyncio.timeout(until - time.monotonic()):
                return await asyncio.wrap_future(work)
        except TimeoutError:
            raise _RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, "slow disk") from None

    def _keep(self, body: bytes, headers: Headers, received_at: datetime, until: float) -> bool:
        """In a thread: signature, then form, then the spool. Whether there was anything to keep."""
        if not self._signatures.accepts(body, headers):
            raise _RefusedError(HTTPStatus.UNAUTHORIZED, "signature")
        if not self._checked(body).events:
            return False
        try:
            self._spool.keep(body, received_at, max(0.0, until - time.monotonic()))
        except StorageError as error:
            raise _RefusedError(HTTPStatus.SERVICE_UNAVAILABLE, f"spool: {error}") from None
        return True

    def _checked(self, body: bytes) -> Delivery:
        """A delivery of JSON to this account. What is wrong within one event is left to who reads it."""
        try:
            delivery = take_apart(body)
            for event in delivery.events:
                check_syntax(event)
        except (DeliveryError, SyntaxFault) as error:
            raise _RefusedError(HTTPStatus.BAD_REQUEST, f"body: {error}") from None
        if self._account and delivery.destination != self._account:
            raise _RefusedError(HTTPStatus.BAD_REQUEST, "destination")
        return delivery


def _check_head(method: str, headers: Iterable[tuple[bytes, bytes]]) -> None:
    """Raises _RefusedError for what can be told before the body is read."""
    if method != "POST":
        raise _RefusedError(HTTPStatus.METHOD_NOT_ALLOWED, "method")
    values = dict(headers)
    media_type = values.get(b"content-type", b"").partition(b";")[0].strip().lower()
    coding = values.get(b"content-encoding", b"identity").strip().lower()
    if media_type != b"application/json" or coding != b"identity":
        raise _RefusedError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "content type or encoding")
    length = values.get(b"content-length", b"0")
    if not length.isdigit():
        raise _RefusedError(HTTPStatus.BAD_REQUEST, "content length")
    if len(length) > len(str(BODY_BYTES)) or int(length) > BODY_BYTES:
        raise _RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "announced size")


async def _body(receive: Callable[[], Awaitable["Scope"]]) -> bytes:
    body = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _GoneError
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > BODY_BYTES:
            raise _RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "size")
    return bytes(body)


async def _answer(send: Callable[["Scope"], Awaitable[None]], status: HTTPStatus) -> None:
    """Without a body. After a refusal the rest of the request is not waited for."""
    headers = [(b"content-length", b"0"), (b"cache-control", b"no-store")]
    if status is not HTTPStatus.OK:
        headers.append((b"connection", b"close"))
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        headers.append((b"allow", b"POST"))
    await send({"type": "http.response.start", "status": int(status), "headers": headers})
    await send({"type": "http.response.body", "body": b""})
