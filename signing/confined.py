"""Has documents read in a process without network, without files to write, and with limits on time and memory."""

import contextlib
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from mailroom.domain.errors import MailroomError
from signing import confined_child as protocol

_ROOT: Final = str(Path(__file__).resolve().parents[1])
# The package above the child is entered without running it: the child needs neither keys nor renderers, and starts
# with far less code in reach of what it reads.
_BOOT: Final = """
import sys, types
package = sys.modules["signing"] = types.ModuleType("signing")
package.__path__ = [sys.argv[1] + "/signing"]
sys.path.insert(0, sys.argv[1])
from signing.confined_child import main
main(sys.argv[2], int(sys.argv[3]), float(sys.argv[4]))
"""
_START_SECONDS = 60.0
_END_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class ConfinedLimits:
    """What reading one document may cost."""

    seconds: float = 20.0
    """Wall clock, and processor time beside it."""
    memory: int = 768 << 20
    """Address space of the child in bytes."""
    documents: int = 500
    """After so many documents the child is replaced by a fresh one."""


Why = Literal["time-limit", "memory-limit", "crash"]


class LostError(MailroomError):
    """The child did not answer. `why` is the reason, `detail` the child's own word where it has one."""

    def __init__(self, why: Why, detail: str = "") -> None:
        super().__init__(f"the document could not be read within its limits ({why} {detail})")
        self.why: Why = why
        self.detail = detail


class Confined:
    """One child that runs the function `answer` of a module of this package. Safe to share between threads.

    It starts with the first document, and anew after it was lost or has read its share.
    """

    def __init__(self, module: str, limits: ConfinedLimits | None = None) -> None:
        self._module = module
        self._limits = limits or ConfinedLimits()
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._read = 0

    def ask(self, *blobs: bytes) -> list[bytes]:
        """What `answer` made of the blobs. Raises LostError, MailroomError when the child cannot start."""
        with self._lock:
            child = self._running()
            late = threading.Event()
            timer = threading.Timer(self._limits.seconds, _stop, (child, late))
            timer.start()
            try:
                return _exchange(child, blobs)
            except (OSError, EOFError) as error:
                raise LostError(self._reason(child, late)) from error
            finally:
                timer.cancel()
                timer.join()

    def close(self) -> None:
        """End the child. Safe to repeat."""
        with self._lock:
            self._end()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._read >= self._limits.documents or (self._child is not None and self._child.poll() is not None):
            self._end()
        if self._child is None:
            self._child = self._started()
            self._read = 0
        self._read += 1
        return self._child

    def _started(self) -> subprocess.Popen[bytes]:
        limits = self._limits
        command = [sys.executable, "-I", "-X", "utf8", "-c", _BOOT, _ROOT]
        child = subprocess.Popen(
            [*command, self._module, str(limits.memory), str(limits.seconds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={},
            cwd="/",
        )
        timer = threading.Timer(_START_SECONDS, child.kill)
        timer.start()
        assert child.stdout is not None  # noqa: S101 - it was asked for
        ready = child.stdout.read(1) == protocol.READY
        timer.cancel()
        timer.join()
        if not ready:
            _, complaint = child.communicate()
            last = complaint.decode("utf-8", "replace").strip().rpartition("\n")[2]
            raise MailroomError(f"the process that reads documents does not start ({last}); check the installation")
        return child

    def _reason(self, child: subprocess.Popen[bytes], late: threading.Event) -> Why:
        with contextlib.suppress(subprocess.TimeoutExpired):  # It may still be on its way out, with its own code.
            child.wait(_END_SECONDS)
        child.kill()
        code = child.wait()
        if late.is_set() or code == -signal.SIGXCPU:
            return "time-limit"
        return "memory-limit" if code == protocol.OUT_OF_MEMORY else "crash"

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        for pipe in (child.stdin, child.stdout, child.stderr):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        try:
            child.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _stop(child: subprocess.Popen[bytes], late: threading.Event) -> None:
    late.set()
    child.kill()


def _exchange(child: subprocess.Popen[bytes], blobs: Sequence[bytes]) -> list[bytes]:
    assert child.stdin is not None  # noqa: S101 - both pipes were asked for
    assert child.stdout is not None  # noqa: S101
    child.stdin.write(protocol.packed(blobs))
    child.stdin.flush()
    status = protocol.read_exactly(child.stdout, 1)
    reply = protocol.read_blobs(child.stdout)
    if status == protocol.FAILED:
        raise LostError("crash", reply[0].decode("ascii", "replace"))
    return reply
