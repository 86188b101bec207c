"""E-mail: IMAP in, SMTP out. What the channel offers to `channels.CHANNELS`.

Each function loads what it needs when it is called: a command that touches no mail pays nothing for it.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from channels.email.settings import EmailSettings

if TYPE_CHECKING:
    from mailroom.ports import ChannelHome, Inbox, Reader, Sender
    from mailroom.ports.journal import Journal
    from mailroom.ports.mailbox import Space
    from mailroom.settings import Finding
    from mailroom.stages.classify import Classifier

__all__ = ["EmailSettings", "check", "new_inbox", "new_journal", "new_reader", "new_sender", "new_space"]


def new_inbox(settings: EmailSettings, _: "ChannelHome") -> "Inbox":
    """All that it knows lies in the mailbox itself."""
    from channels.email.inbox import ImapInbox

    return ImapInbox(settings)


def new_reader(_: EmailSettings, classifier: "Classifier | None") -> "Reader":
    """A reader that works in a process of its own, under limits."""
    from channels.email.sandbox import SandboxedReader

    return SandboxedReader(classifier=classifier)


def new_sender(
    settings: EmailSettings, agency_name: str, sign_mail: Callable[[bytes], bytes] | None = None
) -> "Sender":
    from channels.email.sender import SmtpSender

    return SmtpSender(settings, agency_name, sign_mail)


def new_space(settings: EmailSettings) -> "Space":
    from channels.email.space import ImapSpace

    return ImapSpace(settings)


def new_journal(settings: EmailSettings, folder: str) -> "Journal":
    from channels.email.journal import ImapJournal

    return ImapJournal(settings, folder)


def check(settings: EmailSettings, _: str) -> "Iterator[Finding]":
    """Nothing at the servers depends on our own web address."""
    from channels.email.checks import check as check_servers

    return check_servers(settings)
