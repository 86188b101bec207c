"""The far ends of the demo: a mailbox over IMAP, and an SMTP server that keeps what it is handed."""

import asyncio
import threading
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from aiosmtpd.smtp import SMTP, Envelope, Session

from mailroom.demo.agency_files import Servers
from mailroom.demo.imap_server import ImapServer, Store
from mailroom.demo.mails.model import Sample

HOST = "127.0.0.1"
USER = "saraban"
PASSWORD = "demo"  # noqa: S105 - of a mailbox that lives as long as the demo, on loopback

Value = TypeVar("Value")


@dataclass
class Sink:
    """Letters in the order in which they were handed in. Nothing is sent on.

    Without slots: aiosmtpd looks at every member, and Python 3.11.2 cannot show it those of a class with slots.
    """

    letters: list[bytes] = field(default_factory=list)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd asks for it
        self.letters.append(bytes(envelope.original_content or b""))
        return f"250 2.0.0 kept as letter {len(self.letters)}"


class PostOffice:
    """Both servers on one event loop, in a thread of its own."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="post-office", daemon=True)
        self._store = Store()
        self._imap = ImapServer({USER: PASSWORD}, self._store)
        self._sink = Sink()
        self._smtp: asyncio.Server | None = None
        self.imap_port = 0
        self.smtp_port = 0

    @property
    def letters(self) -> list[bytes]:
        """Every letter handed in so far, raw."""
        return list(self._sink.letters)

    def servers(self, *, web_port: int, time_stamps: str) -> Servers:
        """How the agency reaches this post office."""
        return Servers(
            imap_port=self.imap_port,
            smtp_port=self.smtp_port,
            web_port=web_port,
            user=USER,
            password=PASSWORD,
            time_stamps=time_stamps,
        )

    def open(self) -> None:
        self._thread.start()
        self._wait(self._listen())

    def close(self) -> None:
        self._wait(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    def deliver(self, samples: Sequence[Sample]) -> None:
        """Put mails into the mailbox, stamped with the time at which they are said to have come."""
        self._wait(self._add(samples))

    async def _add(self, samples: Sequence[Sample]) -> None:
        for sample in samples:
            self._store.add(sample.folder, sample.raw, sample.entered_at)

    async def _listen(self) -> None:
        self.imap_port = await self._imap.start(HOST, 0)
        self._smtp = await self._loop.create_server(self._session, HOST, 0)
        self.smtp_port = self._smtp.sockets[0].getsockname()[1]

    def _session(self) -> SMTP:
        return SMTP(self._sink, hostname="sink.example", ident="demo", loop=self._loop)

    async def _stop(self) -> None:
        await self._imap.stop()
        if self._smtp is not None:
            self._smtp.close()

    def _wait(self, work: Coroutine[Any, Any, Value]) -> Value:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)


@contextmanager
def post_office() -> Iterator[PostOffice]:
    """An open post office on free loopback ports."""
    office = PostOffice()
    office.open()
    try:
        yield office
    finally:
        office.close()
