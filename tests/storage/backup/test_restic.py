"""restic on a disk, on S3, and on a server that removes nothing: the contract, over the real program."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contracts.backup_contract import BackupContract, TargetContract
from tests.support.backups import FolderKit, ServerKit
from tests.support.s3_end import S3End


class TestFolder(BackupContract):
    @pytest.fixture
    def kit(self, tmp_path: Path) -> FolderKit:
        return FolderKit(tmp_path)


class TestS3(TargetContract):
    @pytest.fixture
    def kit(self, tmp_path: Path) -> Iterator[ServerKit]:
        with S3End(tmp_path / "s3") as server:
            yield ServerKit(tmp_path, server)


class TestAppendOnly(TargetContract):
    @pytest.fixture
    def kit(self, tmp_path: Path) -> Iterator[ServerKit]:
        with S3End(tmp_path / "rest", append_only_rest=True) as server:
            yield ServerKit(tmp_path, server)
