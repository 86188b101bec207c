"""The central mailbox, read side, over IMAP."""

import threading
import time
from collections.abc import Iterator, Sequence

import structlog

from channels.email import marking
from channels.email.bodies import Bodies
from channels.email.connection import Connector
from channels.email.errors import FolderRefusedError
from channels.email.identity import Identity, by_folder
from channels.email.idle import Wake, idle
from channels.email.session import Session
from channels.email.settings import EmailSettings
from channels.email.survey import Survey
from mailroom.domain.errors import ChannelError
from mailroom.domain.message import Envelope
from mailroom.ports import Content, Known

_log = structlog.get_logger(__name__)

CHANNEL = "email"
_MOVE = "move:"
_CLOSE_SECONDS = 3.0


class ImapInbox:
    """Implements `mailroom.ports.Inbox`. One thread uses it at a time; `close` may come from any thread."""

    def __init__(self, settings: EmailSettings, connector: Connector | None = None) -> None:
        after = settings.imap.after
        self._account = settings.address.lower()
        self._keyword = after == "keyword"
        self._target = after.removeprefix(_MOVE) if after.startswith(_MOVE) else None
        self._session = Session(connector or Connector(settings.imap))
        self._bodies = Bodies(self._session)
        self._wake = Wake()
        self._in_wait = threading.Lock()
        self._survey = Survey(
            self._session,
            channel=CHANNEL,
            account=self._account,
            wanted=settings.imap.folders,
            excluded=self._target,
        )

    @property
    def channel(self) -> str:
        return CHANNEL

    @property
    def account(self) -> str:
        """The configured address, lower-case: it outlives a change of host or user name."""
        return self._account

    @property
    def trouble(self) -> str:
        """Folders that are missing or refused, by name."""
        return self._survey.trouble

    def survey(self, known: Known) -> list[Envelope]:
        """See `Inbox.survey`. Folders are opened read-only, all of their UIDs listed, those known left out."""
        return self._survey.run(known)

    def fetch(self, envelopes: Sequence[Envelope]) -> Iterator[list[tuple[Envelope, Content]]]:
        """See `Inbox.fetch`. At most 100 messages or 8 MB in a batch; a larger message comes alone, in pieces.

        Left out as well: mail of a folder whose UIDVALIDITY changed, and what the server gives inconsistently;
        the next survey finds it again. Raises TemporaryChannelError, ChannelSetupError.
        """
        return self._bodies.fetch(envelopes)

    def mark_taken(self, external_ids: Sequence[str]) -> None:
        """See `Inbox.mark_taken`. Raises TemporaryChannelError, ChannelSetupError."""
        if not self._keyword and self._target is None:
            return
        identities = (Identity.parse(external_id) for external_id in external_ids)
        for (folder, uidvalidity), group in by_folder(i for i in identities if i is not None).items():
            self._mark(folder, uidvalidity, [identity.uid for identity in group])

    def wait(self, seconds: float) -> bool:
        """See `Inbox.wait`. By IDLE where it can be had, else asleep; never raises, and `close` ends it at once."""
        until = time.monotonic() + seconds
        with self._in_wait:
            if self._wake.rung:
                return False
            try:
                arrived = self._idle(seconds)
            except ChannelError as error:
                _log.info("inbox.wait_interrupted", account=self._account, reason=str(error))
                arrived = False
            if not arrived:
                # The poll is the floor: without IDLE, or where IDLE breaks, time is waited out all the same.
                self._wake.sleep(until - time.monotonic())
            return arrived

    def close(self) -> None:
        """End a wait that is under way, log out. The inbox cannot be used again."""
        self._wake.ring()
        waited = self._in_wait.acquire(timeout=_CLOSE_SECONDS)
        try:
            self._session.close()
        finally:
            if waited:
                self._in_wait.release()

    def _idle(self, seconds: float) -> bool:
        """Whether mail was announced, or had come before we listened."""
        folder = self._survey.first or self._survey.folders()[0].name
        with self._session.use() as client:
            if not client.has_capability("IDLE"):
                return False
            state = self._session.select(client, folder)
            if self._survey.seen.setdefault(folder, state) != state:
                self._survey.seen[folder] = state
                return True
            return idle(client, seconds, self._wake)

    def _mark(self, folder: str, uidvalidity: int, uids: Sequence[int]) -> None:
        with self._session.use() as client:
            if self._target is not None:
                if not marking.can_move(client):
                    _log.warning("message.not_moved", account=self._account, reason="server has no MOVE")
                    return
                marking.ensure_folder(client, self._target)
            try:
                state = self._session.select(client, folder, readonly=False)
            except FolderRefusedError as error:
                _log.warning("message.not_marked", account=self._account, folder=folder, reason=str(error))
                return
            if state.uidvalidity != uidvalidity:
                return
            if self._target is None:
                marking.flag(client, state, uids)
            else:
                marking.move(client, uids, self._target)
