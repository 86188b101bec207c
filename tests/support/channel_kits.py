"""The other side of each channel, for the suites of tests/contracts/channel_contract.py."""

import hashlib
import itertools
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from pathlib import Path
from typing import Any, cast

from channels import CHANNELS
from channels.email.inbox import ImapInbox
from channels.email.login_gate import LoginGate
from channels.email.sandbox import SandboxedReader
from channels.email.sender import SmtpSender, sender_address
from channels.email.submission import Submission
from channels.line.api import LineApi
from channels.line.decode import decode
from channels.line.sender import LineSender
from channels.line.settings import LineSettings
from mailroom.domain.chat import ChatContent, ContentState, Conversation, ConversationState, Spooled
from mailroom.domain.errors import (
    ChannelSetupError,
    PermanentChannelError,
    TemporaryChannelError,
    UncertainDeliveryError,
)
from mailroom.ports import ChannelHome, Inbox, Reader, Sender
from mailroom.ports.contents import content_name, content_path
from mailroom.testing import MemoryBooks, RecordingSender, ScriptedInbox
from tests.support import line_events
from tests.support.dovecot import Dovecot
from tests.support.email_settings import email_settings
from tests.support.line_end import PERSON, CutAfterAccepting, LineEnd, Status, rate_limited
from tests.support.line_settings import line_settings
from tests.support.smtp_end import Drop, SmtpEnd

START = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)
SECONDS = 1.0


def mail(words: str, content: bytes | None = None) -> bytes:
    letter = EmailMessage(policy=SMTP)
    letter["From"], letter["Subject"] = "สมชาย <somchai@citizen.test>", words
    letter.set_content(words, charset="utf-8")
    if content is not None:
        letter.add_attachment(content, maintype="application", subtype="octet-stream", filename="a.bin")
    return letter.as_bytes()


@dataclass
class MailSending:
    """An SMTP server."""

    folder: Path
    end: SmtpEnd
    channel: str = "email"
    to: str = "somchai@citizen.test"
    carries_files: bool = True

    def sender(self) -> Sender:
        smtp = {"port": self.end.port, "username": "saraban", "password": {"file": str(self.folder / "password")}}
        settings = email_settings(self.folder, smtp=smtp)
        domain = sender_address(settings).domain
        submission = Submission(settings.smtp, domain=domain, timeout=SECONDS, gate=LoginGate())
        return SmtpSender(settings, "อบต. ตัวอย่าง", submission=submission, data_timeout=SECONDS)

    def arrived(self) -> list[str]:
        return [self._words(one.raw) for one in self.end.letters]

    def files(self) -> list[bytes]:
        mails = [message_from_bytes(one.raw, policy=default) for one in self.end.letters]
        return [cast(bytes, part.get_content()) for one in mails for part in cast(EmailMessage, one).iter_attachments()]

    def refuse_for_good(self) -> None:
        self.end.misbehave("rcpt", "550 5.1.1 no such user")

    def be_busy(self) -> None:
        self.end.misbehave("data", "451 4.3.0 later")

    def lose_answer(self) -> None:
        self.end.misbehave("dot", Drop(keep=True))

    def lock_out(self) -> None:
        self.end.always("auth", "535 5.7.8 wrong")

    def be_away(self) -> None:
        self.end.stop_listening()

    @staticmethod
    def _words(raw: bytes) -> str:
        body = cast(EmailMessage, message_from_bytes(raw, policy=default)).get_body(("plain",))
        assert body is not None
        return cast(str, body.get_content()).replace("\r\n", "\n").strip()


@dataclass
class LineSending:
    """LINE's API."""

    folder: Path
    end: LineEnd
    channel: str = "line"
    to: str = PERSON
    carries_files: bool = False

    def sender(self) -> Sender:
        settings = line_settings(self.folder, self.end)
        return LineSender(settings, LineApi(settings, timeout=SECONDS))

    def arrived(self) -> list[str]:
        return ["\n".join(one.texts) for one in self.end.arrived]

    def files(self) -> list[bytes]:
        return []

    def refuse_for_good(self) -> None:
        self.end.script("push", Status(400, "The property, 'to', in the request body is invalid"))

    def be_busy(self) -> None:
        self.end.script("push", rate_limited(1))

    def lose_answer(self) -> None:
        self.end.script("push", CutAfterAccepting())

    def lock_out(self) -> None:
        self.end.revoke()

    def be_away(self) -> None:
        self.end.stop_listening()


@dataclass
class DoubleSending:
    """A sender that only writes down."""

    double: RecordingSender = field(default_factory=RecordingSender)
    channel: str = "email"
    to: str = "somchai@citizen.test"
    carries_files: bool = True

    def sender(self) -> Sender:
        return self.double

    def arrived(self) -> list[str]:
        return [one.text for one in self.double.sent]

    def files(self) -> list[bytes]:
        return [one for files in self.double.enclosed for one in files]

    def refuse_for_good(self) -> None:
        self.double.failures.append(PermanentChannelError("refused"))

    def be_busy(self) -> None:
        self.double.failures.append(TemporaryChannelError("busy"))

    def lose_answer(self) -> None:
        self.double.failures.append(UncertainDeliveryError("no answer"))

    def lock_out(self) -> None:
        self.double.failures.append(ChannelSetupError("wrong password"))

    def be_away(self) -> None:
        self.double.failures.append(TemporaryChannelError("nobody listens"))


@dataclass
class MailTaking:
    """A mailbox at Dovecot."""

    folder: Path
    dovecot: Dovecot
    user: str
    channel: str = "email"
    account: str = "saraban@agency.example"
    _numbers: Any = field(default_factory=itertools.count)

    def inbox(self) -> Inbox:
        return ImapInbox(email_settings(self.folder, imap={"port": self.dovecot.imap, "username": self.user}))

    def put(self, words: Sequence[str]) -> None:
        for word in words:
            # Dovecot's own file names order what was delivered within a second.
            self.dovecot.deliver(self.user, mail(word), at=START + timedelta(seconds=next(self._numbers)))


@dataclass
class LineTaking:
    """Conversations that are complete, in the books."""

    folder: Path
    books: MemoryBooks = field(default_factory=MemoryBooks)
    channel: str = "line"
    account: str = "@bantuayang"
    _numbers: Any = field(default_factory=itertools.count)

    def inbox(self) -> Inbox:
        return CHANNELS["line"].inbox(offline_settings(self.folder), ChannelHome(self.folder, self.books))

    def put(self, words: Sequence[str]) -> None:
        for word in words:
            self.complete(line_events.text(word, at=START + timedelta(seconds=next(self._numbers))))

    def complete(self, event: line_events.Event, content: bytes | None = None) -> None:
        """A conversation of this one event, with its content if it has one."""
        raw = line_events.body(event)
        at = datetime.fromtimestamp(event["timestamp"] / 1000, UTC)
        with self.books.begin() as uow:
            chats = uow.chats(self.channel, self.account)
            [one] = chats.add(decode(Spooled("1", raw, hashlib.sha256(raw).hexdigest(), at)))
            chats.save(conversation(one.id, one.person, at))
            chats.handled(one.id, one.id)
            if content is not None:
                chats.save_content(one.id, self._kept(one.id, content))
            uow.commit()

    def _kept(self, event_id: str, content: bytes) -> ChatContent:
        path = content_path(self.folder, event_id)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()
        return ChatContent(
            state=ContentState.KEPT,
            file=content_name(event_id),
            size=len(content),
            sha256=digest,
            media_type="image/png",
        )


def offline_settings(folder: Path) -> LineSettings:
    """For what asks nothing of LINE."""
    return line_settings(folder, LineEnd(url="http://127.0.0.1:1"))


def conversation(name: str, person: str, at: datetime) -> Conversation:
    """One that is complete."""
    return Conversation(
        id=name, person=person, state=ConversationState.CLOSED, opened_at=at, closes_at=at, closed_at=at
    )


@dataclass
class DoubleTaking:
    """An inbox that a test fills."""

    double: ScriptedInbox = field(default_factory=ScriptedInbox)
    channel: str = "email"
    account: str = "saraban@agency.test"
    _numbers: Any = field(default_factory=itertools.count)

    def inbox(self) -> Inbox:
        return self.double

    def put(self, words: Sequence[str]) -> None:
        for word in words:
            number = next(self._numbers)
            self.double.put(f"INBOX/1/{number}", mail(word) + word.encode(), START + timedelta(seconds=number))


@dataclass
class MailReading:
    """Mails."""

    def reader(self) -> Reader:
        return SandboxedReader()

    def raw(self, words: str) -> bytes:
        return mail(words)

    def with_file(self, content: bytes) -> bytes:
        return mail("ตามไฟล์แนบ", content)


@dataclass
class LineReading:
    """Conversations as the inbox hands them out."""

    folder: Path

    def reader(self) -> Reader:
        return CHANNELS["line"].reader(offline_settings(self.folder), None)

    def raw(self, words: str) -> bytes:
        return self._handed_out(line_events.text(words))

    def with_file(self, content: bytes) -> bytes:
        return self._handed_out(line_events.file("a.bin", len(content)), content)

    def _handed_out(self, event: line_events.Event, content: bytes | None = None) -> bytes:
        taking = LineTaking(self.folder)
        taking.complete(event, content)
        with closing(taking.inbox()) as inbox:
            [[(_, raw)]] = inbox.fetch(inbox.survey(lambda _: set()))
            return raw if isinstance(raw, bytes) else b"".join(raw)
