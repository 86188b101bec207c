"""A folder of published files: what changed is replaced whole, what is no longer made is removed, all else is left."""

import contextlib
import hashlib
import json
from collections.abc import Callable
from pathlib import Path

from mailroom.domain.errors import StorageError

MANIFEST = "manifest.json"
"""Lists every file that is ours: by path its key, its size and its SHA-256."""

SAVE_EVERY = 2000
"""So many files are written between two savings of the manifest, so that a break costs little."""

Entry = tuple[str, int, str]


class SiteFolder:
    """One writing of the folder. Not shared between threads."""

    def __init__(self, folder: Path) -> None:
        """Raises StorageError when the folder holds files, but no manifest of ours."""
        self._folder = folder
        self._before = _manifest(folder)
        self._now: dict[str, Entry] = {}
        self._written = 0

    def put(self, path: str, content: bytes) -> None:
        """The file with this content, written where it differs from what is there."""
        self.make(path, hashlib.sha256(content).hexdigest(), lambda: content)

    def make(self, path: str, key: str, content: Callable[[], bytes]) -> None:
        """The file of this key; its content is asked for only when the file is not there under the same key."""
        known = self._before.get(path)
        if known and known[0] == key and self._size(path) == known[1]:
            self._now[path] = known
            return
        self._replace(path, made := content())
        self._now[path] = (key, len(made), hashlib.sha256(made).hexdigest())
        self._written += 1
        if self._written % SAVE_EVERY == 0:
            self._save({**self._before, **self._now})

    def finish(self) -> tuple[int, int]:
        """Remove our files that were not made this time; how many were written, and how many removed."""
        stale = sorted(self._before.keys() - self._now.keys())
        for path in stale:
            self._remove(path)
        if self._now != self._before:
            self._save(self._now)
        return self._written, len(stale)

    def _size(self, path: str) -> int:
        try:
            return (self._folder / path).stat().st_size
        except FileNotFoundError:
            return -1

    def _replace(self, path: str, content: bytes) -> None:
        """A visitor sees the old file or the new one, never half of one."""
        target = self._folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = target.with_name(f".{target.name}.new")
        fresh.write_bytes(content)
        fresh.replace(target)

    def _remove(self, path: str) -> None:
        target = self._folder / path
        target.unlink(missing_ok=True)
        while target.parent != self._folder:
            target = target.parent
            with contextlib.suppress(OSError):
                target.rmdir()

    def _save(self, entries: dict[str, Entry]) -> None:
        whole = {"files": dict(sorted(entries.items()))}
        self._replace(MANIFEST, json.dumps(whole, ensure_ascii=False, indent=0).encode())


def _manifest(folder: Path) -> dict[str, Entry]:
    try:
        files = json.loads((folder / MANIFEST).read_bytes())["files"]
        return {path: (key, size, digest) for path, (key, size, digest) in files.items() if _inside(path)}
    except FileNotFoundError:
        if folder.exists() and any(folder.iterdir()):
            text = "holds files that are not ours, and no manifest.json; name an empty folder, or one of its own"
            raise StorageError(f"{folder}: {text}") from None
        return {}
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise StorageError(f"{folder / MANIFEST}: is damaged; empty the folder and publish again") from error


def _inside(path: str) -> bool:
    """A manifest that somebody changed leads to no file outside the folder."""
    return not path.startswith("/") and "\\" not in path and ".." not in path.split("/")
