"""What every backup store promises: the same suite for every engine and every kind of target."""

import os
import random
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

import pytest

from mailroom.domain.errors import BackupError
from mailroom.ports import BackupStore


class Kit(Protocol):
    """One kind of target, fresh for a test."""

    append_only: bool

    def open(self) -> BackupStore: ...

    def gone(self) -> AbstractContextManager[object]:
        """The target does not answer meanwhile."""


def tree_of(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, by its path."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def restored(store: BackupStore, point: str, target: Path) -> dict[str, bytes]:
    """What a point holds, by restoring it."""
    store.restore(point, target, noted)
    return tree_of(target)


def noted(_: int, __: int) -> None:
    """Progress that nobody looks at."""


class Stopped(Exception):
    """The program ends while a copy is made."""


class House:
    """A small data folder: two segments, a spool, a database, a configuration."""

    def __init__(self, folder: Path, seed: int = 1) -> None:
        self.folder = folder
        chance = random.Random(seed)
        self.segments = folder / "archive/segments"
        self.spool = folder / "line/spool"
        for path in (self.segments, self.spool, folder / "config", folder / "archive/empty"):
            path.mkdir(parents=True)
        (self.segments / "000001.seg").write_bytes(chance.randbytes(600_000))
        (self.segments / "000002.seg").write_bytes(chance.randbytes(200_000))
        (self.spool / "เหตุการณ์ [1]*.json").write_bytes(b'{"events":[]}')
        (folder / "config/agency.toml").write_text("name = 'ตัวอย่าง'\n")
        (folder / "snapshot.db").write_bytes(chance.randbytes(50_000))

    @property
    def sources(self) -> dict[str, Path]:
        folder = self.folder
        return {
            "database": folder / "snapshot.db",
            "archive": folder / "archive",
            "channel-line": folder / "line/spool",
            "configuration": folder / "config",
        }

    @property
    def contents(self) -> dict[str, bytes]:
        found = {"database": (self.folder / "snapshot.db").read_bytes()}
        for name in ("archive", "channel-line", "configuration"):
            found |= {f"{name}/{path}": content for path, content in tree_of(self.sources[name]).items()}
        return found

    def grow(self, count: int = 10_000) -> None:
        """A few mails more, and the database with them."""
        with (self.segments / "000002.seg").open("ab") as segment:
            segment.write(os.urandom(count))
        (self.folder / "snapshot.db").write_bytes(os.urandom(50_000))


class TargetContract:
    """What differs with the way to the target. Subclass it and give it a `kit` fixture."""

    @pytest.fixture
    def kit(self, request: pytest.FixtureRequest) -> Kit:
        raise NotImplementedError

    @pytest.fixture
    def house(self, tmp_path: Path) -> House:
        return House(tmp_path / "house")

    @pytest.fixture
    def store(self, kit: Kit) -> BackupStore:
        store = kit.open()
        store.prepare()
        return store

    def test_what_is_stored_comes_back(self, store: BackupStore, house: House, tmp_path: Path) -> None:
        """Byte for byte, with empty folders, modes and times; a second `prepare` harms nothing; progress reaches all."""
        seen: list[tuple[int, int]] = []
        point, read, added = store.store(house.sources, "one", lambda *now: seen.append(now))
        store.prepare()
        total = sum(map(len, house.contents.values()))
        assert (read, seen[-1]) == (total, (total, total))
        assert 0.5 * total < added < 2 * total
        assert seen == sorted(seen)
        [listed] = store.points()
        assert (listed.id, listed.installation) == (point, "one")
        seen.clear()
        store.restore(point, tmp_path / "back", lambda *now: seen.append(now))
        assert tree_of(tmp_path / "back") == house.contents
        assert seen[-1] == (total, total)
        assert (tmp_path / "back/archive/empty").is_dir()
        assert sorted(path.name for path in (tmp_path / "back").iterdir()) == sorted(house.sources)
        before, after = (path / "segments/000001.seg" for path in (house.folder / "archive", tmp_path / "back/archive"))
        assert (after.stat().st_mtime_ns, after.stat().st_mode) == (before.stat().st_mtime_ns, before.stat().st_mode)

    def test_points_are_let_go_by_id_alone(self, store: BackupStore, kit: Kit, house: House, tmp_path: Path) -> None:
        """The others, of another installation too, lose nothing; what is no id is passed over."""
        first, *_ = store.store(house.sources, "หนึ่ง, a/b", noted)
        other, *_ = store.store(House(tmp_path / "other", seed=2).sources, "..", noted)
        assert store.forget([first, "latest", "../one", "0" * 64]) is not kit.append_only
        left = {point.id: point.installation for point in store.points()}
        assert left == {other: ".."} | ({first: "หนึ่ง, a/b"} if kit.append_only else {})
        assert store.check(1, 1) == []
        assert restored(store, other, tmp_path / "back") == House(tmp_path / "again", seed=2).contents
        if not kit.append_only:
            assert store.forget([first])

    def test_a_target_that_is_gone_says_so(self, store: BackupStore, kit: Kit, house: House, tmp_path: Path) -> None:
        """Nothing is begun anew elsewhere, and afterwards all is as before."""
        point, *_ = store.store(house.sources, "one", noted)
        with kit.gone():
            for act in (
                store.prepare,
                store.points,
                lambda: store.store(house.sources, "one", noted),
                lambda: store.restore(point, tmp_path / "back", noted),
            ):
                with pytest.raises(BackupError):
                    act()
        assert [listed.id for listed in store.points()] == [point]


class BackupContract(TargetContract):
    """All that a store promises."""

    def test_a_second_point_adds_what_is_new(self, store: BackupStore, house: House, tmp_path: Path) -> None:
        """Sealed segments are stored once; the first point stays what it was; single paths can be restored."""
        before = house.contents
        first, *_ = store.store(house.sources, "one", noted)
        house.grow()
        second, read, added = store.store(house.sources, "one", noted)
        assert read == sum(map(len, house.contents.values()))
        assert added < 400_000
        assert [point.id for point in store.points()] == [first, second]
        assert restored(store, first, tmp_path / "first") == before
        store.restore(second, tmp_path / "part", noted, only=["archive/segments/000002.seg", "channel-line"])
        part = ("archive/segments/000002.seg", "channel-line/")
        assert tree_of(tmp_path / "part") == {k: v for k, v in house.contents.items() if k.startswith(part)}

    def test_check_reads_everything_in_parts(self, store: BackupStore, house: House) -> None:
        """A sound repository has no differences, in one part or in several."""
        store.store(house.sources, "one", noted)
        assert [store.check(1, 2), store.check(2, 2), store.check(7, 1000)] == [[]] * 3

    def test_what_cannot_be_done_is_refused(self, store: BackupStore, house: House, tmp_path: Path) -> None:
        """A point that is not there, a path that is not in it, a folder in use, a source that is missing."""
        point, *_ = store.store(house.sources, "one", noted)
        for wrong in (point[:-1] + ("0" if point[-1] != "0" else "1"), "latest", "../x"):
            with pytest.raises(BackupError, match="list those"):
                store.restore(wrong, tmp_path / "back", noted)
        for path in ("archive/segments/000009.seg", "nothing", "archive/../../etc"):
            with pytest.raises(BackupError, match="not in"):
                store.restore(point, tmp_path / "part", noted, only=[path])
        with pytest.raises(BackupError, match="not empty"):
            store.restore(point, house.folder, noted)
        with pytest.raises(BackupError, match=r"absent\.db"):
            store.store(house.sources | {"database": tmp_path / "absent.db"}, "one", noted)
        assert [listed.id for listed in store.points()] == [point]

    def test_stopping_is_prompt_and_harmless(self, store: BackupStore, house: House, tmp_path: Path) -> None:
        """What `done` raises comes through; earlier points stay, and the next run succeeds."""
        first, *_ = store.store(house.sources, "one", noted)

        def stop(_: int, __: int) -> None:
            raise Stopped

        house.grow(2_000_000)
        with pytest.raises(Stopped):
            store.store(house.sources, "one", stop)
        with pytest.raises(Stopped):
            store.restore(first, tmp_path / "stopped", stop)
        second, *_ = store.store(house.sources, "one", noted)
        assert restored(store, second, tmp_path / "back") == house.contents
        assert first in {point.id for point in store.points()}
