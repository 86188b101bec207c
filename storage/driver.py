"""Which SQLite this process talks to: the bundled newer one where there is one, else Python's own.

Debian 12's SQLite 3.40.1 can corrupt a database in WAL mode when a checkpoint and a writer race (the WAL-reset bug of
3.7.0 to 3.51.2), and a daemon beside a web process is the shape that meets it.
"""

from types import ModuleType

WAL_SAFE = (3, 51, 3)


def sqlite_module() -> ModuleType:
    """A DB-API module for SQLite."""
    try:
        from pysqlite3 import dbapi2
    except ImportError:
        import sqlite3

        return sqlite3
    return dbapi2  # type: ignore[no-any-return]


def journal_mode(module: ModuleType) -> str:
    """`wal` where it is safe; `truncate` with full sync keeps the same promises, but readers wait for writers."""
    return "wal" if module.sqlite_version_info >= WAL_SAFE else "truncate"
