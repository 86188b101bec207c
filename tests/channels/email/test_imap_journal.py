"""The journal in a folder of a real mailbox: nobody takes it for mail, whatever becomes of the connection."""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

from channels.email.inbox import ImapInbox
from channels.email.journal import ImapJournal
from mailroom.domain.errors import ChannelSetupError, ConfigurationError, TemporaryChannelError
from mailroom.testing.journal import MemoryJournal
from tests.contracts.journal_contract import PAGE, JournalContract, texts
from tests.support.dovecot import Dovecot
from tests.support.email_settings import email_settings
from tests.support.mailboxes import DovecotMailbox, client

FOLDER = "mailroom-journal"


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with Dovecot() as made:
        yield made


@pytest.fixture(scope="module")
def small() -> Iterator[Dovecot]:
    with Dovecot(quota_kilobytes=20) as made:
        yield made


def journal(server: Dovecot, tmp_path: Path, user: str, **imap: Any) -> ImapJournal:
    settings = email_settings(tmp_path, imap={"port": server.imap, "username": user} | imap)
    return ImapJournal(settings, FOLDER)


@dataclass
class DovecotKit:
    server: Dovecot
    folder: Path
    user: str
    away: bool = False

    def journal(self) -> ImapJournal:
        return journal(self.server, self.folder, self.user)

    def disturb(self) -> None:
        """An empty mail, a broken one, one too large, and one that only looks like a page."""
        large = b"Subject: large\r\n\r\n" + (b"x" * 998 + b"\r\n") * 3000
        for raw in (b"\r\n", b"Content-Type: multipart/mixed\r\n\r\n--x", large, b"Subject: page\r\n\r\n{}\r\n"):
            with client(DovecotMailbox(self.server, self.user)) as other:
                other.append(FOLDER, raw)

    def lose(self) -> None:
        with client(DovecotMailbox(self.server, self.user)) as other:
            other.delete_folder(FOLDER)

    def stop(self) -> None:
        self.away = True
        self.server.stop()


class TestImapJournal(JournalContract):
    @pytest.fixture
    def kit(self, server: Dovecot, tmp_path: Path) -> Any:
        made = DovecotKit(server, tmp_path, tmp_path.name)
        yield made
        if made.away:
            server.start()


@dataclass
class MemoryKit:
    place: MemoryJournal

    def journal(self) -> MemoryJournal:
        return self.place

    def disturb(self) -> None:
        self.place.texts += ["", "ขายของ", "{}"]

    def lose(self) -> None:
        self.place.lose()

    def stop(self) -> None:
        self.place.fail = TemporaryChannelError("stopped")


class TestMemoryJournal(JournalContract):
    @pytest.fixture
    def kit(self) -> Any:
        return MemoryKit(MemoryJournal())


def test_a_page_is_a_mail_that_nobody_answers_and_custody_never_takes(server: Dovecot, tmp_path: Path) -> None:
    """From us to us, told to be automatic, read already; its first line is the subject."""
    with closing(journal(server, tmp_path, "quiet")) as written:
        written.append(PAGE.format(1))
    (raw,) = server.mails("quiet", folder=FOLDER)
    mail = message_from_bytes(raw, policy=default)
    assert mail["Subject"] == PAGE.partition("\n")[0]
    assert mail["From"] == mail["To"] == "saraban@agency.example"
    assert (mail["Auto-Submitted"], mail["X-Auto-Response-Suppress"]) == ("auto-generated", "All")
    assert max(map(len, raw.split(b"\n"))) < 200
    settings = email_settings(tmp_path, imap={"port": server.imap, "username": "quiet"})
    with closing(ImapInbox(settings)) as inbox:
        assert inbox.survey(lambda _: set()) == []


@pytest.mark.parametrize(
    "imap",
    [
        {"folders": ["INBOX", FOLDER]},
        {"folders": ["INBOX", FOLDER.upper()]},
        {"after": f"move:{FOLDER}"},
        {"kept_folder": FOLDER},
    ],
)
def test_a_folder_that_is_used_for_mail_is_refused(server: Dovecot, tmp_path: Path, imap: dict[str, Any]) -> None:
    """Before anything is written, with what to change."""
    with pytest.raises(ConfigurationError, match="journal_folder"):
        journal(server, tmp_path, "used", **imap)


def test_a_watched_special_folder_is_refused_when_it_turns_out_to_be_the_one(server: Dovecot, tmp_path: Path) -> None:
    """`\\Junk` is some folder of the server's: which one is known once it is asked."""
    settings = email_settings(tmp_path, imap={"port": server.imap, "username": "junk"})
    with closing(ImapJournal(settings, "Junk")) as wrong, pytest.raises(ChannelSetupError, match="journal_folder"):
        wrong.append(PAGE)


def test_a_full_mailbox_is_temporary(small: Dovecot, tmp_path: Path) -> None:
    """Letters wait; what is there can still be read."""
    with closing(journal(small, tmp_path, "full")) as written:
        written.append(PAGE)
        with pytest.raises(TemporaryChannelError):
            written.append(PAGE + "x" * 40_000)
        assert texts(written) == [PAGE]


class Relay:
    """Passes bytes on to the server until a literal has gone through; the answer to it is lost."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.cut = True
        self._passing: list[threading.Thread] = []
        self._open: list[socket.socket] = []

    def __enter__(self) -> "Relay":
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()
        for one in self._open:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        for thread in self._passing:
            thread.join(10)
        for one in self._open:
            one.close()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                ours, _ = self._listener.accept()
                theirs = socket.create_connection(("127.0.0.1", self._to))
                appending = threading.Event()
                self._open += [ours, theirs]
                for source, target in ((ours, theirs), (theirs, ours)):
                    thread = threading.Thread(target=self._pass, args=(source, target, appending, ours), daemon=True)
                    thread.start()
                    self._passing.append(thread)

    def _pass(
        self, source: socket.socket, target: socket.socket, appending: threading.Event, ours: socket.socket
    ) -> None:
        with suppress(OSError):
            while piece := source.recv(65536):
                if source is ours and b" APPEND " in piece:
                    appending.set()
                if source is not ours and self.cut and appending.is_set() and b"OK [APPENDUID" in piece:
                    self.cut = False
                    break
                target.sendall(piece)
        for one in (source, target):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


def test_a_connection_that_is_cut_after_the_last_byte_leaves_a_page_and_an_error(
    server: Dovecot, tmp_path: Path
) -> None:
    """Whoever wrote it finds it when it looks: whether it is there, the error does not say."""
    with Relay(server.imap) as relay, closing(journal(server, tmp_path, "cut", port=relay.port)) as written:
        with pytest.raises(TemporaryChannelError):
            written.append(PAGE.format(1))
        assert texts(written) == [PAGE.format(1)]
        written.append(PAGE.format(2))
        assert texts(written) == [PAGE.format(1), PAGE.format(2)]
