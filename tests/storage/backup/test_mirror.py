"""The mirror: the contract, and what only plain files can do."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from storage.backup.mirror import Mirror
from tests.contracts.backup_contract import BackupContract


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
