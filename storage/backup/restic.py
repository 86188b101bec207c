"""A restic repository, by the separately installed program."""

import os
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

from mailroom.domain.backup import Difference, StoredPoint
from mailroom.domain.errors import BackupError, ConfigurationError
from mailroom.ports.keeping import BytesDone
from mailroom.settings.keeping import TargetSection
from storage.backup import restic_says as says
from storage.backup.files import misnamed, survey
from storage.backup.process import Child, Limits, Secrets
from storage.backup.restored import Incoming

PROGRAM = "restic"
SHORT = Limits(seconds=300, silent=300)
"""For what is done in seconds where the target answers."""
LONG = Limits(seconds=48 * 3600, silent=1800)
"""restic itself tries for 15 minutes to reach a target that is away."""
PARTS = 256
"""restic cuts a repository into so many parts at most."""

_COMPLAINTS = 10_000
_REMOTE = re.compile(r"[a-z0-9]{2,}:")
_PASSED_ON = ("PATH", "HOME", "LANG", "TMPDIR", "SSH_AUTH_SOCK")
_LOGIN = re.compile(r"(?<=://)[^/@]+(?=@)")
_REFUSED = re.compile(r"403|Access ?Denied|append-only", re.IGNORECASE)
_NAMED = re.compile(r"(pack|index|snapshot|tree|blob|key|data)[ /<]+[0-9a-f]{8,64}", re.IGNORECASE)


class _RefusedError(Exception):
    """The target lets nobody remove anything."""


class Restic:
    """`ports.BackupStore` in a repository of restic, which may be shared by installations."""

    def __init__(
        self,
        settings: TargetSection,
        cache: Path,
        *,
        program: str = PROGRAM,
        short: Limits = SHORT,
        long: Limits = LONG,
    ) -> None:
        self._settings = settings
        self._cache = cache / settings.name
        self._program = program
        self._short = short
        self._long = long
        remote = _REMOTE.match(settings.address)
        self._folder = None if remote else Path(settings.address).absolute()

    @property
    def name(self) -> str:
        return self._settings.name

    def prepare(self) -> None:
        if self._folder is not None and not self._folder.parent.is_dir():
            raise BackupError(f"{self._folder.parent} is not there; mount the disk of the target {self.name}")
        try:
            self._ask("cat", "config")
        except says.NoRepositoryError:
            self._ask("init")

    def store(self, sources: Mapping[str, Path], installation: str, done: BytesDone) -> tuple[str, int, int]:
        paths = {name: str(source.absolute()) for name, source in sources.items()}
        total = self._total(sources)
        note = self._cache / f"last-{quote(installation, safe='')}"
        summary = self._back_up(paths, installation, total, note, done)
        read, added = says.number(summary, "total_bytes_processed"), says.number(summary, "data_added")
        made = str(summary.get("snapshot_id", ""))
        ids = [one.id for one in self._snapshots() if one.installation == installation and one.id.startswith(made)]
        if len(made) < 8 or len(ids) != 1:
            raise BackupError(f"restic named no point that the target {self.name} holds; run the backup again")
        self._note(note, ids[0])
        return ids[0], read, added

    def points(self) -> list[StoredPoint]:
        return [StoredPoint(one.id, one.at, one.installation) for one in self._snapshots()]

    def restore(self, point: str, target: Path, done: BytesDone, only: Sequence[str] = ()) -> None:
        """Past the cache: what is restored came from the target, all of it."""
        listed = self._snapshots() if says.ID.fullmatch(point) else ()
        snapshot = next((one for one in listed if one.id == point), None)
        if snapshot is None:
            raise BackupError(f"the target {self.name} holds no point {point}; list those that it holds")
        incoming = Incoming(target, snapshot.sources, only)
        total = 0 if only else snapshot.bytes
        with incoming:

            def moved() -> int:
                size = incoming.size()
                done(min(size, total) if total else size, total)
                return size

            patterns = [part for pattern in incoming.patterns() for part in ("--include", pattern)]
            self._run(
                ["restore", "--no-cache", *patterns, "--target", str(incoming.folder), point], self._long, moved=moved
            )
            moved()
            incoming.settle()

    def check(self, part: int, of: int) -> list[Difference]:
        if not 1 <= part <= of:
            raise BackupError(f"there is no part {part} of {of}; parts are counted from 1")
        of, part = (of, part) if of <= PARTS else (PARTS, (part - 1) * PARTS // of + 1)
        if self._folder is None:
            subset = ["--read-data" if of == 1 else f"--read-data-subset={part}/{of}"]
        elif damaged := self._misnamed(self._folder, part, of):
            return [Difference(file, "is damaged; restore from another target, then begin it anew") for file in damaged]
        else:
            subset = []
        said: list[str] = []
        heard = [0]

        def hear(line: str, complains: bool) -> None:
            heard[0] += 1
            if complains and len(said) < _COMPLAINTS:
                said.append(line)

        try:
            self._run(["check", *subset], self._long, hear=hear, moved=lambda: heard[0], background=True)
        except (BackupError, ConfigurationError):
            if not says.is_damage(said):
                raise
            return [_difference(line) for line in says.complaints(said)]
        return []

    def forget(self, points: Sequence[str]) -> bool:
        """By their ids alone: a rule over times could be fooled by a point with a false time."""
        if self._settings.append_only:
            return False
        held = {one.id for one in self._snapshots()} & set(points)
        if not held:
            return True

        def hear(line: str, complains: bool) -> None:
            # restic would try again for a minute.
            if complains and _REFUSED.search(line):
                raise _RefusedError

        try:
            self._run(["forget", "--prune", *sorted(held)], self._long, hear=hear, background=True)
        except _RefusedError:
            return False
        if left := held & {one.id for one in self._snapshots()}:
            raise BackupError(f"the target {self.name} still holds {len(left)} points that were let go; try again")
        return True

    def _back_up(
        self, paths: Mapping[str, str], installation: str, total: int, note: Path, done: BytesDone
    ) -> Mapping[str, object]:
        heard: dict[str, Mapping[str, object]] = {}
        unread: list[str] = []

        def hear(line: str, _: bool) -> None:
            said = says.message(line)
            kind = str(said.get("message_type", ""))
            heard[kind] = said
            if kind == "error":
                unread.append(str(said.get("item", "")))

        def moved() -> int:
            status = heard.get("status", {})
            finished = says.number(status, "bytes_done")
            done(min(finished, total), total)
            return finished + says.number(status, "files_done") + says.number(status, "total_files")

        tags = [part for tag in says.Snapshot.tags(installation, paths, total) for part in ("--tag", tag)]
        host = quote(installation, safe="") or "mailroom"
        arguments = ["backup", "--json", "--host", host, *self._parent(note), *tags, "--", *sorted(paths.values())]
        try:
            self._run(arguments, self._long, hear=hear, moved=moved, background=True, fine=(0, 3))
        except says.NoPointError:
            note.unlink()
            return self._back_up(paths, installation, total, note, done)
        summary = heard.get("summary", {})
        # What vanished while it was read is no loss; what is there and was not read is.
        if lost := [item for item in unread if not item or os.path.lexists(item)]:
            raise BackupError(
                f"{len(lost)} files could not be read for the target {self.name} ({lost[0]}); give the program's user "
                "the right to read them, then run the backup again"
            )
        done(total, total)
        return summary

    def _total(self, sources: Mapping[str, Path]) -> int:
        """restic passes over a source that is missing."""
        try:
            return sum(file.size for file in survey(sources)[0])
        except OSError as error:
            raise BackupError(f"{error.filename} cannot be read ({error.strerror}); mend it, then try again") from error

    def _parent(self, note: Path) -> list[str]:
        """Only files that differ from our own last point are read; a point that somebody else made is never trusted."""
        try:
            last = note.read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError):
            return ["--force"]
        return ["--parent", last] if says.ID.fullmatch(last) else ["--force"]

    def _note(self, note: Path, point: str) -> None:
        note.parent.mkdir(parents=True, exist_ok=True)
        new = note.with_suffix(".new")
        new.write_text(point, encoding="ascii")
        new.replace(note)

    def _snapshots(self) -> list[says.Snapshot]:
        return says.snapshots(self._ask("snapshots", "--json"))

    def _misnamed(self, folder: Path, part: int, of: int) -> list[str]:
        try:
            return misnamed(folder, part, of)
        except OSError as error:
            raise BackupError(
                f"{error.filename} cannot be read ({error.strerror}); mend the disk of {self.name}"
            ) from error

    def _ask(self, *arguments: str) -> str:
        """What a short command prints."""
        printed: list[str] = []

        def hear(line: str, complains: bool) -> None:
            if not complains:
                printed.append(line)

        self._run(arguments, self._short, hear=hear)
        return "\n".join(printed)

    def _run(
        self,
        arguments: Sequence[str],
        limits: Limits,
        *,
        hear: Callable[[str, bool], object] = lambda _, __: None,
        moved: Callable[[], int] = lambda: 0,
        background: bool = False,
        fine: Sequence[int] = (0,),
    ) -> None:
        try:
            self._try(arguments, limits, hear, moved, background, fine)
        except says.LockedError:
            # Only locks of dead processes of this host are removed, and those nobody has renewed for half an hour.
            self._try(["unlock"], self._short, lambda _, __: None, lambda: 0, False, (0,))
            self._try(arguments, limits, hear, moved, background, fine)

    def _try(
        self,
        arguments: Sequence[str],
        limits: Limits,
        hear: Callable[[str, bool], object],
        moved: Callable[[], int],
        background: bool,
        fine: Sequence[int],
    ) -> None:
        if shutil.which(self._program) is None:
            raise ConfigurationError(f"{self._program} is not installed; as root: apt-get install {PROGRAM}")
        self._cache.mkdir(parents=True, exist_ok=True, mode=0o700)
        before = ["nice", "-n", "10"] if background else []
        child = Child([*before, self._program, *arguments], self._secrets(), limits)
        code = child.run(hear, moved)
        if code not in fine:
            raise says.explained(self.name, code, child.said)

    def _secrets(self) -> Secrets:
        """The address is one of them: it may hold a password, and arguments are seen by everyone on the machine."""
        given = {name: secret.reveal() for name, secret in self._settings.environment.items()}
        environment = {name: value for name in _PASSED_ON if (value := os.environ.get(name))} | given
        environment |= {
            "RESTIC_REPOSITORY": str(self._folder or self._settings.address),
            "RESTIC_CACHE_DIR": str(self._cache),
            "RESTIC_PROGRESS_FPS": "1",
        }
        password = self._settings.password.reveal() if self._settings.password else ""
        hidden = frozenset({password, *given.values(), *_LOGIN.findall(self._settings.address)})
        return Secrets(environment, password, "RESTIC_PASSWORD_FILE", hidden)


def _difference(line: str) -> Difference:
    """Subject is what restic names: a pack, an index, a snapshot, a tree."""
    named = _NAMED.search(line)
    return Difference(named[0] if named else "repository", f"{line}; restore from another target, then begin it anew")
