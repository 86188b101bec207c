"""Channels that know turns, each joined: its platform, its spool, and the services around its conversations."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import timedelta

from channels import CHANNELS
from mailroom.bootstrap.keys import open_keyring
from mailroom.bootstrap.parts import announcements, composer, texts
from mailroom.configuration import Configuration
from mailroom.ports import Books, ChatPlatform, Clock, Inbox, Spool
from mailroom.ports.chat import RungInbox
from mailroom.services.chat_desk import ChatDesk, Worked
from mailroom.services.chat_watch import ChatWatch
from mailroom.services.delivery import EMAIL
from mailroom.settings import ChatSection
from mailroom.texts import LANGUAGES
from storage.spool import SegmentSpool

PASSES = 20
"""So often a full pass goes on while one thing waits for another: contents for a submission, a submission for them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Talks:
    """One account of such a channel."""

    platform: ChatPlatform
    spool: Spool
    desk: ChatDesk
    watch: ChatWatch
    complete: Callable[[], None]
    """Wakes who waits for submissions, from any thread."""

    def full_pass(self) -> Worked:
        """All that can be done now, contents included; for a process that does one thing after the other."""
        worked = self.desk.run()
        for _ in range(PASSES):
            if not (worked.wanted and self.desk.fetch_contents()):
                break
            worked = self.desk.run()
        return worked


def join_talks(
    configuration: Configuration,
    books: Books,
    clock: Clock,
    stack: ExitStack,
    stopping: Callable[[], bool],
    listeners: Mapping[str, Inbox],
) -> dict[str, Talks]:
    """By channel; `listeners` are those that wait for submissions. Nothing connects before it is asked to; the spools are closed with the stack."""
    found, keyring = {}, open_keyring(configuration)
    for name, settings in configuration.channels.items():
        make = CHANNELS[name].chat
        if make is None or not isinstance(settings, ChatSection):
            continue
        platform = stack.enter_context(closing(make(settings)))
        folder = configuration.data_dir / name / "spool" / platform.account
        # Each account has a spool of its own: what came to another one is never taken for this one's.
        spool = stack.enter_context(closing(SegmentSpool(folder, keks=keyring)))
        found[name] = Talks(
            platform=platform,
            spool=spool,
            desk=_desk(configuration, settings, platform, spool, books, clock, stopping),
            watch=ChatWatch(
                platform=platform,
                books=books,
                clock=clock,
                tries_webhook=configuration.base_url.startswith("https://"),
            ),
            complete=_ring(listeners[name]),
        )
    return found


def _ring(listener: Inbox) -> Callable[[], None]:
    return listener.ring if isinstance(listener, RungInbox) else lambda: None


def _desk(
    configuration: Configuration,
    settings: ChatSection,
    platform: ChatPlatform,
    spool: Spool,
    books: Books,
    clock: Clock,
    stopping: Callable[[], bool],
) -> ChatDesk:
    return ChatDesk(
        platform=platform,
        spool=spool,
        folder=configuration.data_dir / platform.channel,
        books=books,
        clock=clock,
        agency=configuration.agency,
        catalogue=configuration.catalogue,
        announcements=announcements(configuration),
        composer=composer(),
        texts=tuple(texts(language) for language in LANGUAGES),
        quiet=timedelta(seconds=settings.quiet_seconds),
        dialogue=timedelta(minutes=settings.dialogue_minutes),
        largest_content=int(settings.largest_content_mb * 1_000_000),
        mails=EMAIL in configuration.channels,
        stopping=stopping,
    )
