"""Reads messages in a child process under limits of time and memory: a poison mail costs its own limits, no more."""

import json
import pickle
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from channels.email import child as protocol
from channels.email.child_process import ChildLostError, ChildProcess, ReadingLimits
from channels.email.feeding import Feeder, Item
from channels.email.reading.parse import HEAD_BYTES, read_head
from channels.email.wire import reading_from_json
from mailroom.domain.errors import UnreadableError
from mailroom.domain.message import Attachment
from mailroom.domain.record import Reading
from mailroom.stages.classify import Classifier

_NO_LIMITS = ReadingLimits()
_LOST = ("unreadable: memory limit", "unreadable: internal error")


class SandboxedReader:
    """A `mailroom.ports.Reader`. Calls from several threads wait for one another; a batch holds the child throughout."""

    def __init__(self, limits: ReadingLimits = _NO_LIMITS, classifier: Classifier | None = None) -> None:
        self._limits = limits
        self._rules = self._given = pickle.dumps(classifier) if classifier else b""
        """Of the next child, and of the one that runs."""
        self._lock = threading.Lock()
        self._child: ChildProcess | None = None
        self._served = 0

    def teach(self, classifier: Classifier) -> None:
        """See the port. The child is replaced, so that none ever takes rules after it has seen mail."""
        self._rules = pickle.dumps(classifier)

    def read_many(self, sources: Sequence[BinaryIO]) -> Iterator[Reading]:
        """One Reading for each source, in order; see the port. What a source itself raises comes through."""
        with self._lock:
            for item, answer in self._exchange(protocol.READ, 0, [Item(source) for source in sources]):
                yield _reading(item, answer)

    def html(self, source: BinaryIO) -> str:
        return self._one(protocol.HTML, 0, source)[0].decode("utf-8", "replace")

    def part(self, source: BinaryIO, part: int) -> tuple[Attachment, bytes]:
        described, content = self._one(protocol.PART, part, source)
        return Attachment(*json.loads(described)), content

    def close(self) -> None:
        with self._lock:
            self._discard()

    def _one(self, kind: bytes, part: int, source: BinaryIO) -> list[bytes]:
        """The blobs of the reply to one request. Raises UnreadableError."""
        with self._lock:
            ((_, answer),) = self._exchange(kind, part, [Item(source)])
        if isinstance(answer, ChildLostError):
            raise UnreadableError(f"the message cannot be read within its limits ({answer}); open the raw message")
        status, blobs = answer
        if status != protocol.FINE:
            raise UnreadableError(blobs[0].decode("utf-8", "replace"))
        return blobs

    def _exchange(
        self, kind: bytes, part: int, items: Sequence[Item]
    ) -> Iterator[tuple[Item, tuple[bytes, list[bytes]] | ChildLostError]]:
        """Each item with its reply, or with the error of the child that died of it."""
        waiting = deque(items)
        while waiting:
            child = self._ready_child()
            feeder = Feeder(child, kind, part, tuple(waiting))
            try:
                yield from self._replies(child, feeder, kind, waiting)
            finally:
                if waiting:  # Nobody wants the rest, or the child is dead: what it still holds is out of step.
                    child.kill()
                    self._discard()
                feeder.stop()

    def _replies(
        self, child: ChildProcess, feeder: Feeder, kind: bytes, waiting: deque[Item]
    ) -> Iterator[tuple[Item, tuple[bytes, list[bytes]] | ChildLostError]]:
        """The replies of one child, until all are there or it is lost. Items leave `waiting` as they are answered."""
        while waiting:
            item = waiting[0]
            answer: tuple[bytes, list[bytes]] | ChildLostError
            try:
                answer = child.reply(kind)
            except ChildLostError as error:
                feeder.stop()
                if item.error:
                    raise item.error from error
                self._discard()
                answer = error
            waiting.popleft()
            feeder.answered()
            yield item, answer
            item.forget()
            if isinstance(answer, ChildLostError):
                return
            self._served += 1

    def _ready_child(self) -> ChildProcess:
        """A child that may serve a whole batch, a fresh one where the old one has served enough or has gone."""
        rules = self._rules
        spent = self._served >= self._limits.messages or self._given is not rules
        if self._child is not None and (spent or not self._child.is_alive):
            self._discard()
        if self._child is None:
            self._child, self._given = ChildProcess(self._limits, rules), rules
            self._served = 0
        return self._child

    def _discard(self) -> None:
        if self._child is not None:
            self._child.close()
            self._child = None


def _reading(item: Item, answer: tuple[bytes, list[bytes]] | ChildLostError) -> Reading:
    """What a reply holds; sender and subject only where reading it cost too much."""
    if isinstance(answer, ChildLostError):
        return _head_of(item, str(answer))
    status, blobs = answer
    if status != protocol.FINE:
        return _head_of(item, "memory limit")
    try:
        reading = reading_from_json(blobs[0])
    except (ValueError, TypeError, KeyError, AttributeError):
        return _head_of(item, "crash (no message in the reply)")
    defects = reading.message.defects
    reason = defects[0] if defects else ""
    return _head_of(item, reason.removeprefix("unreadable: ")) if reason.startswith(_LOST) else reading


def _head_of(item: Item, reason: str) -> Reading:
    return Reading(read_head(item.begin()[:HEAD_BYTES], reason))
