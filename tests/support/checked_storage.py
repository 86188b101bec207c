"""Archive and database of a test that damages them and has them checked."""

from dataclasses import dataclass, field
from pathlib import Path

from mailroom.domain.message import LoggedMessage
from storage.archive import SegmentArchive
from storage.driver import sqlite_module
from storage.findings import Finding, Severity
from storage.sealing.kek import KeyEncryptionKeys
from storage.verify import Report, verify

CHAIN = ("row ", "chain ", "checkpoint ")
"""How the subjects of what the chain finds begin."""


@dataclass
class CheckedStorage:
    folder: Path
    database: str
    archive: SegmentArchive
    rows: list[LoggedMessage] = field(default_factory=list)
    keks: KeyEncryptionKeys | None = None

    def verify(self) -> Report:
        return verify(self.folder, self.database, "agency", keks=self.keks)

    def change(self, *statements: str) -> None:
        """Do what no program of ours does: triggers and foreign keys are off."""
        connection = sqlite_module().connect(self.database.removeprefix("sqlite:///"), isolation_level=None)
        triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement)
        connection.close()

    def faults(self) -> list[str]:
        """What the books and the archive say of each other; the chain, which names every change besides, is left out."""
        return [f"{one.subject}: {one.text}" for one in self._faults() if not one.subject.startswith(CHAIN)]

    def chain_faults(self) -> list[str]:
        return [f"{one.subject}: {one.text}" for one in self._faults() if one.subject.startswith(CHAIN)]

    def _faults(self) -> list[Finding]:
        return [one for one in self.verify().findings if one.severity is Severity.FAULT]
