"""The Official Account behind the stand-in of LINE's API: what it holds, and what each endpoint does to it."""

import re
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs
from uuid import uuid4

from tests.support import line_limits
from tests.support.line_answers import Reply, accepted, in_json, refused
from tests.support.line_faults import Request, Sent, Stored

ACCESS_TOKEN = "long-lived-" + "t" * 160
CHANNEL_ID = "2000000001"
CHANNEL_SECRET = "0123456789abcdef0123456789abcdef"
BOT_USER_ID = "U" + "b" * 32
PERSON = "U" + "1" * 32
REPLY_SECONDS = 60.0
KEY_SECONDS = 24 * 3600.0
STATELESS_SECONDS = 900


@dataclass
class LineAccount:
    """The Official Account: its state, and an answer for each route."""

    url: str = ""
    """Where it is, once it runs."""
    pushed: list[Sent] = field(default_factory=list)
    replied: list[Sent] = field(default_factory=list)
    dropped: list[Sent] = field(default_factory=list)
    """Pushed to people who blocked the account: accepted, counted by nobody, seen by nobody."""
    arrived: list[Sent] = field(default_factory=list)
    """What people see, in order, however it was sent."""
    contents: dict[str, bytes | Stored] = field(default_factory=dict)
    encoding: str = ""
    """What contents claim to be compressed with."""
    profiles: dict[str, str] = field(default_factory=dict)
    blocked: set[str] = field(default_factory=set)
    requests: list[Request] = field(default_factory=list)
    connections: int = 0
    violations: list[str] = field(default_factory=list)
    """Whatever breaks LINE's description or limits, or asks for what there is not."""
    quota_limit: int | None = 500
    quota_used: int = 0
    endpoint: str = ""
    endpoint_active: bool = True
    endpoint_test: dict[str, Any] = field(default_factory=lambda: {"success": True, "statusCode": 200, "reason": "OK"})
    info: dict[str, Any] = field(
        default_factory=lambda: {
            "userId": BOT_USER_ID,
            "basicId": "@bantuayang",
            "displayName": "เทศบาลตำบลบ้านตัวอย่าง",
            "chatMode": "bot",
            "markAsReadMode": "auto",
        }
    )
    tokens: set[str] = field(default_factory=lambda: {ACCESS_TOKEN})
    """Access tokens that are let in; those issued here are added."""
    issued: int = 0
    menus: dict[str, dict[str, Any]] = field(default_factory=dict)
    menu_pictures: dict[str, bytes] = field(default_factory=dict)
    default_menu: str = ""

    def __post_init__(self) -> None:
        self._reply_tokens: dict[str, float] = {}
        self._keys: dict[str, tuple[float, str]] = {}
        self._lives: dict[str, float] = {}
        self._skew = 0.0

    def now(self) -> float:
        """Seconds by the clock of this end."""
        return time.monotonic() + self._skew

    def advance(self, seconds: float) -> None:
        """Let the clock of this end go on."""
        self._skew += seconds

    def reply_token(self, name: str = "") -> str:
        """A reply token as a webhook brings it, from this moment on: a random one, or the one that is given."""
        token = name or uuid4().hex
        self._reply_tokens[token] = self.now()
        return token

    def revoke(self) -> None:
        """No access token that was known is let in any more."""
        self.tokens.clear()

    def asked(self, path: str) -> int:
        """How many requests went to paths that begin so."""
        return sum(one.path.startswith(path) for one in self.requests)

    def let_in(self, request: Request) -> bool:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        alive = self._lives.get(token, float("inf")) > self.now()
        return scheme == "Bearer" and token in self.tokens and alive

    def on_push(self, request: Request, _: tuple[str, ...], body: Any) -> Reply:
        key = request.headers.get("x-line-retry-key", "")
        if not line_limits.UUID_HEX.fullmatch(key):
            self.violations.append(f"push: retry key {key!a} is no UUID")
            return refused(400, "The retry key is invalid")
        if not line_limits.USER_ID.fullmatch(body["to"]):
            return refused(400, "The property, 'to', in the request body is invalid")
        if key in self._keys and self.now() - self._keys[key][0] < KEY_SECONDS:
            earlier = {"x-line-accepted-request-id": self._keys[key][1]}
            return refused(409, "The retry key is already accepted", earlier)
        if self.quota_limit is not None and self.quota_used >= self.quota_limit:
            return refused(429, "You have reached your monthly limit.")
        request_id = str(uuid4())
        self._keys[key] = (self.now(), request_id)
        sent = Sent(body["to"], tuple(body["messages"]), key)
        if body["to"] in self.blocked:
            self.dropped.append(sent)
        else:
            self.quota_used += 1
            self.pushed.append(sent)
            self.arrived.append(sent)
        return accepted(sent, request_id)

    def on_reply(self, _: Request, __: tuple[str, ...], body: Any) -> Reply:
        given_at = self._reply_tokens.pop(body["replyToken"], None)
        if given_at is None or self.now() - given_at > REPLY_SECONDS:
            return refused(400, "Invalid reply token")
        sent = Sent(body["replyToken"], tuple(body["messages"]))
        self.replied.append(sent)
        self.arrived.append(sent)
        return accepted(sent, str(uuid4()))

    def on_content(self, _: Request, match: tuple[str, ...]) -> Reply:
        stored = self._stored(match[0])
        if stored is None:
            return refused(404, "Not found")
        if stored.transcoding != "succeeded":
            return Reply(202)
        headers = {"Content-Type": stored.media_type}
        return Reply(200, stored.content, headers | ({"Content-Encoding": self.encoding} if self.encoding else {}))

    def on_transcoding(self, _: Request, match: tuple[str, ...]) -> Reply:
        stored = self._stored(match[0])
        return refused(404, "Not found") if stored is None else in_json({"status": stored.transcoding})

    def _stored(self, message_id: str) -> Stored | None:
        found = self.contents.get(message_id)
        return Stored(found) if isinstance(found, bytes) else found

    def on_profile(self, _: Request, match: tuple[str, ...]) -> Reply:
        name = self.profiles.get(match[0])
        if name is None or match[0] in self.blocked:
            return refused(404, "Not found")
        return in_json({"displayName": name, "userId": match[0], "language": "th"})

    def on_info(self, *_: object) -> Reply:
        return in_json(self.info)

    def on_quota(self, *_: object) -> Reply:
        return in_json({"type": "none"} if self.quota_limit is None else {"type": "limited", "value": self.quota_limit})

    def on_consumption(self, *_: object) -> Reply:
        return in_json({"totalUsage": self.quota_used})

    def on_webhook_get(self, *_: object) -> Reply:
        if not self.endpoint:
            return refused(404, "Webhook endpoint not found")
        return in_json({"endpoint": self.endpoint, "active": self.endpoint_active})

    def on_webhook_set(self, _: Request, __: tuple[str, ...], body: Any) -> Reply:
        if not re.fullmatch(r"https://[!-~]{1,492}", body["endpoint"]):
            return refused(400, "Invalid webhook endpoint URL")
        self.endpoint = body["endpoint"]
        return in_json({})

    def on_webhook_test(self, *_: object) -> Reply:
        return in_json({"timestamp": "2026-01-05T03:00:00Z", "detail": "", **self.endpoint_test})

    def on_token(self, request: Request, _: tuple[str, ...]) -> Reply:
        form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        if form.get("grant_type") != "client_credentials" or form.get("client_id") != CHANNEL_ID:
            return in_json({"error": "invalid_client", "error_description": "invalid client_id"}, 400)
        if form.get("client_secret") != CHANNEL_SECRET:
            return in_json({"error": "invalid_client", "error_description": "invalid client_secret"}, 400)
        self.issued += 1
        token = f"stateless-{self.issued}-" + "s" * 150
        self.tokens.add(token)
        self._lives[token] = self.now() + STATELESS_SECONDS
        return in_json({"token_type": "Bearer", "access_token": token, "expires_in": STATELESS_SECONDS})

    def on_menu_create(self, _: Request, __: tuple[str, ...], body: Any) -> Reply:
        name = f"richmenu-{uuid4().hex}"
        self.menus[name] = body
        return in_json({"richMenuId": name})

    def on_menu_picture(self, request: Request, match: tuple[str, ...]) -> Reply:
        if match[0] not in self.menus or match[0] in self.menu_pictures:
            return refused(400, "Invalid rich menu")
        if request.headers.get("content-type") != "image/png" or len(request.body) > 1_000_000:
            return refused(400, "Invalid image")
        self.menu_pictures[match[0]] = request.body
        return in_json({})

    def on_menu_list(self, *_: object) -> Reply:
        return in_json({"richmenus": [{"richMenuId": name, **menu} for name, menu in self.menus.items()]})

    def on_menu_delete(self, _: Request, match: tuple[str, ...]) -> Reply:
        if self.menus.pop(match[0], None) is None:
            return refused(404, "Not found")
        self.menu_pictures.pop(match[0], None)
        self.default_menu = "" if self.default_menu == match[0] else self.default_menu
        return in_json({})

    def on_menu_default(self, request: Request, match: tuple[str, ...]) -> Reply:
        if request.method == "GET":
            return in_json({"richMenuId": self.default_menu}) if self.default_menu else refused(404, "Not found")
        if request.method == "DELETE":
            self.default_menu = ""
            return in_json({})
        if match[0] not in self.menu_pictures:
            return refused(400, "must upload richmenu image before applying it to user")
        self.default_menu = match[0]
        return in_json({})
