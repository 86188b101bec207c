"""LINE's platform, stood in for: the part of its API that the program calls, on loopback."""

import asyncio
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs
from uuid import uuid4

from mailroom.demo.agency_files import LineAccess
from mailroom.demo.line_account import (
    BOT_USER_ID,
    CHANNEL_ID,
    LINE_ID,
    MONTHLY_MESSAGES,
    TOKEN_SECONDS,
    Account,
    Citizen,
    RefusedError,
)
from mailroom.demo.line_http import HOST, Answer, Handler, HttpServer, Request
from mailroom.demo.line_phone import Phone
from mailroom.demo.line_webhook import Courier, DeliveryFailedError

AGENCY = "เทศบาลตำบลบ้านตัวอย่าง"
SECRET = "demo-channel-secret-0123456789ab"  # noqa: S105 - of an account that lives as long as the demo, on loopback

Route = Callable[["LinePlatform", Request, tuple[str, ...]], Answer]


class LinePlatform:
    """One Official Account, its API, and the way to its webhook."""

    def __init__(self) -> None:
        self.account = Account()
        self.courier = Courier(SECRET, BOT_USER_ID)
        self.pages: Handler | None = None
        """Answers what is not the API's."""
        self._server = HttpServer(self._answer)

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self._server.port}"

    @property
    def access(self) -> LineAccess:
        """What the agency has to know of its account."""
        return LineAccess(url=self.url, line_id=LINE_ID, channel_id=CHANNEL_ID, bot_user_id=BOT_USER_ID, secret=SECRET)

    def phone(self, citizen: Citizen) -> Phone:
        """Of somebody who has one from now on."""
        if citizen.id not in self.account.people:
            self.account.add(citizen)
        return Phone(self.account, self.courier, citizen)

    def open(self) -> None:
        self._server.open()

    def close(self) -> None:
        self._server.close()

    async def _answer(self, request: Request) -> Answer:
        for method, pattern, route in _ROUTES:
            found = re.fullmatch(pattern, request.path)
            if found and method == request.method:
                # A test of the webhook asks our own program, so that no answer may keep others waiting.
                return await asyncio.to_thread(_guarded, self, route, request, found.groups())
        if self.pages is not None:
            return await self.pages(request)
        return _refused(RefusedError(404, "Not found"))


def _guarded(platform: LinePlatform, route: Route, request: Request, found: tuple[str, ...]) -> Answer:
    try:
        if route is not _token:
            platform.account.let_in(request.headers.get("authorization", ""))
        return route(platform, request, found)
    except RefusedError as error:
        return _refused(error)
    except (ValueError, LookupError, TypeError, AttributeError):
        return _refused(RefusedError(400, "The request body has error(s)"))


def _refused(error: RefusedError) -> Answer:
    told = _in_json({"message": str(error)}, error.status)
    return Answer(told.status, told.body, headers={**_request_id(), **error.headers})


def _in_json(table: dict[str, Any], status: int = 200) -> Answer:
    return Answer(status, json.dumps(table).encode(), headers=_request_id())


def _request_id() -> dict[str, str]:
    return {"X-Line-Request-Id": str(uuid4())}


def _token(platform: LinePlatform, request: Request, _: tuple[str, ...]) -> Answer:
    form = parse_qs(request.body.decode("ascii"))
    if form.get("client_id") != [CHANNEL_ID] or form.get("client_secret") != [SECRET]:
        return _in_json({"error": "invalid_client", "error_description": "invalid client_id or client_secret"}, 400)
    token = platform.account.issue_token()
    return _in_json({"token_type": "Bearer", "access_token": token, "expires_in": TOKEN_SECONDS})


def _reply(platform: LinePlatform, request: Request, _: tuple[str, ...]) -> Answer:
    body = json.loads(request.body)
    return _sent(platform.account.reply(body["replyToken"], _messages(body)))


def _push(platform: LinePlatform, request: Request, _: tuple[str, ...]) -> Answer:
    body = json.loads(request.body)
    return _sent(platform.account.push(body["to"], _messages(body), request.headers.get("x-line-retry-key", "")))


def _messages(body: dict[str, Any]) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = body["messages"]
    if not 1 <= len(messages) <= 5:
        raise RefusedError(400, "messages: 1 to 5 are taken")
    return messages


def _sent(ids: list[str]) -> Answer:
    return _in_json({"sentMessages": [{"id": one, "quoteToken": "demo"} for one in ids]})


def _content(platform: LinePlatform, _: Request, found: tuple[str, ...]) -> Answer:
    file = platform.account.file(found[0])
    if file is None:
        raise RefusedError(404, "Not found")
    return Answer(200, file.content, file.media_type)


def _transcoding(platform: LinePlatform, _: Request, found: tuple[str, ...]) -> Answer:
    if platform.account.file(found[0]) is None:
        raise RefusedError(404, "Not found")
    return _in_json({"status": "succeeded"})


def _profile(platform: LinePlatform, _: Request, found: tuple[str, ...]) -> Answer:
    person = platform.account.people.get(found[0])
    if person is None or platform.account.is_blocked(found[0]):
        raise RefusedError(404, "Not found")
    return _in_json({"displayName": person.name, "userId": person.id, "language": "th"})


def _info(*_: object) -> Answer:
    return _in_json(
        {
            "userId": BOT_USER_ID,
            "basicId": LINE_ID,
            "displayName": AGENCY,
            "chatMode": "bot",
            "markAsReadMode": "auto",
        }
    )


def _quota(*_: object) -> Answer:
    return _in_json({"type": "limited", "value": MONTHLY_MESSAGES})


def _consumption(platform: LinePlatform, *_: object) -> Answer:
    return _in_json({"totalUsage": platform.account.pushed})


def _webhook_get(platform: LinePlatform, *_: object) -> Answer:
    if not platform.courier.url:
        raise RefusedError(404, "Webhook endpoint not found")
    return _in_json({"endpoint": platform.courier.url, "active": True})


def _webhook_set(platform: LinePlatform, request: Request, _: tuple[str, ...]) -> Answer:
    platform.courier.url = str(json.loads(request.body)["endpoint"])
    return _in_json({})


def _webhook_test(platform: LinePlatform, *_: object) -> Answer:
    try:
        platform.courier.deliver([])
    except DeliveryFailedError as error:
        told = {"success": False, "statusCode": error.status, "reason": "COULD_NOT_CONNECT", "detail": str(error)}
        return _in_json(told)
    return _in_json({"success": True, "statusCode": 200, "reason": "OK", "detail": "200"})


_ROUTES: tuple[tuple[str, str, Route], ...] = (
    ("POST", r"/oauth2/v3/token", _token),
    ("POST", r"/v2/bot/message/reply", _reply),
    ("POST", r"/v2/bot/message/push", _push),
    ("GET", r"/v2/bot/message/([0-9]+)/content", _content),
    ("GET", r"/v2/bot/message/([0-9]+)/content/transcoding", _transcoding),
    ("GET", r"/v2/bot/profile/(\w+)", _profile),
    ("GET", r"/v2/bot/info", _info),
    ("GET", r"/v2/bot/message/quota", _quota),
    ("GET", r"/v2/bot/message/quota/consumption", _consumption),
    ("GET", r"/v2/bot/channel/webhook/endpoint", _webhook_get),
    ("PUT", r"/v2/bot/channel/webhook/endpoint", _webhook_set),
    ("POST", r"/v2/bot/channel/webhook/test", _webhook_test),
)


@contextmanager
def line_platform() -> Iterator[LinePlatform]:
    """An open stand-in on a free loopback port."""
    platform = LinePlatform()
    platform.open()
    try:
        yield platform
    finally:
        platform.close()
