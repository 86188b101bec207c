"""Damage done to a whole installation, seeded, and whether `verify` names what was damaged.

    python -m tests.support.damage [COUNT] [SEED] [KIND]

does so many (of kinds that begin so), and prints of each kind how many were named. What left all evidence in the database as it was (a bit
of a page that holds nothing, the time of a session) is counted apart.
"""

import random
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from mailroom.domain.errors import BackupError, ConfigurationError, StorageError
from storage.chained import EVIDENCE
from storage.driver import sqlite_module
from storage.findings import Finding, Severity
from storage.verify import Check, _opened, verify
from storage.verify_chain import ChainCheck
from storage.verify_records import CheckerKeys
from tests.support.checkpoints import PUBLIC
from tests.support.damage_ground import prepared
from tests.support.damage_rows import CHAIN, ROWS, Named, NothingDoneError, drop_triggers

WHOLE_EVERY = 25
"""So many damages to rows are looked for by the part of `verify` that is about rows; then one by all of it."""
UNSEEN = "no evidence differs"


@dataclass(frozen=True)
class Outcome:
    kind: str
    words: str
    named: bool
    """Or counted apart."""
    unseen: bool = False


class Yard:
    """One installation, damaged again and again; each damage is undone before the next."""

    def __init__(self, folder: Path, seed: int) -> None:
        self._ground = prepared(folder, seed)
        self._damaged = folder / "damaged.sqlite"
        self._chance = random.Random(seed)
        self._done = 0
        self._dump = self._dumped(self._ground.database)
        files: dict[str, Callable[[], Outcome | None]] = {
            f"{where}: {what}": partial(self._file, where, what)
            for where in ("archive", "database", "backup")
            for what in ("bit flipped", "cut", "removed", "bytes swapped", "bytes put in", "overwritten")
        }
        rows = {kind: partial(self._rows, kind, do) for kind, do in (ROWS | CHAIN).items()}
        self._kinds = {**files, **rows}

    def damages(self, count: int, kind: str = "") -> Iterator[Outcome]:
        """So many, every kind in turn that begins so."""
        kinds = [one for one in self._kinds if one.startswith(kind)]
        for number in range(count):
            outcome = None
            while outcome is None:
                outcome = self._kinds[kinds[number % len(kinds)]]()
            yield outcome

    def _rows(self, kind: str, do: Callable[[Any, random.Random], Named]) -> Outcome | None:
        shutil.copyfile(self._ground.database, self._damaged)
        with closing(sqlite_module().connect(self._damaged, isolation_level=None)) as db:
            db.row_factory = sqlite_module().Row
            drop_triggers(db)
            db.execute("PRAGMA synchronous = OFF")
            db.execute("BEGIN")
            try:
                expected = do(db, self._chance)
            except NothingDoneError:
                return None
            db.execute("COMMIT")
        self._done += 1
        faults = [] if self._done % WHOLE_EVERY == 0 else self._chain_faults()
        if not _among(faults, expected):
            faults = self._faults()
        return Outcome(kind, f"{sorted(expected)[:3]}", _among(faults, expected))

    def _chain_faults(self) -> list[Finding]:
        check = ChainCheck(partial(_opened, str(self._damaged)), "agency", Counter(), public=PUBLIC)
        return [one for look in check.looks for one in look() if one.severity is Severity.FAULT]

    def _part_faults(self, where: str) -> list[Finding]:
        """By the part of `verify` that reads this; now and then, and whenever it finds nothing, all of it is run."""
        self._done += 1
        if self._done % WHOLE_EVERY == 0:
            return []
        try:
            return self._chain_faults() if where == "database" else self._archive_faults()
        except StorageError as error:
            return [Finding(Severity.FAULT, "database", str(error))]

    def _archive_faults(self) -> list[Finding]:
        with closing(_opened(str(self._damaged))) as connection:
            segments, keys = self._ground.archive / "segments", CheckerKeys(self._ground.archive, None)
            check = Check(connection, segments, "agency", Counter(), keys)
            return [one for one in check._archive() if one.severity is Severity.FAULT]

    def _faults(self) -> list[Finding]:
        try:
            report = verify(self._ground.archive, f"sqlite:///{self._damaged}", "agency", public=PUBLIC)
        except StorageError as error:
            return [Finding(Severity.FAULT, "database", str(error))]
        return [one for one in report.findings if one.severity is Severity.FAULT]

    def _file(self, where: str, what: str) -> Outcome | None:
        shutil.copyfile(self._ground.database, self._damaged)
        path = {"archive": self._segment, "database": lambda: self._damaged, "backup": self._copy}[where]()
        whole, mode = path.read_bytes(), path.stat().st_mode
        damaged = _damaged(whole, what, self._chance)
        if damaged == whole:
            return None
        path.chmod(0o600)
        try:
            path.unlink()
            if damaged is not None:
                path.write_bytes(damaged)
            named = self._backup_named() if where == "backup" else bool(self._part_faults(where) or self._faults())
            unseen = where == "database" and not named and self._same_dump()
        finally:
            path.write_bytes(whole)
            path.chmod(mode)
            for suspect in (self._ground.folder / "mirror").rglob("*.suspect"):
                suspect.unlink()
        return Outcome(f"{where}: {what}", f"{path.name}", named, unseen)

    def _segment(self) -> Path:
        return self._chance.choice(sorted((self._ground.archive / "segments").glob("*.seg")))

    def _copy(self) -> Path:
        files = [path for path in (self._ground.folder / "mirror").rglob("*") if path.is_file()]
        return self._chance.choice(sorted(path for path in files if path.name not in ("lock", "mailroom-mirror")))

    def _backup_named(self) -> bool:
        mirror = self._ground.mirror
        try:
            listed = {point.id for point in mirror.points()}
            return not listed.issuperset(self._ground.points) or bool(mirror.check(1, 1))
        except (BackupError, ConfigurationError):
            return True

    @staticmethod
    def _dumped(file: Path) -> Mapping[str, str]:
        """Digests of all that is evidence, by table: what else stands in a database proves nothing, and may change."""
        digests = {}
        with closing(sqlite_module().connect(f"file:{file}?mode=ro", uri=True)) as db:
            db.text_factory = bytes
            for one in EVIDENCE.values():
                columns = ", ".join(f'"{name}"' for name in (*one.key, *one.facts, *one.state))
                rows = db.execute(f"SELECT {columns} FROM {one.name} ORDER BY rowid").fetchall()
                digests[one.name] = sha256(repr(rows).encode()).hexdigest()
            digests["chain"] = sha256(repr(db.execute("SELECT * FROM chain").fetchall()).encode()).hexdigest()
        return digests

    def _same_dump(self) -> bool:
        try:
            return self._dumped(self._damaged) == self._dump
        except sqlite_module().Error:
            return False


def _among(faults: list[Finding], expected: Named) -> bool:
    return any(one.subject in expected for one in faults)


def _damaged(whole: bytes, what: str, chance: random.Random) -> bytes | None:
    at, length = chance.randrange(len(whole)), chance.choice((1, 16, 512, 4096))
    while not any(whole[at : at + 8]):
        # Most of a small database is empty; what is done there is seldom a difference.
        at = chance.randrange(len(whole))
    match what:
        case "bit flipped":
            return whole[:at] + bytes([whole[at] ^ 1 << chance.randrange(8)]) + whole[at + 1 :]
        case "cut":
            return whole[:at]
        case "removed":
            return None
        case "bytes put in":
            return whole[:at] + chance.randbytes(length) + whole[at:]
        case "overwritten":
            return whole[:at] + chance.randbytes(min(length, len(whole) - at)) + whole[at + length :]
        case _:
            length = min(length, len(whole) // 3)
            first = chance.randrange(len(whole) - 2 * length + 1)
            second = chance.randrange(first + length, len(whole) - length + 1)
            a, b = whole[first : first + length], whole[second : second + length]
            return whole[:first] + b + whole[first + length : second] + a + whole[second + length :]


def main(count: int = 300, seed: int = 1, kind: str = "") -> int:
    done: Counter[str] = Counter()
    named: Counter[str] = Counter()
    unseen: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        for number, one in enumerate(Yard(Path(folder), seed).damages(count, kind), 1):
            done[one.kind] += not one.unseen
            named[one.kind] += one.named
            unseen[one.kind] += one.unseen
            if not (one.named or one.unseen):
                _say(f"NOT NAMED: {one.kind}: {one.words}")
            if number % 1000 == 0:
                _say(f"{number} done")
    for kind, so_many in sorted(done.items()):
        apart = f", and {unseen[kind]} where {UNSEEN}" if unseen[kind] else ""
        _say(f"{kind:32} {named[kind]}/{so_many}{apart}")
    _say(f"{'all':32} {named.total()}/{done.total()}, and {unseen.total()} where {UNSEEN}")
    return int(named.total() != done.total())


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main(*map(int, sys.argv[1:3]), *sys.argv[3:4]))
