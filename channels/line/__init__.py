"""LINE: a webhook in, replies and pushed messages out. What the channel offers to `channels.CHANNELS`."""

from typing import TYPE_CHECKING

from channels.line.checks import check
from channels.line.platform import LinePlatform
from channels.line.sender import LineSender
from channels.line.settings import LineSettings
from mailroom.stages.classify import Classifier

if TYPE_CHECKING:
    from mailroom.ports import ChannelHome, Inbox, Reader

__all__ = ["LineSettings", "chat", "check", "inbox", "reader", "sender"]

chat = LinePlatform


def inbox(settings: LineSettings, home: "ChannelHome") -> "Inbox":
    """What the webhook took, once it is complete."""
    from channels.line.inbox import LineInbox

    return LineInbox(settings, home)


def reader(_: LineSettings, classifier: Classifier | None) -> "Reader":
    """What it reads was made by ourselves, from what the webhook had checked: it needs no process of its own."""
    from channels.line.reader import LineReader

    return LineReader(classifier)


def sender(settings: LineSettings, *_: object) -> LineSender:
    """Names and signatures are of mail; here the account shows who speaks."""
    return LineSender(settings)
