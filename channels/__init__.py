"""The channels that mailroom speaks, by name. A channel is a folder and one line in `CHANNELS`."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from channels import email
from mailroom.ports import Inbox, Reader, Sender
from mailroom.settings import ChannelSection, Finding

__all__ = ["CHANNELS", "Channel", "ChannelSection", "Finding"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """What a channel offers. Each factory takes an instance of `settings` and connects to nothing."""

    settings: type[ChannelSection]
    inbox: Callable[[Any], Inbox]
    reader: Callable[[Any], Reader]
    sender: Callable[[Any, str], Sender]
    """Takes the settings and the agency's name, from which letters come."""
    check: Callable[[Any], Iterator[Finding]]
    """Connects to everything the settings name, for `mailroom doctor`."""


CHANNELS: Mapping[str, Channel] = MappingProxyType(
    {
        "email": Channel(
            settings=email.EmailSettings,
            inbox=email.inbox,
            reader=email.reader,
            sender=email.sender,
            check=email.check,
        ),
    }
)
