"""A webhook of LINE under test: settings with secrets in files, a spool in memory, requests without a server."""

import hashlib
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from channels.line.settings import LineSettings
from mailroom.domain.chat import Spooled
from mailroom.domain.errors import StorageError
from mailroom.ports import Asgi
from tests.support.line_events import BOT, SECRET


def webhook_settings(folder: Path, **more: Any) -> LineSettings:
    """`secrets` are the current one and, where there are two, the one before it."""
    secrets = more.pop("secrets", (SECRET,))
    for name, secret in zip(("secret", "previous"), secrets, strict=False):
        (folder / name).write_text(secret + "\n")
    previous = {"previous_channel_secret": {"file": str(folder / "previous")}} if len(secrets) > 1 else {}
    return LineSettings.model_validate(
        {
            "line_id": "@Agency.Test",
            "channel_secret": {"file": str(folder / "secret")},
            "channel_id": "2000000001",
            "bot_user_id": BOT,
        }
        | previous
        | more
    )


@dataclass
class MemorySpool:
    """`ports.Spool` whose disk is full, or hangs, when told."""

    kept: list[tuple[bytes, datetime]] = field(default_factory=list)
    full: bool = False
    gate: threading.Event | None = None
    """Where there is one, keeping waits for it, whatever it was told: a disk that knows no deadlines."""

    def keep(self, body: bytes, received_at: datetime, within: float) -> None:
        assert 0 <= within < 1
        if self.gate is not None:
            assert self.gate.wait(30)
        if self.full:
            raise StorageError("the disk under /data is full; free space there")
        self.kept.append((body, received_at))

    def after(self, place: str) -> Iterator[Spooled]:
        for number, (body, at) in enumerate(self.kept, 1):
            if f"{number:09}" > place:
                yield Spooled(f"{number:09}", body, hashlib.sha256(body).hexdigest(), at)

    def close(self) -> None:
        """Nothing is open."""

    @property
    def bodies(self) -> list[bytes]:
        return [body for body, _ in self.kept]


@dataclass
class Answer:
    status: int
    headers: dict[str, str]


async def ask(
    app: Asgi,
    content: bytes | Sequence[bytes],
    headers: Mapping[str, str] | Sequence[tuple[str, str]],
    *,
    method: str = "POST",
) -> Answer:
    """One request without a server between. The answer is whole, or an assertion fails."""
    pieces = [content] if isinstance(content, bytes) else list(content)
    waiting = [
        {"type": "http.request", "body": piece, "more_body": number < len(pieces)}
        for number, piece in enumerate(pieces, 1)
    ]
    sent: list[Mapping[str, Any]] = []

    async def receive() -> Any:
        return waiting.pop(0) if waiting else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    pairs = list(headers.items()) if isinstance(headers, Mapping) else list(headers)
    raw = [(name.lower().encode("latin-1"), value.encode("utf-8")) for name, value in pairs]
    await app({"type": "http", "method": method, "path": "/line/webhook", "headers": raw}, receive, send)
    start, end = sent
    assert (start["type"], end["type"], end.get("more_body", False)) == (
        "http.response.start",
        "http.response.body",
        False,
    )
    return Answer(start["status"], {name.decode(): value.decode() for name, value in start["headers"]})
