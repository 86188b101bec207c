"""Finds what lies in the watched folders and is not known yet."""

import time
from collections.abc import Callable, Sequence

import structlog

from channels.email.errors import FolderRefusedError
from channels.email.folders import WatchedFolder, list_folders, resolve
from channels.email.identity import Identity
from channels.email.listing import Selected, entries, every_uid
from channels.email.session import Session
from mailroom.domain.errors import ChannelSetupError
from mailroom.domain.message import Envelope
from mailroom.ports import Known

_log = structlog.get_logger(__name__)

_FULL_LOOK_SECONDS = 900.0
"""Even where nothing seems to have changed, all is listed so often: a server's counters are not believed for long."""


class Survey:
    """Looks through the watched folders of one account; remembers which are settled."""

    def __init__(
        self,
        session: Session,
        *,
        channel: str,
        account: str,
        wanted: Sequence[str],
        excluded: str | None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._session = session
        self._channel, self._account = channel, account
        self._wanted, self._excluded = wanted, excluded
        self._monotonic = monotonic
        self._settled: dict[str, tuple[Selected, float]] = {}
        self._reported: set[str] = set()
        self._absent: list[str] = []
        self.first: str | None = None
        """The first folder that could be read: where new mail is waited for."""
        self.trouble = ""
        """What was wrong with folders at the last look although it went on with others; empty when nothing was."""
        self.seen: dict[str, Selected] = {}
        """State of each folder when it was last looked at."""

    def run(self, known: Known) -> list[Envelope]:
        """All that is new, in order of entry. Raises ChannelSetupError when there is no folder to read."""
        folders = self.folders()
        self.first = None
        refused: list[str] = []
        found: list[Envelope] = []
        refusal: FolderRefusedError | None = None
        for folder in folders:
            try:
                found.extend(self._new_in(folder, known))
            except FolderRefusedError as error:
                self._report(folder.name, str(error))
                refused.append(f"{folder.name}: {error}")
                refusal = error
                continue
            self.first = self.first or folder.name
        self.trouble = "; ".join((*self._absent, *refused))
        if self.first is None and refusal is not None:
            raise refusal
        return sorted(found, key=lambda envelope: envelope.entered_system_at)

    def folders(self) -> list[WatchedFolder]:
        """The watched folders that exist; an alarm for each that does not. Raises ChannelSetupError without any."""
        with self._session.use() as client:
            folders, missing = resolve(self._wanted, list_folders(client), excluded=self._excluded)
        for name in missing:
            self._report(name, "no such folder")
        # A server without a spam folder is in order; a folder that the configuration names must be there.
        self._absent = [f"{name}: no such folder" for name in missing if not name.startswith("\\")]
        self._reported &= {*missing, *(folder.name for folder in folders)}
        if not folders:
            raise ChannelSetupError(
                f"{self._account}: none of the folders {', '.join(self._wanted)} exists; correct imap.folders"
            )
        return folders

    def _new_in(self, folder: WatchedFolder, known: Known) -> list[Envelope]:
        state, uids = self._every(folder)
        if uids is None:
            return []
        identities = {str(Identity(folder.name, state.uidvalidity, uid)): uid for uid in uids}
        held = known(identities.keys()) if identities else set()
        new = [uid for external_id, uid in identities.items() if external_id not in held]
        if not new and len(uids) == state.exists and state.uidnext is not None:
            self._settled[folder.name] = (state, self._monotonic())
        return self._envelopes(folder, state, new)

    def _every(self, folder: WatchedFolder) -> tuple[Selected, list[int] | None]:
        """State and all UIDs; no list when nothing has changed since nothing was new."""
        with self._session.use() as client:
            try:
                state = self._session.select(client, folder.name)
            except FolderRefusedError as error:
                refusal = error
            else:
                self.seen[folder.name] = state
                if self._is_settled(folder.name, state):
                    return state, None
                return state, every_uid(client, state.exists)
        raise refusal

    def _is_settled(self, folder: str, state: Selected) -> bool:
        settled, at = self._settled.pop(folder, (None, 0.0))
        if settled != state or self._monotonic() - at > _FULL_LOOK_SECONDS:
            return False
        self._settled[folder] = (state, at)
        return True

    def _envelopes(self, folder: WatchedFolder, state: Selected, uids: Sequence[int]) -> list[Envelope]:
        if not uids:
            return []
        with self._session.use() as client:
            return [
                Envelope(
                    channel=self._channel,
                    account=self._account,
                    external_id=str(Identity(folder.name, state.uidvalidity, entry.uid)),
                    entered_system_at=entry.entered_at,
                    folder=folder.kind,
                    size=entry.size,
                )
                for entry in entries(client, uids)
            ]

    def _report(self, folder: str, reason: str) -> None:
        """An alarm that names the folder, once until it is mended."""
        if folder not in self._reported:
            self._reported.add(folder)
            _log.error("folder.unreadable", account=self._account, folder=folder, reason=reason)
