"""The mirror: the contract, and what only plain files can do."""

from pathlib import Path

from storage.backup.mirror import Mirror
from tests.contracts.backup_contract import tree_of


def _noted(_: int, __: int) -> None: ...


def test_smoke(tmp_path: Path) -> None:
    """Round."""
    (tmp_path / "src/segments").mkdir(parents=True)
    (tmp_path / "src/segments/000001.seg").write_bytes(b"abc" * 1000)
    (tmp_path / "db").write_bytes(b"db")
    store = Mirror("disk", tmp_path / "mirror")
    store.prepare()
    sources = {"archive": tmp_path / "src", "database": tmp_path / "db"}
    point, read, added = store.store(sources, "one", _noted)
    assert (read, added) == (3002, 3002)
    assert store.store(sources, "one", _noted)[1:] == (3002, 0)
    assert store.check(1, 1) == []
    store.restore(point, tmp_path / "out", _noted)
    assert tree_of(tmp_path / "out/archive") == tree_of(tmp_path / "src")
    with store.open_segment("000001.seg") as stream:
        assert stream.read() == b"abc" * 1000
    assert store.forget([point])
    assert len(store.points()) == 1
