"""Starts and ends the process that reads mail, and carries bytes to and from it. Knows no messages."""

import contextlib
import fcntl
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from channels.email import child as protocol
from mailroom.domain.errors import MailroomError

_ROOT = str(Path(__file__).resolve().parents[2])
# The packages above the child are entered without running them: it needs neither settings nor clients, and starts in
# a tenth of the time with far less code in reach of what it reads.
_BOOT = """
import sys, types
for name in ("channels", "channels.email"):
    package = sys.modules[name] = types.ModuleType(name)
    package.__path__ = [sys.argv[1] + "/" + name.replace(".", "/")]
sys.path.insert(0, sys.argv[1])
from channels.email.child import main
main(int(sys.argv[2]), float(sys.argv[3]))
"""
_START_SECONDS = 60.0
_END_SECONDS = 2.0
_PIPE_BYTES = 1 << 20
_MAX_BLOB = 1 << 30
_READ_BYTES = 1 << 20
_WRITE_BYTES = 128 << 10
_WRITE_PIECES = 512
"""The kernel takes 1024 at once."""


@dataclass(frozen=True, slots=True)
class ReadingLimits:
    """What reading one message may cost."""

    seconds: float = 10.0
    """Wall clock, and processor time beside it."""
    memory: int = 512 << 20
    """Address space of the child in bytes; a 50 MB mail needs about 200 MB."""
    messages: int = 5000
    """After so many messages the child is replaced by a fresh one."""


class ChildLostError(MailroomError):
    """The child ended, or was ended, while it owed a reply. Its text is the reason, as a defect names it."""


class ChildProcess:
    """One child. One thread may feed while another waits for replies."""

    def __init__(self, limits: ReadingLimits, rules: bytes = b"") -> None:
        """`rules` is a pickled classifier; a child without it classifies nothing."""
        self._seconds = limits.seconds
        self._late = False
        self._waits_for_source = False
        self._moved_at = time.monotonic()
        self._buffer = bytearray()
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-X", "utf8", "-c", _BOOT, _ROOT, str(limits.memory), str(limits.seconds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            env={},
            cwd="/",
        )
        self._poll = select.poll()
        self._poll.register(self._replies, select.POLLIN)
        with contextlib.suppress(OSError):  # Where the kernel keeps its smaller pipe, only speed is lost.
            for pipe in (self._requests, self._replies):
                fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        self._await_readiness()
        if rules:
            self._give(rules)

    @property
    def _requests(self) -> IO[bytes]:
        return _opened(self._process.stdin)

    @property
    def _replies(self) -> IO[bytes]:
        return _opened(self._process.stdout)

    def _await_readiness(self) -> None:
        """Raises MailroomError with the child's own words when it cannot start: no message is to blame."""
        if self._poll.poll(_START_SECONDS * 1000) and self._replies.read(1) == protocol.READY:
            return
        self._process.kill()
        complaint = _opened(self._process.stderr).read(65536).decode("utf-8", "replace").strip().rpartition("\n")[2]
        self.close()
        raise MailroomError(f"the process that reads mail does not start ({complaint}); check the installation")

    def _give(self, rules: bytes) -> None:
        """Raises MailroomError when the child dies of them: no message is to blame.

        It loads code for them, and has the time of a start.
        """
        of_a_message, self._seconds = self._seconds, max(self._seconds, _START_SECONDS)
        try:
            self.feed(protocol.RULES, 0, iter((rules,)))
            self.reply(protocol.RULES)
        except (OSError, ChildLostError) as error:
            self.close()
            raise MailroomError(f"the process that reads mail does not take the rules ({error}); report it") from error
        self._seconds = of_a_message

    def feed(self, kind: bytes, part: int, pieces: Iterator[bytes]) -> None:
        """Write one request. Raises OSError when the child is gone, and whatever `pieces` raises."""
        held = [protocol.REQUEST.pack(kind, part)]
        size = 0
        while True:
            self._waits_for_source = True
            piece = next(pieces, b"")
            self._moved()
            held += (protocol.LENGTH.pack(len(piece)), piece)
            size += len(piece)
            if not piece or size >= _WRITE_BYTES or len(held) >= _WRITE_PIECES:
                self._write(held)
                held, size = [], 0
            if not piece:
                return

    def feed_whole(self, kind: bytes, part: int, contents: Sequence[bytes]) -> None:
        """Write one request for each content, all at once. Raises OSError when the child is gone."""
        held: list[bytes] = []
        for content in contents:
            held += (protocol.REQUEST.pack(kind, part), protocol.LENGTH.pack(len(content)), content)
            if content:
                held.append(protocol.LENGTH.pack(0))
        self._write(held)

    def _write(self, content: Sequence[bytes]) -> None:
        """Write it all, without joining it first."""
        left = [memoryview(piece) for piece in content]
        while left:
            written = os.writev(self._requests.fileno(), left[:_WRITE_PIECES])
            self._moved()
            while left and written >= len(left[0]):
                written -= len(left.pop(0))
            if left:
                left[0] = left[0][written:]

    def _moved(self) -> None:
        self._waits_for_source = False
        self._moved_at = time.monotonic()

    def reply(self, kind: bytes) -> tuple[bytes, list[bytes]]:
        """The status and the blobs of the next reply. Raises ChildLostError.

        The child has its time from the last byte that moved in either direction; it does not pass while the source
        of a message keeps us waiting.
        """
        self._moved_at = time.monotonic()
        status = self._take(1)
        count = protocol.BLOBS[kind] if status == protocol.FINE else 1
        return status, [self._blob() for _ in range(count)]

    def _blob(self) -> bytes:
        (length,) = protocol.LENGTH.unpack(self._take(protocol.LENGTH.size))
        if length > _MAX_BLOB:
            raise ChildLostError("crash")
        return self._take(length)

    def _take(self, count: int) -> bytes:
        while len(self._buffer) < count:
            self._await_reply()
            piece = self._replies.read(_READ_BYTES)
            if not piece:
                raise ChildLostError(self._reason())
            self._buffer += piece
            self._moved_at = time.monotonic()
        with memoryview(self._buffer) as view:
            taken = bytes(view[:count])
        del self._buffer[:count]
        return taken

    def _await_reply(self) -> None:
        wait = max(0.0, self._seconds - (time.monotonic() - self._moved_at))
        while not self._poll.poll(wait * 1000):
            wait = self._seconds - (time.monotonic() - self._moved_at)
            if self._waits_for_source:
                wait = self._seconds
            elif wait <= 0:
                self._late = True
                self.kill()
                wait = _END_SECONDS

    def _reason(self) -> str:
        """Why the child is gone, once it is."""
        with contextlib.suppress(subprocess.TimeoutExpired):  # It may still be on its way out, with its own code.
            self._process.wait(_END_SECONDS)
        self._process.kill()
        code = self._process.wait()
        if self._late or code == -signal.SIGXCPU:
            return "time limit"
        if code == protocol.OUT_OF_MEMORY:
            return "memory limit"
        return f"crash (signal {-code})" if code < 0 else f"crash (exit {code})"

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def kill(self) -> None:
        """End the child at once; a reply that is waited for raises ChildLostError."""
        self._process.kill()

    def close(self) -> None:
        """End the child, gently where it is idle. Safe to repeat."""
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        try:
            self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _opened(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise MailroomError("the process that reads mail has no pipes; start again")
    return pipe
