"""Triggers that keep rows as they were written."""

from alembic import op


def forbid_change(table: str) -> None:
    """UPDATE and DELETE of a row are refused, whoever asks."""
    if op.get_bind().dialect.name == "postgresql":
        _forbid_change_postgresql(table)
        return
    for action in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_no_{action.lower()} BEFORE {action} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is written once'); END"
        )


def _forbid_change_postgresql(table: str) -> None:
    op.execute(
        f"CREATE FUNCTION {table}_written_once() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} is written once'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_written_once BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_written_once()"
    )
