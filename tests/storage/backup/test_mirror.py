"""The mirror: the contract, and what only plain files can do."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailroom.domain.errors import BackupError
from storage.backup.manifest import File, Manifest, decode, id_of
from storage.backup.mirror import Mirror
from tests.contracts.backup_contract import BackupContract, House, noted


class MirrorKit:
    append_only = False

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def open(self) -> Mirror:
        return Mirror("disk", self.folder / "mirror")

    @contextmanager
    def gone(self) -> Iterator[None]:
        """The disk is not mounted."""
        away = self.folder.rename(self.folder.with_name("away"))
        yield
        away.rename(self.folder)


class TestMirror(BackupContract):
    @pytest.fixture
    def kit(self, tmp_path: Path) -> MirrorKit:
        (tmp_path / "disk").mkdir()
        return MirrorKit(tmp_path / "disk")

    def test_a_damaged_copy_is_made_good_by_the_next_run(self, store: Mirror, kit: MirrorKit, house: House) -> None:
        """A check remembers what it found, so that an unchanged source is read again for it."""
        point, *_ = store.store(house.sources, "one", noted)
        [held] = (kit.folder / "mirror").rglob("000001.seg.*")
        held.write_bytes(b"x" * 600_000)
        [difference] = store.check(1, 1)
        assert difference.subject == "archive/segments/000001.seg"
        assert store.store(house.sources, "one", noted)[2] == 600_000
        assert store.check(1, 1) == []
        assert point in {listed.id for listed in store.points()}

    def test_a_segment_heals_from_it(self, store: Mirror, kit: MirrorKit, house: House) -> None:
        """The newest whole copy; of another installation only when none is named; never a damaged one."""
        store.store(house.sources, "one", noted)
        whole = (house.segments / "000001.seg").read_bytes()
        for installation in ("one", ""):
            stream = store.open_segment("000001.seg", installation)
            assert stream is not None
            with stream:
                assert stream.read() == whole
        assert store.open_segment("000001.seg", "two") is None
        assert store.open_segment("000009.seg") is None
        [held] = (kit.folder / "mirror").rglob("000001.seg.*")
        held.write_bytes(b"x" + whole[1:])
        assert store.open_segment("000001.seg", "one") is None

    def test_a_list_that_cannot_be_read_protects_every_file(self, store: Mirror, kit: MirrorKit, house: House) -> None:
        """Which files only the others name cannot be known then."""
        first, *_ = store.store(house.sources, "one", noted)
        house.grow()
        second, *_ = store.store(house.sources, "one", noted)
        [manifest] = (kit.folder / "mirror").rglob(f"{second}.json")
        whole = manifest.read_bytes()
        manifest.write_bytes(whole.replace(b"one", b"two"))
        with pytest.raises(BackupError, match="damaged"):
            store.forget([first])
        with pytest.raises(BackupError, match="damaged"):
            store.restore(second, kit.folder / "back", noted)
        assert {point.id for point in store.points()} == {first, second}
        manifest.write_bytes(whole)
        assert store.check(1, 1) == []

    def test_what_a_killed_run_left_is_removed(self, store: Mirror, kit: MirrorKit, house: House) -> None:
        """Half a file is in no point; a whole one that no point names goes with the next that is let go."""
        first, *_ = store.store(house.sources, "one", noted)
        home = kit.folder / "mirror/one"
        (home / "new/half").write_bytes(b"half")
        (home / "files/archive/orphan.0123").write_bytes(b"whole")
        store.store(house.sources, "one", noted)
        assert not (home / "new/half").exists()
        assert store.forget([first])
        assert not (home / "files/archive/orphan.0123").exists()
        assert store.check(1, 1) == []

    def test_one_process_writes_at_a_time(self, store: Mirror, house: House) -> None:
        """The second one says so."""

        def again(_: int, __: int) -> None:
            with pytest.raises(BackupError, match="another process"):
                store.store(house.sources, "one", noted)

        store.store(house.sources, "one", again)

    def test_an_append_only_mirror_lets_nothing_go(self, kit: MirrorKit, store: Mirror, house: House) -> None:
        """Its owner does."""
        point, *_ = store.store(house.sources, "one", noted)
        assert not Mirror("disk", kit.folder / "mirror", append_only=True).forget([point])
        assert [listed.id for listed in store.points()] == [point]


@pytest.mark.parametrize("path", ["/etc/passwd", "../x", "archive/../../x", "", "a\0b"])
def test_a_list_leads_nowhere_else(path: str) -> None:
    """Whoever can write to the mirror must not write elsewhere on this machine."""
    files = (File(path, 1, "0" * 64, 0, 0o600),)
    manifest = Manifest("one", datetime(2026, 11, 28, tzinfo=UTC), files, ())
    with pytest.raises(BackupError, match="cannot be read"):
        decode(id_of(manifest), manifest.encode())
