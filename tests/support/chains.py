"""Chains for tests, what the checker says of them, and what somebody does to them past the program."""

from collections import Counter
from contextlib import closing
from datetime import UTC, datetime
from functools import partial

from mailroom.domain.evidence import Checkpoint
from mailroom.stages.chain import leaf_of, record_of, value_of
from storage.chained import EVIDENCE
from storage.driver import sqlite_module
from storage.findings import Severity
from storage.unit_of_work import SqlBooks
from storage.verify import _opened
from storage.verify_chain import ChainCheck
from tests.support.book_values import NOW
from tests.support.checkpoints import PUBLIC
from tests.support.damage_rows import drop_triggers


def check(
    database: str, *outside: tuple[str, Checkpoint], public: bytes | None = PUBLIC
) -> tuple[list[str], Counter[str]]:
    """Subjects of faults, and counts."""
    counts: Counter[str] = Counter()
    looked = ChainCheck(partial(_opened, database), "agency", counts, outside, public)
    findings = [finding for look in looked.looks for finding in look()]
    return [one.subject for one in findings if one.severity is Severity.FAULT], counts


def tamper(database: str, *statements: str) -> None:
    """Do what no program of ours does: triggers and foreign keys are off."""
    with closing(sqlite_module().connect(database.removeprefix("sqlite:///"), isolation_level=None)) as db:
        drop_triggers(db)
        for statement in statements:
            db.execute(statement)


def chain_of(database: str, *details: str) -> SqlBooks:
    books = SqlBooks(database, "agency")
    for detail in details:
        with books.begin() as uow:
            uow.events.add("noted", NOW, detail=detail)
            uow.commit()
    return books


def make_anew(database: str, first: int) -> None:
    """What somebody does who knows how the chain is made: leaves and values from that link on fit again."""
    with closing(sqlite_module().connect(database.removeprefix("sqlite:///"), isolation_level=None)) as db:
        db.row_factory = sqlite_module().Row
        drop_triggers(db)
        links = db.execute("SELECT * FROM chain ORDER BY seq").fetchall()
        before = links[first - 2]["value"] if first > 1 else bytes(32)
        for link in links[first - 1 :]:
            leaf = link["leaf"]
            if link["tbl"] == "event":
                columns = EVIDENCE["event"].facts
                row = db.execute(f"SELECT {', '.join(columns)} FROM event WHERE id = ?", (int(link["key"]),)).fetchone()
                leaf = leaf_of(record_of("event", link["key"], dict(zip(columns, tuple(row), strict=True))))
            at = datetime.fromisoformat(link["at"]).replace(tzinfo=UTC)
            before = value_of(before, link["seq"], at, leaf, f"{link['tbl']} {link['key']}")
            db.execute("UPDATE chain SET leaf = ?, value = ? WHERE seq = ?", (leaf, before, link["seq"]))
