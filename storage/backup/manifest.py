"""What one point of a mirror holds: a text file that names every file with its SHA-256."""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any

from mailroom.domain.errors import BackupError

_ID = re.compile(r"(\d{8}T\d{6}\.\d{6})Z-([0-9a-f]{16})")
_STAMP = "%Y%m%dT%H%M%S.%f"
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class File:
    """One file as it was when it was copied."""

    path: str
    """Name of the source, and the path within it."""
    size: int
    sha256: str
    mtime: int
    """Nanoseconds; with the size it tells whether the source was touched since."""
    mode: int

    @property
    def held(self) -> str:
        """Where the mirror keeps it. Equal contents under one path are one file, however many points name it."""
        return f"{self.path}.{self.sha256[:32]}"


@dataclass(frozen=True, slots=True)
class Manifest:
    installation: str
    at: datetime
    files: tuple[File, ...]
    folders: tuple[str, ...]

    def encode(self) -> bytes:
        """Equal manifests give equal bytes."""
        content = {
            "format": 1,
            "installation": self.installation,
            "at": self.at.isoformat(),
            "folders": list(self.folders),
            "files": [[file.path, file.size, file.sha256, file.mtime, file.mode] for file in self.files],
        }
        return json.dumps(content, indent=0).encode("ascii") + b"\n"


def id_of(manifest: Manifest) -> str:
    """Time, and part of the digest of the manifest: whoever knows the id notices another content."""
    return f"{manifest.at.astimezone(UTC).strftime(_STAMP)}Z-{_seal(manifest.encode())}"


def time_of(point: str) -> datetime | None:
    """The time that an id names; None for what is no id."""
    match = _ID.fullmatch(point)
    if match is None:
        return None
    try:
        return datetime.strptime(match[1], _STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None


def decode(point: str, raw: bytes) -> Manifest:
    """Raises BackupError for anything but the very bytes that the id was made of."""
    if time_of(point) is None or not point.endswith(_seal(raw)):
        raise BackupError(f"the list of files of {point} is damaged; use another point")
    try:
        content = json.loads(raw)
        return Manifest(
            str(content["installation"]),
            datetime.fromisoformat(content["at"]),
            tuple(_files(content["files"])),
            tuple(_inside(folder) for folder in content["folders"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise BackupError(f"the list of files of {point} cannot be read ({error}); use another point") from error


def _files(rows: list[Any]) -> Iterator[File]:
    for path, size, sha256, mtime, mode in rows:
        if _DIGEST.fullmatch(sha256) is None:
            raise ValueError("a digest is none")
        yield File(_inside(path), int(size), sha256, int(mtime), int(mode) & 0o777)


def _inside(path: str) -> str:
    """A path that stays where it is put. Raises ValueError: whoever writes to the mirror must not write elsewhere."""
    parts = PurePosixPath(path).parts
    if not parts or ".." in parts or parts[0] == "/" or "\0" in path:
        raise ValueError("a path leads elsewhere")
    return path


def _seal(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()[:16]
