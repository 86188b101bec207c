"""Damage, kills, wrong secrets and programs that misbehave: named, survived, ended."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mailroom.domain.errors import BackupError, ConfigurationError
from mailroom.ports import BackupStore
from storage.backup.process import Limits
from tests.contracts.backup_contract import House, noted, restored
from tests.storage.backup.test_mirror import MirrorKit
from tests.support.backups import PASSWORD, FolderKit, ServerKit
from tests.support.repository_damage import damages
from tests.support.s3_end import SECRET, S3End

MIRROR_DAMAGES = 92
TIGHT = Limits(seconds=12, silent=12)
RESTIC_DAMAGES = 8
"""Of a hundred; each costs a second and more."""


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path / "house")


def named(store: BackupStore) -> bool:
    """Whether a check says that something is wrong."""
    try:
        return bool(store.check(1, 1))
    except (BackupError, ConfigurationError):
        return True


def test_damage_to_a_mirror_is_named(house: House, tmp_path: Path) -> None:
    """Flips, cuts and removals, each by the check or, where a whole point is gone, by the restore."""
    (tmp_path / "disk").mkdir()
    kit = MirrorKit(tmp_path / "disk")
    store = kit.open()
    store.prepare()
    store.store(house.sources, "one", noted)
    house.grow()
    point, *_ = store.store(house.sources, "one", noted)
    for what in damages(kit.folder / "mirror", MIRROR_DAMAGES, seed=3):
        if what.startswith("remove") and "/points/" in what:
            assert len(store.points()) == 1, what
        else:
            assert named(store), what
        for suspect in (kit.folder / "mirror").rglob("*.suspect"):
            suspect.unlink()
    assert store.check(1, 1) == []
    assert restored(store, point, tmp_path / "back") == house.contents


def test_damage_to_a_repository_is_named(house: House, tmp_path: Path) -> None:
    """The same of restic; a point whose own file is gone is not listed any more."""
    kit = FolderKit(tmp_path)
    store = kit.open(short=TIGHT, long=TIGHT)
    store.prepare()
    point, *_ = store.store(house.sources, "one", noted)
    for number, _ in enumerate(damages(kit.repository, RESTIC_DAMAGES, seed=4)):
        if named(store):
            continue
        with pytest.raises(BackupError):
            store.restore(point, tmp_path / f"back{number}", noted)
    assert store.check(1, 1) == []


def test_a_wrong_password_is_a_matter_of_configuration(house: House, tmp_path: Path) -> None:
    """The remedy is in the error, the password is not; nothing is begun anew with it."""
    kit = FolderKit(tmp_path)
    kit.open().prepare()
    store = kit.open(password="another-password")
    for act in (store.prepare, store.points, lambda: store.store(house.sources, "one", noted)):
        with pytest.raises(ConfigurationError, match="on paper") as caught:
            act()
        assert "another-password" not in str(caught.value)


def test_a_wrong_key_of_s3_is_a_matter_of_configuration(tmp_path: Path) -> None:
    """The server refuses the signature."""
    with S3End(tmp_path / "s3") as server:
        kit = ServerKit(tmp_path, server)
        kit.open().prepare()
        with pytest.raises(ConfigurationError, match="environment") as caught:
            kit.open(AWS_SECRET_ACCESS_KEY="wrong-secret").points()
        assert "wrong-secret" not in str(caught.value)
        assert SECRET not in str(caught.value)


def test_an_engine_that_is_killed_harms_nothing(house: House, tmp_path: Path) -> None:
    """Earlier points stay, its lock is removed, the next run succeeds. Its arguments told nobody a secret."""
    kit = FolderKit(tmp_path)
    store = kit.open()
    store.prepare()
    first, *_ = store.store(house.sources, "one", noted)
    before = house.contents
    house.grow(60_000_000)
    seen: list[str] = []

    def kill(_: int, __: int) -> None:
        for pid, command in _children():
            if "backup" in command and list(kit.repository.glob("locks/*")):
                seen.append(f"{command} {(Path('/proc') / str(pid) / 'environ').read_bytes()!r}")
                os.kill(pid, signal.SIGKILL)

    with pytest.raises(BackupError):
        store.store(house.sources, "one", kill)
    assert seen
    assert PASSWORD not in seen[0]
    assert str(kit.repository) not in seen[0].partition("b'")[0]
    assert list(kit.repository.glob("locks/*"))
    assert store.check(1, 1) == []
    assert restored(store, first, tmp_path / "back") == before
    second, *_ = store.store(house.sources, "one", noted)
    assert [point.id for point in store.points()] == [first, second]


def test_a_living_lock_is_left_alone(house: House, tmp_path: Path) -> None:
    """Somebody else works there: we say so and wait for another time."""
    kit = FolderKit(tmp_path)
    store = kit.open()
    store.prepare()
    environment = os.environ | {"RESTIC_PASSWORD": PASSWORD, "RESTIC_REPOSITORY": str(kit.repository)}
    command = ["restic", "--no-cache", "backup", "--stdin"]
    with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as other:
        try:
            _until(lambda: list(kit.repository.glob("locks/*")))
            with pytest.raises(BackupError, match="another process"):
                store.check(1, 1)
            assert other.poll() is None
        finally:
            other.kill()


def test_a_false_time_pushes_out_no_point(house: House, tmp_path: Path) -> None:
    """A point of the future, made by somebody else under our name, is neither trusted nor a reason to forget."""
    kit = FolderKit(tmp_path)
    store = kit.open()
    store.prepare()
    first, *_ = store.store(house.sources, "one", noted)
    environment = os.environ | {"RESTIC_PASSWORD": PASSWORD, "RESTIC_REPOSITORY": str(kit.repository)}
    (house.folder / "empty").mkdir()
    command = ["restic", "--no-cache", "-q", "backup", "--host", "one", "--time", "2099-01-01 00:00:00"]
    command += ["--tag", "installation:one,source:x:%2F..%2Fetc", str(house.folder / "empty")]
    subprocess.run(command, env=environment, check=True)
    forged = store.points()[-1].id
    second, *_ = store.store(house.sources, "one", noted)
    with pytest.raises(BackupError, match="cannot be"):
        store.restore(forged, tmp_path / "forged", noted)
    assert store.forget([first])
    assert {point.id for point in store.points()} == {second, forged}
    assert restored(store, second, tmp_path / "back") == house.contents


def _children() -> list[tuple[int, str]]:
    """Processes that this one started, with their arguments."""
    found = []
    for pid in Path(f"/proc/{os.getpid()}/task").glob("*/children"):
        for child in pid.read_text().split():
            command = (Path("/proc") / child / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            found.append((int(child), command))
    return found


def _until(there: Callable[[], object]) -> None:
    for _ in range(500):
        if there():
            return
        time.sleep(0.02)
    raise AssertionError("it never came")
