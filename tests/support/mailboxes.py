"""One mailbox to test against, on a real Dovecot or on the demo's server, with the same handles on both."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol, Self, TypeVar

from imapclient import IMAPClient

from mailroom.demo.imap_server import CAPABILITIES, ImapServer
from mailroom.demo.imap_store import wire_name
from mailroom.demo.imap_syntax import Command
from tests.support.dovecot import PASSWORD, Dovecot

Value = TypeVar("Value")


class Mailbox(Protocol):
    """A mailbox and the server it is on."""

    user: str

    @property
    def port(self) -> int: ...

    def deliver(self, raw: bytes, *, folder: str = "INBOX", at: datetime | None = None, seen: bool = False) -> None: ...

    def expunge(self, subject: bytes, *, folder: str = "INBOX") -> None:
        """Remove every mail whose bytes contain `subject`, as another client would."""

    def change_uidvalidity(self, folder: str = "INBOX") -> None: ...

    def restart(self) -> None:
        """The server is started anew on the same port; every connection is cut."""


def client(mailbox: Mailbox) -> IMAPClient:
    """Another mail client, logged in."""
    made = IMAPClient("127.0.0.1", mailbox.port, ssl=False, timeout=10)
    made.login(mailbox.user, PASSWORD)
    return made


@dataclass
class DovecotMailbox:
    server: Dovecot
    user: str

    @property
    def port(self) -> int:
        return self.server.imap

    def deliver(self, raw: bytes, *, folder: str = "INBOX", at: datetime | None = None, seen: bool = False) -> None:
        self.server.deliver(self.user, raw, folder=folder, at=at, flags="S" if seen else "")

    def expunge(self, subject: bytes, *, folder: str = "INBOX") -> None:
        self.server.expunge(self.user, subject, folder=folder)

    def change_uidvalidity(self, folder: str = "INBOX") -> None:
        self.server.stop()
        self.server.change_uidvalidity(self.user, folder=folder)
        self.server.start()

    def restart(self) -> None:
        self.server.restart()


class DemoMailbox:
    """A context manager: the demo's IMAP server in a thread of its own."""

    def __init__(self, *, capabilities: str = CAPABILITIES, before: Callable[[Command], None] | None = None) -> None:
        self.user = "saraban"
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="demo-imap", daemon=True)
        self.commands: list[Command] = []
        self._hook = before
        self.server = ImapServer({self.user: PASSWORD}, capabilities=capabilities, before=self._before)
        self._port = 0

    def __enter__(self) -> Self:
        self._thread.start()
        self._port = self._wait(self.server.start())
        return self

    def __exit__(self, *_: object) -> None:
        self._wait(self.server.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    @property
    def port(self) -> int:
        return self._port

    def deliver(self, raw: bytes, *, folder: str = "INBOX", at: datetime | None = None, seen: bool = False) -> None:
        entered_at = (at or datetime.now(UTC)).astimezone(UTC).replace(microsecond=0)
        flags = ["\\Seen"] if seen else []
        self._call(lambda: self.server.store.add(folder, raw, entered_at, flags))

    def expunge(self, subject: bytes, *, folder: str = "INBOX") -> None:
        def remove() -> None:
            mailbox = self.server.store.mailboxes[wire_name(folder)]
            mailbox.remove([mail for mail in mailbox.mails if subject in mail.raw])

        self._call(remove)

    def change_uidvalidity(self, folder: str = "INBOX") -> None:
        def change() -> None:
            self.server.store.mailboxes[wire_name(folder)].uidvalidity += 1

        self.restart()
        self._call(change)

    def restart(self) -> None:
        self._wait(self.server.stop())
        self._wait(self.server.start(port=self._port))

    def _before(self, command: Command) -> None:
        self.commands.append(command)
        if self._hook is not None:
            self._hook(command)

    def _call(self, work: Callable[[], Value]) -> Value:
        async def run() -> Value:
            return work()

        return self._wait(run())

    def _wait(self, work: Coroutine[Any, Any, Value]) -> Value:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)
