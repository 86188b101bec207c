"""The channels that mailroom speaks, by name. A channel is a folder and one line in `CHANNELS`."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from channels import email, line
from mailroom.settings import ChannelSection, Finding

if TYPE_CHECKING:
    from mailroom.ports import ChannelHome, ChatPlatform, Inbox, Reader, Sender
    from mailroom.ports.journal import Journal
    from mailroom.ports.mailbox import Space
    from mailroom.stages.classify import Classifier

__all__ = ["CHANNELS", "Channel", "ChannelSection", "Finding", "SignMail"]

SignMail = Callable[[bytes], bytes]
"""Makes a signed mail of one (S/MIME, RFC 8551). Channels that send no mail pass it over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """What a channel offers. Each factory takes an instance of `settings` and connects to nothing."""

    settings: type[ChannelSection]
    inbox: "Callable[[Any, ChannelHome], Inbox]"
    """Takes the settings, and what the channel may keep on this machine."""
    reader: "Callable[[Any, Classifier | None], Reader]"
    """Classifies what it reads when it is given a classifier."""
    sender: "Callable[[Any, str, SignMail | None], Sender]"
    """Takes the settings, the agency's name, from which letters come, and what signs letters that carry documents."""
    check: Callable[[Any, str], Iterator[Finding]]
    """Takes the settings and the agency's web address; connects to everything they name, for `mailroom doctor`."""
    space: "Callable[[Any], Space] | None" = None
    """For channels whose messages stay with a provider, in a mailbox that can be full."""
    journal: "Callable[[Any, str], Journal] | None" = None
    """For channels whose provider keeps what we put there. Takes the settings and the name of the place."""
    chat: "Callable[[Any], ChatPlatform] | None" = None
    """For channels that push to us and speak in turns."""


CHANNELS: Mapping[str, Channel] = MappingProxyType(
    {
        "email": Channel(
            settings=email.EmailSettings,
            inbox=email.new_inbox,
            reader=email.new_reader,
            sender=email.new_sender,
            check=email.check,
            space=email.new_space,
            journal=email.new_journal,
        ),
        "line": Channel(
            settings=line.LineSettings,
            inbox=line.new_inbox,
            reader=line.new_reader,
            sender=line.new_sender,
            check=line.check,
            chat=line.chat,
        ),
    }
)
