"""Damage to rows by plain SQL: what somebody does who has the database file and a tool, and drops the triggers first."""

import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from mailroom.stages.chain import leaf_of, record_of, value_of
from storage.chained import EVIDENCE, STATE, Evidence
from storage.driver import sqlite_module

Named = set[str]
"""Subjects one of which has to be named."""
Row = dict[str, Any]


class NothingDoneError(Exception):
    """This choice changes nothing, or the database itself refuses it: another one is made."""


def change(db: Any, chance: random.Random) -> Named:
    """One value of one row."""
    one, row, key = _some_row(db, chance)
    column = chance.choice([*one.facts, *one.state])
    changed = row | {column: _other(row[column], chance)}
    _update(db, one.name, row, changed)
    return {f"row {one.name} {key}"}


def delete(db: Any, chance: random.Random) -> Named:
    one, row, key = _some_row(db, chance)
    _run(db, f"DELETE FROM {one.name} WHERE {_where(row)}", _values(row))
    return {f"row {one.name} {key}"}


def insert(db: Any, chance: random.Random) -> Named:
    """A row like another one, with a key that is free."""
    one, row, _ = _some_row(db, chance)
    new = dict(row)
    for name in row:
        if name in one.key or (isinstance(row[name], str) and name != "agency" and chance.random() < 0.5):
            new[name] = row[name] + chance.randrange(1000, 2000) if isinstance(row[name], int) else f"{row[name]}9"
    _insert(db, one.name, new)
    return {f"row {one.name} {_key(db, one, new)}"}


def swap(db: Any, chance: random.Random) -> Named:
    """What two rows of a table say, each under the key of the other."""
    one, row, key = _some_row(db, chance)
    other, other_key = _row_of(db, chance, one)
    same = {"agency", *one.key}
    first = {name: row[name] if name in same else other[name] for name in row}
    second = {name: other[name] if name in same else row[name] for name in row}
    said = {*one.facts, *one.state}
    if all(first[name] == row[name] for name in said):
        raise NothingDoneError
    for gone in (row, other):
        _run(db, f"DELETE FROM {one.name} WHERE {_where(gone)}", _values(gone))
    for new in (first, second):
        _insert(db, one.name, new)
    return {f"row {one.name} {key}", f"row {one.name} {other_key}"}


def change_link(db: Any, chance: random.Random) -> Named:
    """One value of one link."""
    link = _some_link(db, chance)
    column = chance.choice(("at", "tbl", "key", "leaf", "value", "seq"))
    value = link[column] + 10_000 if column == "seq" else _other(link[column], chance)
    _update(db, "chain", link, link | {column: value})
    return _about(link)


def delete_link(db: Any, chance: random.Random) -> Named:
    """One link, or some in a row; the last one leaves its row behind."""
    link, count = _some_link(db, chance), chance.choice((1, 1, 2, 5))
    gone = [link["seq"], link["seq"] + count - 1]
    links = db.execute("SELECT * FROM chain WHERE seq BETWEEN ? AND ?", gone).fetchall()
    _run(db, "DELETE FROM chain WHERE seq BETWEEN ? AND ?", gone)
    return set().union(*(_about(dict(one)) for one in links))


def insert_link(db: Any, chance: random.Random) -> Named:
    """A link of its own in the middle; those after it move on, as they are."""
    link = _some_link(db, chance)
    _run(db, "UPDATE chain SET seq = -seq - 1 WHERE seq >= ?", [link["seq"]])
    _run(db, "UPDATE chain SET seq = -seq WHERE seq < 0", [])
    new = link | {"key": _other(link["key"], chance)} if chance.random() < 0.5 else link
    _insert(db, "chain", new)
    return _about(link) | {f"chain link {link['seq'] + 1}"}


def swap_links(db: Any, chance: random.Random) -> Named:
    """Two links, in each other's place."""
    first, second = sorted((_some_link(db, chance), _some_link(db, chance)), key=lambda link: link["seq"])
    if first["seq"] == second["seq"]:
        raise NothingDoneError
    for link, seq in ((first, -1), (second, first["seq"]), (first | {"seq": -1}, second["seq"])):
        _run(db, f"UPDATE chain SET seq = {seq} WHERE seq = ?", [link["seq"]])
    return _about(first) | _about(second)


def recompute(db: Any, chance: random.Random) -> Named:
    """A row is changed, its leaf made anew, and all links after it as far as somebody cared to go, or up to the last."""
    one, row, key = _some_row(db, chance, facts=True)
    column = chance.choice(one.facts)
    if column in one.key or column == "agency":
        raise NothingDoneError
    changed = row | {column: _other(row[column], chance)}
    _update(db, one.name, row, changed)
    links = db.execute("SELECT * FROM chain ORDER BY seq").fetchall()
    [covered] = db.execute("SELECT max(size) FROM checkpoint").fetchone()
    [start] = [n for n, link in enumerate(links) if (link["tbl"], link["key"]) == (one.name, key)]
    if start >= covered:
        # What no checkpoint covers yet can be made anew unseen, until the next one.
        raise NothingDoneError
    end = chance.choice((start + 1, chance.randrange(start, len(links)) + 1, len(links)))
    leaf = leaf_of(record_of(one.name, key, _facts(db, one, changed)))
    before = links[start - 1]["value"] if start else bytes(32)
    for link in links[start:end]:
        at = datetime.fromisoformat(link["at"]).replace(tzinfo=UTC)
        made = leaf if link["seq"] == start + 1 else link["leaf"]
        before = value_of(before, link["seq"], at, made, f"{link['tbl']} {link['key']}")
        _run(db, "UPDATE chain SET value = ? WHERE seq = ?", [before, link["seq"]])
    _run(db, "UPDATE chain SET leaf = ? WHERE seq = ?", [leaf, start + 1])
    days = {f"checkpoint {day}" for (day,) in db.execute("SELECT day FROM checkpoint").fetchall()}
    return days | {f"chain link {end + 1}"}


def change_checkpoint(db: Any, chance: random.Random) -> Named:
    """One value of a checkpoint, or of what others know of it; or it is gone."""
    one = EVIDENCE[chance.choice(("checkpoint", "checkpoint_proof"))]
    row, key = _row_of(db, chance, one)
    if chance.random() < 0.3:
        _run(db, f"DELETE FROM {one.name} WHERE {_where(row)}", _values(row))
    else:
        column = chance.choice([name for name in one.facts if name != "agency"])
        _update(db, one.name, row, row | {column: _other(row[column], chance)})
    return {f"row {one.name} {key}", f"checkpoint {key}"}


ROWS: dict[str, Callable[[Any, random.Random], Named]] = {
    "row: changed": change,
    "row: removed": delete,
    "row: put in": insert,
    "row: swapped": swap,
}
CHAIN: dict[str, Callable[[Any, random.Random], Named]] = {
    "chain: changed": change_link,
    "chain: removed": delete_link,
    "chain: put in": insert_link,
    "chain: swapped": swap_links,
    "chain: made anew in part": recompute,
    "chain: checkpoint": change_checkpoint,
}


def drop_triggers(db: Any) -> None:
    for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        db.execute(f"DROP TRIGGER {name}")


def _some_row(db: Any, chance: random.Random, *, facts: bool = False) -> tuple[Evidence, Row, str]:
    one = chance.choice([table for table in EVIDENCE.values() if table.facts or not facts])
    row, key = _row_of(db, chance, one)
    return one, row, key


def _row_of(db: Any, chance: random.Random, one: Evidence) -> tuple[Row, str]:
    rows = db.execute(f"SELECT *, {one.key_sql('r')} AS the_key FROM {one.name} r").fetchall()
    if not rows:
        raise NothingDoneError
    row = dict(chance.choice(rows))
    return row, row.pop("the_key")


def _some_link(db: Any, chance: random.Random) -> Row:
    return dict(chance.choice(db.execute("SELECT * FROM chain").fetchall()))


def _about(link: Row) -> Named:
    """A link, the one after it, and the row that it is about."""
    row = f"row {link['tbl'].removesuffix(STATE)} {link['key']}"
    return {f"chain link {link['seq']}", f"chain link {link['seq'] + 1}", row}


def _key(db: Any, one: Evidence, row: Row) -> str:
    columns = ", ".join(f'? AS "{name}"' for name in row)
    query = f"SELECT {one.key_sql('r')} FROM (SELECT {columns}) r"
    return str(db.execute(query, _values(row)).fetchone()[0])


def _facts(db: Any, one: Evidence, row: Row) -> Row:
    query = f"SELECT {one.values_sql('r', one.facts)} FROM {one.name} r WHERE {_where(row)}"
    return dict(zip(one.facts, tuple(db.execute(query, _values(row)).fetchone()), strict=True))


def _where(row: Row) -> str:
    return " AND ".join(f'"{name}" IS ?' for name in row)


def _values(row: Row) -> list[Any]:
    return list(row.values())


def _update(db: Any, table: str, row: Row, changed: Row) -> None:
    columns = [name for name in row if changed[name] != row[name]]
    values = [changed[name] for name in columns]
    _run(
        db,
        f"UPDATE {table} SET {', '.join(f'{chr(34)}{n}{chr(34)} = ?' for n in columns)} WHERE {_where(row)}",
        [*values, *_values(row)],
    )


def _insert(db: Any, table: str, row: Row) -> None:
    names = ", ".join(f'"{name}"' for name in row)
    _run(db, f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(row))})", _values(row))


def _run(db: Any, statement: str, values: list[Any]) -> None:
    try:
        if not db.execute(statement, values).rowcount:
            raise NothingDoneError
    except sqlite_module().IntegrityError as error:
        raise NothingDoneError from error


def _other(value: Any, chance: random.Random) -> Any:
    """Another value, of the same kind for the most part."""
    if value is None:
        return chance.choice((0, "x", 2569))
    if isinstance(value, int | float):
        return chance.choice((value + 1, value - 1, str(value) + "a", -value - 1))
    if isinstance(value, bytes):
        at = chance.randrange(max(1, len(value)))
        return value[:at] + bytes([value[at] ^ 1 << chance.randrange(8)]) + value[at + 1 :] if value else b"x"
    at = chance.randrange(len(value) + 1)
    changed = [value[:at] + "๑" + value[at:], value[:at] + value[at + 1 :], value.swapcase(), value + " ", ""]
    return chance.choice([text for text in changed if text != value])
