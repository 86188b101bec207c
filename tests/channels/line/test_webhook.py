"""What the webhook takes and refuses, and that it never answers late."""

import asyncio
import gzip
import json
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from channels.line.decode import decode
from channels.line.webhook import Webhook
from mailroom.domain.chat import ChatEventKind
from mailroom.testing import FakeClock
from storage.claim import FolderClaim
from storage.spool import SegmentSpool
from tests.support import line_events as line
from tests.support.line_webhook import MemorySpool, ask, webhook_settings

IN_TIME = 0.9
BODY = line.body(line.text())
SIGNED = line.signed(BODY)


@pytest.fixture
def spool() -> MemorySpool:
    return MemorySpool()


@pytest.fixture
def rung() -> list[int]:
    """One entry for each time that somebody was told of a delivery."""
    return []


@pytest.fixture
def webhook(tmp_path: Path, spool: MemorySpool, rung: list[int]) -> Webhook:
    return Webhook(webhook_settings(tmp_path), spool, lambda: rung.append(1), FakeClock())


async def test_a_delivery_is_kept_then_answered(webhook: Webhook, spool: MemorySpool, rung: list[int]) -> None:
    """The exact bytes and the time, 200, and whoever waits is told once."""
    assert (await ask(webhook, BODY, SIGNED)).status == 200
    assert spool.kept == [(BODY, FakeClock().now())]
    assert (rung, webhook.refused) == ([1], 0)


async def test_a_body_in_pieces_is_one_body(webhook: Webhook, spool: MemorySpool) -> None:
    """However the network cuts it."""
    assert (await ask(webhook, [BODY[:10], b"", BODY[10:]], SIGNED)).status == 200
    assert spool.bodies == [BODY]


async def test_a_check_of_the_console_is_answered(webhook: Webhook, spool: MemorySpool, rung: list[int]) -> None:
    """L06: no events: 200, and nothing is kept."""
    empty = line.body()
    assert (await ask(webhook, empty, line.signed(empty))).status == 200
    assert (spool.kept, rung, webhook.refused) == ([], [], 0)


async def test_the_same_delivery_a_hundred_times_at_once(webhook: Webhook, spool: MemorySpool) -> None:
    """L01: a hundred times 200, and the events of all of them have one id."""
    answers = await asyncio.gather(*(ask(webhook, BODY, SIGNED) for _ in range(100)))
    assert {answer.status for answer in answers} == {200}
    ids = {event.id for spooled in spool.after("") for event in decode(spooled)}
    assert (len(spool.kept), len(ids)) == (100, 1)


SIGNATURES = {
    "missing": {},
    "empty": {line.SIGNATURE: ""},
    "wrong": {line.SIGNATURE: line.signature(b"other")},
    "of-another-channel": {line.SIGNATURE: line.signature(BODY, "e" * 32)},
    "non-ascii": {line.SIGNATURE: "ลายเซ็น"},
}


@pytest.mark.parametrize("name", SIGNATURES)
async def test_a_delivery_without_its_signature_is_refused(webhook: Webhook, spool: MemorySpool, name: str) -> None:
    """L03: 401; nothing is kept but a number."""
    headers = {"content-type": "application/json", **SIGNATURES[name]}
    assert (await ask(webhook, BODY, headers)).status == 401
    assert (spool.kept, webhook.refused) == ([], 1)


async def test_a_doubled_signature_or_an_altered_body_is_refused(webhook: Webhook, spool: MemorySpool) -> None:
    """L03: even the right one twice; even one byte."""
    twice = [*SIGNED.items(), (line.SIGNATURE, SIGNED[line.SIGNATURE])]
    assert (await ask(webhook, BODY, twice)).status == 401
    assert (await ask(webhook, BODY[:-1] + b" ", SIGNED)).status == 401
    assert (spool.kept, webhook.refused) == ([], 2)


BROKEN = {
    "no-utf8": b'{"destination":"x","events":[{"type":"\xff"}]}',
    "no-json": b"events",
    "empty": b"",
    "no-object": b"[]",
    "no-events": b'{"destination":"x"}',
    "events-twice": b'{"events":[],"events":[]}',
    "broken-event": b'{"destination":"%s","events":[{"type":}]}' % line.BOT.encode(),
    "ten-thousand-levels": b'{"events":' + b"[" * 10_000 + b"1",
    "of-another-account": line.body(line.text(), destination=line.OTHER_USER),
    "of-nobody": json.dumps({"events": [line.text()]}).encode(),
}


@pytest.mark.parametrize("name", BROKEN)
async def test_a_signed_body_that_is_no_delivery_is_refused(webhook: Webhook, spool: MemorySpool, name: str) -> None:
    """149, 156: 400, counted, not kept: no UTF-8, no JSON, another account's."""
    assert (await ask(webhook, BROKEN[name], line.signed(BROKEN[name]))).status == 400
    assert (spool.kept, webhook.refused) == ([], 1)


@pytest.mark.parametrize(
    "spoilt", ["NaN", "1e400", "[" * 10_000 + "]" * 10_000, '{"a":1,"a":2}', '"' + "x" * 900_000 + '"']
)
async def test_what_is_wrong_within_an_event_is_kept_for_a_clerk(
    webhook: Webhook, spool: MemorySpool, spoilt: str
) -> None:
    """150: numbers that are none, names given twice, a depth of 10,000, a huge text: bounded, and the batch is taken."""
    content = line.body(line.text(), line.text())[:-2] + b', {"x": ' + spoilt.encode() + b"}]}"
    assert (await ask(webhook, content, line.signed(content))).status == 200
    [spooled] = spool.after("")
    kinds = [event.kind for event in decode(spooled)]
    assert kinds == [ChatEventKind.MESSAGE, ChatEventKind.MESSAGE, ChatEventKind.MALFORMED]


@pytest.mark.parametrize(
    ("method", "change", "status"),
    [
        ("GET", {}, 405),
        ("PUT", {}, 405),
        ("POST", {"content-type": "text/plain"}, 415),
        ("POST", {"content-type": ""}, 415),
        ("POST", {"content-type": "application/x-www-form-urlencoded"}, 415),
        ("POST", {"content-encoding": "gzip"}, 415),
        ("POST", {"content-encoding": "br, gzip"}, 415),
        ("POST", {"content-length": "10485760"}, 413),
        ("POST", {"content-length": "9" * 5000}, 413),
        ("POST", {"content-length": "-1"}, 400),
    ],
)
async def test_a_request_of_another_form_is_refused(
    webhook: Webhook, spool: MemorySpool, method: str, change: dict[str, str], status: int
) -> None:
    """L11: other methods, types and encodings, and announced sizes: refused before a byte of the body is looked at."""
    answer = await ask(webhook, BODY, SIGNED | change, method=method)
    assert (answer.status, answer.headers.get("allow")) == (status, "POST" if status == 405 else None)
    assert (spool.kept, webhook.refused) == ([], 1)


async def test_a_packed_body_is_not_unpacked(webhook: Webhook, spool: MemorySpool) -> None:
    """L11: a signed gzip bomb under a plain name is no JSON, no more."""
    bomb = gzip.compress(b"0" * 50_000_000)
    assert (await ask(webhook, bomb, line.signed(bomb))).status == 400
    assert spool.kept == []


async def test_a_body_that_never_ends_is_refused_at_its_limit(webhook: Webhook, spool: MemorySpool) -> None:
    """L11: no more than a megabyte is ever held."""
    assert (await ask(webhook, [b"x" * 65_536] * 160, SIGNED)).status == 413
    assert (spool.kept, webhook.refused) == ([], 1)


async def test_a_full_disk_is_answered_with_an_error(webhook: Webhook, spool: MemorySpool, rung: list[int]) -> None:
    """L12: 503, and LINE delivers again. It is no refusal of the sender, and nobody is told of a delivery."""
    spool.full = True
    assert (await ask(webhook, BODY, SIGNED)).status == 503
    assert (webhook.refused, rung) == (0, [])
    spool.full = False
    assert (await ask(webhook, BODY, SIGNED)).status == 200


async def test_a_disk_that_hangs_is_not_waited_for(webhook: Webhook, spool: MemorySpool, rung: list[int]) -> None:
    """L12: 503 within 900 ms, for thirty at once as well; nobody is told, and others are served meanwhile."""
    spool.gate = threading.Event()
    started = time.monotonic()
    asked = asyncio.gather(*(ask(webhook, BODY, SIGNED) for _ in range(30)))
    unsigned = {"content-type": "application/json"}
    assert (await ask(webhook, BODY, unsigned)).status == 401
    assert not asked.done()
    answers = await asked
    assert time.monotonic() - started < IN_TIME
    assert {answer.status for answer in answers} == {503}
    assert rung == []
    spool.gate.set()


async def test_a_spool_that_another_holds_is_not_waited_for(tmp_path: Path, rung: list[int]) -> None:
    """503 within 900 ms while another process locks the folder; then deliveries are taken again."""
    spool = SegmentSpool(tmp_path / "spool")
    webhook = Webhook(webhook_settings(tmp_path), spool, lambda: rung.append(1))
    holder = FolderClaim(tmp_path / "spool" / "segments")
    holder.take()
    started = time.monotonic()
    assert (await ask(webhook, BODY, SIGNED)).status == 503
    assert time.monotonic() - started < IN_TIME
    holder.let_go()
    holder.close()
    assert (await ask(webhook, BODY, SIGNED)).status == 200
    assert rung == [1]
    assert BODY in [one.body for one in spool.after("")]
    spool.close()


async def test_whoever_hangs_up_gets_no_answer(webhook: Webhook, spool: MemorySpool) -> None:
    """Half a body and a broken connection: nothing is kept, nothing is said, nothing breaks."""
    sent: list[object] = []
    messages = [{"type": "http.request", "body": BODY[:20], "more_body": True}, {"type": "http.disconnect"}]

    async def receive() -> dict[str, object]:
        return messages.pop(0)

    async def send(message: object) -> None:
        sent.append(message)

    headers = [(name.encode(), value.encode()) for name, value in SIGNED.items()]
    await webhook({"type": "http", "method": "POST", "headers": headers}, receive, send)
    assert (sent, spool.kept, webhook.refused) == ([], [], 0)


async def test_a_delivery_whose_answer_is_lost_is_told_all_the_same(
    webhook: Webhook, spool: MemorySpool, rung: list[int]
) -> None:
    """It is in the spool: whoever reads it is told, though LINE will deliver it again."""
    messages = [{"type": "http.request", "body": BODY, "more_body": False}]

    async def receive() -> dict[str, object]:
        return messages.pop(0)

    async def send(_: object) -> None:
        raise ConnectionResetError

    headers = [(name.encode(), value.encode()) for name, value in SIGNED.items()]
    with pytest.raises(ConnectionResetError):
        await webhook({"type": "http", "method": "POST", "headers": headers}, receive, send)
    assert (spool.bodies, rung) == ([BODY], [1])


async def test_log_lines_name_no_person(webhook: Webhook) -> None:
    """A refusal is logged with status and reason, without a word of body or headers."""
    with capture_logs() as lines:
        await ask(webhook, BODY, {"content-type": "application/json", line.SIGNATURE: "secret-of-somebody"})
        await ask(webhook, BODY[:-1], line.signed(BODY[:-1]))
    assert [(one["event"], one["status"]) for one in lines] == [("delivery.refused", 401), ("delivery.refused", 400)]
    said = repr(lines)
    assert line.USER not in said
    assert "somebody" not in said


@pytest.mark.parametrize("kind", ["websocket", "lifespan"])
async def test_what_is_no_request_is_passed_over(webhook: Webhook, kind: str, never: Callable[..., object]) -> None:
    """A WebSocket or a start-up has nothing to say to it."""
    await webhook({"type": kind}, never, never)  # type: ignore[arg-type]


@pytest.fixture
def never() -> Callable[..., object]:
    def fail(*_: object) -> object:
        raise AssertionError

    return fail
