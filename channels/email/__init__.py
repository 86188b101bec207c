"""E-mail: IMAP in, SMTP out. What the channel offers to `channels.CHANNELS`."""

from channels.email.checks import check
from channels.email.inbox import ImapInbox
from channels.email.sandbox import SandboxedReader
from channels.email.sender import SmtpSender
from channels.email.settings import EmailSettings
from mailroom.ports import Reader
from mailroom.stages.classify import Classifier

__all__ = ["EmailSettings", "check", "inbox", "reader", "sender"]

inbox = ImapInbox
sender = SmtpSender


def reader(_: EmailSettings, classifier: Classifier | None) -> Reader:
    """A reader that works in a process of its own, under limits."""
    return SandboxedReader(classifier=classifier)
