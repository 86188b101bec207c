"""What a command and all its children take: time, processor, memory."""

import os
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Usage:
    """Since the command was started."""

    seconds: float
    cpu_seconds: float
    peak_bytes: int
    """Largest sum over the command and its children; a page that they share counts once."""


@dataclass(frozen=True, slots=True)
class Outcome:
    usage: Usage
    marks: Mapping[str, Usage] = field(default_factory=dict)
    """Usage at the moment at which the command printed a line `MARK name`."""
    output: str = ""


def run(command: Sequence[str], *, env: Mapping[str, str] | None = None, cwd: Path | None = None) -> Outcome:
    """Run a command to its end. Raises RuntimeError with its words when it fails."""
    started = time.perf_counter()
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=env, cwd=cwd, errors="replace"
    )
    sampler = _Sampler(process.pid)
    sampler.start()
    marks, lines = {}, []
    assert process.stdout is not None
    for line in process.stdout:
        lines.append(line)
        if line.startswith("MARK "):
            marks[line[5:].strip()] = Usage(
                time.perf_counter() - started, _tree_cpu(process.pid), max(sampler.peak, _tree_memory(process.pid))
            )
    _, status, resources = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    sampler.stop()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{command[0]} failed with {process.returncode}:\n{''.join(lines[-20:])}")
    # ru_maxrss is of no use here: a child inherits it from the process that started it.
    usage = Usage(seconds, resources.ru_utime + resources.ru_stime, sampler.peak)
    return Outcome(usage, marks, "".join(lines))


class _Sampler(threading.Thread):
    """Looks at the memory of a process tree every 30 ms."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid = pid
        self._done = threading.Event()
        self.peak = 0

    def run(self) -> None:
        while not self._done.wait(0.03):
            self.peak = max(self.peak, _tree_memory(self._pid))

    def stop(self) -> None:
        self._done.set()
        self.join()


def tree(pid: int) -> list[int]:
    """The process and its descendants, as far as they live while we look."""
    found = [pid]
    for one in found:
        try:
            tasks = os.listdir(f"/proc/{one}/task")
            children = [Path(f"/proc/{one}/task/{task}/children").read_text() for task in tasks]
        except OSError:
            continue
        found += [int(child) for line in children for child in line.split()]
    return found


def _tree_memory(pid: int) -> int:
    """Memory of a process tree; a page that several processes share counts once (PSS)."""
    total = 0
    for one in tree(pid):
        try:
            lines = Path(f"/proc/{one}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    return total


def _tree_cpu(pid: int) -> float:
    """User and system time of the living tree and of its dead, waited-for children."""
    total = 0
    for one in tree(pid):
        try:
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        total += sum(int(value) for value in fields[11:15])
    return total / TICKS
