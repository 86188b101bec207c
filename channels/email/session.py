"""The one connection of an inbox: made when it is needed, given up at the first error."""

import imaplib
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from imapclient.exceptions import ProtocolError

from channels.email.connection import Connector, ImapConnection
from channels.email.errors import FolderRefusedError, imap_error, imap_errors
from channels.email.listing import Selected, select
from mailroom.domain.errors import TemporaryChannelError


class Session:
    """Not shared between threads, but for `close`, which any thread may call."""

    def __init__(self, connector: Connector) -> None:
        self._connector = connector
        self._client: ImapConnection | None = None
        self._open: tuple[str, bool, Selected] | None = None
        self._closed = threading.Event()

    @property
    def connected(self) -> bool:
        return self._client is not None

    @contextmanager
    def use(self) -> Iterator[ImapConnection]:
        """The connection. Whatever is raised inside is translated, and the connection given up."""
        try:
            with imap_errors(self._connector.place):
                yield self._client or self._connect()
        except BaseException:
            self.drop()
            raise

    def select(self, client: ImapConnection, folder: str, *, readonly: bool = True) -> Selected:
        """Open a folder anew, so that its state is fresh. Raises FolderRefusedError when the server says no."""
        self._open = None
        try:
            state = select(client, folder, readonly=readonly)
        except (imaplib.IMAP4.abort, ProtocolError):
            raise
        except imaplib.IMAP4.error as error:
            meant = imap_error(error, f"{self._connector.place}: folder {folder}")
            raise FolderRefusedError(str(meant), retry_after=getattr(meant, "retry_after", None)) from error
        self._open = (folder, readonly, state)
        return state

    def ensure(self, client: ImapConnection, folder: str, *, readonly: bool = True) -> Selected:
        """The state of a folder as it was opened; opened now unless it is."""
        if self._open is not None and self._open[:2] == (folder, readonly):
            return self._open[2]
        return self.select(client, folder, readonly=readonly)

    def drop(self) -> None:
        """Give the connection up; the next use makes a new one."""
        client, self._client, self._open = self._client, None, None
        if client is not None:
            client.end()

    def close(self) -> None:
        """Give the connection up for good."""
        self._closed.set()
        self.drop()

    def _connect(self) -> ImapConnection:
        if self._closed.is_set():
            raise TemporaryChannelError(f"{self._connector.place}: this inbox is closed")
        with self._connector.gate.attempt():
            self._client = self._connector.connect()
        return self._client
