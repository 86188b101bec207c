"""LINE: a webhook in, replies and pushed messages out. What the channel offers to `channels.CHANNELS`.

Each function loads what it needs when it is called: an agency without an Official Account pays nothing for it.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from channels.line.settings import LineSettings

if TYPE_CHECKING:
    from mailroom.ports import ChannelHome, ChatPlatform, Inbox, Reader, Sender
    from mailroom.settings import Finding
    from mailroom.stages.classify import Classifier

__all__ = ["LineSettings", "chat", "check", "new_inbox", "new_reader", "new_sender"]


def chat(settings: LineSettings) -> "ChatPlatform":
    from channels.line.platform import LinePlatform

    return LinePlatform(settings)


def new_inbox(settings: LineSettings, home: "ChannelHome") -> "Inbox":
    from channels.line.inbox import LineInbox

    return LineInbox(settings, home)


def new_reader(_: LineSettings, classifier: "Classifier | None") -> "Reader":
    """What it reads was made by ourselves, from what the webhook had checked: it needs no process of its own."""
    from channels.line.reader import LineReader

    return LineReader(classifier)


def new_sender(settings: LineSettings, *_: object) -> "Sender":
    """Names and signatures are of mail; here the account shows who speaks."""
    from channels.line.sender import LineSender

    return LineSender(settings)


def check(settings: LineSettings, base_url: str) -> "Iterator[Finding]":
    from channels.line.checks import check as check_account

    return check_account(settings, base_url)
