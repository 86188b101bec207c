"""Corrections, models, states and drawings refuse change and removal, whoever asks."""

import pytest
import sqlalchemy as sa

from mailroom.domain.errors import StorageError
from storage.engine import WRITES, open_engine
from storage.unit_of_work import SqlBooks
from tests.contracts.learning_contract import correction, drawing, model, state, taken_in

TABLES = ("correction", "model", "head_state", "audit_drawing")


@pytest.mark.parametrize("table", TABLES)
def test_what_clerks_said_and_what_was_learned_stays(database: str, table: str) -> None:
    """Training begins anew from the table each time: what was said in it stays as it was said."""
    books = SqlBooks(database, "agency")
    (row,) = taken_in(books, b"a")
    with books.begin() as uow:
        uow.learning.add(correction(row))
        uow.learning.add_model(model(1))
        uow.learning.set_state(state(1))
        uow.learning.draw([drawing(row)])
        uow.commit()
    books.close()
    engine = open_engine(database)
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        for action in ("UPDATE {} SET agency = agency", "DELETE FROM {}"):
            with pytest.raises(StorageError, match="written once"):
                connection.execute(sa.text(action.format(table)))
    engine.dispose()
