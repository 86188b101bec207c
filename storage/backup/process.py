"""Runs the program of an engine as a child that we do not trust to end, to be brief, or to print what we expect."""

import contextlib
import os
import re
import selectors
import signal
import subprocess
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO

from mailroom.domain.errors import BackupError, ConfigurationError

_BEAT_SECONDS = 0.5
_REAP_SECONDS = 0.01
_END_SECONDS = 5.0
_READ_BYTES = 1 << 16
_LAST_LINES = 60
_LAST_BYTES = 2000
_BREAKS = re.compile(rb"[\r\n]")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run may cost."""

    seconds: float
    """From beginning to end."""
    silent: float
    """So long nothing may move."""
    line: int = 64 << 20
    """Bytes of one line; a list of points is one line."""
    output: int = 512 << 20
    """Bytes in all."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """What the child is told, and nobody else."""

    environment: Mapping[str, str]
    """Of the child only; nothing of ours is passed on but where programs and folders are."""
    password: str
    variable: str
    """The child finds here the name of a file from which the password can be read once."""
    hidden: frozenset[str]
    """What must be in no text of ours."""

    def hide(self, text: str) -> str:
        """The text without those."""
        for secret in sorted(self.hidden - {""}, key=len, reverse=True):
            text = text.replace(secret, "…")
        return text


@dataclass(slots=True)
class _Ear:
    """Cuts what comes from one end of the child into lines."""

    complains: bool
    waiting: bytearray = field(default_factory=bytearray)

    def lines(self, piece: bytes) -> Iterator[str]:
        if not _BREAKS.search(piece):
            self.waiting += piece
            return
        *whole, rest = _BREAKS.split(bytes(self.waiting) + piece)
        self.waiting = bytearray(rest)
        yield from (line.decode("utf-8", "replace") for line in whole if line)


class Child:
    """One run of a program. What the callbacks raise ends the child and comes through."""

    def __init__(self, command: Sequence[str], secrets: Secrets, limits: Limits) -> None:
        self._command = command
        self._secrets = secrets
        self._limits = limits
        self._last: deque[str] = deque(maxlen=_LAST_LINES)
        self._read = 0

    @property
    def said(self) -> list[str]:
        """The last that it complained of, without secrets."""
        return list(self._last)

    def run(self, hear: Callable[[str, bool], object], moved: Callable[[], int]) -> int:
        """Its exit code.

        `hear` gets each line, and whether it is a complaint. `moved` is asked twice a second for a number that changes
        while work is done. Raises ConfigurationError when there is no such program, BackupError when it does not end.
        """
        with self._started() as process, selectors.DefaultSelector() as waiting:
            for pipe, complains in ((process.stdout, False), (process.stderr, True)):
                waiting.register(_opened(pipe), selectors.EVENT_READ, _Ear(complains))
            self._attend(process, waiting, hear, moved)
            return process.wait()

    def _attend(
        self,
        process: subprocess.Popen[bytes],
        waiting: selectors.BaseSelector,
        hear: Callable[[str, bool], object],
        moved: Callable[[], int],
    ) -> None:
        begun = beaten = moved_at = time.monotonic()
        mark, ended_at = moved(), 0.0
        while waiting.get_map() or process.poll() is None:
            for key, _ in waiting.select(_BEAT_SECONDS if waiting.get_map() else _REAP_SECONDS):
                self._listen(key, waiting, hear)
            now = time.monotonic()
            if now - beaten < _BEAT_SECONDS:
                continue
            beaten = now
            if (latest := moved()) != mark:
                mark, moved_at = latest, now
            if process.poll() is not None:
                # A grandchild that outlives the child may hold the pipes.
                ended_at = ended_at or now
                if now - ended_at > _END_SECONDS:
                    return
            self._judge(now - begun, now - moved_at)

    def _listen(
        self, key: selectors.SelectorKey, waiting: selectors.BaseSelector, hear: Callable[[str, bool], object]
    ) -> None:
        ear: _Ear = key.data
        piece = os.read(key.fd, _READ_BYTES)
        self._read += len(piece)
        for line in ear.lines(piece or b"\n"):
            if ear.complains:
                self._last.append(self._secrets.hide(line[:_LAST_BYTES]))
            hear(line, ear.complains)
        if not piece:
            waiting.unregister(key.fileobj)
        if len(ear.waiting) > self._limits.line or self._read > self._limits.output:
            raise BackupError(
                f"{self._command[0]} printed without end and was ended; check that it is the real program"
            )

    def _judge(self, seconds: float, silent: float) -> None:
        for spent, limit, what in (
            (seconds, self._limits.seconds, "was not done after"),
            (silent, self._limits.silent, "did nothing for"),
        ):
            if spent > limit:
                last = f" ({self._last[-1]})" if self._last else ""
                raise BackupError(
                    f"{self._command[0]} {what} {limit:.0f} seconds and was ended{last}; "
                    "check that the target answers, then try again"
                )

    @contextmanager
    def _started(self) -> Iterator[subprocess.Popen[bytes]]:
        """The child in a group of its own; however the work ends, nothing of it is left."""
        reading, writing = os.pipe()
        try:
            os.set_blocking(writing, False)
            os.write(writing, self._secrets.password.encode() + b"\n")
            os.close(writing)
            process = self._start(reading)
        finally:
            os.close(reading)
        try:
            yield process
        finally:
            _end(process)

    def _start(self, password: int) -> subprocess.Popen[bytes]:
        try:
            return subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
                env={**self._secrets.environment, self._secrets.variable: f"/dev/fd/{password}"},
                pass_fds=(password,),
                start_new_session=True,
            )
        except OSError as error:
            raise ConfigurationError(
                f"{self._command[0]} cannot be run ({error.strerror}); as root: apt-get install {self._command[0]}"
            ) from error


def _end(process: subprocess.Popen[bytes]) -> None:
    """Gently first, so that it takes back its locks; then without mercy, and whoever it had started too."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGINT)
        _drain(process)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for pipe in (process.stdout, process.stderr):
        _opened(pipe).close()


def _drain(process: subprocess.Popen[bytes]) -> None:
    """Wait for the end while reading: a child that writes into a full pipe never comes to its end."""
    until = time.monotonic() + _END_SECONDS
    pipes = [_opened(process.stdout), _opened(process.stderr)]
    for pipe in pipes:
        os.set_blocking(pipe.fileno(), False)
    while process.poll() is None and time.monotonic() < until:
        for pipe in pipes:
            with contextlib.suppress(BlockingIOError):
                os.read(pipe.fileno(), _READ_BYTES)
        time.sleep(0.01)


def _opened(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise BackupError("the program of the backup has no pipes; start again")
    return pipe
