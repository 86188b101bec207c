"""Bringing a database to the schema of this program, by migrations and in one transaction."""

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Engine

from mailroom.domain.errors import StorageError
from storage.engine import WRITES
from storage.schema import MIGRATIONS, revision


def migrate(engine: Engine) -> None:
    """Run the migrations that are missing. Raises StorageError, also when the database is of a newer program."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    scripts = ScriptDirectory.from_config(config)
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        _refuse_unknown(scripts, revision(connection), str(engine.url.database))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _refuse_unknown(scripts: ScriptDirectory, found: str | None, database: str) -> None:
    known = {script.revision for script in scripts.walk_revisions()}
    if found is not None and found not in known:
        raise StorageError(
            f"the database {database} was written by a newer mailroom (schema {found}); "
            "install that version, or restore the backup made before it"
        )
