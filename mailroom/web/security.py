"""What every answer carries, errors included, and what becomes of a request that fails."""

import secrets
import traceback
from collections.abc import Callable

import structlog
from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = structlog.get_logger(__name__)

BODY_LIMIT = 64 << 10
"""Bytes of a request body. The largest form holds one reason."""

UPLOAD_LIMIT = 10 << 20
"""Bytes of a request body where a workbook is uploaded."""

PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; font-src 'self'; "
    "frame-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Our own pages: nothing inline, nothing from elsewhere, framed by nobody."""

FILE_POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"
"""Downloads: inert even where a browser shows them after all."""

HEADERS = {
    "Content-Security-Policy": PAGE_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Robots-Tag": "noindex",
    "Cache-Control": "no-store",
}


class SecurityHeaders:
    """Adds the headers that an answer does not set itself; outside all else, so that errors have them too."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self._app = app
        self._headers = HEADERS | ({"Strict-Transport-Security": "max-age=31536000"} if https else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_secured)


class ErrorBoundary:
    """Turns a failure into a page with a reference that the log repeats; neither tells what a message says."""

    def __init__(self, app: ASGIApp, *, page: Callable[[str], Response]) -> None:
        self._app = app
        self._page = page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def send_noted(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, send_noted)
        except Exception as error:
            reference = secrets.token_hex(4)
            where = _frames(error)
            log.error("web.failed", reference=reference, error=type(error).__name__, at=where)  # noqa: TRY400
            if begun:
                raise
            await self._page(reference)(scope, receive, send)


def _frames(error: Exception) -> list[str]:
    """Where it failed, without the error's own text: that may quote a citizen, and so would its traceback."""
    return [f"{frame.name}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)][-8:]
