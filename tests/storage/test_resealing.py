"""An archive that gets a keyring later: everything is sealed, nothing is lost, wherever the work is cut short."""

import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailroom.domain.backup import Sealing
from mailroom.domain.errors import ConfigurationError
from mailroom.domain.message import LoggedMessage
from mailroom.ports import BytesDone
from mailroom.services.keeping.sealing import SealService
from mailroom.testing import FakeClock
from storage.archive import SegmentArchive
from storage.record_form import MAGIC, PIECE_LIMIT
from storage.resealing import ArchiveSealing
from storage.resealing_spool import SpoolSealing
from storage.spool import SegmentSpool
from storage.unit_of_work import SqlBooks
from storage.verify import Report, verify
from tests.contracts.sent_contract import sent_copy
from tests.support.book_values import decide, keep_and_log, message
from tests.support.keyrings import FixedKeks
from tests.support.paper_values import document

ROOT = Path(__file__).parents[2]
AT = datetime(2026, 1, 5, tzinfo=UTC)
CHANNEL, ACCOUNT = "line", "@agency"
SECRET = b"Somsri Jaidee 1-2345-67890-12-3 "


@contextmanager
def unwatched(_text: str) -> Iterator[BytesDone]:
    yield lambda _done, _total: None


@dataclass
class Old:
    """A data folder from before there was a keyring: three open segments, and a spool that was read up to its third."""

    folder: Path
    database: str
    books: SqlBooks
    contents: dict[str, bytes] = field(default_factory=dict)
    """By digest, what the books name."""
    deliveries: list[bytes] = field(default_factory=list)
    rows: list[LoggedMessage] = field(default_factory=list)

    @property
    def archive(self) -> Path:
        return self.folder / "archive"

    @property
    def spool(self) -> Path:
        return self.folder / CHANNEL / "spool" / ACCOUNT

    def service(self) -> SealService:
        return service(self.folder, self.database, self.books)

    def seal(self) -> Sealing:
        return self.service().run(unwatched)

    def readable(self) -> bool:
        """Whether everything that the books name is there, byte for byte."""
        archive = SegmentArchive(self.archive, keks=FixedKeks())
        with self.books.look() as uow:
            places = [(one.logged.place, one.logged.digest) for one in uow.messages.every()]
            places += [(paper.place, digest) for digest in self.contents if (paper := uow.documents.get(digest))]
        for place, digest in places:
            with archive.open(place, digest) as stream:
                assert stream.read() == self.contents[digest]
        return {digest for _, digest in places} == self.contents.keys()

    def verify(self) -> Report:
        return verify(self.archive, self.database, "agency", keks=FixedKeks())

    def open_files(self) -> list[str]:
        """Segments that begin with a record that anybody can read."""
        files = [path for path in self.folder.rglob("*.seg*") if path.read_bytes().startswith(MAGIC)]
        return sorted(path.name for path in files)


def service(folder: Path, database: str, books: SqlBooks) -> SealService:
    return SealService(
        books=books,
        archive=ArchiveSealing(folder / "archive", database, FixedKeks()),
        spools=[SpoolSealing(CHANNEL, ACCOUNT, folder / CHANNEL / "spool" / ACCOUNT, FixedKeks())],
        locks=[nullcontext],
        clock=FakeClock(AT),
    )


def fill(old: Old) -> None:
    chance = random.Random(7)
    archive = SegmentArchive(old.archive, segment_limit=200_000)
    sizes = [0, 1, 40, 3000, 70_000, PIECE_LIMIT + 5, 2000, 90_000, 100_000, 120_000, 200, 300_000, 5]
    contents = [SECRET * (size // 64) + chance.randbytes(size // 2) for size in sizes]
    old.rows = keep_and_log(archive, old.books, *contents)
    paper, letter = archive.keep([SECRET + b"paper", SECRET + b"letter"])
    archive.keep([SECRET + b"kept and never logged"])
    with old.books.begin() as uow:
        for row in old.rows:
            decide(uow, row, message(str(row.id)), row.id)
        uow.documents.put(document(paper.digest, size=paper.size, place=paper.place))
        [item] = uow.outbox.claim("email", AT + timedelta(days=999), 1)
        facts = {"segment": letter.place.segment, "offset": letter.place.offset, "stored_length": letter.place.length}
        uow.outbox.save(item.deferred(AT, "busy"))
        uow.sent.add(sent_copy(item=item.id, digest=letter.digest, size=letter.size, accepted=False, **facts))
        uow.commit()
    archive.close()
    old.contents = {row.digest: content for row, content in zip(old.rows, contents, strict=True)}
    old.contents[paper.digest] = SECRET + b"paper"
    _fill_spool(old)


def _fill_spool(old: Old) -> None:
    spool = SegmentSpool(old.spool, SegmentArchive(old.spool, segment_limit=300))
    for number in range(12):
        old.deliveries.append(b'{"events":[],"n":%d,"of":"' % number + SECRET * (number * 7 % 5) + b'"}')
        spool.keep(old.deliveries[-1], AT + timedelta(seconds=number), 10)
    read = list(spool.after(""))
    with old.books.begin() as uow:
        uow.chats(CHANNEL, ACCOUNT).advance(read[8].place)
        uow.commit()
    spool.close()


@pytest.fixture
def old(tmp_path: Path, database: str, sql_books: SqlBooks) -> Old:
    old = Old(tmp_path, database, sql_books)
    fill(old)
    return old


def unread(old: Old) -> list[bytes]:
    """Deliveries behind the place where the reader of the spool stands."""
    spool = SegmentSpool(old.spool, keks=FixedKeks())
    with old.books.look() as uow:
        found = [one.body for one in spool.after(uow.chats(CHANNEL, ACCOUNT).cursor())]
    assert [one.body for one in spool.after("")] == old.deliveries
    spool.close()
    return found


def test_everything_is_sealed_and_everything_is_there(old: Old) -> None:
    """Messages, papers, letters and deliveries; what nobody logged too. No open segment is left, and verify agrees."""
    assert len(old.open_files()) > 5
    before = {one.damage for one in SegmentArchive(old.archive).scan()}, len(list(SegmentArchive(old.archive).scan()))
    sealing = old.seal()
    assert (sealing.left, sealing.records) == ((), 15)
    assert old.open_files() == []
    assert old.readable()
    assert (old.verify().ok, [one for one in old.verify().findings if one.severity == "fault"]) == (True, [])
    found = list(SegmentArchive(old.archive, keks=FixedKeks()).scan())
    assert ({one.damage for one in found}, len(found)) == before
    assert unread(old) == old.deliveries[9:]
    with old.books.look() as uow:
        for row in old.rows:
            assert uow.messages.get(row.id).logged.digest == row.digest


def test_sealing_again_changes_nothing(old: Old) -> None:
    """Not a byte."""
    old.seal()
    before = {path: path.read_bytes() for path in old.folder.rglob("*.seg")}
    assert old.seal() == Sealing(segments=(), records=0)
    assert before == {path: path.read_bytes() for path in old.folder.rglob("*.seg")}


def test_what_is_damaged_stays_as_it_is(old: Old) -> None:
    """It is named with its remedy, in archive and spool; all other segments are sealed."""
    first, spooled = (next(iter(sorted(folder.glob("segments/*.seg")))) for folder in (old.archive, old.spool))
    for path in (first, spooled):
        data = bytearray(path.read_bytes())
        data[70] ^= 1
        path.write_bytes(data)
    before = first.read_bytes(), spooled.read_bytes()
    sealing = old.seal()
    subjects = [one.subject for one in sealing.left]
    assert subjects == [first.name, f"spool of {CHANNEL} {ACCOUNT}, {spooled.name}"]
    assert "put the segment back from a second copy" in sealing.left[0].text
    assert "the segment stays as it is" in sealing.left[1].text
    assert (first.read_bytes(), spooled.read_bytes()) == before
    assert old.open_files() == [first.name, spooled.name]
    assert not list(old.folder.rglob(".*.part"))


def test_a_torn_end_keeps_no_segment_open(old: Old) -> None:
    """Behind the last record of the books it is what a crash left."""
    last = max((old.archive / "segments").glob("*.seg"))
    with last.open("ab") as file:
        file.write(last.read_bytes()[:30])
    assert old.seal().left == ()
    assert old.readable()


def test_damaged_files_in_the_open_are_told(old: Old) -> None:
    """They hold mail as well, and nobody removes them but a person."""
    first = old.archive / "segments" / "000001.seg"
    shutil.copy(first, first.with_name("000001.seg.damaged"))
    [left] = old.seal().left
    assert left.subject == "000001.seg.damaged"
    assert first.with_name("000001.seg.damaged").exists()


def test_without_room_nothing_is_begun(old: Old) -> None:
    """Each segment says how much it needs."""
    archive = ArchiveSealing(old.archive, old.database, FixedKeks(), free=lambda _folder: 1 << 20)
    sealer = SealService(books=old.books, archive=archive, spools=(), locks=(), clock=FakeClock(AT))
    left = sealer.run(unwatched).left
    assert len(left) == len(list((old.archive / "segments").iterdir()))
    assert all("no room" in one.text for one in left)
    assert not (old.archive / "keys").exists()


def test_a_program_without_keys_writes_nothing_once_sealing_has_begun(old: Old) -> None:
    """What it kept in the open might go with its segment before it is logged."""
    old.seal()
    with pytest.raises(ConfigurationError, match="keyring"):
        SegmentArchive(old.archive).keep([b"in the open"])


KILLER = f"""
import importlib.util, shutil, sys
from pathlib import Path
from tests.support.dying import forked
spec = importlib.util.spec_from_file_location("resealing", {str(Path(__file__))!r})
resealing = importlib.util.module_from_spec(spec)
sys.modules["resealing"] = resealing
spec.loader.exec_module(resealing)
original, work = Path(sys.argv[1]), Path(sys.argv[2])

def seal():
    resealing.service(work, resealing.database_of(work), resealing.open_books(work)).run(resealing.unwatched)

number, ended = 1, False
while not ended:
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(original, work)
    ended = forked(number, seal)
    print(number, flush=True)
    sys.stdin.readline()
    number += 1 if number < 8 else 11
"""


def database_of(folder: Path) -> str:
    return f"sqlite:///{folder / 'mailroom.sqlite'}"


def open_books(folder: Path) -> SqlBooks:
    return SqlBooks(database_of(folder), "agency")


def test_kill_9_loses_nothing(tmp_path: Path, old: Old) -> None:
    """Killed before every eleventh write, sync, rename or removal, and before each of the first, and begun again.

    At each point everything can be read, and afterwards all of it is sealed.
    """
    old.books.close()
    work = Old(tmp_path.parent / f"{tmp_path.name}-work", "", old.books, old.contents, old.deliveries, old.rows)
    work.database = database_of(work.folder)
    command = [sys.executable, "-c", KILLER, str(old.folder), str(work.folder)]
    points = 0
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        while process.stdout.readline():
            points += 1
            work.books = open_books(work.folder)
            assert work.readable()
            assert unread(work)[-3:] == old.deliveries[9:]
            assert work.seal().left == ()
            assert work.open_files() == []
            assert work.readable()
            assert work.verify().ok
            assert unread(work)[-3:] == old.deliveries[9:]
            work.books.close()
            process.stdin.write("\n")
            process.stdin.flush()
    assert process.returncode == 0
    assert points > 12
