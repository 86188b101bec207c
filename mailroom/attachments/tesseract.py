"""Has Thai words in pictures read by Tesseract, in a process that was confined before it became Tesseract."""

import shutil
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

_ROOT: Final = str(Path(__file__).resolve().parents[2])
# The confined process may not start another, and Tesseract knows nothing of confinement: this one confines itself, then
# lets Tesseract take its place. It has the picture on standard input, in a form that cannot be unfolded.
_BOOT: Final = """
import math, os, resource, sys
sys.path.insert(0, sys.argv[1])
from mailroom.confinement import confine
seconds = math.ceil(float(sys.argv[3]))
resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
confine(int(sys.argv[2]), 16)
os.execve(sys.argv[4], sys.argv[4:], {"OMP_THREAD_LIMIT": "1", "LC_ALL": "C"})
"""
LANGUAGE: Final = "tha"
"""Alone: together with English it reads Thai letters worse."""
_PROGRAM: Final = "tesseract"
_PAGE: Final = ("stdin", "stdout", "-l", LANGUAGE, "--psm", "3", "--dpi", "200")
_TEXT_BYTES: Final = 1 << 20
_LIST_SECONDS: Final = 20.0


def program() -> str:
    """Where Tesseract is; empty where it is not installed."""
    return shutil.which(_PROGRAM) or ""


def languages(path: str) -> list[str]:
    """What it can read. Empty where it does not run."""
    try:
        listed = subprocess.run(
            [path, "--list-langs"], capture_output=True, timeout=_LIST_SECONDS, check=True, text=True, errors="replace"
        )
    except (OSError, subprocess.SubprocessError):
        return []
    return listed.stdout.split("\n")[1:]


@dataclass(frozen=True, slots=True)
class Tesseract:
    """The program, and what it may use."""

    path: str
    memory: int
    """Address space in bytes."""

    seconds: float
    """Processor time for one picture."""

    def words(self, pgm: bytes, patience: float) -> str | None:
        """The words in one grey picture; None where it took longer, or did not bear the picture.

        `patience` is in seconds on the wall: a machine that does much else gives it little of its time.
        """
        command = [sys.executable, "-I", "-c", _BOOT, _ROOT, str(self.memory), str(self.seconds), self.path, *_PAGE]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={}, cwd="/"
        ) as process:
            timer = threading.Timer(patience, process.kill)
            feeder = threading.Thread(target=_feed, args=(process.stdin, pgm), daemon=True)
            timer.start()
            feeder.start()
            assert process.stdout is not None  # noqa: S101 - it was asked for
            said = process.stdout.read(_TEXT_BYTES)
            if len(said) == _TEXT_BYTES:
                process.kill()
            code = process.wait()
            timer.cancel()
            timer.join()
            feeder.join()
        return _mended(said) if code == 0 else None


def _mended(said: bytes) -> str:
    """Pages end in form feeds, and sara am comes in two halves."""
    return said.decode("utf-8", "replace").replace("\f", "\n").replace("\u0e4d\u0e32", "\u0e33").strip()


def _feed(pipe: IO[bytes] | None, pgm: bytes) -> None:
    assert pipe is not None  # noqa: S101 - it was asked for
    try:
        pipe.write(pgm)
        pipe.close()
    except (BrokenPipeError, ValueError):
        return
