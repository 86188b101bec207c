"""The database engine: durable by settings that are read back, with the library's errors translated."""

import errno
import os
from pathlib import Path
from types import ModuleType
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, Engine, ExceptionContext, make_url
from sqlalchemy.pool import QueuePool

from mailroom.domain.errors import ConfigurationError, StorageError
from storage.columns import dumps
from storage.disk import disk_errors, make_durable_folder, refuse_network
from storage.driver import journal_mode, sqlite_module

BUSY_SECONDS = 30
"""How long one process waits for another that writes."""

WRITES = "mailroom_writes"
"""Execution option of a connection: whether its transaction may write."""

PAGE_SIZE = "page_size=8192"
"""Of a new database; an older one keeps its own. A mail or a letter then fits on one page for the most part."""

SETTINGS = ("synchronous=FULL", "foreign_keys=ON", "wal_autocheckpoint=2000", "cache_size=-16384")
"""For every connection. A checkpoint costs two syncs: it waits until the log has 16 MB. As much is cached (in KiB)."""

SYNCHRONOUS_FULL = 2


def open_engine(url: str, *, module: ModuleType | None = None, busy_seconds: float = BUSY_SECONDS) -> Engine:
    """An engine for `sqlite:///PATH`. Raises ConfigurationError, StorageError.

    Every transaction of a connection that has the execution option WRITES begins as the only writer.
    """
    address = make_url(url)
    if address.get_backend_name() != "sqlite" or not address.database:
        raise ConfigurationError(f'{url}: not a database address that is supported; write "sqlite:///PATH"')
    _prepare(Path(address.database))
    engine = _engine(address, module or sqlite_module(), busy_seconds)
    event.listen(engine, "handle_error", _translate)
    _check(engine)
    return engine


def _prepare(path: Path) -> None:
    """The folder of the database, and an empty file that only our user reads."""
    refuse_network(path.parent)
    with disk_errors(path.parent):
        make_durable_folder(path.parent)
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except FileExistsError:
            return


def _engine(address: URL, module: ModuleType, busy_seconds: float) -> Engine:
    engine = sa.create_engine(
        address,
        module=module,
        connect_args={"timeout": busy_seconds, "check_same_thread": False},
        poolclass=QueuePool,
        pool_size=8,
        # What one connection wrote, another has to read anew: the one that was used last goes on.
        pool_use_lifo=True,
        max_overflow=-1,
        json_serializer=dumps,
    )

    @event.listens_for(engine, "connect")
    def _set_up(connection: Any, _record: object) -> None:
        # The driver must begin no transaction of its own: it would begin it without the lock that a writer needs.
        connection.isolation_level = None
        for setting in (PAGE_SIZE, f"journal_mode={journal_mode(module)}", *SETTINGS):
            connection.execute(f"PRAGMA {setting}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(WRITES, False)
        # SQLite forgets all prepared statements at this setting: it is left where it is right already.
        if connection.info.get(WRITES) != writes:
            connection.exec_driver_sql(f"PRAGMA query_only={'OFF' if writes else 'ON'}")
            connection.info[WRITES] = writes
        # A transaction that reads before it writes is refused if another wrote in between.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _check(engine: Engine) -> None:
    """Read the settings back: SQLite passes over a setting that it cannot follow without a word."""
    with engine.connect() as connection:
        found = {name: _pragma(connection, name) for name in ("journal_mode", "synchronous", "foreign_keys")}
    expected = {"journal_mode": journal_mode(engine.dialect.dbapi), "synchronous": SYNCHRONOUS_FULL, "foreign_keys": 1}  # type: ignore[arg-type]
    if found != expected:
        raise StorageError(
            f"the database {engine.url.database} does not accept durable settings ({found}, not {expected}); "
            "put it on a local disk and make its folder writable"
        )


def _pragma(connection: Connection, name: str) -> object:
    return connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()


def _translate(context: ExceptionContext) -> None:
    """No exception of the library leaves this package."""
    original = context.original_exception
    if isinstance(original, StorageError):
        return
    database = context.engine.url.database if context.engine is not None else "the database"
    raise refused(original, str(database)) from original


def refused(error: BaseException, database: str) -> StorageError:
    """What the driver says of a database, with the remedy."""
    return StorageError(_remedy(str(error), database))


REMEDIES = (
    ("locked", "another program holds it; stop that program"),
    ("busy", "another program holds it; stop that program"),
    ("full", "the disk is full; free space there, work goes on by itself"),
    ("disk I/O", "the disk fails; check it, then start again"),
    ("malformed", "it is damaged; run mailroom verify, then restore the backup"),
    ("not a database", "the file is no database; name another file, or restore the backup"),
    ("UNIQUE", "it holds one of that already; nothing was changed"),
    ("readonly", "it cannot be written; give the program's user the right to write there"),
    ("unable to open", f"it cannot be opened; check the path, the rights and the disk ({os.strerror(errno.ENOSPC)}?)"),
)


def _remedy(text: str, database: str) -> str:
    for words, advice in REMEDIES:
        if words in text:
            return f"database {database}: {text}; {advice}"
    return f"database {database}: {text}; run mailroom verify, and report it with the log"
