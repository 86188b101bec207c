"""The stand-in of LINE's API refuses what LINE would refuse: a test that passes on it means something."""

import json
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from linebot.v3.messaging import models

from tests.support import line_description
from tests.support.line_end import ACCESS_TOKEN, PERSON, LineEnd

KEY = "123e4567-e89b-12d3-a456-426614174000"
TEXT = {"type": "text", "text": "ก"}


def bubble(**body: Any) -> dict[str, Any]:
    contents = {"type": "bubble", "body": {"type": "box", "layout": "vertical", "contents": [], **body}}
    return {"type": "flex", "altText": "x", "contents": contents}


def tap(**what: Any) -> dict[str, Any]:
    return {**TEXT, "quickReply": {"items": [{"type": "action", "action": {"type": "postback", "label": "x", **what}}]}}


def ask(line: LineEnd, path: str, body: Any, token: str = ACCESS_TOKEN, **headers: str) -> tuple[int, Any]:
    """Status and body of a POST."""
    content = json.dumps(body).encode()
    request = Request(line.url + path, content, {"Authorization": f"Bearer {token}", **headers})
    try:
        with urlopen(request, timeout=5) as answer:
            return answer.status, json.loads(answer.read())
    except HTTPError as error:
        with error:
            return error.code, json.loads(error.read() or b"{}")


def push(line: LineEnd, *messages: Any, key: str = KEY, **more: Any) -> int:
    return ask(line, "/v2/bot/message/push", {"to": PERSON, "messages": messages, **more}, **{"X-Line-Retry-Key": key})[
        0
    ]


GOOD: list[dict[str, Any]] = [
    TEXT,
    {"type": "text", "text": "🍎" * 2500},
    tap(data="x" * 300, displayText="x"),
    tap(data="x", displayText="x", label="ที่" * 20),
    bubble(contents=[{"type": "text", "text": "x", "wrap": True, "weight": "bold"}]),
]
BAD: list[dict[str, Any]] = [
    {"type": "text"},
    {"type": "text", "text": ""},
    {"type": "text", "text": " \n"},
    {"type": "text", "text": 5},
    {"type": "text", "text": "x", "colour": "red"},
    {"type": "text", "text": "🍎" * 2500 + "x"},
    {"type": "telegram", "text": "x"},
    {"text": "x"},
    {"type": "flex", "altText": "x" * 401, "contents": bubble()["contents"]},
    {"type": "flex", "altText": "x", "contents": {"type": "ball"}},
    {"type": "flex", "contents": bubble()["contents"]},
    bubble(layout="diagonal"),
    bubble(contents=[{"type": "text", "text": ""}]),
    bubble(contents=[{"type": "text", "text": "x", "wrap": "yes"}]),
    bubble(contents=[{"type": "text", "text": "x", "weight": "heavy"}]),
    bubble(contents=[{"type": "text", "text": "x" * 1500} for _ in range(25)]),
    bubble(contents=[{"type": "button"}]),
    tap(data="x" * 301, displayText="x"),
    tap(data="x", displayText="x", label="ก" * 21),
    tap(data="x", displayText="x", label=""),
    tap(data="", displayText="x"),
    tap(type="uri", uri="javascript:alert(1)"),
    tap(type="uri", uri="https://x.example/ก"),
    tap(type="fly"),
    {**TEXT, "quickReply": {"items": tap(data="x", displayText="x")["quickReply"]["items"] * 14}},
]


@pytest.mark.parametrize("message", GOOD, ids=lambda one: json.dumps(one)[:50])
def test_what_line_takes_is_taken(line: LineEnd, message: dict[str, Any]) -> None:
    """At the limits, not beyond."""
    assert push(line, message) == 200
    assert [one.messages for one in line.pushed] == [(message,)]


@pytest.mark.parametrize("message", BAD, ids=lambda one: json.dumps(one)[:70])
def test_what_line_refuses_is_refused(line: LineEnd, message: dict[str, Any]) -> None:
    """400, nothing arrives, and the test that sent it fails at its end."""
    assert push(line, message) == 400
    assert line.arrived == []
    assert line.violations
    line.violations.clear()


def test_a_violation_fails_the_test_that_caused_it() -> None:
    """Unless another failure is being told already."""
    with pytest.raises(AssertionError, match="LINE would refuse"), LineEnd() as line:
        push(line)
    with pytest.raises(ZeroDivisionError), LineEnd() as line:
        push(line) / 0


def test_one_to_five_messages(line: LineEnd) -> None:
    """None and six are refused."""
    assert [push(line, *[TEXT] * n, key=KEY[:-1] + str(n)) for n in (0, 1, 5, 6)] == [400, 200, 200, 400]
    line.violations.clear()


def test_a_retry_key_is_a_uuid_and_for_pushes(line: LineEnd) -> None:
    """Without one, with another form, and at a reply: refused. The same twice: 409, once delivered."""
    assert [push(line, TEXT, key=key) for key in ("", "x" * 32)] == [400, 400]
    body = {"replyToken": line.reply_token(), "messages": [TEXT]}
    assert ask(line, "/v2/bot/message/reply", body, **{"X-Line-Retry-Key": KEY})[0] == 400
    line.violations.clear()
    assert [push(line, TEXT), push(line, TEXT)] == [200, 409]
    line.advance(24 * 3600 + 1)
    assert push(line, TEXT) == 200
    assert len(line.arrived) == 2


def test_a_reply_token_serves_once_and_for_a_minute(line: LineEnd) -> None:
    """Used, expired, unknown."""
    used, old = line.reply_token(), line.reply_token()

    def reply(token: str) -> tuple[int, Any]:
        return ask(line, "/v2/bot/message/reply", {"replyToken": token, "messages": [TEXT]})

    assert reply(used)[0] == 200
    line.advance(61)
    assert [reply(one) for one in (used, old, "x")] == [(400, {"message": "Invalid reply token"})] * 3


def test_who_is_not_known_is_not_let_in(line: LineEnd) -> None:
    """And the month ends; and addresses are of one form."""
    assert ask(line, "/v2/bot/message/push", {"to": PERSON, "messages": [TEXT]}, token="x")[0] == 401
    assert push(line, TEXT, to="somebody") == 400
    line.quota_used = 500
    assert push(line, TEXT) == 429


def test_endpoints_that_there_are_not(line: LineEnd) -> None:
    """A typing error in the program is not forgiven."""
    assert ask(line, "/v2/bot/message/pusch", {})[0] == 404
    assert line.violations == ["POST /v2/bot/message/pusch: no such endpoint"]
    line.violations.clear()


def test_every_model_of_the_description_becomes_a_schema() -> None:
    """Whatever the library describes is read; nothing of it has a form that was not foreseen."""
    kinds = [name for name in dir(models) if name.endswith(("Request", "Response", "Message", "Action"))]
    assert len(kinds) > 80
    for kind in kinds:
        line_description.validator(kind).check_schema(line_description.schema_of(kind))


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/v2/bot/info", "BotInfoResponse"),
        ("/v2/bot/message/quota", "MessageQuotaResponse"),
        ("/v2/bot/message/quota/consumption", "QuotaConsumptionResponse"),
        (f"/v2/bot/profile/{PERSON}", "UserProfileResponse"),
        ("/v2/bot/channel/webhook/endpoint", "GetWebhookEndpointResponse"),
        ("/v2/bot/message/1001/content/transcoding", "GetMessageContentTranscodingResponse"),
        ("/v2/bot/richmenu/list", "RichMenuListResponse"),
    ],
)
def test_its_own_answers_keep_to_the_description(line: LineEnd, path: str, kind: str) -> None:
    """What the program learns to read here is what LINE says."""
    line.profiles[PERSON], line.endpoint, line.contents["1001"] = "สมศรี", "https://x.example/", b"x"
    request = Request(line.url + path, headers={"Authorization": f"Bearer {ACCESS_TOKEN}"})
    with urlopen(request, timeout=5) as answer:
        assert line_description.faults(kind, json.loads(answer.read())) == []
