"""The journal as a folder of the mailbox: one mail for each page, put there by APPEND and never sent (RFC 9051 section 6.3.12)."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from email.utils import make_msgid

from imapclient.exceptions import IMAPClientError

from channels.email.connection import Connector, ImapConnection
from channels.email.errors import FolderRefusedError
from channels.email.folders import find, list_folders, resolve
from channels.email.listing import Selected, every_uid
from channels.email.records import fetch_rows
from channels.email.session import Session
from channels.email.settings import EmailSettings
from mailroom.domain.errors import ChannelSetupError, ConfigurationError

FETCHED_TOGETHER = 20
MOST_BYTES = 1 << 20
"""A page is far smaller: of a larger mail no more than this is read, and it is none."""
TITLE_LENGTH = 200


class ImapJournal:
    """`ports.Journal`. A page's mark is UIDVALIDITY and UID."""

    def __init__(self, settings: EmailSettings, folder: str, connector: Connector | None = None) -> None:
        """Raises ConfigurationError when mail is taken from, or moved to, that folder."""
        self._settings = settings
        self._folder = folder
        self._session = Session(connector or Connector(settings.imap))
        used = (*settings.imap.folders, settings.imap.after.removeprefix("move:"), settings.imap.kept_folder)
        if folder.casefold() in {name.casefold() for name in (*used, "INBOX")}:
            raise ConfigurationError(
                f"[evidence] journal_folder: {folder} is used for mail; name a folder of its own, for example mailroom-journal"
            )

    @property
    def name(self) -> str:
        return f"folder {self._folder} of {self._settings.address}"

    def append(self, page: str) -> None:
        with self._session.use() as client:
            self._ensure(client)
            raw = page_mail(page, self._settings.address)
            client.append(self._folder, raw, flags=(b"\\Seen",))

    def _ensure(self, client: ImapConnection) -> None:
        """The folder is there, and custody takes nothing from it."""
        listed = list_folders(client)
        watched, _ = resolve(self._settings.imap.folders, listed)
        if any(folder.name.casefold() == self._folder.casefold() for folder in watched):
            raise ChannelSetupError(
                f"{self.name}: mail is taken from it; name another folder in [evidence] journal_folder"
            )
        if find(self._folder, listed) is None:
            try:
                client.create_folder(self._folder)
            except IMAPClientError as error:
                raise ChannelSetupError(
                    f"{self.name} cannot be made ({error}); name another in [evidence] journal_folder, on some servers "
                    f"INBOX.{self._folder}"
                ) from error

    def pages(self, since: str = "") -> Iterator[tuple[str, str]]:
        with self._session.use() as client:
            if find(self._folder, list_folders(client)) is None:
                return
            state = self._opened(client)
            uids = _later(client, state.exists, _first(since, state.uidvalidity))
        for start in range(0, len(uids), FETCHED_TOGETHER):
            some = uids[start : start + FETCHED_TOGETHER]
            with self._session.use() as client:
                texts = _texts(client, some)
            yield from ((f"{state.uidvalidity}:{uid}", texts.get(uid, "")) for uid in some)

    def _opened(self, client: ImapConnection) -> Selected:
        try:
            return self._session.select(client, self._folder)
        except FolderRefusedError as error:
            raise ChannelSetupError(f"{self.name} cannot be opened: {error}") from error

    def close(self) -> None:
        self._session.close()


def page_mail(page: str, address: str) -> bytes:
    """A mail from us to us. No program answers it, should it ever lie where one looks (RFC 3834 section 2)."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = mail["To"] = address
    mail["Subject"] = page.partition("\n")[0][:TITLE_LENGTH]
    mail["Date"] = datetime.now(UTC)
    mail["Message-ID"] = make_msgid(domain=address.partition("@")[2])
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail.set_content(page, charset="utf-8", cte="base64")
    return mail.as_bytes()


def mail_page(raw: bytes) -> str:
    """The text of a mail; empty where it has none that can be read."""
    try:
        mail = message_from_bytes(raw, policy=default)
        body = mail.get_body(("plain",))
        return str(body.get_content()) if body is not None else ""
    except Exception:  # Whatever lies in the folder: a mail that the library stumbles over is no page
        return ""


def _first(since: str, uidvalidity: int) -> int:
    """The UID from which on pages are wanted; 1 where the mark is of another folder, or of one that was made anew."""
    of, _, uid = since.partition(":")
    return int(uid) if of == str(uidvalidity) and uid.isascii() and uid.isdecimal() else 1


def _later(client: ImapConnection, exists: int, first: int) -> list[int]:
    if first <= 1:
        return every_uid(client, exists)
    # `*` names the last one although its UID may be lower than the first that is asked for.
    return sorted(uid for uid in set(client.search(["UID", f"{first}:*"])) if uid >= first)


def _texts(client: ImapConnection, uids: Sequence[int]) -> dict[int, str]:
    """By UID; without those that vanished meanwhile."""
    rows = fetch_rows(client, uids, f"(UID BODY.PEEK[]<0.{MOST_BYTES}>)")
    return {uid: mail_page(row.get(b"BODY[]<0>") or row.get(b"BODY[]") or b"") for uid, row in rows}
