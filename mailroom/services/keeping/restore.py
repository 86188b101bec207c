"""Putting a copy into an empty folder, ready to be started, and saying what it is worth.

A restore that is cut short leaves one folder of a known name; the next one begins anew, or finishes moving what was whole.
"""

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mailroom.domain.backup import Difference, StoredPoint
from mailroom.domain.errors import BackupError
from mailroom.ports import BackupStore, BytesDone
from mailroom.services.keeping.backup import CONFIGURATION, DATABASE

ARCHIVE = "archive"
CHANNEL = "channel-"
DATA = "data"
DATABASE_FILE = "mailroom.db"
WORK = "restore-in-progress"
_WHOLE = "whole"


@dataclass(frozen=True, slots=True)
class Checked:
    """What the independent check found in a restored copy."""

    counts: Mapping[str, int]
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What was put where."""

    point: StoredPoint
    folder: Path
    counts: Mapping[str, int]
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """What the restored copy is given to; each gets the folder that holds `data` and the configuration."""

    unlock: Callable[[Path], None]
    """Opens what is sealed of the copy, where it is; for the rest the keyring is put beside it."""
    require_fence: Callable[[Path, StoredPoint], None]
    """Marks the books as coming from a copy: no number is given until the last ones are stated."""
    verify: Callable[[Path, StoredPoint], Checked]


def newest(points: Sequence[StoredPoint], wanted: str = "", installation: str = "") -> StoredPoint:
    """The point of that id, or the newest one. Raises BackupError when there is none, or when it is not clear which."""
    if wanted:
        found = [one for one in points if one.id.startswith(wanted)]
        if len(found) == 1:
            return found[0]
        raise BackupError(f"{'no copy' if not found else 'more than one copy'} has the id {wanted}; see: backup list")
    ours = [one for one in points if installation in ("", one.installation)]
    if not ours:
        raise BackupError("the target holds no copy; name another target, or check its address")
    if len({one.installation for one in ours}) > 1:
        raise BackupError("the target holds copies of several installations; name one of them with --point")
    return max(ours, key=lambda one: one.at)


def restore(store: BackupStore, wanted: str, folder: Path, steps: Steps, done: BytesDone) -> Restored:
    """Everything of a point, arranged as an installation. Raises BackupError, also when the folder is not empty.

    Differences do not stop it: a copy with faults is more than none, and the report names them.
    """
    work = _begun(folder)
    ready, whole = work / "ready", _text(work / _WHOLE)
    point = newest(store.points(), wanted or whole)
    if whole and point.id != whole:
        raise BackupError(f"{folder} holds half a restore of {whole}: repeat that one, or name another folder")
    if not whole:
        shutil.rmtree(work)
        incoming = work / "incoming"
        incoming.mkdir(parents=True)
        store.restore(point.id, incoming, done)
        arrange(incoming, ready)
        steps.unlock(ready)
        steps.require_fence(ready, point)
        (work / _WHOLE).write_text(point.id, encoding="utf-8")
    _move(ready, folder)
    checked = steps.verify(folder, point)
    shutil.rmtree(work)
    return Restored(point=point, folder=folder, counts=checked.counts, differences=checked.differences)


def arrange(incoming: Path, ready: Path) -> None:
    """Sources of a point, by their names, to their places below one folder. Raises BackupError when one is missing."""
    for name in (DATABASE, ARCHIVE):
        if not (incoming / name).exists():
            raise BackupError(f"this copy has no {name}; choose an earlier point")
    data = ready / DATA
    data.mkdir(parents=True)
    (incoming / DATABASE).rename(data / DATABASE_FILE)
    (incoming / ARCHIVE).rename(data / ARCHIVE)
    for channel in sorted(incoming.glob(f"{CHANNEL}*")):
        channel.rename(data / channel.name.removeprefix(CHANNEL))
    if (incoming / CONFIGURATION).is_dir():
        for file in sorted((incoming / CONFIGURATION).iterdir()):
            file.rename(ready / file.name)


def restore_scratch(store: BackupStore, point: str, folder: Path, done: BytesDone, only: Sequence[str] = ()) -> None:
    """A point, or some paths of it, into a folder that is made for it and holds nothing else."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    store.restore(point, folder, done, only)


def _begun(folder: Path) -> Path:
    """The folder to work in. What an earlier restore left is known by its name; anything else is somebody's."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    work = folder / WORK
    there = {one.name for one in folder.iterdir()} - {WORK}
    if there and not (work / _WHOLE).exists():
        raise BackupError(f"{folder} is not empty ({', '.join(sorted(there)[:3])}); name a new or an empty folder")
    work.mkdir(exist_ok=True)
    return work


def _move(ready: Path, folder: Path) -> None:
    """What is moved already is not there any more; so moving can be repeated. The data come last."""
    for one in sorted(ready.iterdir(), key=lambda path: path.name == DATA):
        one.rename(folder / one.name)


def _text(file: Path) -> str:
    return file.read_text("utf-8") if file.exists() else ""
