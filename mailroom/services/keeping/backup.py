"""Making copies: the database first, so that all that its copy names is in the copy of the archive."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import structlog

from mailroom.domain.backup import BackupCheck, BackupRun, Difference
from mailroom.domain.errors import MailroomError
from mailroom.ports import Books, Clock, Snapshot
from mailroom.services.keeping.keep_plan import let_go
from mailroom.services.keeping.targets import Lock, Target, Watch, chosen

log = structlog.get_logger(__name__)

DATABASE = "database"
CONFIGURATION = "configuration"
LEDGER_LIMIT = 100_000
Sources = Callable[[], Mapping[str, Path]]
"""Names and places of all that is copied besides the database, as they are at that moment."""


class BackupService:
    """Copies to each target, one after another; one that fails does not keep the others from theirs."""

    def __init__(
        self,
        *,
        books: Books,
        targets: Sequence[Target],
        snapshot: Snapshot,
        snapshot_file: Path,
        sources: Sources,
        installation: str,
        lock: Lock,
        clock: Clock,
        seal: Callable[[Path, Path], None] | None = None,
    ) -> None:
        """`snapshot_file` is where the copy of the database lies while it is stored.

        `seal` writes a sealed copy of a file, for targets that keep plain files.
        """
        self._books = books
        self._targets = targets
        self._snapshot = snapshot
        self._file = snapshot_file
        self._sources = sources
        self._installation = installation
        self._lock = lock
        self._clock = clock
        self._seal = seal
        self._sealed = snapshot_file.with_name(f"{snapshot_file.name}.sealed")

    def run(self, wanted: str, watch: Watch, *, new: bool = False) -> list[BackupRun]:
        """One run for each target, or for the one that is wanted; what failed has `error`.

        A place is made ready for its first copy, or when it is `new`: where copies were made already, an empty folder is
        a disk that is not mounted, and must not be filled.
        Raises ConfigurationError for an unknown target, AlreadyRunningError.
        """
        targets = chosen(self._targets, wanted)
        with self._lock():
            return [self._one(target, watch, new=new) for target in targets]

    def check(self, wanted: str, part: int, of: int) -> dict[str, list[Difference]]:
        """Have each target read the n-th of so many equal parts of what it holds; what is damaged, by target.

        What was found is in the books. Raises ConfigurationError for an unknown target, AlreadyRunningError.
        """
        targets = chosen(self._targets, wanted)
        with self._lock():
            found = {target.name: _checked(target, part, of) for target in targets}
            with self._books.begin() as uow:
                for name, differences in found.items():
                    uow.keeping.add_check(
                        BackupCheck(target=name, part=part, of=of, at=self._clock.now(), differences=tuple(differences))
                    )
                uow.commit()
        return found

    def _one(self, target: Target, watch: Watch, *, new: bool) -> BackupRun:
        first = not any(run.point for run in self._ledger(target))
        run = self._begun(target)
        try:
            ended = self._copied(target, run, watch, prepare=first or new)
        except (MailroomError, OSError) as error:
            ended = replace(run, error=str(error))
        finally:
            self._file.unlink(missing_ok=True)
            shutil.rmtree(self._sealed, ignore_errors=True)
        ended = replace(ended, ended_at=self._clock.now())
        self._note(ended)
        if not ended.error and not target.append_only:
            self._let_go(target)
        return ended

    def _begun(self, target: Target) -> BackupRun:
        """The row is there before the work: a process that dies leaves it unfinished."""
        with self._books.begin() as uow:
            messages = uow.queue.counts().get("all", 0)
            run = uow.keeping.begin_backup(
                BackupRun(target=target.name, started_at=self._clock.now(), messages=messages)
            )
            uow.commit()
        return run

    def _copied(self, target: Target, run: BackupRun, watch: Watch, *, prepare: bool) -> BackupRun:
        store = target.open()
        if prepare:
            store.prepare()
        self._file.parent.mkdir(parents=True, exist_ok=True)
        tables = self._snapshot.copy_to(self._file)
        found = {DATABASE: self._file, **self._sources()}
        if target.plain and self._seal is not None:
            found |= {name: self._sealed_copy(found[name]) for name in (DATABASE, CONFIGURATION) if name in found}
        with watch(target.name) as done:
            point, read, added = store.store(found, self._installation, done)
        return replace(run, point=point, bytes_read=read, bytes_added=added, tables=tables)

    def _sealed_copy(self, source: Path) -> Path:
        """Of a file, or of the files in a folder. The archive is sealed as it is."""
        if self._seal is None:
            return source
        target = self._sealed / source.name
        for file in sorted(source.iterdir()) if source.is_dir() else [source]:
            sealed = target / file.name if source.is_dir() else target
            sealed.parent.mkdir(parents=True, exist_ok=True)
            self._seal(file, sealed)
        return target

    def _note(self, run: BackupRun) -> None:
        with self._books.begin() as uow:
            uow.keeping.end_backup(run)
            name = "backup.failed" if run.error else "backup.made"
            uow.events.add(name, self._clock.now(), detail=f"{run.target} {run.point}".strip())
            uow.commit()
        if run.error:
            log.warning("backup.failed", target=run.target)
        else:
            log.info("backup.made", target=run.target, point=run.point, added=run.bytes_added)

    def _ledger(self, target: Target) -> list[BackupRun]:
        with self._books.look() as uow:
            return uow.keeping.backups(target.name, LEDGER_LIMIT)

    def _let_go(self, target: Target) -> None:
        """By id, and only ids of our own ledger. That it fails spoils no copy: it is tried again after the next one."""
        points = [run.point for run in let_go(self._ledger(target), target.keep)]
        if not points:
            return
        try:
            gone = target.open().forget(points)
        except MailroomError as error:
            log.warning("backup.forget-failed", target=target.name, error=type(error).__name__)
            return
        if gone:
            with self._books.begin() as uow:
                uow.keeping.forgotten(target.name, points, self._clock.now())
                uow.commit()


def _checked(target: Target, part: int, of: int) -> list[Difference]:
    """A target that cannot be asked is a difference as well: the others are checked all the same."""
    try:
        return target.open().check(part, of)
    except MailroomError as error:
        return [Difference(target.name, str(error))]
