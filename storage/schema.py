"""Which schema a database has, and that it is the one of this program. The library that changes it is rarely needed."""

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

MIGRATIONS = Path(__file__).parent / "migrations"
_TABLE = sa.table("alembic_version", sa.column("version_num"))


def upgrade(engine: Engine) -> None:
    """Run the migrations that are missing. Raises StorageError, also when the database is of a newer program."""
    with engine.connect() as connection:
        if revision(connection) == newest():
            return
    from storage.migrating import migrate  # A tenth of a second that nearly every start does without.

    migrate(engine)


def newest() -> str:
    """The revision of this program: its migrations are numbered, and the number begins the name of each file."""
    return max(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*_*.py"))


def revision(connection: Connection) -> str | None:
    """The revision of a database; None of an empty one."""
    if not sa.inspect(connection).has_table(_TABLE.name):
        return None
    return connection.execute(sa.select(_TABLE.c.version_num)).scalar_one_or_none()
