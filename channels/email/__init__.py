"""E-mail: IMAP in, SMTP out. What the channel offers to `channels.CHANNELS`."""

from channels.email.checks import check
from channels.email.inbox import ImapInbox
from channels.email.sender import SmtpSender
from channels.email.settings import EmailSettings
from mailroom.ports import Reader

__all__ = ["EmailSettings", "check", "inbox", "reader", "sender"]

inbox = ImapInbox
sender = SmtpSender


def reader(settings: EmailSettings) -> Reader:
    """A reader that works in processes of its own, under limits."""
    from channels.email.sandbox import SandboxedReader

    return SandboxedReader()
