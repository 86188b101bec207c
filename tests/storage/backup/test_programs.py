"""Programs that are missing, print garbage, hang or never cease: ended, and said so."""

import os
import signal
import time
from pathlib import Path

import pytest

from mailroom.domain.errors import BackupError, ConfigurationError
from storage.backup import restic_says as says
from storage.backup.process import Child, Limits, Secrets
from tests.contracts.backup_contract import House, noted
from tests.support.backups import FolderKit

TIGHT = Limits(seconds=4, silent=1, line=1 << 20, output=8 << 20)
NONE = Secrets({"PATH": os.environ["PATH"]}, "the-password", "PASSWORD_FILE", frozenset({"the-password"}))


def _program(folder: Path, body: str) -> str:
    path = folder / "engine"
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("sleep 100", "did nothing for 1 seconds"),
        ("trap '' INT; sleep 100 & wait; wait; sleep 100", "did nothing"),
        ("yes", "without end|did nothing"),
        ("tr '\\0' x </dev/zero", "without end"),
        ("yes >&2", "without end|did nothing"),
        ("exec >&- 2>&-; sleep 100", "did nothing"),
    ],
)
def test_what_does_not_end_is_ended(tmp_path: Path, body: str, words: str) -> None:
    """A sleeper, one that ignores signals, endless lines, a line without end, one that hides."""
    begun = time.monotonic()
    with pytest.raises(BackupError, match=words):
        Child([_program(tmp_path, body)], NONE, TIGHT).run(lambda _, __: None, lambda: 0)
    assert time.monotonic() - begun < 15


def test_nothing_of_it_is_left(tmp_path: Path) -> None:
    """What the program started is ended with it."""
    body = f"sleep 1000 & echo $! > {tmp_path}/pid; wait"
    with pytest.raises(BackupError):
        Child([_program(tmp_path, body)], NONE, TIGHT).run(lambda _, __: None, lambda: 0)
    pid = int((tmp_path / "pid").read_text())
    for _ in range(100):
        state = Path(f"/proc/{pid}/stat")
        if not state.exists() or ") Z " in state.read_text():
            return
        time.sleep(0.02)
    os.kill(pid, signal.SIGKILL)
    raise AssertionError("its child lives")


def test_work_that_moves_may_take_its_time(tmp_path: Path) -> None:
    """Silence is what ends it, not slowness; and nobody but the child is told the password."""
    heard: list[str] = []
    body = 'cat "$PASSWORD_FILE"; for i in 1 2 3 4; do sleep 0.5; echo $i; done; env'
    assert (
        Child([_program(tmp_path, body)], NONE, TIGHT).run(lambda line, _: heard.append(line), lambda: len(heard)) == 0
    )
    assert heard[:5] == ["the-password", "1", "2", "3", "4"]
    assert not any("the-password" in line for line in heard[1:])


def test_what_it_complains_of_hides_secrets(tmp_path: Path) -> None:
    """Its last words may be shown."""
    child = Child([_program(tmp_path, "echo key the-password is wrong >&2; exit 3")], NONE, TIGHT)
    assert child.run(lambda _, __: None, lambda: 0) == 3
    assert child.said == ["key … is wrong"]


def test_a_missing_program_comes_with_its_remedy(tmp_path: Path) -> None:
    """One sentence, with the command."""
    with pytest.raises(ConfigurationError, match="apt-get install restic"):
        FolderKit(tmp_path).open(program=str(tmp_path / "none")).points()


@pytest.mark.parametrize("body", ["echo garbage", "echo '{\"a\": 1}'", "head -c 100000 /dev/urandom", "exit 7", "true"])
def test_garbage_is_no_success(tmp_path: Path, body: str) -> None:
    """Neither a list of points nor a copy comes of it."""
    store = FolderKit(tmp_path).open(program=_program(tmp_path, body), long=TIGHT)
    with pytest.raises(BackupError):
        store.points()
    with pytest.raises(BackupError):
        store.store(House(tmp_path / "house").sources, "one", noted)


def test_a_file_that_could_not_be_read_is_no_success(tmp_path: Path) -> None:
    """Unless it is gone: then it was in nobody's way."""
    house = House(tmp_path / "house")
    ids = "a" * 64
    body = f"""case "$1" in
    snapshots) echo '[{{"id":"{ids}","time":"2026-11-28T10:00:00.123456789+07:00","tags":["installation:one"]}}]';;
    backup) echo '{{"message_type":"error","error":{{}},"during":"archival","item":"'$ITEM'"}}' >&2
    echo '{{"message_type":"summary","snapshot_id":"aaaaaaaa","total_bytes_processed":5,"data_added":NaN}}'; exit 3;;
    esac"""
    there = body.replace("$ITEM", str(house.folder / "snapshot.db"))
    with pytest.raises(BackupError, match="could not be read"):
        FolderKit(tmp_path).open(program=_program(tmp_path, there)).store(house.sources, "one", noted)
    (tmp_path / "two").mkdir()
    gone = FolderKit(tmp_path / "two").open(program=_program(tmp_path, body.replace("$ITEM", "/gone")))
    assert gone.store(house.sources, "one", noted) == (ids, 5, 0)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("null", 0),
        ("[null, 7, {}, []]", 0),
        ('[{"id":"short","time":"2026-01-01T00:00:00Z"}]', 0),
        (f'[{{"id":"{"a" * 64}","time":"yesterday"}}]', 0),
        (f'[{{"id":"{"a" * 64}","time":"2026-01-01T00:00:00Z","tags":["bytes:x"]}}]', 0),
        (f'[{{"id":"{"a" * 64}","time":"2026-01-01T00:00:00","tags":null}}]', 1),
    ],
)
def test_lists_are_read_with_patience(text: str, count: int) -> None:
    """What is no point is none; the others stay."""
    assert len(says.snapshots(text)) == count
