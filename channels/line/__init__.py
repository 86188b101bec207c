"""LINE: a webhook in, replies and pushed messages out. What the channel offers to `channels.CHANNELS`."""

from channels.line.checks import check
from channels.line.inbox import LineInbox
from channels.line.platform import LinePlatform
from channels.line.reader import LineReader
from channels.line.sender import LineSender
from channels.line.settings import LineSettings
from mailroom.ports import Reader
from mailroom.stages.classify import Classifier

__all__ = ["LineSettings", "chat", "check", "inbox", "reader", "sender"]

chat = LinePlatform
inbox = LineInbox


def reader(_: LineSettings, classifier: Classifier | None) -> Reader:
    """What it reads was made by ourselves, from what the webhook had checked: it needs no process of its own."""
    return LineReader(classifier)


def sender(settings: LineSettings, *_: object) -> LineSender:
    """Names and signatures are of mail; here the account shows who speaks."""
    return LineSender(settings)
