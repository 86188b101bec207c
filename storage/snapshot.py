"""A consistent copy of the database while it is in use, and what two copies are compared by."""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from mailroom.domain.errors import StorageError
from storage.disk import disk_errors, make_durable_folder, sync_folder
from storage.driver import sqlite_module

SPARE = 64 << 20
"""Bytes that a copy must leave free: the database itself goes on growing meanwhile."""
BUSY_SECONDS = 30
ROWS = 500
_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=bytes.hex).encode


def _free(folder: Path) -> int:
    return shutil.disk_usage(folder).free


class DatabaseSnapshot:
    """`ports.Snapshot` of a database of SQLite.

    VACUUM INTO copies in one read transaction, so writers do not wait; it puts each tree together, so copies of two
    days differ in little; and it leaves out what was deleted.
    """

    def __init__(self, database: str, *, free: Callable[[Path], int] = _free) -> None:
        """`database` is an address `sqlite:///PATH`; `free` tells how many bytes a folder has room for."""
        self._path = Path(database.removeprefix("sqlite:///"))
        self._free = free

    def copy_to(self, file: Path) -> Mapping[str, str]:
        part = file.with_name(f".{file.name}.part")
        try:
            with disk_errors(file.parent):
                make_durable_folder(file.parent)
                _begin(part)
            self._vacuum(part)
            digests = self.dump_digests(part)
            with disk_errors(file.parent):
                _settle(part, file)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        return digests

    def _vacuum(self, part: Path) -> None:
        with _reading(self._path) as connection:
            self._require_room(connection, part.parent)
            connection.execute("VACUUM INTO ?", (str(part.absolute()),))

    def _require_room(self, connection: Any, folder: Path) -> None:
        pages, unused, size = (
            connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
        )
        needed = (pages - unused) * size + SPARE
        with disk_errors(folder):
            free = self._free(folder)
        if free < needed:
            raise StorageError(
                f"a copy of the database needs {_megabytes(needed)} in {folder}, and {_megabytes(free)} are free; "
                "free space there, then begin the backup again"
            )

    def dump_digests(self, file: Path) -> Mapping[str, str]:
        with _reading(file) as connection:
            connection.execute("BEGIN")
            return {name: _digest(connection, name) for name in _tables(connection)}


def _begin(part: Path) -> None:
    """An empty file that only our user reads; what an earlier attempt left is removed."""
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _settle(part: Path, file: Path) -> None:
    descriptor = os.open(part, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    part.replace(file)
    sync_folder(file.parent)


@contextmanager
def _reading(path: Path) -> Iterator[Any]:
    """A connection that changes nothing in this database. Raises StorageError, for what is done in it as well."""
    module = sqlite_module()
    try:
        address = f"file:{quote(str(path.absolute()))}?mode=ro"
        with closing(module.connect(address, uri=True, isolation_level=None, timeout=BUSY_SECONDS)) as connection:
            yield connection
    except module.Error as error:
        raise StorageError(f"database {path}: {error}; {_remedy(str(error))}") from error


def _remedy(text: str) -> str:
    if "full" in text:
        return "free space on the disk, then try again"
    if "locked" in text or "busy" in text:
        return "another program holds it; stop that program"
    return "run mailroom verify, and restore a backup of it where it is damaged"


def _tables(connection: Any) -> list[str]:
    """All but those of SQLite's own, and those of the full-text index: that is made anew from the others."""
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' "
        "AND name NOT LIKE 'search\\_index%' ESCAPE '\\' ORDER BY name"
    )
    return [name for (name,) in connection.execute(query)]


def _digest(connection: Any, table: str) -> str:
    """SHA-256 over the columns, then over each row as JSON, in order of the primary key; in bounded memory."""
    columns = [(name, key) for _, name, _, _, _, key in connection.execute(f"PRAGMA table_info({_name(table)})")]
    keys = [name for name, key in sorted(columns, key=lambda one: one[1]) if key] or [name for name, _ in columns]
    names = [name for name, _ in columns]
    digest = hashlib.sha256(_ENCODE(names).encode())
    order = ", ".join(map(_name, keys))
    rows = connection.execute(f"SELECT {', '.join(map(_name, names))} FROM {_name(table)} ORDER BY {order}")  # noqa: S608
    while some := rows.fetchmany(ROWS):
        digest.update("".join(f"\n{_ENCODE(row)}" for row in some).encode())
    return digest.hexdigest()


def _name(name: str) -> str:
    escaped = name.replace('"', '""')
    return f'"{escaped}"'


def _megabytes(count: int) -> str:
    return f"{count / (1 << 20):,.0f} MB"
