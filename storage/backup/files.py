"""Files read and written so that what is there is whole, with their digests."""

import hashlib
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

PIECE = 1 << 20
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Found:
    """A file or folder of a source, as the survey saw it."""

    path: str
    """Name of the source, and the path within it."""
    where: Path
    size: int
    mtime: int
    mode: int


def survey(sources: Mapping[str, Path]) -> tuple[list[Found], list[str]]:
    """Every file of the sources, and every folder, both in order of their paths. Raises OSError.

    What vanishes meanwhile is not there. Links to files count as files, links to folders are not followed.
    """
    files: list[Found] = []
    folders: list[str] = []
    for name, source in sorted(sources.items()):
        if not source.is_dir():
            files.append(_found(name, source))
            continue
        for place, inner, names in os.walk(source, onerror=_unless_gone):
            inner.sort()
            folder = Path(place)
            here = Path(name, folder.relative_to(source)).as_posix()
            folders.append(here)
            files += _present(folder, here, sorted(names))
    return files, folders


def _present(folder: Path, here: str, names: list[str]) -> Iterator[Found]:
    for name in names:
        where = folder / name
        try:
            if where.is_file():
                yield _found(f"{here}/{name}", where)
        except FileNotFoundError:
            continue


def _found(path: str, where: Path) -> Found:
    state = where.stat()
    return Found(path, where, state.st_size, state.st_mtime_ns, state.st_mode & 0o777)


def _unless_gone(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise error


def pour(source: BinaryIO, limit: int, take: Callable[[bytes], object]) -> tuple[int, str]:
    """Hand on at most `limit` bytes in pieces; their number and SHA-256."""
    digest = hashlib.sha256()
    size = 0
    while piece := source.read(min(PIECE, limit - size)):
        take(piece)
        digest.update(piece)
        size += len(piece)
    return size, digest.hexdigest()


def write_whole(path: Path, content: bytes) -> None:
    """Under its name there is the whole content or nothing; its name still needs a sync of the folder. Raises OSError."""
    new = path.with_name(f"{path.name}.new")
    with new.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def misnamed(repository: Path, part: int, of: int) -> list[str]:
    """Files of a restic repository on a disk of ours that do not have the digest that is their name. Raises OSError.

    Of the data those of this part, as restic cuts it. restic itself tries for 15 minutes to read a file that is cut,
    and does not look at the digest of its keys.
    """
    found = []
    for file in sorted(
        path for kind in ("keys", "snapshots", "index", "data") for path in (repository / kind).rglob("*")
    ):
        if _DIGEST.fullmatch(file.name) is None:
            continue
        if file.parent.parent.name == "data" and int(file.name[:2], 16) % of != part - 1:
            continue
        with file.open("rb") as stream:
            if hashlib.file_digest(stream, "sha256").hexdigest() != file.name:
                found.append(file.relative_to(repository).as_posix())
    return found
