"""Equal attachments are kept once in a segment, and every mail comes back byte for byte."""

import os
import random
import shutil
import subprocess
import sys
import textwrap
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from hashlib import sha256
from pathlib import Path

import pytest

from mailroom.domain.errors import ArchiveDamagedError, StorageError
from mailroom.domain.message import Kept
from mailroom.ports import BytesDone
from mailroom.services.keeping.sealing import SealService
from mailroom.testing import FakeClock
from storage.archive import SegmentArchive
from storage.record_form import MAGIC, Kind
from storage.resealing import ArchiveSealing
from storage.runs import LEAST_RUN, runs
from storage.sealing.kek import KeyEncryptionKeys
from storage.segments import ArchiveSegments
from storage.unit_of_work import SqlBooks
from tests.contracts.archive_contract import ArchiveContract
from tests.support.attachments import encoded, mail, pdf
from tests.support.book_values import NOW, decide, keep_and_log, message
from tests.support.checked_storage import CheckedStorage
from tests.support.keyrings import FixedKeks

ROOT = Path(__file__).parents[2]
SEED = 20260106


@pytest.fixture
def archive(tmp_path: Path, keks: KeyEncryptionKeys | None) -> Iterator[SegmentArchive]:
    archive = SegmentArchive(tmp_path / "archive", keks=keks, sharing=True)
    yield archive
    archive.close()


class TestSharingArchive(ArchiveContract):
    @pytest.fixture
    def archive(self, archive: SegmentArchive) -> SegmentArchive:
        return archive


def read(archive: SegmentArchive, kept: Kept) -> bytes:
    with archive.open(kept.place, kept.digest) as stream:
        return stream.read()


def segment(folder: Path) -> Path:
    return folder / "archive" / "segments" / "000001.seg"


def parts_in(path: Path) -> int:
    data = path.read_bytes()
    return sum(data.count(MAGIC[:-1] + bytes([form + Kind.PART])) for form in (1, 2))


def flipped(path: Path, offset: int, bits: int = 64) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        old = file.read(1)[0]
        file.seek(offset)
        file.write(bytes([old ^ bits]))


def test_a_thousand_mails_with_one_pdf_hold_it_once(tmp_path: Path, archive: SegmentArchive) -> None:
    """The disk holds little more than one of them, and each comes back."""
    run = pdf(1)
    mails = [mail(f"number {number}", run) for number in range(1000)]
    kept = [one for start in range(0, 1000, 100) for one in archive.keep(mails[start : start + 100])]
    assert segment(tmp_path).stat().st_size < 1000 * 600 + len(run)
    assert parts_in(segment(tmp_path)) == 1
    assert all(read(archive, one) == raw for one, raw in zip(kept, mails, strict=True))


def test_any_mails_with_parts_in_common_come_back(tmp_path: Path, keks: KeyEncryptionKeys | None) -> None:
    """Whatever attachments, line ends, line lengths and batches: by place, by scanning, and in whatever process."""
    chance = random.Random(SEED)
    stock = [
        encoded(chance.randbytes(size), line) for size in (48_000, 49_200, 70_000, 200_000) for line in (60, 76, 998)
    ]
    mails: dict[str, tuple[Kept, bytes]] = {}
    for _ in range(12):
        archive = SegmentArchive(tmp_path, keks=keks, segment_limit=700_000, sharing=chance.random() < 0.9)
        for _ in range(chance.randrange(1, 4)):
            batch = [_any_mail(chance, stock) for _ in range(chance.randrange(1, 6))]
            mails |= {one.digest: (one, raw) for one, raw in zip(archive.keep(batch), batch, strict=True)}
        archive.close()
    archive = SegmentArchive(tmp_path, keks=keks)
    assert all(read(archive, kept) == raw for kept, raw in mails.values())
    found = list(archive.scan())
    assert not any(one.damage for one in found)
    assert {(one.digest, one.size) for one in found} == {(kept.digest, kept.size) for kept, _ in mails.values()}


def _any_mail(chance: random.Random, stock: list[bytes]) -> bytes:
    some = [chance.choice([*stock, b"short", chance.randbytes(80_000)]) for _ in range(chance.randrange(4))]
    raw = mail(f"{chance.random()}", *some, end=chance.choice([b"\r\n", b"\n"]))
    return raw if chance.random() < 0.9 else raw[: chance.randrange(len(raw) + 1)]


def test_a_run_is_what_stands_between_empty_line_and_boundary() -> None:
    """Whatever the line ends; what is short, or not base64, or has no boundary behind it is none."""
    run = pdf(2)
    for end in (b"\r\n", b"\n"):
        raw = mail("two", run, b"short", run, end=end)
        assert [raw[start:stop] for start, stop in runs(raw)] == [run, run]
    for other in (run[: LEAST_RUN - 10], run[:-1] + b"!", os.urandom(LEAST_RUN), b"\r\n" * LEAST_RUN, b""):
        assert list(runs(mail("none", other))) == []
    assert list(runs(mail("cut", run)[:-20])) == []


def test_many_boundaries_cost_no_more_than_one() -> None:
    """Eight megabytes of nothing but boundaries are passed over without being looked at one by one."""
    assert list(runs(b"\n--" * ((8 << 20) // 3))) == []


def test_another_process_finds_the_parts_that_are_there(tmp_path: Path, keks: KeyEncryptionKeys | None) -> None:
    """Nothing is noted beside the segment: to read it is enough."""
    for number in range(3):
        archive = SegmentArchive(tmp_path / "archive", keks=keks, sharing=True)
        archive.keep([mail(f"{number}", pdf(3))])
        archive.close()
    assert parts_in(segment(tmp_path)) == 1


def test_what_was_taken_back_is_not_referred_to(tmp_path: Path, archive: SegmentArchive) -> None:
    """After a batch that broke off, its parts are kept anew."""

    def broken() -> Iterator[bytes]:
        yield b"x"
        raise ConnectionResetError

    archive.keep([b"first"])
    with pytest.raises((ConnectionResetError, StorageError)):
        archive.keep([mail("lost", pdf(4)), broken()])
    [kept] = archive.keep([mail("again", pdf(4))])
    assert read(archive, kept) == mail("again", pdf(4))
    assert parts_in(segment(tmp_path)) == 1


def test_a_part_that_is_damaged_is_not_referred_to(tmp_path: Path, archive: SegmentArchive) -> None:
    """It costs a second copy, and the new mail is whole; only those that used the damaged one are lost."""
    [old] = archive.keep([mail("old", pdf(5))])
    flipped(segment(tmp_path), 5000)
    new, newer = archive.keep([mail("new", pdf(5)), mail("newer", pdf(5))])
    assert parts_in(segment(tmp_path)) == 2
    assert read(archive, new) == mail("new", pdf(5))
    assert read(archive, newer) == mail("newer", pdf(5))
    with pytest.raises(ArchiveDamagedError, match="part of it at 0"):
        read(archive, old)


def test_every_damaged_byte_is_refused(tmp_path: Path, archive: SegmentArchive, keks: KeyEncryptionKeys | None) -> None:
    """Of the mail's own record each byte, of its part a sample and both ends: it is neither read nor found by scanning."""
    raw = mail("one", pdf(6))
    [kept] = archive.keep([raw])
    path, size = segment(tmp_path), segment(tmp_path).stat().st_size
    part = kept.place.offset
    offsets = [*range(40), *range(40, part - 90, 4001), *range(part - 90, size)]
    for offset in offsets:
        flipped(path, offset, 1 << offset % 8)
        with pytest.raises(ArchiveDamagedError):
            read(archive, kept)
        flipped(path, offset, 1 << offset % 8)
    for offset in (0, 15, 16, 5000, part - 1, part, part + 15, part + 60, size - 1):
        flipped(path, offset, 4)
        assert kept.digest not in {one.digest for one in archive.scan() if not one.damage}
        flipped(path, offset, 4)
    assert read(archive, kept) == raw
    assert [one.digest for one in SegmentArchive(tmp_path / "archive", keks=keks).scan()] == [kept.digest]


@pytest.fixture
def installed(
    tmp_path: Path, database: str, sql_books: SqlBooks, archive: SegmentArchive, keks: KeyEncryptionKeys | None
) -> CheckedStorage:
    """Four mails, of which the first, third and fourth have one attachment in common."""
    mails = [mail("a", pdf(7)), b"small", mail("b", pdf(7), pdf(8)), mail("c", pdf(7))]
    rows = keep_and_log(archive, sql_books, *mails)
    with sql_books.begin() as uow:
        for logged in rows:
            decide(uow, logged, message(str(logged.id)), logged.id)
        uow.commit()
    return CheckedStorage(tmp_path / "archive", database, archive, rows, keks)


def test_the_checker_knows_parts_by_itself(installed: CheckedStorage) -> None:
    """All in order means without a word, and without a keyring parts are no stray bytes either."""
    assert installed.verify().findings == ()
    installed.keks = None
    assert [one.subject for one in installed.verify().findings] in ([], ["archive"])


def test_a_damaged_part_names_the_mails_that_use_it(
    tmp_path: Path, database: str, installed: CheckedStorage, keks: KeyEncryptionKeys | None
) -> None:
    """The checker and fixity name each of them and no other; a whole copy heals all at once, with what came since."""
    path = segment(tmp_path)
    shutil.copy(path, tmp_path / "copy")
    [late] = installed.archive.keep([mail("late", pdf(7))])
    flipped(path, 6000)
    users = [f"message {installed.rows[n].id}" for n in (0, 2, 3)]
    assert [one.split(":")[0] for one in installed.faults()] == users
    segments = ArchiveSegments(tmp_path / "archive", database, keks=keks)
    told = [one.text for one in segments.read_through(path.name, lambda *_: None)[2]]
    assert all(any(text.startswith(user) for text in told) for user in users)
    assert not any(text.startswith(f"message {installed.rows[1].id} ") for text in told)
    with (tmp_path / "copy").open("rb") as whole:
        segments.replace(path.name, whole)
    assert installed.faults() == []
    assert segments.read_through(path.name, lambda *_: None)[2] == []
    assert read(installed.archive, late) == mail("late", pdf(7))


def test_a_segment_is_enough_for_its_mails(tmp_path: Path, keks: KeyEncryptionKeys | None) -> None:
    """What a restore of one message brings: no part lies in another segment, however often it was kept before."""
    archive = SegmentArchive(tmp_path / "archive", keks=keks, segment_limit=150_000, sharing=True)
    mails = [mail(f"{number}", pdf(10), pdf(number, 90_000)) for number in range(6)]
    kept = archive.keep(mails)
    assert len({one.place.segment for one in kept}) > 2
    for one, raw in zip(kept, mails, strict=True):
        alone = tmp_path / "alone"
        (alone / "segments").mkdir(parents=True)
        shutil.copy(tmp_path / "archive" / "segments" / one.place.segment, alone / "segments")
        if keks is not None:
            shutil.copytree(tmp_path / "archive" / "keys", alone / "keys")
        assert read(SegmentArchive(alone, keks=keks), one) == raw
        shutil.rmtree(alone)


@contextmanager
def unwatched(_text: str) -> Iterator[BytesDone]:
    yield lambda _done, _all: None


def test_sealing_keeps_equal_attachments_once(tmp_path: Path, database: str, sql_books: SqlBooks) -> None:
    """Mails of an old archive are the same afterwards, and take no more room."""
    archive = SegmentArchive(tmp_path / "archive", sharing=True)
    mails = [mail(f"{number}", pdf(11)) for number in range(30)]
    rows = keep_and_log(archive, sql_books, *mails)
    archive.close()
    size = segment(tmp_path).stat().st_size
    SealService(
        books=sql_books,
        archive=ArchiveSealing(tmp_path / "archive", database, FixedKeks(), sharing=True),
        spools=[],
        locks=[nullcontext],
        clock=FakeClock(NOW),
    ).run(unwatched)
    [path] = (tmp_path / "archive" / "segments").glob("*.seg")
    assert path.stat().st_size < size + 100 * len(mails)
    sealed = SegmentArchive(tmp_path / "archive", keks=FixedKeks())
    with sql_books.look() as uow:
        places = {one.logged.digest: one.logged.place for one in uow.messages.every()}
    for row, raw in zip(rows, mails, strict=True):
        with sealed.open(places[row.digest], row.digest) as stream:
            assert stream.read() == raw
    for secret in (pdf(11)[:60], bytes.fromhex(sha256(pdf(11)).hexdigest())):
        assert secret not in path.read_bytes()


KEEPER = textwrap.dedent(
    """
    import sys
    from pathlib import Path
    from storage.archive import SegmentArchive
    from tests.support.attachments import mail, pdf
    from tests.support.keyrings import FORMS
    archive = SegmentArchive(Path(sys.argv[1]), keks=FORMS[sys.argv[2]], segment_limit=400_000, sharing=True)
    for n in range(10_000):
        batch = [mail(f"{sys.argv[3]} {n} {i}", pdf(i), pdf(n // 4 + 10)) for i in range(3)]
        for kept in archive.keep(batch):
            print(kept.digest, flush=True)
    """
)


def test_what_was_promised_survives_kill_9(tmp_path: Path, form: str, keks: KeyEncryptionKeys | None) -> None:
    """A process killed in the middle of keep() has lost no mail that it had answered for, nor a part of one."""
    promised: set[str] = set()
    for wanted in (4, 20, 41):
        command = [sys.executable, "-c", KEEPER, str(tmp_path), form, str(wanted)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            promised |= {process.stdout.readline().strip() for _ in range(wanted)}
            process.kill()
    archive = SegmentArchive(tmp_path, keks=keks, sharing=True)
    archive.keep([mail("it goes on", pdf(1))])
    assert promised <= {record.digest for record in archive.scan() if not record.damage}


def test_a_mail_of_150_megabytes_stands_nowhere_in_memory(archive: SegmentArchive) -> None:
    """It comes as a stream, is kept whole, and goes as one."""
    line = b"A" * 76 + b"\r\n"
    [small] = archive.keep([mail("before", pdf(9))])
    tracemalloc.start()
    try:
        [kept] = archive.keep([(line * 8192 for _ in range(240))])
        with archive.open(kept.place, kept.digest) as stream:
            while stream.read(1 << 20):
                pass
        assert tracemalloc.get_traced_memory()[1] < 12 << 20
    finally:
        tracemalloc.stop()
    assert kept.size == 240 * 8192 * len(line)
    assert read(archive, small) == mail("before", pdf(9))
