"""The folder in which a demo works: begun afresh each time, and never one that holds anything else."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mailroom.demo.agency_files import FILES
from mailroom.domain.errors import ConfigurationError
from storage.lock import FolderLock

DEFAULT = Path("demo-data")
MARK = "this-folder-belongs-to-a-demo"


@contextmanager
def workplace(folder: Path | None, *, keep: bool) -> Iterator[Path]:
    """An empty folder: the one asked for, ./demo-data, or without `keep` one that goes away afterwards.

    Raises ConfigurationError when the folder holds something else, AlreadyRunningError when a demo runs in it.
    """
    if folder is not None or keep:
        yield _emptied(folder or DEFAULT)
        return
    with tempfile.TemporaryDirectory(prefix="mailroom-demo-") as name:
        yield Path(name)


def _emptied(folder: Path) -> Path:
    """What an earlier demo left is removed; whatever else there is stays, and is an error."""
    mark, data = folder / MARK, folder / "data"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not mark.exists() and any(folder.iterdir()):
            raise ConfigurationError(f"{folder}: holds something else than a demo; name an empty folder with --dir")
        mark.touch()
        data.mkdir(exist_ok=True)
        with FolderLock(data):
            shutil.rmtree(data)
        for name in FILES:
            (folder / name).unlink(missing_ok=True)
    except OSError as error:
        raise ConfigurationError(
            f"{folder}: cannot be used ({error.strerror}); name another folder with --dir"
        ) from error
    return folder
