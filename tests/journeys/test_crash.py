"""Killed at every arrow of the state table and started again: nothing lost, nothing double, no gap.

The kill points are not sampled: every sync of a file and every write to a socket of one full pass is one, enumerated by
a traced run. Before each of them the program is killed as if by the power switch, then started again and left in peace.
"""

import re
import shutil
import subprocess
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.commands import ROOT, run_command
from tests.support.dovecot import Dovecot
from tests.support.installation import REQUEST, Installation, mail
from tests.support.smtp_end import SmtpEnd

MAILS = 2
SYNCS = "fdatasync,fsync"
TALK = "sendto"


def _strace(place: Installation, options: list[str]) -> "subprocess.CompletedProcess[str]":
    """One pass, traced from the moment at which the program has loaded itself."""
    with ExitStack() as stack:

        def attach(process: int) -> None:
            command = ["strace", "-f", *options, "-p", str(process)]
            tracer = stack.enter_context(subprocess.Popen(command, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL))
            assert tracer.stderr is not None
            while b"attached" not in (line := tracer.stderr.readline()):
                assert line, "strace could not attach"
            # What it says further on of threads must not fill the pipe.
            threading.Thread(target=tracer.stderr.read, daemon=True).start()

        return run_command(["once", "--config", str(place.config)], env=place.variables, cwd=ROOT, before=attach)


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory, dovecot: Dovecot) -> Path:
    """The data folder of an agency that has seen its empty mailbox, so that only the work itself is traced."""
    with SmtpEnd() as smtp:
        place = Installation(Path(tmp_path_factory.mktemp("begun")), dovecot, smtp, "crash-begun")
        place.once()
    return place.folder / "data"


def _fresh(folder: Path, begun: Path, dovecot: Dovecot, smtp: SmtpEnd) -> Installation:
    """Such an agency, and then mail comes."""
    place = Installation(folder, dovecot, smtp, f"crash-{folder.name}")
    shutil.copytree(begun, folder / "data")
    for number in range(MAILS):
        subject, text = REQUEST
        place.deliver(
            mail(f"{subject} {number}", text, sender=f"p{number}@citizen.test", message_id=f"<{number}@citizen.test>"),
            at=datetime(2026, 1, 5, 3, number, tzinfo=UTC),
        )
    return place


def _points(tmp_path: Path, begun: Path, calls: str, dovecot: Dovecot) -> int:
    """How often an undisturbed pass reaches one of these calls."""
    with SmtpEnd() as smtp:
        place = _fresh(tmp_path / f"trace-{calls[:4]}", begun, dovecot, smtp)
        trace = tmp_path / "trace"
        done = _strace(place, ["-e", f"trace={calls}", "-o", str(trace)])
        assert done.returncode == 0, done.stderr
        return len(re.findall(r"^\d+ +(?:fdatasync|fsync|sendto)\(", trace.read_text(errors="replace"), re.M))


def _check(place: Installation, smtp: SmtpEnd) -> None:
    messages = place.messages()
    assert len(messages) == MAILS
    assert {one["outcome"] for one in messages} == {"accept"}
    assert sorted(place.numbers()) == ["1/2569", "2/2569"]
    place.verify()
    assert {reply["state"] for one in messages for reply in one["replies"]} == {"sent"}
    assert [len(one["replies"]) for one in messages] == [1] * MAILS
    copies = Counter(letter.raw for letter in smtp.letters)
    assert len(copies) == MAILS, "a repeated letter differs from the first, or one is missing"
    # Only the letter that was in the server's hands when the program died can have come twice (RFC 1047).
    assert sum(copies.values()) <= MAILS + 1


@pytest.mark.parametrize("calls", [SYNCS, TALK])
def test_a_kill_at_every_arrow_loses_nothing_and_doubles_nothing(
    tmp_path: Path, begun: Path, dovecot: Dovecot, calls: str
) -> None:
    """Whatever the call before which the program dies, the next start finishes the work."""
    points = _points(tmp_path, begun, calls, dovecot)
    assert points >= 10

    def survives(point: int) -> None:
        with SmtpEnd() as smtp:
            place = _fresh(tmp_path / f"{calls[:4]}{point}", begun, dovecot, smtp)
            # `when` counts for each thread by itself; the later of two threads may survive its point.
            _strace(place, ["-e", f"trace={calls}", "-e", f"inject={calls}:signal=SIGKILL:when={point}"])
            place.recover()
            _check(place, smtp)

    with ThreadPoolExecutor(2) as pool:
        for _ in pool.map(survives, range(1, points + 1)):
            pass
