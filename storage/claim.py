"""One process at a time writes into a folder of segments; the others wait for their turn."""

import fcntl
import os
import time
from pathlib import Path

from mailroom.domain.errors import AlreadyRunningError
from storage.disk import make_durable_folder

CLAIM_SECONDS = 60.0
"""So long one process waits for another to finish the batch that it keeps."""

PAUSE_SECONDS = 0.01


class FolderClaim:
    """Two writers in one folder would write into each other's records. One thread uses it at a time."""

    def __init__(self, folder: Path, *, seconds: float = CLAIM_SECONDS) -> None:
        self._folder = folder
        self._seconds = seconds
        self._descriptor: int | None = None

    def take(self, seconds: float | None = None) -> None:
        """Make the folder where it is missing, and wait until nobody else writes there, at most `seconds`.

        Raises AlreadyRunningError.
        """
        if self._descriptor is None:
            make_durable_folder(self._folder)
            self._descriptor = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        deadline = time.monotonic() + (self._seconds if seconds is None else seconds)
        while not _locked(self._descriptor):
            if time.monotonic() > deadline:
                raise AlreadyRunningError(
                    f"another process keeps writing to {self._folder}; stop it, or leave it to its work"
                )
            time.sleep(PAUSE_SECONDS)

    def let_go(self) -> None:
        if self._descriptor is not None:
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
