"""Copies, drills and fixity, joined for commands and for the daemon."""

import shutil
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import structlog

from channels import Finding
from mailroom.bootstrap.chore import HouseChore
from mailroom.bootstrap.house import House
from mailroom.bootstrap.keys import open_keyring, sealer, unlocked
from mailroom.bootstrap.parts import SystemClock
from mailroom.bootstrap.restoring import checked
from mailroom.calendar import WEEKDAYS
from mailroom.configuration import Configuration
from mailroom.domain.backup import BackupRun
from mailroom.domain.errors import AlreadyRunningError, BackupError, MailroomError
from mailroom.ports import Books, BytesDone, Clock
from mailroom.services.keeping.backup import CONFIGURATION, BackupService
from mailroom.services.keeping.drill import DrillService
from mailroom.services.keeping.fixity import FixityService
from mailroom.services.keeping.keep_plan import Keep
from mailroom.services.keeping.restore import ARCHIVE, CHANNEL, DATABASE_FILE
from mailroom.services.keeping.schedule import CHECK_PARTS, backup_due, drill_due, fixity_due, part_due
from mailroom.services.keeping.targets import Target
from mailroom.settings import TargetSection
from storage.backup import open_store
from storage.lock import FolderLock
from storage.segments import ArchiveSegments
from storage.snapshot import DatabaseSnapshot

log = structlog.get_logger(__name__)

TICK_SECONDS = 300
"""So often the daemon asks whether something is due."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """The works on copies of one agency. One of them runs at a time, in whatever process."""

    backups: BackupService
    drills: DrillService
    fixity: FixityService


def keeping(configuration: Configuration, books: Books, clock: Clock | None = None) -> Keeping:
    """Joined, and connected to nothing yet."""
    clock, data = clock or SystemClock(), configuration.data_dir
    targets, scratch = targets_of(configuration), _scratch(configuration)
    snapshot = DatabaseSnapshot(configuration.database)
    lock, installation = partial(keeping_lock, data), configuration.agency.key
    keyring = open_keyring(configuration)
    return Keeping(
        backups=BackupService(
            books=books,
            targets=targets,
            snapshot=snapshot,
            snapshot_file=_beside(configuration) / DATABASE_FILE,
            sources=partial(sources, configuration),
            installation=installation,
            lock=lock,
            clock=clock,
            seal=sealer(keyring),
        ),
        drills=DrillService(
            books=books,
            targets=targets,
            snapshot=snapshot,
            scratch=scratch,
            verify=partial(checked, agency=installation, keks=keyring),
            unlock=partial(unlocked, keks=keyring),
            free=lambda folder: shutil.disk_usage(folder).free,
            lock=lock,
            clock=clock,
        ),
        fixity=FixityService(
            books=books,
            segments=ArchiveSegments(data / ARCHIVE, configuration.database, keks=keyring),
            targets=targets,
            scratch=scratch / "segment",
            installation=installation,
            lock=lock,
            clock=clock,
        ),
    )


def targets_of(configuration: Configuration) -> tuple[Target, ...]:
    """As they are configured."""
    cache = configuration.data_dir / "backup" / "cache"
    return tuple(
        Target(
            name=one.name,
            open=partial(open_store, _placed(one, configuration.path.parent), cache),
            keep=Keep(one.keep.daily, one.keep.weekly, one.keep.monthly, one.keep.yearly),
            append_only=one.append_only,
            plain=one.kind == "mirror",
        )
        for one in configuration.settings.backup.target
    )


def sources(configuration: Configuration) -> Mapping[str, Path]:
    """What is copied besides the database. Of the configuration only the three files: never a file with secrets."""
    data, folder = configuration.data_dir, configuration.data_dir / "backup" / CONFIGURATION
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for file in (
        configuration.path,
        *(configuration.path.parent / name for name in ("services.toml", "agencies.toml")),
    ):
        if file.exists():
            name = "agency.toml" if file == configuration.path else file.name
            shutil.copyfile(file, folder / name)
    (data / ARCHIVE).mkdir(parents=True, exist_ok=True)
    channels = {f"{CHANNEL}{name}": data / name for name in configuration.channels if (data / name).is_dir()}
    return {ARCHIVE: data / ARCHIVE, **channels, CONFIGURATION: folder}


def examine_targets(configuration: Configuration) -> Iterator[Finding]:
    """Whether each target answers, for `mailroom doctor`. One that had no copy yet is not there: it says so."""
    for target in targets_of(configuration):
        try:
            points = target.open().points()
        except MailroomError as error:
            yield Finding(f"backup {target.name}", ok=False, text=str(error))
            continue
        latest = f"; the latest is of {max(one.at for one in points):%Y-%m-%d %H:%M} UTC" if points else ""
        yield Finding(f"backup {target.name}", ok=True, text=f"answers; {len(points)} copies{latest}")


def chores(house: House) -> list[HouseChore]:
    """Daily copy, weekly drill, nightly part of the archive; nothing while no target is configured."""
    if not house.configuration.settings.backup.target:
        return []
    routine = Routine(house.configuration, house.books, house.clock, house.stopping)
    return [HouseChore("keeping", TICK_SECONDS, routine.run)]


class Routine:
    """What is due is done. What is due is read from the books, so that a missed tick or a restart loses none."""

    def __init__(self, configuration: Configuration, books: Books, clock: Clock, stopping: threading.Event) -> None:
        self._books = books
        self._clock = clock
        self._stopping = stopping
        self._section = configuration.settings.backup
        self._names = [one.name for one in self._section.target]
        self._keeping = keeping(configuration, books, clock)

    def run(self) -> bool:
        """One after another, so that a drill tries the copy that was just made. Never letters."""
        for work in (self.backup, self.check, self.drill, self.fixity):
            if self._stopping.is_set():
                break
            try:
                work()
            except AlreadyRunningError:
                log.info("keeping.busy", work=work.__name__)
            except MailroomError as error:
                log.warning("keeping.failed", work=work.__name__, error=type(error).__name__)
        return False

    def backup(self) -> None:
        now = self._clock.now()
        for name in self._names:
            if backup_due(self._runs(name), now, self._section.at):
                self._keeping.backups.run(name, self._watch)

    def check(self) -> None:
        """This night's part of what each target holds."""
        now = self._clock.now()
        for name in self._names:
            with self._books.look() as uow:
                part = part_due(uow.keeping.checks(name), now, self._section.at)
            if part is not None and any(run.point for run in self._runs(name)):
                self._keeping.backups.check(name, part, CHECK_PARTS)

    def drill(self) -> None:
        """Of targets that hold a copy."""
        now, section = self._clock.now(), self._section
        with self._books.look() as uow:
            drills = uow.keeping.drills(1000)
        for name in self._names:
            tried = [one for one in drills if one.target == name]
            held = any(run.point and not run.error for run in self._runs(name))
            if held and drill_due(tried, now, section.at, WEEKDAYS[section.drill]):
                self._keeping.drills.run(name, self._watch)

    def fixity(self) -> None:
        with self._books.look() as uow:
            runs = uow.keeping.fixities(1)
        if fixity_due(runs, self._clock.now(), self._section.at):
            self._keeping.fixity.run(self._watch)

    def _runs(self, name: str) -> Sequence[BackupRun]:
        with self._books.look() as uow:
            return uow.keeping.backups(name)

    @contextmanager
    def _watch(self, _text: str) -> Iterator[BytesDone]:
        """Nobody looks at a bar; but a stop is not kept waiting for hours."""

        def done(_done: int, _total: int) -> None:
            if self._stopping.is_set():
                raise BackupError("the program was stopped; this work is done again after its start")

        yield done


def keeping_lock(data: Path) -> AbstractContextManager[object]:
    """Of the works on copies of this data folder. Raises AlreadyRunningError when it is entered."""
    folder = data / "backup"
    folder.mkdir(parents=True, exist_ok=True)
    return FolderLock(folder)


def _beside(configuration: Configuration) -> Path:
    """Where the copy of the database lies while it is stored."""
    scratch = configuration.settings.backup.scratch
    if scratch is None:
        return configuration.data_dir / "backup"
    return (configuration.path.parent / scratch).resolve() / "mailroom-backup"


def _scratch(configuration: Configuration) -> Path:
    """A folder of our own below the configured one: it is emptied."""
    scratch = configuration.settings.backup.scratch
    if scratch is None:
        return configuration.data_dir / "drill"
    return (configuration.path.parent / scratch).resolve() / "mailroom-drill"


def _placed(target: TargetSection, folder: Path) -> TargetSection:
    """A relative folder is meant from where the configuration lies."""
    if ":" in target.address or Path(target.address).is_absolute():
        return target
    return target.model_copy(update={"address": str((folder / target.address).resolve())})
