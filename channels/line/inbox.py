"""Conversations that are complete, as messages to be taken into custody."""

import contextlib
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import structlog

from channels.line.bundle import pieces, size_of
from channels.line.bundle_values import Submission
from channels.line.settings import LineSettings
from mailroom.domain.chat import ChatEvent, ContentState, Conversation, ConversationState
from mailroom.domain.message import Envelope
from mailroom.ports import ChannelHome, ChatBook, Content, Known, UnitOfWork
from mailroom.ports.contents import content_path

_log = structlog.get_logger(__name__)

CHANNEL = "line"
BATCH_COUNT = 100
BATCH_BYTES = 8 << 20
LOST = "the file is missing or incomplete"


class LineInbox:
    """Implements `mailroom.ports.Inbox` over the books and the channel's folder. It asks nothing of LINE.

    One thread uses it at a time; `ring` and `close` may come from any.
    """

    def __init__(self, settings: LineSettings, home: ChannelHome) -> None:
        self._account = settings.line_id.lower()
        self._home = home
        self._bell = threading.Event()
        self._closed = False

    @property
    def channel(self) -> str:
        return CHANNEL

    @property
    def account(self) -> str:
        """The configured id, lower-case."""
        return self._account

    @property
    def trouble(self) -> str:
        return ""

    def survey(self, known: Known) -> list[Envelope]:
        """See `Inbox.survey`. A conversation entered with its first event."""
        with self._home.books.look() as uow:
            chats = self._chats(uow)
            closed = {one.id: one for one in chats.closed()}
            new = closed.keys() - known(closed.keys())
            found = [self._envelope(closed[one], chats.events_of(one)) for one in new]
        return sorted(found, key=lambda one: (one.entered_system_at, one.external_id))

    def _envelope(self, talk: Conversation, events: Sequence[ChatEvent]) -> Envelope:
        sizes = (event.content.size for event in events if event.content.state is ContentState.KEPT)
        entered = events[0].occurred_at if events else talk.opened_at
        return Envelope(CHANNEL, self._account, talk.id, entered, size=sum(sizes))

    def fetch(self, envelopes: Sequence[Envelope]) -> Iterator[list[tuple[Envelope, Content]]]:
        """See `Inbox.fetch`. At most 100 conversations or 8 MB in a batch; one with more comes alone, in pieces.

        Raises StorageError when a content cannot be read from the disk.
        """
        batch: list[tuple[Envelope, Content]] = []
        weight = 0
        for envelope in envelopes:
            submission = self._submission(envelope.external_id)
            if submission is None:
                continue
            size = size_of(submission)
            if batch and (weight + size > BATCH_BYTES or len(batch) >= BATCH_COUNT):
                yield batch
                batch, weight = [], 0
            if size > BATCH_BYTES:
                yield [(envelope, self._pieces(submission))]
                continue
            batch.append((envelope, b"".join(self._pieces(submission))))
            weight += size
        if batch:
            yield batch

    def _pieces(self, submission: Submission) -> Iterator[bytes]:
        return pieces(submission, lambda event: content_path(self._home.folder, event.id))

    def _submission(self, external_id: str) -> Submission | None:
        """What the books know now; None where the conversation is gone or taken.

        A content whose file was lost is noted in the books as gone: they count files as the bundle does.
        """
        with self._home.books.look() as uow:
            chats = self._chats(uow)
            talk = chats.conversation(external_id)
            if talk is None or talk.state is not ConversationState.CLOSED:
                return None
            person, events = chats.person(talk.person), chats.events_of(talk.id)
        present = tuple(self._present(event) for event in events)
        lost = [event for event, before in zip(present, events, strict=True) if event is not before]
        if lost:
            self._note(lost)
        return Submission(self._account, talk, person, present)

    def _present(self, event: ChatEvent) -> ChatEvent:
        content = event.content
        if content.state is not ContentState.KEPT or _size(content_path(self._home.folder, event.id)) == content.size:
            return event
        return replace(event, content=replace(content, state=ContentState.GONE, due_at=None, note=LOST))

    def _note(self, lost: Sequence[ChatEvent]) -> None:
        with self._home.books.begin() as uow:
            for event in lost:
                self._chats(uow).save_content(event.id, event.content)
            uow.commit()
        _log.error("content.lost", account=self._account, events=[event.id for event in lost])

    def mark_taken(self, external_ids: Sequence[str]) -> None:
        """See `Inbox.mark_taken`. The files of its contents, which the archive holds by now, are removed."""
        with self._home.books.begin() as uow:
            chats = self._chats(uow)
            talks = [talk for one in external_ids if (talk := chats.conversation(one))]
            taken = [replace(talk, state=ConversationState.TAKEN) for talk in talks if _is_complete(talk)]
            for talk in taken:
                chats.save(talk)
            events = [event for talk in taken for event in chats.events_of(talk.id)]
            uow.commit()
        for event in events:
            with contextlib.suppress(OSError):  # A copy that stays costs space, no more.
                content_path(self._home.folder, event.id).unlink()

    def wait(self, seconds: float) -> bool:
        """See `Inbox.wait`. `ring` ends it with True, `close` with False."""
        rung = self._bell.wait(seconds)
        if not self._closed:
            self._bell.clear()
        return rung and not self._closed

    def ring(self) -> None:
        """A conversation is complete: whoever waits, or waits next, need wait no longer."""
        self._bell.set()

    def close(self) -> None:
        """End a wait that is under way. Safe to repeat."""
        self._closed = True
        self._bell.set()

    def _chats(self, uow: UnitOfWork) -> ChatBook:
        return uow.chats(CHANNEL, self._account)


def _is_complete(talk: Conversation) -> bool:
    """Taken ones as well: their files may have been left by a crash."""
    return talk.state in (ConversationState.CLOSED, ConversationState.TAKEN)


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None
