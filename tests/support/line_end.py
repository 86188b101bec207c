"""LINE's API on loopback: it believes nothing, remembers everything, and misbehaves when told.

    with LineEnd() as line:
        settings = line_settings(folder, line)         # tests.support.line_settings
        token = line.reply_token()                     # as a webhook would bring one: one use, one minute
        line.profiles[PERSON] = "สมศรี"                 # else 404
        line.contents["1001"] = b"%PDF-…"              # or Stored(b"…", "video/mp4"); else 404
        line.script("push", Status(500), CutAfterAccepting())   # one for each request; then as usual
        …
        assert line.pushed[0].texts == ["ได้รับแล้ว"]     # also .replied, .dropped; .arrived is what a person sees

Every request body is checked against LINE's published description (`line_description`) and its documented limits
(`line_limits`); what breaks them gets 400 and is listed in `violations`, and leaving the context with any raises.
Routes for `script` and `always`: push, reply, content, transcoding, profile, info, quota, consumption, webhook-get,
webhook-set, webhook-test, token, menu-create, menu-picture, menu-list, menu-delete, menu-default.
"""

import json
import re
import threading
from collections import defaultdict, deque
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import unquote, urlsplit

from tests.support import line_description, line_limits
from tests.support.line_account import (
    ACCESS_TOKEN,
    BOT_USER_ID,
    CHANNEL_ID,
    CHANNEL_SECRET,
    PERSON,
    LineAccount,
)
from tests.support.line_answers import HangUpError, Reply, SilenceError, broken_content, refused, wire
from tests.support.line_faults import (
    PREPARING,
    Announced,
    CutAfterAccepting,
    CutBefore,
    Endless,
    Fault,
    Raw,
    Redirect,
    Request,
    Sent,
    ServerError,
    Short,
    Silence,
    Status,
    Stored,
    monthly_limit,
    rate_limited,
)

__all__ = [
    "ACCESS_TOKEN",
    "BOT_USER_ID",
    "CHANNEL_ID",
    "CHANNEL_SECRET",
    "PERSON",
    "PREPARING",
    "Announced",
    "CutAfterAccepting",
    "CutBefore",
    "Endless",
    "Fault",
    "LineEnd",
    "Raw",
    "Redirect",
    "Request",
    "Sent",
    "ServerError",
    "Short",
    "Silence",
    "Status",
    "Stored",
    "monthly_limit",
    "rate_limited",
]

_ROUTES: tuple[tuple[str, str, str], ...] = (
    ("push", "POST", r"/v2/bot/message/push"),
    ("reply", "POST", r"/v2/bot/message/reply"),
    ("content", "GET", r"/v2/bot/message/([^/]+)/content"),
    ("transcoding", "GET", r"/v2/bot/message/([^/]+)/content/transcoding"),
    ("profile", "GET", r"/v2/bot/profile/([^/]+)"),
    ("info", "GET", r"/v2/bot/info"),
    ("quota", "GET", r"/v2/bot/message/quota"),
    ("consumption", "GET", r"/v2/bot/message/quota/consumption"),
    ("webhook-get", "GET", r"/v2/bot/channel/webhook/endpoint"),
    ("webhook-set", "PUT", r"/v2/bot/channel/webhook/endpoint"),
    ("webhook-test", "POST", r"/v2/bot/channel/webhook/test"),
    ("token", "POST", r"/oauth2/v3/token"),
    ("menu-create", "POST", r"/v2/bot/richmenu"),
    ("menu-picture", "POST", r"/v2/bot/richmenu/([^/]+)/content"),
    ("menu-list", "GET", r"/v2/bot/richmenu/list"),
    ("menu-delete", "DELETE", r"/v2/bot/richmenu/([^/]+)"),
    ("menu-default", "POST", r"/v2/bot/user/all/richmenu/([^/]+)"),
    ("menu-default", "GET", r"/v2/bot/user/all/richmenu"),
    ("menu-default", "DELETE", r"/v2/bot/user/all/richmenu"),
)
_BODIES = {
    "push": "PushMessageRequest",
    "reply": "ReplyMessageRequest",
    "webhook-set": "SetWebhookEndpointRequest",
    "webhook-test": "TestWebhookEndpointRequest",
    "menu-create": "RichMenuRequest",
}


def _route(request: Request) -> tuple[str | None, tuple[str, ...] | None]:
    for name, method, pattern in _ROUTES:
        found = re.fullmatch(pattern, urlsplit(request.path).path)
        if found and method == request.method:
            return name, tuple(unquote(one) for one in found.groups())
    return None, None


class LineEnd(LineAccount):
    """A context manager; each connection has a thread of its own. See the module's text."""

    def __enter__(self) -> Self:
        self._script: defaultdict[str, deque[Fault]] = defaultdict(deque)
        self._always: dict[str, Fault] = {}
        self._lock = threading.RLock()
        self._over = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _handler_of(self))
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), name="line-end", daemon=True).start()
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self._over.set()
        self._server.shutdown()
        self._server.server_close()
        if kind is None and self.violations:
            raise AssertionError(f"requests that LINE would refuse: {self.violations}")

    def stop_listening(self) -> None:
        """Nobody answers at this port any more."""
        self._server.shutdown()
        self._server.server_close()

    def script(self, route: str, *faults: Fault) -> None:
        """What the next requests of a route meet, one each; afterwards all is as usual."""
        self._script[route].extend(faults)

    def always(self, route: str, fault: Fault | None) -> None:
        """What every request of a route meets from now on; None ends it."""
        self._always.pop(route, None)
        if fault is not None:
            self._always[route] = fault

    def _answer(self, request: Request) -> Iterator[bytes]:
        """The bytes of an answer, in pieces; raises HangUpError in their place."""
        self.requests.append(request)
        route, match = _route(request)
        if route is None or match is None:
            self.violations.append(f"{request.method} {request.path}: no such endpoint")
            return wire(refused(404, "Not found"))
        fault = self._script[route].popleft() if self._script[route] else self._always.get(route)
        if isinstance(fault, Short | Endless | Announced):
            return broken_content(fault, self.contents.get(match[0], b""))
        if (early := self._instead(fault)) is not None:
            return wire(early)
        reply = self._checked(route, request, match)
        return wire(self._afterwards(fault, reply))

    def _instead(self, fault: Fault | None) -> Reply | None:
        match fault:
            case Status(code=202):
                return Reply(202)
            case Status(code, message, headers):
                return refused(code, message, headers)
            case ServerError(code, done=False):
                return refused(code, "Internal server error")
            case Redirect(to):
                return Reply(302, headers={"Location": to})
            case CutBefore():
                raise HangUpError
            case Silence(done=False):
                raise SilenceError
        return None

    def _afterwards(self, fault: Fault | None, reply: Reply) -> Reply:
        match fault:
            case CutAfterAccepting():
                raise HangUpError
            case Silence():
                raise SilenceError
            case ServerError(code):
                return refused(code, "Internal server error")
            case Raw(body, media_type):
                return Reply(200, body, {"Content-Type": media_type})
        return reply

    def _checked(self, route: str, request: Request, match: tuple[str, ...]) -> Reply:
        if route != "token" and not self.let_in(request):
            return refused(
                401, "Authentication failed. Confirm that the access token in the authorization header is valid."
            )
        if request.headers.get("x-line-retry-key") and route != "push":
            self.violations.append(f"{route}: a retry key is for push only")
            return refused(400, "The retry key is not supported")
        if kind := _BODIES.get(route):
            try:
                body = json.loads(request.body)
            except ValueError:
                body = None
            if found := list(self._body_faults(route, kind, body)):
                self.violations += [f"{route}: {one}" for one in found]
                return refused(400, "The request body has error(s)", details=found)
            return getattr(self, "on_" + route.replace("-", "_"))(request, match, body)
        return getattr(self, "on_" + route.replace("-", "_"))(request, match)

    def _body_faults(self, route: str, kind: str, body: Any) -> Iterator[str]:
        found = line_description.faults(kind, body)
        yield from found
        if found:
            return
        if "messages" in body:
            yield from line_limits.message_faults(body["messages"])
        if route == "menu-create":
            yield from line_limits.menu_faults(body)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def handle_error(self, *_: object) -> None:
        """A client that hangs up is no news."""


def _handler_of(end: LineEnd) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            super().setup()
            end.connections += 1

        def handle_one_request(self) -> None:
            self.raw_requestline = self.rfile.readline(65537)
            if not self.raw_requestline or not self.parse_request():
                self.close_connection = True
                return
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            self._serve(Request(self.command, self.path, headers, body))

        def _serve(self, request: Request) -> None:
            try:
                with end._lock:
                    pieces = end._answer(request)
                for piece in pieces:
                    self.wfile.write(piece)
            except SilenceError:
                end._over.wait()
                self.close_connection = True
            except (HangUpError, OSError):
                self.close_connection = True
            except Exception as error:
                end.violations.append(f"{request.path}: this end failed: {error!r}")
                raise

        def log_message(self, *_: Any) -> None:
            """Nothing is logged."""

    return Handler
