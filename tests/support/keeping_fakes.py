"""A place for copies, a database snapshot and an archive in memory or in a folder, for the logic of backups."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

from mailroom.domain.backup import Difference, StoredPoint
from mailroom.domain.errors import BackupError, StorageError
from mailroom.ports import BytesDone
from mailroom.services.keeping.backup import BackupService
from mailroom.services.keeping.drill import DrillService
from mailroom.services.keeping.fixity import FixityService
from mailroom.services.keeping.keep_plan import Keep
from mailroom.services.keeping.restore import Checked
from mailroom.services.keeping.targets import Target
from mailroom.testing import FakeClock, MemoryBooks

INSTALLATION = "tuayang"


@contextmanager
def unwatched(_text: str) -> Iterator[BytesDone]:
    yield lambda _done, _total: None


@dataclass
class FolderStore:
    """`ports.BackupStore`: each point is a folder."""

    name: str
    folder: Path
    clock: FakeClock
    broken: str = ""
    forgets: bool = True
    prepared: int = 0
    stored: list[StoredPoint] = field(default_factory=list)
    forgotten: list[str] = field(default_factory=list)

    def prepare(self) -> None:
        self.prepared += 1

    def store(self, sources: Mapping[str, Path], installation: str, done: BytesDone) -> tuple[str, int, int]:
        if self.broken:
            raise BackupError(self.broken)
        point = f"{self.name}-{len(self.stored) + 1:03}"
        for name, path in sources.items():
            target = self.folder / point / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if path.is_dir():
                shutil.copytree(path, target)
            else:
                shutil.copyfile(path, target)
        self.stored.append(StoredPoint(point, self.clock.now(), installation))
        done(10, 10)
        return point, 10, 4

    def points(self) -> list[StoredPoint]:
        if self.broken:
            raise BackupError(self.broken)
        return list(self.stored)

    def restore(self, point: str, target: Path, done: BytesDone, only: Sequence[str] = ()) -> None:
        for path in only:
            if not (self.folder / point / path).exists():
                raise BackupError(f"{path} is not in {point}")
            (target / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(self.folder / point / path, target / path)
        if not only:
            shutil.copytree(self.folder / point, target, dirs_exist_ok=True)
        done(10, 10)

    def check(self, part: int, of: int) -> list[Difference]:
        if self.broken:
            raise BackupError(self.broken)
        return [Difference("pack", f"{part} of {of}")] if part > 1 else []

    def forget(self, points: Sequence[str]) -> bool:
        self.forgotten += points if self.forgets else []
        return self.forgets


@dataclass
class TextSnapshot:
    """`ports.Snapshot`: the database is a text, a line for each table."""

    text: str = "message=aa\noutbox=bb"

    def copy_to(self, file: Path) -> Mapping[str, str]:
        file.write_text(self.text, encoding="utf-8")
        return self.dump_digests(file)

    def dump_digests(self, file: Path) -> Mapping[str, str]:
        return dict(line.split("=") for line in file.read_text("utf-8").splitlines())


@dataclass
class FolderSegments:
    """`ports.Segments`: a segment is whole when it says so."""

    folder: Path

    def names(self) -> list[str]:
        return sorted(file.name for file in self.folder.glob("*.seg"))

    def read_through(self, name: str, done: BytesDone) -> tuple[int, int, list[Difference]]:
        content = (self.folder / name).read_bytes()
        done(len(content), len(content))
        whole = content.startswith(b"whole") and not self.broken_key(name)
        return 1, len(content), [] if whole else [Difference("message 7", "its bytes are damaged")]

    def broken_key(self, name: str) -> str:
        """A segment has a key when there is a file for it."""
        key = self.folder.parent / "keys" / f"{Path(name).stem}.key"
        return f"keys/{key.name}" if key.exists() and key.read_bytes() != b"key" else ""

    def replace_key(self, name: str, whole: BinaryIO) -> None:
        content = whole.read()
        if content != b"key":
            raise StorageError("the copy of the key is not whole")
        (self.folder.parent / "keys" / f"{Path(name).stem}.key").write_bytes(content)

    def replace(self, name: str, whole: BinaryIO) -> None:
        content = whole.read()
        if not content.startswith(b"whole"):
            raise StorageError("the copy is not whole")
        (self.folder / name).rename(self.folder / f"{name}.damaged")
        (self.folder / name).write_bytes(content)


class KeepingPlace:
    """Books, an archive of a few segments, and two targets: `away`, and `disk` with plain files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = FakeClock()
        self.books = MemoryBooks()
        self.snapshot = TextSnapshot()
        self.away = FolderStore("away", folder / "away", self.clock)
        self.disk = FolderStore("disk", folder / "disk", self.clock)
        self.segments = FolderSegments(folder / "archive" / "segments")
        self.checked = Checked({"messages": 3}, ())
        self.free = 1 << 40
        self.keep = Keep()
        self.segments.folder.mkdir(parents=True)
        self.write(1)

    def write(self, count: int) -> None:
        for number in range(1, count + 1):
            (self.segments.folder / f"{number:06}.seg").write_bytes(b"whole")

    @property
    def targets(self) -> tuple[Target, ...]:
        return (
            Target(name="away", open=lambda: self.away, keep=self.keep),
            Target(name="disk", open=lambda: self.disk, keep=self.keep, plain=True),
        )

    @property
    def backups(self) -> BackupService:
        return BackupService(
            books=self.books,
            targets=self.targets,
            snapshot=self.snapshot,
            snapshot_file=self.folder / "backup" / "mailroom.db",
            sources=lambda: {"archive": self.folder / "archive"},
            installation=INSTALLATION,
            lock=nullcontext,
            clock=self.clock,
        )

    @property
    def drills(self) -> DrillService:
        return DrillService(
            unlock=lambda _ready: None,
            books=self.books,
            targets=self.targets,
            snapshot=self.snapshot,
            scratch=self.folder / "drill",
            verify=lambda _ready: self.checked,
            free=lambda _folder: self.free,
            lock=nullcontext,
            clock=self.clock,
        )

    @property
    def fixity(self) -> FixityService:
        return FixityService(
            books=self.books,
            segments=self.segments,
            targets=self.targets,
            scratch=self.folder / "drill" / "segment",
            installation=INSTALLATION,
            lock=nullcontext,
            clock=self.clock,
        )

    def codes(self) -> list[str]:
        from mailroom.services.keeping.alarms import keeping_codes

        return keeping_codes(self.books, self.clock, ["away", "disk"])

    def pass_days(self, days: float) -> None:
        self.clock.at += timedelta(days=days)
