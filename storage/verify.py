"""The independent check: archive, log, register and outbox against each other, sharing nothing with what wrote them.

It has its own SQL and its own reader of segments, so that a mistake of the writer is not repeated here.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby, islice
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import quote

import zstandard

from mailroom.domain.errors import StorageError
from mailroom.domain.evidence import Checkpoint
from storage.driver import sqlite_module
from storage.findings import NOT_OURS, Finding, Severity, fault, gap
from storage.sealing.kek import KeyEncryptionKeys
from storage.verify_chain import ChainCheck
from storage.verify_chats import ChatCheck
from storage.verify_frames import BrokenRecordError, KeyMissingError
from storage.verify_joined import Stretch, stray
from storage.verify_keeping import KeepingCheck, Stretches, lost_numbers
from storage.verify_papers import PaperCheck
from storage.verify_records import NOT_OPENED, CheckerKeys, read_record
from storage.verify_rows import entry_faults, letter_faults, message_faults
from storage.verify_sent import SentCheck

FINDINGS_LIMIT = 1000
OUTGOING = "out"
INDEX = "search_index"
"""Names of the tables of the full-text index begin so. It is derived: damage there costs nothing."""


@dataclass(frozen=True, slots=True)
class Report:
    """What the check looked at, and what it found."""

    findings: tuple[Finding, ...]
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return not any(finding.severity is Severity.FAULT for finding in self.findings)


def verify(
    archive: Path,
    database: str,
    agency: str,
    *,
    keks: KeyEncryptionKeys | None = None,
    public: bytes | None = None,
    outside: Sequence[tuple[str, Checkpoint]] = (),
) -> Report:
    """Check everything of one agency, in bounded memory; safe beside a running program.

    `archive` is the folder that holds `segments`; beside it each channel has a folder of its own. Without `keks` only
    structure and check sums of what is sealed are looked at. `public` is the evidence key; `outside` are checkpoints that
    were kept elsewhere, each with the name of its file. Raises StorageError when the database cannot be opened.
    """
    counts: Counter[str] = Counter()
    with closing(_opened(database)) as connection:
        check = Check(connection, archive / "segments", agency, counts, CheckerKeys(archive, keks))
        chats = ChatCheck(connection, partial(_opened, database), archive.parent, agency, counts, keks)
        keeping = KeepingCheck(connection, agency, counts)
        sent = SentCheck(connection, agency, counts)
        chain = ChainCheck(partial(_opened, database), agency, counts, outside, public)
        looks = (*chats.looks, *keeping.looks, *sent.looks, *chain.looks)
        findings = list(islice(check.all(*looks), FINDINGS_LIMIT + 1))
    if len(findings) > FINDINGS_LIMIT:
        findings[-1] = fault("check", f"stopped after {FINDINGS_LIMIT} findings; mend these, then check again")
    return Report(tuple(findings), dict(counts))


def _opened(database: str) -> Any:
    path = Path(database.removeprefix("sqlite:///"))
    module = sqlite_module()
    try:
        connection = module.connect(f"file:{quote(str(path))}?mode=ro", uri=True, isolation_level=None, timeout=30)
        connection.row_factory = module.Row
        connection.execute("BEGIN")
        connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchall()
    except (module.Error, *NOT_OURS) as error:
        raise StorageError(f"database {path}: {error}; name an existing database, or restore the backup") from error
    return connection


class Check:
    """One run over one state of the database; the archive may grow meanwhile."""

    def __init__(self, connection: Any, segments: Path, agency: str, counts: Counter[str], keys: CheckerKeys) -> None:
        self._connection = connection
        self._keys = keys
        self._segments = segments
        self._agency = agency
        self._counts = counts

    def all(self, *others: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
        looks = (self._pages, self._references, self._archive, self._registers, self._entries, self._messages)
        papers = PaperCheck(self._connection, self._segments, self._agency, self._counts, self._keys)
        for look in (*looks, self._outbox, *papers.looks, *others):
            try:
                yield from look()
            except (sqlite_module().DatabaseError, *NOT_OURS) as error:
                yield fault("database", f"a part of it cannot be read ({error}); restore the backup")

    def _rows(self, query: str) -> Iterator[Any]:
        yield from self._connection.execute(query, {"agency": self._agency})

    def _pages(self) -> Iterator[Finding]:
        for (line,) in self._connection.execute("PRAGMA integrity_check"):
            if INDEX in line:
                yield Finding(Severity.NOTE, "full-text index", f"{line}; make it anew: mailroom search rebuild")
            elif line != "ok":
                yield fault("database", f"{line}; restore the backup")

    def _references(self) -> Iterator[Finding]:
        for table, row, parent, _ in self._connection.execute("PRAGMA foreign_key_check"):
            yield fault("database", f"row {row} of {table} refers to a row that {parent} does not have")

    def _archive(self) -> Iterator[Finding]:
        rows = self._rows(
            "SELECT 'message' AS kind, CAST(id AS TEXT) AS name, digest, size, segment, segment_offset, stored_length "
            "FROM message WHERE agency = :agency UNION ALL "
            "SELECT 'document', digest, digest, size, segment, segment_offset, stored_length "
            "FROM document WHERE agency = :agency UNION ALL "
            "SELECT 'sent letter', item || ', attempt ' || attempt, digest, size, segment, segment_offset, stored_length "
            "FROM sent_copy WHERE agency = :agency ORDER BY segment, segment_offset"
        )
        seen = set()
        for name, group in groupby(rows, key=lambda row: str(row["segment"])):
            seen.add(name)
            yield from self._segment(name, group)
        for path in sorted(self._segments.glob("*.seg")):
            if path.name not in seen and path.stat().st_size:
                yield Finding(
                    Severity.NOTE, path.name, "no message, document or letter of the books lies in this segment"
                )
        if self._counts[NOT_OPENED]:
            text = f"{self._counts[NOT_OPENED]} records are sealed, and were not opened: there is no keyring"
            yield Finding(Severity.NOTE, "archive", f"{text}; name it in [keys] keyring to have them compared")

    def _segment(self, name: str, rows: Iterator[Any]) -> Iterator[Finding]:
        try:
            file = (self._segments / name).open("rb")
        except OSError as error:
            for row in rows:
                yield fault(_kept(row), f"segment {name} cannot be read ({error}); restore it")
            return
        with file:
            end, gaps = 0, list[Stretch]()
            parts: set[Stretch] = set()
            for row in rows:
                gaps.append((end, row["segment_offset"]))
                yield from self._content(file, row, parts)
                end = max(end, row["segment_offset"] + row["stored_length"])
            gaps.append((end, file.seek(0, 2)))
            for start, stop in stray(file, [gap for gap in gaps if gap[0] < gap[1]], parts, self._keys.of(name)):
                text = f"bytes {start} to {stop} belong to no message, document or letter"
                yield Finding(Severity.NOTE, name, text)

    def _content(self, file: BinaryIO, row: Any, parts: set[Stretch]) -> Iterator[Finding]:
        self._counts[f"{row['kind']}s"] += 1
        self._counts["bytes"] += row["size"]
        file.seek(row["segment_offset"])
        try:
            found = read_record(file, self._keys.of(row["segment"]), parts)
        except KeyMissingError as error:
            yield fault(_kept(row), f"it cannot be opened: {error}")
            return
        except (BrokenRecordError, zstandard.ZstdError, OSError) as error:
            where = f"{row['segment']} at {row['segment_offset']}"
            yield fault(_kept(row), f"its bytes in {where} are damaged ({error}); restore the segment")
            return
        if not found.opened:
            self._counts[NOT_OPENED] += 1
        if not found.is_that(row["digest"], row["size"], row["stored_length"]):
            yield fault(_kept(row), "the archive holds other bytes than the books say; restore both")

    def _registers(self) -> Iterator[Finding]:
        """Letters received and letters sent."""
        rows = self._rows(
            "SELECT register, year, number FROM register_entry WHERE agency = :agency UNION ALL "
            "SELECT 'out', year, number FROM outgoing_entry WHERE agency = :agency ORDER BY register, year, number"
        )
        last: dict[tuple[str, int], int] = {}
        lost = lost_numbers(self._connection, self._agency)
        for series, group in groupby(rows, key=lambda row: (str(row["register"]), int(row["year"]))):
            last[series] = 0
            for row in group:
                self._counts["sent" if series[0] == OUTGOING else "entries"] += 1
                yield from _step(series, last[series], row["number"], lost.get(series, ()))
                last[series] = row["number"]
        for series, stretches in lost.items():
            if ":" not in series[0]:
                entered = last.get(series, 0)
                last[series] = max(entered, *(end for _, end in stretches))
                yield from gap(_register(series), series[1], entered, last[series] + 1, stretches)
        yield from self._counters(last)

    def _counters(self, last: dict[tuple[str, int], int]) -> Iterator[Finding]:
        rows = self._rows(
            "SELECT register, year, last FROM register_counter WHERE agency = :agency AND instr(register, ':') = 0"
        )
        counters = {(str(row["register"]), int(row["year"])): int(row["last"]) for row in rows}
        for series in sorted(last.keys() | counters.keys()):
            given, counted = last.get(series, 0), counters.get(series, 0)
            if given != counted:
                yield fault(_register(series), f"the last entry is {given}, but the counter says {counted}")

    def _entries(self) -> Iterator[Finding]:
        rows = self._rows(
            "SELECT e.year, e.number, e.message_id, e.entered_system_at AS entered, e.deemed_received_at AS deemed, "
            "m.id, m.entered_system_at, m.registered, c.message_id AS case_of, c.state AS case_state "
            "FROM register_entry e LEFT JOIN message m ON m.id = e.message_id AND m.agency = e.agency "
            "LEFT JOIN case_file c ON (c.agency, c.register, c.year, c.number) = (e.agency, e.register, e.year, e.number) "
            "WHERE e.agency = :agency"
        )
        for row in rows:
            for text in entry_faults(row):
                yield fault(f"entry {row['number']}/{row['year']}", text)

    def _messages(self) -> Iterator[Finding]:
        """The decision in force, and what it calls for."""
        rows = self._rows(
            "SELECT m.id, m.outcome, m.registered, m.letter, e.number, "
            "(SELECT count(*) FROM outbox_item o WHERE o.message_id = m.id AND o.letter = m.letter) AS letters, "
            "(SELECT count(*) FROM outbox_item o WHERE o.message_id = m.id AND o.letter = m.letter "
            "AND o.state <> 'settled') AS unsettled, "
            "(SELECT count(*) FROM outbox_item o WHERE o.message_id = m.id AND o.state <> 'settled' "
            "AND o.letter IN ('acknowledgement', 'held')) AS receipts "
            "FROM message m LEFT JOIN register_entry e ON e.message_id = m.id "
            "WHERE m.agency = :agency AND m.outcome IS NOT NULL"
        )
        for row in rows:
            self._counts["decided"] += 1
            for text in message_faults(row):
                yield fault(f"message {row['id']}", text)

    def _outbox(self) -> Iterator[Finding]:
        rows = self._rows(
            "SELECT o.id, o.message_id, o.letter, o.state, o.sent_at, o.subject, o.text, m.id AS message, e.year, e.number "
            "FROM outbox_item o LEFT JOIN message m ON m.id = o.message_id AND m.agency = o.agency "
            "LEFT JOIN register_entry e ON e.message_id = o.message_id WHERE o.agency = :agency"
        )
        for row in rows:
            self._counts["letters"] += 1
            for text in letter_faults(row):
                yield fault(f"letter {row['id']}", text)


def _kept(row: Any) -> str:
    """What a record of the archive holds."""
    return f"{row['kind']} {row['name']}"


def _register(series: tuple[str, int]) -> str:
    return f"{'outgoing register' if series[0] == OUTGOING else 'register'} {series[1]}"


def _step(series: tuple[str, int], last: int, number: int, lost: Stretches) -> Iterator[Finding]:
    name, year = series
    entry = "outgoing entry" if name == OUTGOING else "entry"
    if number <= last:
        yield fault(f"{entry} {number}/{year}", "this number was given twice")
    if any(first <= number <= end for first, end in lost):
        yield fault(f"{entry} {number}/{year}", "this number is void: it was given before a restore")
    yield from gap(_register(series), year, last, number, lost)
