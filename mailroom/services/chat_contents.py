"""Fetching what people sent before the platform deletes it (R115): streamed to disk, synced, then noted."""

import os
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from mailroom.domain.chat import ChatContent, ChatEvent, ContentState
from mailroom.domain.errors import ChannelError, ChannelSetupError, StorageError, TemporaryChannelError
from mailroom.ports import Books, Clock
from mailroom.ports.chat import ChatBook, ChatPlatform
from mailroom.ports.contents import content_name, content_path

log = structlog.get_logger(__name__)

BATCH = 20
DELAYS = (2, 5, 15, 60, 300, 900)
"""Seconds before the next attempt; after these always the last."""
GIVEN_UP_AFTER = timedelta(days=1)
"""So long after its arrival a content that cannot be had is called gone."""
NAME_AGAIN_AFTER = timedelta(minutes=10)
MOST_NAMES = 10_000


class Names:
    """People whose name is to be asked for. Shared between the threads of turns and contents.

    Lost with the process: their next word brings them back.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[str, datetime] = {}
        self._asked: set[str] = set()

    def want(self, person: str, now: datetime) -> None:
        with self._lock:
            if person and person not in self._asked and len(self._waiting) < MOST_NAMES:
                self._waiting.setdefault(person, now)

    def due(self, now: datetime) -> list[str]:
        with self._lock:
            return [person for person, at in self._waiting.items() if at <= now]

    def later(self, person: str, at: datetime) -> None:
        with self._lock:
            self._waiting[person] = at

    def known(self, person: str) -> None:
        """They were asked for; in this process they are not asked for again, whether they have a name or none."""
        with self._lock:
            self._waiting.pop(person, None)
            if len(self._asked) < MOST_NAMES:
                self._asked.add(person)


class ChatContents:
    """Contents and names of one account. Has a thread of its own: the network delays no turn."""

    def __init__(
        self,
        *,
        books: Books,
        platform: ChatPlatform,
        folder: Path,
        clock: Clock,
        largest: int,
        names: Names,
        stopping: Callable[[], bool],
    ) -> None:
        """`folder` is the channel's; `largest` is in bytes."""
        self._books = books
        self._platform = platform
        self._folder = folder
        self._clock = clock
        self._largest = largest
        self._names = names
        self._stopping = stopping

    def run(self) -> bool:
        """Fetch what is due; whether anything is settled that a conversation may have waited for. Raises StorageError."""
        settled = False
        try:
            while not self._stopping() and (due := self._due()):
                for event in due:
                    if self._stopping():
                        return settled
                    settled = self._fetch(event) or settled
            self._ask_names()
        except ChannelSetupError as error:
            log.warning("chat.contents-wait", account=self._platform.account, error=str(error))
        return settled

    def _due(self) -> list[ChatEvent]:
        with self._books.look() as uow:
            return uow.chats(self._platform.channel, self._platform.account).wanted(self._clock.now(), BATCH)

    def _fetch(self, event: ChatEvent) -> bool:
        """One content; whether it is settled, for good or ill. Raises ChannelSetupError once that is noted."""
        failure: ChannelError | None = None
        try:
            content = self._fetched(event)
        except ChannelError as error:
            failure, content = error, self._postponed(event, error)
        settled = self._save(event, content) and content.state is not ContentState.WANTED
        if isinstance(failure, ChannelSetupError):
            raise failure
        return settled

    def _save(self, event: ChatEvent, content: ChatContent) -> bool:
        """Whether it was still wanted: while it came, its sender may have thrown everything away."""
        with self._books.begin() as uow:
            chats = uow.chats(self._platform.channel, self._platform.account)
            if wanted := _is_wanted(chats, event):
                chats.save_content(event.id, content)
            uow.commit()
        if not wanted:
            content_path(self._folder, event.id).unlink(missing_ok=True)
        log.info("chat.content", of=event.id, state=content.state.value, size=content.size, wanted=wanted)
        return wanted

    def _fetched(self, event: ChatEvent) -> ChatContent:
        message = event.message
        if message is None or event.room:
            return ChatContent()
        if message.size is not None and message.size > self._largest:
            return ChatContent(state=ContentState.TOO_LARGE, size=message.size)
        path = content_path(self._folder, event.id)
        part = path.with_name(f"{path.name}.part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with part.open("wb") as into:
                content = self._platform.fetch(message.id, into, self._largest)
                into.flush()
                os.fsync(into.fileno())
            content = replace(content, attempts=event.content.attempts + 1, due_at=None)
            if content.state is not ContentState.KEPT:
                return content
            part.replace(path)
            _sync_folder(path.parent)
        except OSError as error:
            raise StorageError(f"{path} cannot be written ({error}); mend the disk, it is fetched again") from error
        finally:
            with suppress(OSError):
                part.unlink()
        return replace(content, file=content_name(event.id))

    def _postponed(self, event: ChatEvent, error: ChannelError) -> ChatContent:
        """Asked for again soon, for contents vanish; after a day it is gone, as it is when the refusal is for good."""
        now, attempts = self._clock.now(), event.content.attempts
        if not isinstance(error, TemporaryChannelError) or now - event.received_at > GIVEN_UP_AFTER:
            return replace(event.content, state=ContentState.GONE, attempts=attempts + 1, due_at=None, note=str(error))
        seconds = max(DELAYS[min(attempts, len(DELAYS) - 1)], error.retry_after or 0)
        return replace(event.content, attempts=attempts + 1, due_at=now + timedelta(seconds=seconds), note=str(error))

    def _ask_names(self) -> None:
        """Names are a courtesy: what fails is asked for later, and nothing waits for it."""
        for person in self._names.due(self._clock.now()):
            if self._stopping():
                return
            try:
                name = self._platform.name_of(person)
            except ChannelSetupError:
                self._names.later(person, self._clock.now() + NAME_AGAIN_AFTER)
                raise
            except ChannelError:
                self._names.later(person, self._clock.now() + NAME_AGAIN_AFTER)
                continue
            self._names.known(person)
            if name:
                self._save_name(person, name)

    def _save_name(self, person: str, name: str) -> None:
        with self._books.begin() as uow:
            chats = uow.chats(self._platform.channel, self._platform.account)
            chats.save_person(replace(chats.person(person), name=name))
            uow.commit()


def _is_wanted(chats: ChatBook, event: ChatEvent) -> bool:
    now = chats.message(event.message.id) if event.message else None
    return now is None or now.id != event.id or now.content.state is ContentState.WANTED


def _sync_folder(folder: Path) -> None:
    """A file's name survives a power cut only once its folder is synced."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
