"""A small IMAP4rev1 server in memory, for the demo and for tests that need a server to go wrong."""

import asyncio
import ssl
from collections.abc import Callable, Mapping
from contextlib import suppress

from mailroom.demo.imap_session import ImapSession
from mailroom.demo.imap_store import Store
from mailroom.demo.imap_syntax import Command

__all__ = ["CAPABILITIES", "ImapServer", "Store"]

CAPABILITIES = (
    "IMAP4rev1 IDLE UIDPLUS MOVE LITERAL+ SPECIAL-USE UNSELECT ENABLE CONDSTORE NAMESPACE ID"  # as RFC 9051 lists them
)
_LINE_BYTES = 1 << 16


def _nothing(_: Command) -> None:
    """Commands run as they come."""


class ImapServer:
    """One mailbox for all users. Everything runs on the event loop that called `start`."""

    def __init__(
        self,
        users: Mapping[str, str],
        store: Store | None = None,
        *,
        capabilities: str = CAPABILITIES,
        before: Callable[[Command], None] = _nothing,
    ) -> None:
        """`users` are names and passwords. `before` sees each command first; ConnectionError from it hangs up."""
        self.store = store or Store()
        self._users = users
        self._capabilities = capabilities
        self._before = before
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self, host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None) -> int:
        """Listen; the port."""
        self._server = await asyncio.start_server(self._begin, host, port, limit=_LINE_BYTES, ssl=tls)
        number: int = self._server.sockets[0].getsockname()[1]
        return number

    async def stop(self) -> None:
        """Listen no more, and hang up on everybody; the mailbox stays."""
        if self._server is not None:
            self._server.close()
            self._server = None
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        session = ImapSession(
            reader,
            writer,
            store=self.store,
            users=self._users,
            capabilities=self._capabilities,
            before=self._before,
        )
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError, ValueError):
                await session.serve()
        finally:
            writer.close()
