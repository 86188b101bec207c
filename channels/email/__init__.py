"""E-mail: IMAP in, SMTP out. What the channel offers to `channels.CHANNELS`."""

from collections.abc import Iterator

from channels.email import checks
from channels.email.inbox import ImapInbox
from channels.email.journal import ImapJournal
from channels.email.sandbox import SandboxedReader
from channels.email.sender import SmtpSender
from channels.email.settings import EmailSettings
from channels.email.space import ImapSpace
from mailroom.ports import ChannelHome, Inbox, Reader
from mailroom.settings import Finding
from mailroom.stages.classify import Classifier

__all__ = ["EmailSettings", "check", "inbox", "journal", "reader", "sender", "space"]

sender = SmtpSender
space = ImapSpace
journal = ImapJournal


def inbox(settings: EmailSettings, _: ChannelHome) -> Inbox:
    """All that it knows lies in the mailbox itself."""
    return ImapInbox(settings)


def reader(_: EmailSettings, classifier: Classifier | None) -> Reader:
    """A reader that works in a process of its own, under limits."""
    return SandboxedReader(classifier=classifier)


def check(settings: EmailSettings, _: str) -> Iterator[Finding]:
    """Nothing at the servers depends on our own web address."""
    return checks.check(settings)
