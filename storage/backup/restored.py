"""What a program restores under the paths of another machine, put under the names of its sources."""

import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Self

from mailroom.domain.errors import BackupError

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
_MAGIC = re.compile(r"([\\*?\[\]])")


class Incoming:
    """A folder beside the restored ones, which is gone afterwards. Raises BackupError for a target that is not empty."""

    def __init__(self, target: Path, sources: Mapping[str, str], only: Sequence[str]) -> None:
        self._target = target
        self._sources = dict(_sound(sources))
        self._only = only
        self.folder = target / ".incoming"

    def __enter__(self) -> Self:
        try:
            self._target.mkdir(parents=True, exist_ok=True)
            if any(self._target.iterdir()):
                raise BackupError(f"{self._target} is not empty; restore into an empty folder")
            self.folder.mkdir(mode=0o700)
        except OSError as error:
            raise _unwritable(self._target, error) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def patterns(self) -> Iterator[str]:
        """Of the paths that are wanted, as the program knows them; none where all are."""
        for path in self._only:
            name, _, rest = path.strip("/").partition("/")
            if name not in self._sources or ".." in PurePosixPath(rest).parts:
                raise BackupError(f"{path} is not in this point; it holds {', '.join(sorted(self._sources))}")
            yield _MAGIC.sub(r"\\\1", str(PurePosixPath(self._sources[name], rest)))

    def size(self) -> int:
        """Bytes on the disk so far."""
        size = 0
        for folder, _, names in os.walk(self.folder):
            for name in names:
                try:
                    state = os.lstat(os.path.join(folder, name))  # noqa: PTH118 - many files, twice a second
                except FileNotFoundError:
                    continue
                size += min(state.st_size, state.st_blocks * 512)
        return size

    def settle(self) -> None:
        """Put each source under its name. Raises BackupError where one is missing."""
        try:
            for name, path in self._sources.items():
                self._settle(name, self.folder / path.lstrip("/"))
        except OSError as error:
            raise _unwritable(self._target, error) from error
        for path in self._only or self._sources:
            if not os.path.lexists(self._target / path.strip("/")):
                raise BackupError(f"{path} is not in this point; look it up in another one")
        os.sync()

    def _settle(self, name: str, restored: Path) -> None:
        above = self.folder
        for part in restored.relative_to(self.folder).parts[:-1]:
            above /= part
            if above.is_symlink() or not above.is_dir():
                return
            above.chmod(0o700)
        if os.path.lexists(restored):
            restored.rename(self._target / name)


def _sound(sources: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Whoever can write to the store must not write elsewhere on this machine."""
    for name, path in sources.items():
        pure = PurePosixPath(path)
        if _NAME.fullmatch(name) is None or not pure.is_absolute() or ".." in pure.parts or len(pure.parts) < 2:
            raise BackupError(f"this point names a source that cannot be ({name}); use another point")
        yield name, path


def _unwritable(folder: Path, error: OSError) -> BackupError:
    return BackupError(
        f"{folder} cannot be written ({error.strerror or error}); free space there, or name another folder"
    )
