"""Plain files on a second disk: what a person can restore with `cp`, and what the archive heals from."""

import fcntl
import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote, unquote

from mailroom.domain.backup import Difference, StoredPoint
from mailroom.domain.errors import BackupError
from mailroom.ports.keeping import BytesDone
from storage.backup.files import Found, pour, survey, write_whole
from storage.backup.manifest import File, Manifest, decode, id_of, time_of
from storage.disk import make_durable_folder, sync_folder

MARK = "mailroom-mirror"
"""A folder without this file is no mirror: an empty mount point is not taken for the disk that belongs there."""

_ABOUT = """\
A mirror of mailroom. INSTALLATION/points/POINT.json lists the files of one point: path, size, SHA-256, time, mode.
The contents of PATH lie in INSTALLATION/files/PATH.<first 32 digits of the SHA-256>.
"""
_SUSPECT = ".suspect"
"""Ending of an empty file that a check leaves beside a damaged one, so that it is copied again."""


class Mirror:
    """`ports.BackupStore` in a folder, a folder in it for each installation. Points share the files that are equal."""

    def __init__(self, name: str, folder: Path, *, append_only: bool = False) -> None:
        self._name = name
        self._folder = folder
        self._append_only = append_only

    @property
    def name(self) -> str:
        return self._name

    def prepare(self) -> None:
        with self._errors():
            if not self._folder.parent.is_dir():
                raise BackupError(f"{self._folder.parent} is not there; mount the disk of the target {self._name}")
            if (self._folder / MARK).exists():
                return
            make_durable_folder(self._folder)
            write_whole(self._folder / MARK, _ABOUT.encode("ascii"))
            sync_folder(self._folder)

    def store(self, sources: Mapping[str, Path], installation: str, done: BytesDone) -> tuple[str, int, int]:
        with self._errors(), self._alone(installation) as home:
            at = datetime.now(UTC)
            found, folders = survey(sources)
            known = self._known(home)
            total, read, added = sum(one.size for one in found), 0, 0
            files: list[File] = []
            for one in found:
                file = known.get(one.path)
                if file is None or not _unchanged(one, file, home / "files" / file.held):
                    file = self._copy(one, home)
                    added += file.size if file else 0
                if file is not None:
                    files.append(file)
                    read += file.size
                done(min(read, total), total)
            point = self._note(Manifest(installation, at, tuple(files), tuple(folders)), home)
            return point, read, added

    def points(self) -> list[StoredPoint]:
        with self._errors():
            self._require()
            listed = [
                StoredPoint(file.stem, at, unquote(home.name))
                for home in self._homes()
                for file in (home / "points").glob("*.json")
                if (at := time_of(file.stem)) is not None
            ]
        return sorted(listed, key=lambda point: (point.at, point.id))

    def restore(self, point: str, target: Path, done: BytesDone, only: Sequence[str] = ()) -> None:
        with self._errors():
            self._require()
            home, manifest = self._find(point)
            files = [file for file in manifest.files if _wanted(file.path, only)]
            folders = [folder for folder in manifest.folders if _wanted(folder, only)]
            for path in only:
                if not any(_wanted(one, (path,)) for one in (*(file.path for file in files), *folders)):
                    raise BackupError(f"{path} is not in {point}; look it up in the list of that point")
            target.mkdir(parents=True, exist_ok=True)
            if any(target.iterdir()):
                raise BackupError(f"{target} is not empty; restore into an empty folder")
            for folder in folders:
                (target / folder).mkdir(parents=True, exist_ok=True, mode=0o700)
            total, restored = sum(file.size for file in files), 0
            for file in files:
                _put_back(home / "files" / file.held, file, target / file.path, point)
                restored += file.size
                done(restored, total)
            for parent in {(target / file.path).parent for file in files}:
                sync_folder(parent)

    def check(self, part: int, of: int) -> list[Difference]:
        with self._errors():
            self._require()
            return [difference for home in self._homes() for difference in self._check(home, part, of)]

    def forget(self, points: Sequence[str]) -> bool:
        if self._append_only:
            return False
        with self._errors():
            self._require()
            for home in self._homes():
                if any((home / "points" / f"{point}.json").exists() for point in points if time_of(point)):
                    self._forget(home, frozenset(points))
        return True

    def open_segment(self, name: str, installation: str = "") -> BinaryIO | None:
        """The newest copy of this segment that is whole; of this installation, or of any. Raises BackupError."""
        path = f"archive/segments/{name}"
        with self._errors():
            for point in reversed(self.points()):
                if installation not in ("", point.installation):
                    continue
                for file in self._read(self._home(point.installation), point.id).files:
                    if file.path == path and not _damage(held := self._held(point.installation, file), file):
                        return held.open("rb")
        return None

    def _held(self, installation: str, file: File) -> Path:
        return self._home(installation) / "files" / file.held

    def _home(self, installation: str) -> Path:
        return self._folder / quote(installation, safe="").replace(".", "%2E")

    def _homes(self) -> list[Path]:
        return sorted(home for home in self._folder.iterdir() if (home / "points").is_dir())

    def _require(self) -> None:
        if not (self._folder / MARK).is_file():
            raise BackupError(
                f"{self._folder} holds no mirror; mount the disk of the target {self._name}, or prepare it if it is new"
            )

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            where = f" of {error.filename}" if error.filename else ""
            raise BackupError(
                f"the copy{where} at the target {self._name} failed ({error.strerror or error}); "
                "check that its disk is there, whole and not full, then try again"
            ) from error

    @contextmanager
    def _alone(self, installation: str) -> Iterator[Path]:
        """The folder of an installation, for one process at a time. What a killed one left half written is removed."""
        self._require()
        home = self._home(installation)
        for folder in ("points", "files", "new"):
            make_durable_folder(home / folder)
        descriptor = os.open(home / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise BackupError(
                    f"another process writes to the target {self._name}; wait until it is done"
                ) from error
            for rest in (home / "new").iterdir():
                rest.unlink()
            yield home
        finally:
            os.close(descriptor)

    def _known(self, home: Path) -> dict[str, File]:
        """The files of the newest point that can be read, by path."""
        for point in sorted((file.stem for file in (home / "points").glob("*.json")), reverse=True):
            try:
                return {file.path: file for file in self._read(home, point).files}
            except BackupError:
                continue
        return {}

    def _read(self, home: Path, point: str) -> Manifest:
        return decode(point, (home / "points" / f"{point}.json").read_bytes())

    def _find(self, point: str) -> tuple[Path, Manifest]:
        for home in self._homes() if time_of(point) else ():
            if (home / "points" / f"{point}.json").exists():
                return home, self._read(home, point)
        raise BackupError(f"the target {self._name} holds no point {point}; list those that it holds")

    def _copy(self, one: Found, home: Path) -> File | None:
        """None for a file that is gone. A file that grows is copied as long as it was when it was opened."""
        new = home / "new" / secrets.token_hex(16)
        try:
            source = one.where.open("rb")
        except FileNotFoundError:
            return None
        with source, new.open("xb") as copy:
            state = os.fstat(source.fileno())
            size, sha256 = pour(source, state.st_size, copy.write)
            copy.flush()
            os.fsync(copy.fileno())
        file = File(one.path, size, sha256, state.st_mtime_ns, state.st_mode & 0o777)
        held = home / "files" / file.held
        make_durable_folder(held.parent)
        new.replace(held)
        held.with_name(held.name + _SUSPECT).unlink(missing_ok=True)
        sync_folder(held.parent)
        return file

    def _note(self, manifest: Manifest, home: Path) -> str:
        point = id_of(manifest)
        write_whole(home / "points" / f"{point}.json", manifest.encode())
        sync_folder(home / "points")
        return point

    def _check(self, home: Path, part: int, of: int) -> Iterator[Difference]:
        """Every file that a point names must be there; those of this part are read. Their digest says which part."""
        files: dict[str, File] = {}
        for point in sorted(file.stem for file in (home / "points").glob("*.json")):
            try:
                files |= {file.held: file for file in self._read(home, point).files}
            except BackupError as error:
                yield Difference(point, str(error))
        for held, file in sorted(files.items()):
            read = int(file.sha256[:8], 16) % of == part - 1
            if damage := _damage(home / "files" / held, file, read=read):
                suspect = home / "files" / (held + _SUSPECT)
                if suspect.parent.is_dir() and not self._append_only:
                    suspect.touch()
                yield Difference(
                    file.path, f"{damage} in the mirror ({held}); the next backup copies it again if it can"
                )

    def _forget(self, home: Path, points: frozenset[str]) -> None:
        """Lists first, then the files that no other list names. A list that cannot be read protects every file."""
        with self._alone(unquote(home.name)):
            lists = {file.stem: file for file in (home / "points").glob("*.json")}
            named = {file.held for point in lists if point not in points for file in self._read(home, point).files}
            for point in points & lists.keys():
                lists[point].unlink()
            sync_folder(home / "points")
            for file in [path for path in (home / "files").rglob("*") if path.is_file()]:
                if file.relative_to(home / "files").as_posix().removesuffix(_SUSPECT) not in named:
                    file.unlink()


def _unchanged(one: Found, file: File, held: Path) -> bool:
    """Whether the copy is of what lies there now; a sealed segment is not read again for it."""
    try:
        whole = held.stat().st_size == file.size and not held.with_name(held.name + _SUSPECT).exists()
    except FileNotFoundError:
        return False
    return whole and (one.size, one.mtime) == (file.size, file.mtime)


def _wanted(path: str, only: Sequence[str]) -> bool:
    return not only or any(path == one or path.startswith(one.rstrip("/") + "/") for one in only)


def _put_back(held: Path, file: File, target: Path, point: str) -> None:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        source = held.open("rb")
    except FileNotFoundError as error:
        raise BackupError(f"{file.path} of {point} is missing in the mirror; use another point or target") from error
    with source, target.open("xb") as copy:
        found = pour(source, file.size + 1, copy.write)
        copy.flush()
        os.fsync(copy.fileno())
    if found != (file.size, file.sha256):
        raise BackupError(f"{file.path} of {point} is damaged in the mirror; use another point or target")
    target.chmod(file.mode)
    os.utime(target, ns=(file.mtime, file.mtime))


def _damage(held: Path, file: File, *, read: bool = True) -> str:
    """What is wrong with a copy, in words; empty for a sound one."""
    try:
        if held.stat().st_size != file.size:
            return "has another length"
        if read:
            with held.open("rb") as source:
                _, sha256 = pour(source, file.size, _nothing)
            return "" if sha256 == file.sha256 else "is damaged"
    except FileNotFoundError:
        return "is missing"
    return ""


def _nothing(_: bytes) -> None:
    """The bytes are only counted."""
