"""New books are copied from a database that the migrations made once in this process: making them anew is slow.

What the migrations themselves do is shown in tests/storage/test_schema.py, and wherever the program starts for real.
"""

import atexit
import shutil
import tempfile
from collections.abc import Callable
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from storage import migrating
from storage.engine import open_engine

_migrate: Callable[[Engine], None] = migrating.migrate


def use_template() -> None:
    """From now on an empty database gets its tables by a copy. What has tables already is migrated as ever."""
    migrating.migrate = _copied_or_migrated


def _copied_or_migrated(engine: Engine) -> None:
    with engine.connect() as connection:
        is_new = not sa.inspect(connection).get_table_names()
    if not is_new:
        _migrate(engine)
        return
    with closing(engine.raw_connection()) as borrowed:
        target: Any = borrowed.driver_connection
        with closing(type(target)(str(_template()))) as source:
            source.backup(target)


@cache
def _template() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="mailroom-books-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = folder / "template.sqlite"
    engine = open_engine(f"sqlite:///{path}")
    _migrate(engine)
    engine.dispose()
    return path
