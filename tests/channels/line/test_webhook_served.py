"""The webhook under a real server, with clients that write to the socket what they like."""

import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from channels.line.webhook import Webhook
from storage.spool import SegmentSpool
from tests.support import line_events as line
from tests.support.line_webhook import webhook_settings
from tests.support.web_site import serving

BODY = line.body(line.text())
SIGNED = line.signed(BODY)
HEAD = "POST /line/webhook HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
IN_TIME = 0.9


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[SegmentSpool]:
    spool = SegmentSpool(tmp_path / "spool")
    yield spool
    spool.close()


@pytest.fixture
def site(tmp_path: Path, spool: SegmentSpool) -> Iterator[str]:
    with serving(Webhook(webhook_settings(tmp_path), spool, lambda: None)) as url:
        yield url


def connected(site: str) -> socket.socket:
    address = urlsplit(site)
    connection = socket.create_connection((address.hostname, address.port), 10)
    connection.settimeout(10)
    return connection


def status(connection: socket.socket) -> int:
    """The status of the answer; 0 when the connection ends without one."""
    answer = b""
    while b"\r\n" not in answer:
        piece = connection.recv(1000)
        if not piece:
            return 0
        answer += piece
    return int(answer.split()[1])


def ended(connection: socket.socket) -> bool:
    """Whether the other side closes."""
    try:
        while connection.recv(1000):
            pass
    except ConnectionResetError:
        pass
    return True


def delivered(client: httpx.Client) -> float:
    """Deliver as LINE does, again when there is no 200; how long the slowest answer took."""
    slowest = 0.0
    while True:
        started = time.monotonic()
        answer = client.post("/line/webhook", content=BODY, headers=SIGNED)
        slowest = max(slowest, time.monotonic() - started)
        if answer.status_code == 200:
            return slowest
        assert answer.status_code in (408, 503)


def test_deliveries_over_http_are_safe_when_they_are_answered(site: str, spool: SegmentSpool) -> None:
    """Twenty at once: each of them is in the spool, and the times are those of now."""
    with httpx.Client(base_url=site, timeout=20) as client, ThreadPoolExecutor(20) as threads:
        list(threads.map(lambda _: delivered(client), range(20)))
    found = list(spool.after(""))
    assert {one.body for one in found} == {BODY}
    assert len(found) >= 20
    assert all(abs(datetime.now(UTC) - one.received_at) < timedelta(minutes=1) for one in found)


def test_ten_megabytes_are_refused_by_their_length(site: str, spool: SegmentSpool) -> None:
    """L11: before they are sent, and the connection ends."""
    with connected(site) as connection:
        connection.sendall(f"{HEAD}Content-Length: 10485760\r\n\r\n".encode())
        assert status(connection) == 413
        assert ended(connection)
    assert list(spool.after("")) == []


def test_ten_megabytes_in_chunks_are_refused_on_the_way(site: str, spool: SegmentSpool) -> None:
    """L11: without an announced length the limit holds just as well."""
    with connected(site) as connection:
        connection.sendall(f"{HEAD}Transfer-Encoding: chunked\r\n\r\n".encode())
        try:
            for _ in range(160):
                connection.sendall(b"10000\r\n" + b"x" * 65_536 + b"\r\n")
        except (BrokenPipeError, ConnectionResetError):
            pass
        assert answered_or_reset(connection) in (413, 0)
    assert list(spool.after("")) == []


def answered_or_reset(connection: socket.socket) -> int:
    try:
        return status(connection)
    except ConnectionResetError:
        return 0


@pytest.mark.parametrize(
    "head", [f"{HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\n", f"{HEAD}Content-Length: 500\r\n\r\n"]
)
def test_a_body_that_comes_drop_by_drop_is_refused_in_time(site: str, spool: SegmentSpool, head: str) -> None:
    """L11: 408 within 900 ms, and the connection ends, however long the sender goes on."""
    with connected(site) as connection:
        connection.sendall(head.encode() + b"{")
        started = time.monotonic()
        assert status(connection) == 408
        assert time.monotonic() - started < IN_TIME
        assert ended(connection)
    assert list(spool.after("")) == []


def test_many_slow_clients_keep_nobody_waiting(site: str) -> None:
    """Two hundred half-open requests, and a delivery is answered as ever."""
    slow = [connected(site) for _ in range(200)]
    try:
        with httpx.Client(base_url=site, timeout=20) as client:
            for one in slow:
                one.sendall(f"{HEAD}Content-Length: 500\r\n\r\n{{".encode())
            assert delivered(client) < IN_TIME
    finally:
        for one in slow:
            one.close()


@pytest.mark.parametrize(
    "request_",
    [
        f"{HEAD}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        f"{HEAD}Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
        f"{HEAD}Transfer-Encoding: chunked\r\n\r\nZZ\r\nx\r\n",
        "POST /line/webhook HTTP/1.1\r\n\r\n",
    ],
)
def test_a_request_that_contradicts_itself_is_never_accepted(site: str, spool: SegmentSpool, request_: str) -> None:
    """Two lengths, length and chunks, chunks that are none, no host: refused or cut off."""
    with connected(site) as connection:
        connection.sendall(request_.encode())
        assert answered_or_reset(connection) in (0, 400, 401, 408, 415)
    assert list(spool.after("")) == []


def test_the_answer_is_in_time_while_deliveries_pour_in(site: str, spool: SegmentSpool) -> None:
    """Four clients, fifty deliveries each: every answer within 900 ms, every delivery kept."""
    with httpx.Client(base_url=site, timeout=20) as client, ThreadPoolExecutor(4) as threads:
        slowest = max(threads.map(lambda _: delivered(client), range(200)))
    assert slowest < IN_TIME
    assert len(list(spool.after(""))) >= 200
