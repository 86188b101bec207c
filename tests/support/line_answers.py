"""Answers of the stand-in of LINE's API as bytes, whole or broken."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from tests.support.line_faults import Announced, Endless, Sent, Short, Stored


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)


class HangUpError(Exception):
    """The connection ends without another byte."""


class SilenceError(Exception):
    """No answer comes until the end."""


def in_json(table: dict[str, Any], status: int = 200) -> Reply:
    return Reply(status, json.dumps(table).encode(), {"Content-Type": "application/json"})


def refused(
    status: int, message: str, headers: dict[str, str] | None = None, details: list[str] | None = None
) -> Reply:
    table: dict[str, Any] = {"message": message}
    if details:
        table["details"] = [{"message": "invalid", "property": one.partition(":")[0]} for one in details]
    reply = in_json(table, status)
    return Reply(status, reply.body, {**reply.headers, "X-Line-Request-Id": str(uuid4()), **(headers or {})})


def accepted(sent: Sent, request_id: str) -> Reply:
    messages = [{"id": str(100 + number), "quoteToken": "q"} for number in range(len(sent.messages))]
    reply = in_json({"sentMessages": messages})
    return Reply(200, reply.body, {**reply.headers, "X-Line-Request-Id": request_id})


def wire(reply: Reply) -> Iterator[bytes]:
    headers = {"Content-Length": str(len(reply.body)), **reply.headers}
    lines = [f"HTTP/1.1 {reply.status} -", *(f"{name}: {value}" for name, value in headers.items())]
    yield "\r\n".join([*lines, "", ""]).encode() + reply.body


def broken_content(fault: Short | Endless | Announced, stored: bytes | Stored) -> Iterator[bytes]:
    content = stored.content if isinstance(stored, Stored) else stored
    head = "HTTP/1.1 200 -\r\nContent-Type: application/octet-stream\r\n"
    if isinstance(fault, Endless):
        yield (head + "Transfer-Encoding: chunked\r\n\r\n").encode()
        for start in range(0, fault.size, 65536):
            size = min(65536, fault.size - start)
            yield f"{size:x}\r\n".encode() + b"x" * size + b"\r\n"
        if fault.ends:
            yield b"0\r\n\r\n"
            return
    else:
        size, sent = (fault.size, 10) if isinstance(fault, Announced) else (len(content), fault.sent)
        yield (head + f"Content-Length: {size}\r\n\r\n").encode() + content[:sent].ljust(min(sent, size), b"x")
    raise HangUpError
