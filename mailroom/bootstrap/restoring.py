"""Restoring, joined: works on an empty machine, where there is no configuration yet, or only agency.toml."""

import os
import shutil
import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mailroom.bootstrap.key_source import KeySource, toml_at
from mailroom.bootstrap.keys import unlocked
from mailroom.bootstrap.parts import SystemClock
from mailroom.domain.backup import Difference, StoredPoint
from mailroom.domain.errors import BackupError, ConfigurationError
from mailroom.domain.message import Place
from mailroom.domain.register import RegisterNumber
from mailroom.ports import BackupStore, Books, BytesDone
from mailroom.services.evidence.matter import matter
from mailroom.services.keeping.backup import DATABASE
from mailroom.services.keeping.case_folder import folder_name, write_case
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
from storage.sealing.keys import COPY, FOLDER
from storage.unit_of_work import SqlBooks
from storage.verify import verify

if TYPE_CHECKING:
    from storage.sealing.keyring import Keyring

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


def restore_all(store: BackupStore, point: str, folder: Path, keys: KeySource, done: BytesDone) -> Restored:
    """A point as an installation that can be started once the fence is stated. Raises BackupError, StorageError.

    Raises ConfigurationError when the copy is sealed and neither keyring nor recovery key opens it.
    """

    def unlock(ready: Path) -> None:
        unlocked(ready, keks=keys.for_copy(ready / DATA / ARCHIVE, beside=ready))

    def require_fence(ready: Path, of: StoredPoint) -> None:
        with closing(SqlBooks(_database(ready), _agency(ready, of))) as books, books.begin() as uow:
            uow.keeping.require_fence(SystemClock().now(), of.id)
            uow.commit()

    def verified(ready: Path, of: StoredPoint) -> Checked:
        keyring = keys.for_copy(ready / DATA / ARCHIVE, beside=ready)
        return checked(ready, agency=_agency(ready, of), keks=keyring)

    return restore(store, point, folder, Steps(unlock=unlock, require_fence=require_fence, verify=verified), done)


def checked(ready: Path, *, agency: str, keks: "Keyring | None" = None) -> Checked:
    """The independent check of a folder that holds `data`."""
    report = verify(ready / DATA / ARCHIVE, _database(ready), agency, keks=keks)
    faults = (one for one in report.findings if one.severity is Severity.FAULT)
    return Checked(report.counts, tuple(Difference(one.subject, one.text) for one in faults))


def data_elsewhere(folder: Path) -> str:
    """The `data_dir` of a restored agency.toml, when it is not where the data were put; else empty."""
    storage = _toml(folder).get("storage", {})
    named = storage.get("data_dir", DATA) if isinstance(storage, dict) else DATA
    return "" if (folder / str(named)).resolve() == (folder / DATA).resolve() else str(named)


class Copy:
    """A point of which only some parts are brought, into a folder of its own that goes with it."""

    def __init__(self, store: BackupStore, point: StoredPoint, folder: Path, keys: KeySource, done: BytesDone) -> None:
        self._store = store
        self._point = point
        self._folder = folder
        self._done = done
        self._keyring = keys.for_copy(self._brought_keys())

    @contextmanager
    def books(self) -> Iterator[Books]:
        """The database of the point, opened where it is sealed."""
        brought = self._bring("books", [DATABASE])
        ready = self._folder / "ready"
        (ready / DATA).mkdir(parents=True, exist_ok=True)
        (brought / DATABASE).replace(ready / DATA / DATABASE_FILE)
        unlocked(ready, keks=self._keyring)
        with closing(SqlBooks(_database(ready), self._point.installation)) as books:
            yield books

    @contextmanager
    def archive(self, segments: Collection[str]) -> Iterator[SegmentArchive]:
        """The segments of these names, with the keys of all."""
        brought = self._bring("archive", [f"{ARCHIVE}/segments/{name}" for name in sorted(segments)])
        if (keys := self._folder / "keys" / ARCHIVE / FOLDER).exists():
            shutil.copytree(keys, brought / ARCHIVE / FOLDER)
        with closing(SegmentArchive(brought / ARCHIVE, keks=self._keyring)) as archive:
            yield archive

    def _brought_keys(self) -> Path:
        """What there is of keys; a store that does not answer says so at the next thing that is asked of it."""
        archive = self._folder / "keys" / ARCHIVE
        archive.mkdir(parents=True)
        for name in (COPY, FOLDER):
            with suppress(BackupError):
                (self._bring("one", [f"{ARCHIVE}/{name}"]) / ARCHIVE / name).rename(archive / name)
        return archive

    def _bring(self, name: str, paths: Sequence[str]) -> Path:
        folder = self._folder / name
        restore_scratch(self._store, self._point.id, folder, self._done, paths)
        return folder


@contextmanager
def some_of(store: BackupStore, point: str, folder: Path, keys: KeySource, done: BytesDone) -> Iterator[Copy]:
    """Parts of a point, brought into a folder below the one that is meant for what comes of them."""
    chosen = newest(store.points(), point)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".restoring-", dir=folder) as scratch:
        yield Copy(store, chosen, Path(scratch), keys, done)


def restore_one(store: BackupStore, point: str, what: str, folder: Path, keys: KeySource, done: BytesDone) -> Path:
    """One message or document, by id or digest, as a file in a folder. Raises BackupError when the copy has none such.

    Only the database and one segment are brought: enough for a single file out of any archive.
    """
    with some_of(store, point, folder, keys, done) as copy:
        with copy.books() as books:
            name, place, digest = _found(books, what)
        target = folder / name
        with (
            copy.archive({place.segment}) as archive,
            archive.open(place, digest) as content,
            target.open("wb") as out,
        ):
            while piece := content.read(1 << 20):
                out.write(piece)
    return target


def restore_case(
    store: BackupStore, point: str, number: RegisterNumber, folder: Path, keys: KeySource, done: BytesDone
) -> tuple[Path, int]:
    """Everything of one case as files in a folder of its own; that folder, and how many files.

    Only the database and the segments in which the case lies are brought. Raises RefusedActionError `no-such-case`,
    BackupError when the folder is there already.
    """
    with some_of(store, point, folder, keys, done) as copy:
        with copy.books() as books, books.look() as uow:
            found = matter(uow, number)
        target = folder / folder_name(found)
        if target.exists():
            raise BackupError(f"{target} is there already; name another folder")
        with copy.archive({place.segment for _, place, _ in found.files()}) as archive:
            return target, write_case(found, archive, target)


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
    return toml_at(folder / "agency.toml")
