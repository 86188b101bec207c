"""Restoring, joined: works on an empty machine, where there is no configuration yet, or only agency.toml."""

import os
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from mailroom.bootstrap.parts import SystemClock
from mailroom.domain.backup import Difference, StoredPoint
from mailroom.domain.errors import BackupError, ConfigurationError
from mailroom.domain.message import Place
from mailroom.ports import BackupStore, Books, BytesDone
from mailroom.services.keeping.backup import DATABASE
from mailroom.services.keeping.restore import (
    ARCHIVE,
    DATA,
    DATABASE_FILE,
    Checked,
    Restored,
    Steps,
    newest,
    restore,
    restore_scratch,
)
from mailroom.settings import BackupSection, Secret, TargetSection
from mailroom.settings_files import read_toml, validated
from storage.archive import SegmentArchive
from storage.backup import open_store
from storage.findings import Severity
from storage.unit_of_work import SqlBooks
from storage.verify import verify

PASSWORD = "MAILROOM_BACKUP_PASSWORD"  # noqa: S105 - the name of a variable
PASSED_ON = ("AWS_", "B2_", "AZURE_", "GOOGLE_", "RESTIC_REST_")
"""Beginnings of variables that a target asks for, where no configuration names them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class From:
    """Where a copy is, as a person says it."""

    place: str
    """Name of a target in agency.toml, or an address."""
    config: Path
    password_file: Path | None = None


@contextmanager
def store_at(wanted: From) -> Iterator[BackupStore]:
    """The store of a target by name, or of an address. Raises ConfigurationError."""
    with tempfile.TemporaryDirectory(prefix="mailroom-") as cache:
        yield open_store(_section(wanted), Path(cache))


def needs_password(wanted: From) -> bool:
    """Whether somebody has to be asked: a restic address without a configuration, a file or a variable."""
    named = wanted.password_file is not None or os.environ.get(PASSWORD)
    return not named and _named(wanted) is None and _kind(wanted.place) == "restic"


def restore_all(store: BackupStore, point: str, folder: Path, done: BytesDone) -> Restored:
    """A point as an installation that can be started once the fence is stated. Raises BackupError, StorageError."""

    def require_fence(ready: Path, of: StoredPoint) -> None:
        with closing(SqlBooks(_database(ready), _agency(ready, of))) as books, books.begin() as uow:
            uow.keeping.require_fence(SystemClock().now(), of.id)
            uow.commit()

    def verified(ready: Path, of: StoredPoint) -> Checked:
        return checked(ready, agency=_agency(ready, of))

    return restore(store, point, folder, Steps(require_fence=require_fence, verify=verified), done)


def checked(ready: Path, *, agency: str) -> Checked:
    """The independent check of a folder that holds `data`."""
    report = verify(ready / DATA / ARCHIVE, _database(ready), agency)
    faults = (one for one in report.findings if one.severity is Severity.FAULT)
    return Checked(report.counts, tuple(Difference(one.subject, one.text) for one in faults))


def data_elsewhere(folder: Path) -> str:
    """The `data_dir` of a restored agency.toml, when it is not where the data were put; else empty."""
    storage = _toml(folder).get("storage", {})
    named = storage.get("data_dir", DATA) if isinstance(storage, dict) else DATA
    return "" if (folder / str(named)).resolve() == (folder / DATA).resolve() else str(named)


def restore_one(store: BackupStore, point: str, what: str, folder: Path, done: BytesDone) -> Path:
    """One message or document, by id or digest, as a file in a folder. Raises BackupError when the copy has none such.

    Only the database and one segment are brought: enough for a single file out of any archive.
    """
    chosen = newest(store.points(), point)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".restoring-", dir=folder) as scratch:
        books_at, archive_at = Path(scratch) / "books", Path(scratch) / "archive"
        restore_scratch(store, chosen.id, books_at, done, [DATABASE])
        with closing(SqlBooks(f"sqlite:///{books_at / DATABASE}", chosen.installation)) as books:
            name, place, digest = _found(books, what)
        restore_scratch(store, chosen.id, archive_at, done, [f"{ARCHIVE}/segments/{place.segment}"])
        target = folder / name
        with (
            closing(SegmentArchive(archive_at / ARCHIVE)) as archive,
            archive.open(place, digest) as content,
            target.open("wb") as out,
        ):
            while piece := content.read(1 << 20):
                out.write(piece)
    return target


def _found(books: Books, what: str) -> tuple[str, Place, str]:
    """File name, place and digest."""
    with books.look() as uow:
        record = uow.messages.get(int(what)) if what.isdigit() and len(what) < 19 else None
        if record is None and len(what) == 64:
            document = uow.documents.get(what)
            if document is not None:
                return document.name, document.place, document.digest
            record = next((one for one in uow.messages.every() if one.logged.digest == what), None)
    if record is None:
        raise BackupError(f"this copy holds no message or document {what}; try another --point")
    suffix = "eml" if record.logged.envelope.channel == "email" else "bin"
    return f"message-{record.logged.id}.{suffix}", record.logged.place, record.logged.digest


def _section(wanted: From) -> TargetSection:
    named = _named(wanted)
    if named is not None and wanted.password_file is not None:
        return named.model_copy(update={"password": Secret(env=None, file=wanted.password_file)})
    if named is not None:
        return named
    kind = _kind(wanted.place)
    place = wanted.place if ":" in wanted.place else str(Path(wanted.place).resolve())
    password = Secret(env=None, file=wanted.password_file) if wanted.password_file else Secret(env=PASSWORD, file=None)
    passed_on = {name: {"env": name} for name in os.environ if name.startswith(PASSED_ON)}
    return TargetSection.model_validate(
        {
            "name": "source",
            "kind": kind,
            "address": place,
            "password": password if kind == "restic" else None,
            "environment": passed_on if kind == "restic" else {},
        }
    )


def _named(wanted: From) -> TargetSection | None:
    """Of agency.toml only the table of backups is read: the other files may not be there yet."""
    if not wanted.config.is_file():
        return None
    table = read_toml(wanted.config).get("backup", {})
    section = validated(BackupSection, table if isinstance(table, dict) else {}, source=wanted.config, prefix="backup")
    return next((one for one in section.target if one.name == wanted.place), None)


def _kind(place: str) -> str:
    """A folder that is no restic repository is a mirror. Raises ConfigurationError for what is neither."""
    if ":" in place:
        return "restic"
    folder = Path(place)
    if not folder.is_dir():
        raise ConfigurationError(
            f"{place} is neither a target of agency.toml nor a folder; name one, or write s3:…, sftp:… or rest:…"
        )
    return "restic" if (folder / "config").is_file() and (folder / "keys").is_dir() else "mirror"


def _database(ready: Path) -> str:
    return f"sqlite:///{ready / DATA / DATABASE_FILE}"


def _agency(ready: Path, point: StoredPoint) -> str:
    table = _toml(ready).get("agency", {})
    key = str(table.get("key", "")) if isinstance(table, dict) else ""
    return key or point.installation


def _toml(folder: Path) -> dict[str, object]:
    try:
        return tomllib.loads((folder / "agency.toml").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
