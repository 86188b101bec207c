"""Where a demo works."""

from pathlib import Path

import pytest

from mailroom.demo.workplace import MARK, workplace
from mailroom.domain.errors import AlreadyRunningError, ConfigurationError
from storage.lock import FolderLock


def test_a_demo_begins_afresh_where_another_demo_was(tmp_path: Path) -> None:
    """What the earlier one left is gone."""
    folder = tmp_path / "demo"
    with workplace(folder, keep=True) as place:
        (place / "data").mkdir()
        (place / "data" / "mailroom.db").write_text("old")
        (place / "agency.toml").write_text("old")
    with workplace(folder, keep=True) as place:
        assert [path.name for path in place.iterdir()] == [MARK]


def test_a_folder_with_anything_else_in_it_is_refused_and_left_alone(tmp_path: Path) -> None:
    """Real data can never be taken for a demo's."""
    (tmp_path / "agency.toml").write_text("real")
    with pytest.raises(ConfigurationError, match="--dir"), workplace(tmp_path, keep=True):
        pass
    assert [path.read_text() for path in tmp_path.iterdir()] == ["real"]


def test_a_folder_in_which_a_demo_runs_is_refused_and_left_alone(tmp_path: Path) -> None:
    """The running demo keeps its data."""
    with workplace(tmp_path, keep=True):
        (tmp_path / "data").mkdir()
        with FolderLock(tmp_path / "data"):
            with pytest.raises(AlreadyRunningError), workplace(tmp_path, keep=True):
                pass
            assert (tmp_path / "data" / "lock").exists()


def test_without_keeping_the_folder_goes_away() -> None:
    """`--exit` leaves nothing behind."""
    with workplace(None, keep=False) as place:
        assert place.is_dir()
    assert not place.exists()
