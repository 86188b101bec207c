"""What the disk under the data folder can be trusted with."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mailroom.domain.errors import ConfigurationError, StorageError

NETWORK_TYPES = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "ncpfs", "afs", "ceph", "fuse.sshfs", "fuse.glusterfs", "fuse.s3fs"}
)
MOUNTS = Path("/proc/mounts")


def refuse_network(folder: Path, mounts: Path = MOUNTS) -> None:
    """Raise ConfigurationError when `folder` lies on a network file system.

    Locks and syncs over a network are promises of another machine; neither the archive nor SQLite is safe on them.
    """
    kind = _file_system(folder.resolve(), mounts)
    if kind in NETWORK_TYPES:
        raise ConfigurationError(
            f"{folder} lies on a network file system ({kind}); set storage.data_dir to a folder on a local disk"
        )


def _file_system(folder: Path, mounts: Path) -> str:
    """Type of the mount that holds the folder; empty when the system does not tell."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return ""
    found = [(_unescaped(point), kind) for _, point, kind, *_ in map(str.split, lines)]
    holding = [(point, kind) for point, kind in found if folder.is_relative_to(point)]
    # Of two mounts on one point the later one covers the earlier.
    return max(enumerate(holding), key=lambda item: (len(item[1][0]), item[0]), default=(0, ("", "")))[1][1]


def _unescaped(point: str) -> str:
    for code, character in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        point = point.replace(code, character)
    return point


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_durable_folder(folder: Path) -> None:
    """Make a folder and the missing ones above it, so that their names survive a power cut. Raises OSError."""
    if folder.is_dir():
        return
    make_durable_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    sync_folder(folder.parent)


def spare_name(path: Path) -> Path:
    """What a damaged file is called from now on: `NAME.damaged`, with a number behind it where that is taken."""
    spare, times = path.with_name(f"{path.name}.damaged"), 1
    while spare.exists():
        times += 1
        spare = path.with_name(f"{path.name}.damaged-{times}")
    return spare


def remedy(error: OSError, folder: Path) -> str:
    """One sentence on a failed write, with what to do about it."""
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT | errno.EFBIG:
            return (
                f"the disk under {folder} is full ({error.strerror}); free space there, mail is taken again by itself"
            )
        case errno.EROFS | errno.EACCES | errno.EPERM:
            return f"{folder} cannot be written ({error.strerror}); give the program's user the right to write there"
        case errno.EMFILE | errno.ENFILE:
            return f"no file in {folder} can be opened ({error.strerror}); raise the limit of open files"
        case _:
            return f"writing in {folder} failed ({error.strerror or error}); check the disk, then start again"


@contextmanager
def disk_errors(folder: Path) -> Iterator[None]:
    """Turn what the system says about a write into StorageError."""
    try:
        yield
    except OSError as error:
        raise StorageError(remedy(error, folder)) from error
