"""Which rows of the books speak of one case, for its evidence bundle."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

from mailroom.domain.errors import StorageError
from mailroom.domain.register import INCOMING, RegisterNumber
from storage.chained import EVIDENCE, STATE
from storage.driver import sqlite_module

CASE = """
WITH opened AS (
  SELECT message_id AS id FROM register_entry
  WHERE agency = :agency AND register = :register AND year = :year AND number = :number
), matter AS (
  SELECT id FROM opened
  UNION
  SELECT m.id FROM message m LEFT JOIN register_entry e ON e.message_id = m.id
  WHERE m.agency = :agency AND m.follows_year = :year AND m.follows_number = :number AND e.number IS NULL
), letter AS (
  SELECT id FROM outbox_item WHERE agency = :agency AND message_id IN (SELECT id FROM matter)
), paper AS (
  SELECT id, licence_id, rendition, document, outgoing_year, outgoing_number FROM issuance
  WHERE agency = :agency AND message_id IN (SELECT id FROM matter)
), paper_document AS (
  SELECT rendition AS digest FROM paper UNION SELECT document FROM paper
  UNION SELECT json_extract(e.value, '$[0]') FROM outbox_item o, json_each(o.enclosures) e WHERE o.id IN (SELECT id FROM letter)
)
"""
"""Messages that opened or joined it, the letters that answer them, the papers that came of them."""

FACTS = {
    "message": "row.id IN (SELECT id FROM matter)",
    "register_entry": "row.message_id IN (SELECT id FROM opened)",
    "register_void": "row.register = :register AND row.year = :year AND row.number = :number",
    "event": "row.message_id IN (SELECT id FROM matter)",
    "outbox_item": "row.id IN (SELECT id FROM letter)",
    "sent_copy": "row.item IN (SELECT id FROM letter)",
    "document": "row.digest IN (SELECT digest FROM paper_document)",
    "outgoing_entry": "(row.year, row.number) IN (SELECT outgoing_year, outgoing_number FROM paper) "
    "OR row.message_id IN (SELECT id FROM matter)",
    "licence_event": "row.licence_id IN (SELECT licence_id FROM paper) "
    "AND row.document IN (SELECT digest FROM paper_document)",
}
"""Conditions of rows that are written once, by table; in the order in which a reader wants them."""

STATES = {
    "message": FACTS["message"],
    "case_file": "row.message_id IN (SELECT id FROM opened)",
    "outbox_item": FACTS["outbox_item"],
    "issuance": "row.id IN (SELECT id FROM paper)",
}
"""The same of rows that change, as each night says what they have become."""


class SqlCaseRows:
    """`ports.CaseRows`, on a connection of its own that only reads."""

    def __init__(self, database: str, agency: str) -> None:
        """`database` is an address `sqlite:///PATH`."""
        self._path = Path(database.removeprefix("sqlite:///"))
        self._agency = agency

    def of_case(self, number: RegisterNumber) -> list[tuple[str, str]]:
        module = sqlite_module()
        try:
            address = f"file:{quote(str(self._path.absolute()))}?mode=ro"
            with closing(module.connect(address, uri=True, isolation_level=None, timeout=30)) as connection:
                connection.execute("BEGIN")
                return list(self._rows(connection, number))
        except module.Error as error:
            raise StorageError(f"database {self._path}: {error}; restore a backup of it") from error

    def _rows(self, connection: Any, number: RegisterNumber) -> Iterator[tuple[str, str]]:
        values = {"agency": self._agency, "register": INCOMING, "year": number.year, "number": number.number}
        for conditions, suffix in ((FACTS, ""), (STATES, STATE)):
            for name, condition in conditions.items():
                key = EVIDENCE[name].key_sql("row")
                parts = (CASE, "SELECT", key, "FROM", name, "row WHERE row.agency = :agency AND (", condition, ")")
                query = " ".join((*parts, "ORDER BY row.rowid"))
                for (found,) in connection.execute(query, values):
                    yield f"{name}{suffix}", str(found)
