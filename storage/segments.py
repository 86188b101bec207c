"""The archive's files as fixity sees them: read from end to end against the books, and replaced by whole copies."""

import os
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from shutil import copyfileobj
from typing import Any, BinaryIO
from urllib.parse import quote

from mailroom.domain.backup import Difference
from mailroom.domain.errors import AlreadyRunningError, ArchiveDamagedError, StorageError
from mailroom.ports import BytesDone
from storage.archive import NAME
from storage.claim import CLAIM_SECONDS, FolderClaim
from storage.disk import disk_errors, make_durable_folder, spare_name, sync_folder
from storage.driver import sqlite_module
from storage.pieces import Opener, Pieces
from storage.record_form import PIECE_LIMIT, SEALED, Kind, TornRecordError, form_at_start
from storage.sealing.kek import KeyEncryptionKeys
from storage.sealing.keys import FOLDER, key_name, keys_of, opener_of
from storage.segment import examine

KEY_FILE_LIMIT = 1 << 16
DIFFERENCES = 100
"""So many are told of one segment; how many more there are is one of them."""
REMEDY = "put the segment back from a second copy"
OWN = "SELECT segment FROM message UNION SELECT segment FROM document UNION SELECT segment FROM sent_copy"
KNOWN = " UNION ALL ".join(
    f"SELECT 1 FROM {table} WHERE digest = :digest"  # noqa: S608 - no value in it
    for table in ("message", "document", "sent_copy")
)
NAMED = """
SELECT segment_offset, stored_length, digest, 'message ' || id FROM message WHERE segment = :segment
UNION ALL
SELECT segment_offset, stored_length, digest, 'document ' || digest FROM document WHERE segment = :segment
UNION ALL
SELECT segment_offset, stored_length, digest, 'sent letter ' || item FROM sent_copy WHERE segment = :segment
"""


@dataclass(frozen=True, slots=True)
class Named:
    """A record as the books name it."""

    length: int
    digest: str
    owner: str


Places = dict[int, list[Named]]
"""What the books say lies at each offset of one segment."""


class ArchiveSegments:
    """`ports.Segments`. A segment of the books that is not there is among the names, and damaged."""

    def __init__(
        self,
        archive: Path,
        database: str,
        *,
        keks: KeyEncryptionKeys | None = None,
        patience: float = CLAIM_SECONDS,
    ) -> None:
        """`archive` is the folder that holds `segments`, `database` an address `sqlite:///PATH`.

        So many seconds of `patience` it has with who writes there. What needs a key that is not in the keyring raises
        ConfigurationError.
        """
        self._keys = keys_of(archive, keks)
        self._patience = patience
        self._folder = archive / "segments"
        self._database = Path(database.removeprefix("sqlite:///"))

    def names(self) -> list[str]:
        there = {path.name for path in self._folder.glob("*.seg")}
        found = there | {str(row[0]) for row in self._ask(OWN)}
        return sorted((name for name in found if NAME.fullmatch(name)), key=lambda name: int(Path(name).stem))

    def read_through(self, name: str, done: BytesDone) -> tuple[int, int, list[Difference]]:
        path = self._path(name)
        # The books first: what they name was in the file before they did.
        reading = self._reading(path, name)
        told = list(self._key_trouble(name)) or list(reading.differences(done))
        if len(told) > DIFFERENCES:
            told[DIFFERENCES:] = [f"{len(told) - DIFFERENCES} more of its records are damaged"]
        return reading.records, reading.bytes, [Difference(name, f"{text}; {REMEDY}") for text in told]

    def broken_key(self, name: str) -> str:
        path, number = self._path(name), int(Path(name).stem)
        if any(self._key_trouble(name)) or not (path.exists() or self._keys.has(number)):
            return f"{FOLDER}/{key_name(number)}"
        return ""

    def _key_trouble(self, name: str) -> Iterator[str]:
        """Whatever was read before: the file may have been lost since."""
        path, number = self._path(name), int(Path(name).stem)
        try:
            if self._keys.has(number) or (path.exists() and form_at_start(path) == SEALED):
                self._keys.check(number)
        except (ArchiveDamagedError, OSError) as error:
            yield str(error)

    def replace_key(self, name: str, whole: BinaryIO) -> None:
        self._path(name)
        self._keys.put_back(int(Path(name).stem), whole.read(KEY_FILE_LIMIT))

    def replace(self, name: str, whole: BinaryIO) -> None:
        path = self._path(name)
        part = path.with_name(f".{name}.part")
        claim = FolderClaim(self._folder)
        try:
            with disk_errors(self._folder):
                make_durable_folder(self._folder)
                _copy(whole, part)
                # Nobody writes from here on: what was kept since the copy was made goes over into the new file.
                claim.take(self._patience)
                _carry_over(path, part, self._opener(path, name))
                self._require_whole(name, part)
                _put_in_place(part, path)
        except AlreadyRunningError as error:
            raise StorageError(str(error)) from error
        finally:
            claim.close()
            part.unlink(missing_ok=True)

    def _require_whole(self, name: str, part: Path) -> None:
        for text in self._reading(part, name).differences(_silent):
            raise StorageError(f"the copy of {name} is not whole either: {text}; take another copy")

    def _reading(self, path: Path, name: str) -> "Reading":
        """Of the segment of that name, which may lie in another file."""
        return Reading(path, self.places(name), self._opener(path, name))

    def _opener(self, path: Path, name: str) -> Opener:
        with suppress(OSError):
            return opener_of(self._keys, int(Path(name).stem), path)
        return partial(self._keys.seal, int(Path(name).stem))

    def _path(self, name: str) -> Path:
        if not NAME.fullmatch(name):
            raise StorageError(f"{name!r} is not the name of a segment; name one of those in {self._folder}")
        return self._folder / name

    def is_known(self, digest: str) -> bool:
        """Whether the books name these bytes, wherever they lie."""
        return bool(self._ask(KNOWN, digest=digest))

    def places(self, name: str) -> Places:
        """What the books say lies in a segment."""
        places: Places = defaultdict(list)
        for offset, length, digest, owner in self._ask(NAMED, segment=name):
            places[offset].append(Named(length, digest, owner))
        return places

    def _ask(self, query: str, **values: str) -> list[Any]:
        module = sqlite_module()
        address = f"file:{quote(str(self._database.absolute()))}?mode=ro"
        try:
            with closing(module.connect(address, uri=True, isolation_level=None, timeout=30)) as connection:
                found: list[Any] = connection.execute(query, values).fetchall()
        except module.Error as error:
            raise StorageError(f"database {self._database}: {error}; restore a backup of it") from error
        return found


class Reading:
    """One segment, read once from end to end. `records` and `bytes` are those of it that are sound."""

    def __init__(self, path: Path, places: Places, opener: Opener) -> None:
        self._path = path
        self._opener = opener
        self._places = places
        self.records = 0
        self.bytes = 0

    def differences(self, done: BytesDone) -> Iterator[str]:
        """What is damaged, in words. Bytes behind the last record of the books may be those of a crash: they are none."""
        try:
            file = self._path.open("rb")
        except OSError as error:
            yield f"it cannot be opened ({error.strerror})"
            return
        with file:
            yield from self._walk(file, os.fstat(file.fileno()).st_size, done)

    def _walk(self, file: BinaryIO, size: int, done: BytesDone) -> Iterator[str]:
        waiting = sorted(self._places, reverse=True)
        at = 0
        while at < size:
            while waiting and waiting[-1] < at:
                yield from self._lost(waiting.pop(), "no record begins there")
            file.seek(at)
            try:
                record = self._examined(file, at)
            except (TornRecordError, ArchiveDamagedError, OSError) as error:
                if waiting and waiting[-1] == at:
                    yield from self._lost(waiting.pop(), str(error))
                elif waiting:
                    yield f"bytes {at} to {waiting[-1]} are no whole record ({error})"
                # Content can look like records: only the books say where reading goes on.
                at = waiting[-1] if waiting else size
            else:
                if waiting and waiting[-1] == at:
                    yield from self._compared(waiting.pop(), record.length, record.digest.hex())
                self.records, self.bytes = self.records + 1, self.bytes + record.length
                at += record.length
            done(min(at, size), size)
        while waiting:
            yield from self._lost(waiting.pop(), "the segment ends before it")

    def _examined(self, file: BinaryIO, at: int) -> Pieces:
        record = examine(file, self._opener)
        if record.kind is Kind.PART and at in self._places:
            raise TornRecordError("it is marked as a part of contents, and would not be given out")
        return record

    def _lost(self, offset: int, why: str) -> Iterator[str]:
        for named in self._places[offset]:
            yield f"{named.owner} at {offset} cannot be read ({why})"

    def _compared(self, offset: int, length: int, digest: str) -> Iterator[str]:
        for named in self._places[offset]:
            if (named.length, named.digest) != (length, digest):
                yield f"{named.owner} at {offset}: other bytes lie there than the books say"


def _silent(_done: int, _all: int) -> None:
    """Nobody waits for this."""


def _copy(whole: BinaryIO, part: Path) -> None:
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        copyfileobj(whole, file, PIECE_LIMIT)


def _carry_over(path: Path, part: Path, opener: Opener) -> None:
    """What the segment holds behind the end of its copy: whole records are taken along, and all is made durable."""
    with part.open("r+b") as copy:
        end = copy.seek(0, os.SEEK_END)
        with suppress(FileNotFoundError), path.open("rb") as segment:
            length = _sound_from(segment, end, opener)
            segment.seek(end)
            while length:
                piece = segment.read(min(length, PIECE_LIMIT))
                copy.write(piece)
                length -= len(piece)
        copy.flush()
        os.fsync(copy.fileno())


def _sound_from(segment: BinaryIO, start: int, opener: Opener) -> int:
    """Bytes of the unbroken row of sound records that begins there."""
    end = start
    try:
        while True:
            segment.seek(end)
            # A part that is damaged here may be whole in the copy.
            end += examine(segment, opener, alone=True).length
    except (TornRecordError, ArchiveDamagedError, OSError):
        return end - start


def _put_in_place(part: Path, path: Path) -> None:
    """At no moment is the name without a file, so that readers go on."""
    if path.exists():
        os.link(path, spare_name(path))
        sync_folder(path.parent)
    part.replace(path)
    sync_folder(path.parent)
