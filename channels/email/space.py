"""Room in the mailbox: how full it is (RFC 9208), and mail that is moved out of the way, never removed."""

from collections.abc import Sequence

from channels.email.connection import Connector, ImapConnection
from channels.email.errors import FolderRefusedError
from channels.email.folders import list_folders, resolve
from channels.email.identity import Identity, by_folder
from channels.email.listing import entries, every_uid
from channels.email.marking import ensure_folder, in_chunks
from channels.email.session import Session
from channels.email.settings import EmailSettings
from mailroom.domain.errors import ChannelSetupError

KILOBYTE = 1024
"""Units of STORAGE (RFC 9208 section 5.1)."""
MEGABYTE = 1 << 20


class ImapSpace:
    """`ports.Space`."""

    def __init__(self, settings: EmailSettings, connector: Connector | None = None) -> None:
        self._imap = settings.imap
        self._account = settings.address.lower()
        self._session = Session(connector or Connector(settings.imap))

    @property
    def account(self) -> str:
        return self._account

    @property
    def alarm_percent(self) -> int:
        return self._imap.quota_alarm_percent

    def measure(self) -> tuple[int, int | None]:
        with self._session.use() as client:
            told = _quota(client)
            used, limit = told or (None, None)
            if used is None:
                used = self._sum(client)
        configured = self._imap.quota_megabytes
        return used, limit or (configured * MEGABYTE if configured else None)

    def _sum(self, client: ImapConnection) -> int:
        """Of the watched folders: what else lies in the mailbox is not known to us."""
        folders, _ = resolve(self._imap.folders, list_folders(client))
        total = 0
        for folder in folders:
            state = self._session.select(client, folder.name)
            total += sum(entry.size for entry in entries(client, every_uid(client, state.exists)))
        return total

    def move(self, external_ids: Sequence[str], year: int) -> tuple[str, list[str]]:
        found = (Identity.parse(external_id) for external_id in external_ids)
        moved: list[str] = []
        with self._session.use() as client:
            if not client.has_capability("MOVE"):
                raise ChannelSetupError(
                    f"{self._account}: the server cannot move mail (RFC 6851), and it is never copied and removed; "
                    "make room with the provider's own means"
                )
            target = _target(client, self._imap.kept_folder, year)
            ensure_folder(client, target)
            for (folder, uidvalidity), group in by_folder(one for one in found if one is not None).items():
                moved += self._move(client, folder, uidvalidity, group, target)
        return target, moved

    def _move(
        self, client: ImapConnection, folder: str, uidvalidity: int, group: Sequence[Identity], target: str
    ) -> list[str]:
        """Those that are there still, under the number by which we know them."""
        try:
            state = self._session.select(client, folder, readonly=False)
        except FolderRefusedError:
            return []
        if state.uidvalidity != uidvalidity:
            return []
        there = set(every_uid(client, state.exists))
        wanted = [one for one in group if one.uid in there]
        for chunk in in_chunks([one.uid for one in wanted]):
            client.move(chunk, target)
        return [str(one) for one in wanted]

    def close(self) -> None:
        self._session.close()


def _quota(client: ImapConnection) -> tuple[int, int] | None:
    """Bytes in use and the limit, of the fullest root that the inbox counts in."""
    if not client.has_capability("QUOTA"):
        return None
    _, quotas = client.get_quota_root("INBOX")
    storage = [
        (int(one.usage) * KILOBYTE, int(one.limit) * KILOBYTE)
        for one in quotas
        if _text(one.resource).upper() == "STORAGE" and int(one.limit) > 0
    ]
    return max(storage, key=lambda one: one[0] / one[1], default=None)


def _text(value: bytes | str) -> str:
    return value.decode("ascii", "replace") if isinstance(value, bytes) else value


def _target(client: ImapConnection, name: str, year: int) -> str:
    """Folder of one year below the configured one, in this server's way of naming."""
    delimiter = next((one.delimiter for one in list_folders(client) if one.delimiter), "/")
    return f"{name}{delimiter}{year}"
