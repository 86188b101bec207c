"""Deliveries at a steady rate over connections that stay open, each timed from the moment at which it was due.

What is late because the server stalls counts as late: the next delivery does not wait for the last one.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

PATIENCE_SECONDS = 15.0
"""So long an answer is waited for; LINE itself gives up after two."""
PATH = "/line/webhook"
_SPIN_SECONDS = 0.001

Make = Callable[[int], tuple[bytes, dict[str, str]]]
"""Body and headers of a delivery, by its number; called at the moment at which it is sent."""


@dataclass(frozen=True, slots=True)
class Shot:
    """One delivery: `status` is 0 where no answer came; `late` is by how much we ourselves began late, in seconds."""

    seconds: float
    status: int
    late: float


class Client:
    """Requests to one port. Idle connections are used again; as many are opened as are needed at once."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def post(self, body: bytes, headers: dict[str, str]) -> int:
        """The status; 0 for a connection that broke or an answer that did not come."""
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        request = (
            f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\n{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
        )
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                reader, writer = await self._connection()
                writer.write(request)
                status, keeps = await _answer(reader)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, ValueError):
            return 0
        if keeps:
            self._idle.append((reader, writer))
        else:
            writer.close()
        return status

    async def _connection(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        while self._idle:
            reader, writer = self._idle.pop()
            if not reader.at_eof():
                return reader, writer
            writer.close()
        return await asyncio.open_connection("127.0.0.1", self._port)

    def close(self) -> None:
        for _, writer in self._idle:
            writer.close()
        self._idle.clear()


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bool]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    fields = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
    await reader.readexactly(int(fields.get("content-length", "0")))
    return int(head.split(" ", 2)[1]), fields.get("connection") != "close"


async def steady(client: Client, make: Make, first: int, count: int, rate: float) -> list[Shot]:
    """`count` deliveries, `rate` a second."""
    begun = time.perf_counter() + 0.05
    return await asyncio.gather(
        *(_shot(client, make, first + number, begun + number / rate) for number in range(count))
    )


async def _shot(client: Client, make: Make, number: int, due: float) -> Shot:
    await asyncio.sleep(max(0.0, due - time.perf_counter() - _SPIN_SECONDS))
    while (now := time.perf_counter()) < due:
        await asyncio.sleep(0)
    status = await client.post(*make(number))
    return Shot(time.perf_counter() - due, status, now - due)


async def at_once(client: Client, body: bytes, headers: dict[str, str], count: int) -> list[int]:
    """The same delivery so often in parallel; what it was answered with."""
    return await asyncio.gather(*(client.post(body, headers) for _ in range(count)))
