"""The drill: a copy counts only after it was restored and compared with what it was made of."""

import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog

from mailroom.domain.backup import BackupRun, Difference, Drill
from mailroom.domain.errors import BackupError, MailroomError
from mailroom.ports import BackupStore, Books, BytesDone, Clock, Snapshot
from mailroom.services.keeping.restore import DATA, DATABASE_FILE, Checked, arrange, newest, restore_scratch
from mailroom.services.keeping.targets import Lock, Target, Watch, chosen

log = structlog.get_logger(__name__)

LEDGER_LIMIT = 1000
SPARE = 256 << 20
"""So many bytes stay free beside what is restored: the program goes on writing meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillService:
    """Restores the newest copy of each target in turn into a scratch folder, and compares."""

    books: Books
    targets: Sequence[Target]
    snapshot: Snapshot
    scratch: Path
    verify: Callable[[Path], Checked]
    """The independent check of a folder in which a copy was arranged."""
    unlock: Callable[[Path], None]
    """Opens what is sealed of a copy that was arranged in a folder."""
    free: Callable[[Path], int]
    """Free bytes where a folder lies."""
    lock: Lock
    clock: Clock

    def run(self, wanted: str, watch: Watch) -> list[Drill]:
        """One drill for each target, or for the one that is wanted; each is in the books.

        Raises BackupError when there is too little room, or nothing to try yet, ConfigurationError, AlreadyRunningError.
        """
        targets = chosen(self.targets, wanted)
        with self.lock():
            latest = {target.name: self._latest(target.name) for target in targets}
            tried = [target for target in targets if latest[target.name]]
            if not tried:
                raise BackupError("there is no copy to try yet; make one first: mailroom backup run")
            for target in tried:
                shutil.rmtree(self.scratch / target.name, ignore_errors=True)
            self._room(max((run.bytes_read for run in latest.values() if run), default=0))
            return [self._one(target, run, watch) for target in tried if (run := latest[target.name])]

    def _latest(self, target: str) -> BackupRun | None:
        with self.books.look() as uow:
            runs = uow.keeping.backups(target, LEDGER_LIMIT)
        return next((run for run in runs if run.point and not run.error and not run.forgotten_at), None)

    def _room(self, needed: int) -> None:
        self.scratch.mkdir(parents=True, exist_ok=True)
        free = self.free(self.scratch)
        if free < needed + SPARE:
            raise BackupError(
                f"{self.scratch}: {_gigabytes(needed + SPARE)} are needed to try a copy, {_gigabytes(free)} are free; "
                "make room, or name another disk: [backup] scratch"
            )

    def _one(self, target: Target, run: BackupRun, watch: Watch) -> Drill:
        begun, folder = time.monotonic(), self.scratch / target.name
        counts: Mapping[str, int] = {}
        size = 0
        try:
            with watch(target.name) as done:
                self._restore(target.open(), run, folder, done)
            size = _bytes_in(folder)
            counts, differences = self._compared(folder / "ready", run)
        except (MailroomError, OSError) as error:
            differences = (Difference(target.name, str(error)),)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        drill = Drill(
            target=target.name,
            point=run.point,
            at=self.clock.now(),
            seconds=time.monotonic() - begun,
            messages=counts.get("messages", 0),
            bytes=size,
            differences=differences,
        )
        self._note(drill)
        return drill

    def _restore(self, store: BackupStore, run: BackupRun, folder: Path, done: BytesDone) -> None:
        point = newest(store.points(), run.point)
        restore_scratch(store, point.id, folder / "incoming", done)
        arrange(folder / "incoming", folder / "ready")

    def _compared(self, ready: Path, run: BackupRun) -> tuple[Mapping[str, int], tuple[Difference, ...]]:
        """The books with what they were at that point, and each record of the archive with its digest in the books."""
        self.unlock(ready)
        digests = self.snapshot.dump_digests(ready / DATA / DATABASE_FILE)
        checked = self.verify(ready)
        return checked.counts, (*table_differences(run.tables, digests), *checked.differences)

    def _note(self, drill: Drill) -> None:
        with self.books.begin() as uow:
            uow.keeping.add_drill(drill)
            if drill.passed:
                uow.keeping.verified(drill.target, drill.point, drill.at)
            name = "drill.passed" if drill.passed else "drill.failed"
            uow.events.add(name, drill.at, detail=f"{drill.target} {drill.point}: {len(drill.differences)}")
            uow.commit()
        tell = log.info if drill.passed else log.warning
        tell("drill.done", target=drill.target, seconds=round(drill.seconds), differences=len(drill.differences))


def table_differences(then: Mapping[str, str], restored: Mapping[str, str]) -> Iterator[Difference]:
    """What the copy holds otherwise than it did when it was made."""
    for table in sorted(then.keys() | restored.keys()):
        if table not in restored:
            yield Difference(table, "the table is missing in the restored copy; make a new copy and try that")
        elif table not in then:
            yield Difference(table, "the restored copy has this table, but the books did not; make a new copy")
        elif then[table] != restored[table]:
            yield Difference(table, "its rows are not those that were copied; make a new copy, check the target's disk")


def _bytes_in(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def _gigabytes(count: int) -> str:
    return f"{count / 1e9:.1f} GB"
