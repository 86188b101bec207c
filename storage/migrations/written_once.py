"""Triggers that keep rows as they were written."""

from collections.abc import Sequence

from alembic import op


def forbid_change(table: str, *, of: Sequence[str] = ()) -> None:
    """UPDATE and DELETE of a row are refused, whoever asks; with `of` only an UPDATE of these columns."""
    update = f"UPDATE OF {', '.join(of)}" if of else "UPDATE"
    if op.get_bind().dialect.name == "postgresql":
        _forbid_change_postgresql(table, update)
        return
    for name, action in (("update", update), ("delete", "DELETE")):
        op.execute(
            f"CREATE TRIGGER {table}_no_{name} BEFORE {action} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is written once'); END"
        )


def _forbid_change_postgresql(table: str, update: str) -> None:
    op.execute(
        f"CREATE FUNCTION {table}_written_once() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} is written once'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_written_once BEFORE {update} OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_written_once()"
    )
