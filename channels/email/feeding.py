"""Feeds a batch of messages to the reading child from a thread of its own, so that both sides work at once.

Small messages are kept until they are answered: when the child dies of one, the others are fed again to its successor.
A large one is streamed, and is then the only one under way.
"""

import threading
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from channels.email.child_process import ChildProcess

_FIRST_BYTES = 1 << 20
"""A message up to this size is small."""
_WINDOW_BYTES = 4 << 20
"""How much of small messages may be under way."""
_PIECE_BYTES = 256 << 10
_BUNCH_BYTES = 1 << 20
"""So many bytes of small messages are handed to the kernel at once: each handing over waits for the interpreter."""


class Item:
    """One message on its way: its source, its first bytes once they are read, and what broke its source."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self._first: bytes | None = None
        self.error: Exception | None = None

    def begin(self) -> bytes:
        """The first megabyte, or all; read once."""
        if self._first is None:
            pieces: list[bytes] = []
            missing = _FIRST_BYTES
            while missing and (piece := self._source.read(missing)):
                pieces.append(piece)
                missing -= len(piece)
            self._first = b"".join(pieces)
        return self._first

    def forget(self) -> None:
        """Let the bytes go: the message is answered."""
        self._first = b""

    @property
    def is_small(self) -> bool:
        return len(self.begin()) < _FIRST_BYTES

    def pieces(self) -> Iterator[bytes]:
        yield self.begin()
        if not self.is_small:
            while piece := self._source.read(_PIECE_BYTES):
                yield piece


class Feeder:
    """Writes items to the child in their order."""

    def __init__(self, child: ChildProcess, kind: bytes, part: int, items: Sequence[Item]) -> None:
        self._child = child
        self._kind = kind
        self._part = part
        self._items = items
        self._change = threading.Condition()
        self._under_way: list[int] = []
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="mail-feeder", daemon=True)
        self._thread.start()

    def answered(self) -> None:
        """The oldest item under way has its reply."""
        with self._change:
            if self._under_way:
                self._under_way.pop(0)
            self._change.notify()

    def stop(self) -> None:
        """Write no more, and wait until the thread has ended. The child must be dead, or all items answered."""
        with self._change:
            self._stopped = True
            self._change.notify()
        self._thread.join()

    def _run(self) -> None:
        bunch: list[Item] = []
        for item in self._items:
            try:
                item.begin()
            except Exception as error:
                self._feed(bunch)
                self._give_up(item, error)
                return
            if not item.is_small:
                if not (self._feed(bunch) and self._stream(item)):
                    return
                bunch = []
                continue
            bunch.append(item)
            if sum(len(one.begin()) for one in bunch) >= _BUNCH_BYTES:
                if not self._feed(bunch):
                    return
                bunch = []
        self._feed(bunch)

    def _feed(self, bunch: Sequence[Item]) -> bool:
        """Write small items at once; False when there is nobody to write to any more."""
        contents = [item.begin() for item in bunch]
        if not self._await_room([len(content) for content in contents], alone=False):
            return False
        try:
            self._child.feed_whole(self._kind, self._part, contents)
        except BrokenPipeError:
            return False
        return True

    def _stream(self, item: Item) -> bool:
        if not self._await_room([len(item.begin())], alone=True):
            return False
        try:
            self._child.feed(self._kind, self._part, item.pieces())
        except BrokenPipeError:
            return False
        except Exception as error:
            self._give_up(item, error)
            return False
        return True

    def _give_up(self, item: Item, error: Exception) -> None:
        """The source failed; its error belongs to whoever reads the replies."""
        item.error = error
        self._await_room([0], alone=True)
        self._child.kill()

    def _await_room(self, sizes: Sequence[int], *, alone: bool) -> bool:
        """Wait until items of these sizes may go; False when feeding was stopped."""
        with self._change:
            while not self._stopped and self._under_way and (alone or self._weight(sizes) > _WINDOW_BYTES):
                self._change.wait()
            self._under_way.extend(sizes)
            return not self._stopped

    def _weight(self, sizes: Sequence[int]) -> int:
        return sum(self._under_way) + sum(sizes)
