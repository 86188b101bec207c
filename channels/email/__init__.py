"""E-mail: IMAP in, SMTP out. What the channel offers to `channels.CHANNELS`."""

from channels.email.checks import check
from channels.email.inbox import ImapInbox
from channels.email.sandbox import SandboxedReader
from channels.email.sender import SmtpSender
from channels.email.settings import EmailSettings
from mailroom.ports import Reader

__all__ = ["EmailSettings", "check", "inbox", "reader", "sender"]

inbox = ImapInbox
sender = SmtpSender


def reader(_: EmailSettings) -> Reader:
    """A reader that works in a process of its own, under limits."""
    return SandboxedReader()
