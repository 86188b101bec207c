"""Segments are read from end to end against the books, every damage is named, and a whole copy takes its place."""

import io
import os
import random
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from mailroom.domain.backup import Difference
from mailroom.domain.errors import ConfigurationError, StorageError
from mailroom.domain.message import LoggedMessage
from storage.archive import SegmentArchive
from storage.claim import FolderClaim
from storage.record_form import MAGIC
from storage.sealing.kek import KeyEncryptionKeys
from storage.segments import DIFFERENCES, ArchiveSegments
from storage.unit_of_work import SqlBooks
from tests.support.book_values import keep_and_log
from tests.support.paper_values import document

DAMAGES = 300
"""Raise it for a longer search."""
SEED = 20260105
FIRST, LAST = "000001.seg", "000002.seg"


@dataclass
class Kept:
    """An archive of two segments, with books that name all of it."""

    folder: Path
    books: SqlBooks
    archive: SegmentArchive
    segments: ArchiveSegments
    rows: list[LoggedMessage]

    def path(self, name: str) -> Path:
        return self.folder / "segments" / name

    def told(self, name: str = FIRST) -> list[str]:
        differences = self.segments.read_through(name, silent)[2]
        assert {one.subject for one in differences} <= {name}
        return [one.text for one in differences]

    def readable(self) -> list[bool]:
        return [bool(self.archive.open(one.place, one.digest).read()) for one in self.rows]


def silent(_done: int, _all: int) -> None:
    """Nobody waits."""


def contents(seed: int, count: int) -> list[bytes]:
    """Some that pack well, some that do not, one that is empty, one of several pieces."""
    chance = random.Random(seed)
    some = [chance.randbytes(chance.randrange(1, 900)) if n % 2 else b"mail %d " % n * 40 for n in range(count)]
    return [*some, b"", chance.randbytes(70_000)]


@pytest.fixture
def kept(tmp_path: Path, database: str, sql_books: SqlBooks, keks: KeyEncryptionKeys | None) -> Iterator[Kept]:
    folder = tmp_path / "archive"
    archive = SegmentArchive(folder, keks=keks, segment_limit=80_000)
    rows = keep_and_log(archive, sql_books, *contents(1, 12))
    [paper] = archive.keep([b"%PDF" * 100])
    with sql_books.begin() as uow:
        uow.documents.put(document(paper.digest, size=paper.size, place=paper.place))
        uow.commit()
    rows += keep_and_log(archive, sql_books, *contents(2, 8))
    while not (folder / "segments" / LAST).exists():
        rows += keep_and_log(archive, sql_books, *contents(len(rows), 2))
    rows += keep_and_log(archive, sql_books, b"the last one" * 20)
    yield Kept(folder, sql_books, archive, ArchiveSegments(folder, database, keks=keks), rows)
    archive.close()


def test_whole_segments_are_read_from_end_to_end(kept: Kept) -> None:
    """Records and bytes are counted, progress goes up to the whole length, and nothing is told."""
    assert kept.segments.names() == [FIRST, LAST]
    size = kept.path(FIRST).stat().st_size
    seen: list[tuple[int, int]] = []
    records, read, differences = kept.segments.read_through(FIRST, lambda *done: seen.append(done))
    assert (read, differences) == (size, [])
    assert seen == sorted(seen)
    assert seen[-1] == (size, size)
    assert records + kept.segments.read_through(LAST, silent)[0] == len(kept.rows) + 1


def flip(data: bytearray, chance: random.Random) -> None:
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def cut_off(data: bytearray, chance: random.Random) -> None:
    del data[chance.randrange(len(data)) :]


def cut_out(data: bytearray, chance: random.Random) -> None:
    start = chance.randrange(len(data))
    del data[start : start + chance.randrange(1, 400)]


def put_in(data: bytearray, chance: random.Random) -> None:
    """Not at the end: there it may be what a crash left."""
    data[chance.randrange(len(data)) : 0] = chance.choice([MAGIC, b"\0", chance.randbytes(20)])


def blank(data: bytearray, chance: random.Random) -> None:
    start, length = chance.randrange(len(data)), chance.choice([1, 16, 512, 4096])
    data[start : start + length] = bytes(len(data[start : start + length]))


def swap(data: bytearray, chance: random.Random) -> None:
    length = chance.choice([1, 8, 100, 512])
    one, two = (chance.randrange(len(data) - length) for _ in range(2))
    data[one : one + length], data[two : two + length] = data[two : two + length], data[one : one + length]


WAYS: tuple[Callable[[bytearray, random.Random], None], ...] = (flip, flip, cut_off, cut_out, put_in, blank, swap)


@pytest.mark.parametrize("name", [FIRST, LAST])
def test_every_damage_is_named(kept: Kept, name: str) -> None:
    """Flipped bits, cuts, insertions, blanks and swaps anywhere in a segment: none is passed over in silence."""
    whole = kept.path(name).read_bytes()
    for seed in range(DAMAGES // 2):
        chance = random.Random(SEED + seed)
        way, data = WAYS[seed % len(WAYS)], bytearray(whole)
        while data == whole:
            way(data, chance)
        kept.path(name).write_bytes(data)
        assert kept.told(name), f"{way.__name__}, seed {SEED + seed}"
    kept.path(name).write_bytes(whole)
    assert kept.told(name) == []


def test_only_what_is_damaged_is_named(kept: Kept) -> None:
    """The record with the flipped bit, with its place and the remedy; its neighbours are read and counted."""
    third = kept.rows[2]
    whole = kept.path(FIRST).read_bytes()
    for offset in range(third.place.offset, third.place.offset + third.place.length):
        data = bytearray(whole)
        data[offset] ^= 4
        kept.path(FIRST).write_bytes(data)
        records, _, [difference] = kept.segments.read_through(FIRST, silent)
        assert difference.subject == FIRST
        assert difference.text.startswith(f"message {third.id} at {third.place.offset} cannot be read (")
        assert difference.text.endswith("; put the segment back from a second copy")
        assert records == sum(one.place.segment == FIRST for one in kept.rows)


def test_sound_records_in_the_wrong_place_are_named(kept: Kept) -> None:
    """Two records that changed places, and a segment that was put under another name."""
    one, two = kept.rows[0], kept.rows[2]
    data = kept.path(FIRST).read_bytes()
    first, second = (data[each.place.offset : each.place.offset + each.place.length] for each in (one, two))
    middle = data[one.place.length : two.place.offset]
    kept.path(FIRST).write_bytes(second + middle + first + data[two.place.offset + two.place.length :])
    assert len(kept.told()) >= 2
    kept.path(FIRST).write_bytes(data)
    last = kept.path(LAST).read_bytes()
    kept.path(LAST).write_bytes(data)
    assert kept.told(LAST)
    kept.path(LAST).write_bytes(last)


def test_a_missing_segment_is_named(kept: Kept) -> None:
    """The books know that it was there."""
    kept.path(FIRST).unlink()
    assert kept.segments.names() == [FIRST, LAST]
    assert kept.segments.read_through(FIRST, silent) == (
        0,
        0,
        [Difference(FIRST, "it cannot be opened (No such file or directory); put the segment back from a second copy")],
    )


def test_what_a_crash_left_is_no_damage(kept: Kept) -> None:
    """Whole records that nobody logged, and a torn one behind the last."""
    kept.archive.keep([b"kept and not logged"])
    with kept.path(LAST).open("ab") as file:
        file.write(MAGIC + b"\x99\0\0\0torn")
    assert kept.told(LAST) == []


def test_damage_between_records_is_named(kept: Kept) -> None:
    """Where nobody's record is broken, but records of the books follow."""
    kept.archive.keep([b"kept and not logged"])
    offset = kept.path(LAST).stat().st_size - 10
    kept.rows += keep_and_log(kept.archive, kept.books, b"logged")
    data = bytearray(kept.path(LAST).read_bytes())
    data[offset] ^= 1
    kept.path(LAST).write_bytes(data)
    [text] = kept.told(LAST)
    assert "are no whole record" in text


def test_many_damages_are_told_in_few_words(kept: Kept) -> None:
    """The report of one segment is bounded."""
    rows = keep_and_log(kept.archive, kept.books, *(b"%d" % n for n in range(3 * DIFFERENCES)))
    path = kept.path(rows[-1].place.segment)
    path.write_bytes(b"")
    told = kept.told(path.name)
    there = sum(one.place.segment == path.name for one in kept.rows + rows)
    assert len(told) == DIFFERENCES + 1
    assert told[-1].startswith(f"{there - DIFFERENCES} more of its records are damaged")


def test_a_hostile_content_cannot_pose_as_records(kept: Kept) -> None:
    """Bytes in a broken record that look like records are not taken for some; reading goes on where the books say."""
    inner = kept.path(FIRST).read_bytes()
    noise = random.Random(3).randbytes(500)
    [outer] = keep_and_log(kept.archive, kept.books, noise + inner + MAGIC * 2000 + noise)
    after = keep_and_log(kept.archive, kept.books, b"after")
    path = kept.path(outer.place.segment)
    data = bytearray(path.read_bytes())
    data[outer.place.offset + 30] ^= 1
    path.write_bytes(data)
    [text] = kept.told(path.name)
    assert text.startswith(f"message {outer.id} at ")
    assert after[0].place.segment in kept.segments.names()


@pytest.mark.parametrize("name", ["", "../archive/segments/000001.seg", "1.seg", "000001.seg.damaged", "000001.seg\n"])
def test_other_names_are_refused(kept: Kept, name: str) -> None:
    """Nothing else is read or replaced."""
    with pytest.raises(StorageError, match="not the name of a segment"):
        kept.segments.read_through(name, silent)
    with pytest.raises(StorageError, match="not the name of a segment"):
        kept.segments.replace(name, io.BytesIO())


def test_a_segment_is_put_right_by_its_copy(kept: Kept) -> None:
    """Every record is read again; the damaged file stays beside it, and each further one too."""
    path, whole = kept.path(FIRST), kept.path(FIRST).read_bytes()
    for times, spare in enumerate(("000001.seg.damaged", "000001.seg.damaged-2", "000001.seg.damaged-3")):
        damaged = bytearray(whole)
        damaged[100 + times] ^= 1
        path.write_bytes(damaged)
        kept.segments.replace(FIRST, io.BytesIO(whole))
        assert path.read_bytes() == whole
        assert kept.path(spare).read_bytes() == damaged
        assert kept.told() == []
        assert all(kept.readable()[:2])
    assert path.stat().st_mode & 0o077 == 0
    assert kept.segments.names() == [FIRST, LAST]
    assert not list(path.parent.glob(".*"))


def test_a_lost_segment_comes_back(kept: Kept) -> None:
    """One that is gone, and the whole folder."""
    whole = {name: kept.path(name).read_bytes() for name in (FIRST, LAST)}
    shutil.rmtree(kept.path(FIRST).parent)
    for name, content in whole.items():
        kept.segments.replace(name, io.BytesIO(content))
        assert kept.told(name) == []
    assert sorted(path.name for path in kept.path(FIRST).parent.iterdir()) == [FIRST, LAST]


def test_a_copy_that_is_not_whole_is_refused(kept: Kept) -> None:
    """Damaged, cut off, of another segment, empty: the segment stays as it was, and nothing is left behind."""
    path, whole = kept.path(FIRST), kept.path(FIRST).read_bytes()
    flipped = bytearray(whole)
    flipped[500] ^= 1
    damaged = whole[:90] + b"x" + whole[91:]
    path.write_bytes(damaged)
    for copy in (bytes(flipped), whole[:-1], whole[1:], kept.path(LAST).read_bytes(), b"", whole[:700] + whole[600:]):
        with pytest.raises(StorageError, match="take another copy"):
            kept.segments.replace(FIRST, io.BytesIO(copy))
        assert path.read_bytes() == damaged
        assert sorted(one.name for one in path.parent.iterdir()) == [FIRST, LAST]


def test_a_source_that_breaks_changes_nothing(kept: Kept) -> None:
    """The second copy may lie on a disk that fails as well."""

    class Breaking(io.BytesIO):
        def read(self, _count: int | None = -1) -> bytes:
            raise OSError(5, os.strerror(5))

    before = kept.path(FIRST).read_bytes()
    with pytest.raises(StorageError, match="Input/output error"):
        kept.segments.replace(FIRST, Breaking())
    assert kept.path(FIRST).read_bytes() == before
    assert not list(kept.path(FIRST).parent.glob(".*"))


def test_what_came_after_the_copy_is_taken_along(kept: Kept) -> None:
    """The last segment grew since: what the books name since then, and what is kept and not logged yet."""
    copy = kept.path(LAST).read_bytes()
    kept.rows += keep_and_log(kept.archive, kept.books, b"after the copy")
    [unlogged] = kept.archive.keep([b"not logged yet"])
    data = bytearray(kept.path(LAST).read_bytes())
    data[20] ^= 1
    kept.path(LAST).write_bytes(data)
    kept.segments.replace(LAST, io.BytesIO(copy))
    assert kept.told(LAST) == []
    assert all(kept.readable()[-1:])
    assert kept.archive.open(unlogged.place, unlogged.digest).read() == b"not logged yet"


class TestKeys:
    """What is sealed rests on a small file, which is watched and healed like the segment."""

    @pytest.fixture
    def form(self) -> str:
        return "sealed"

    def test_a_lost_or_damaged_key_is_named_and_put_back(self, kept: Kept) -> None:
        """Once for its segment, although it had been read before; a copy that is no such key is refused."""
        path = kept.folder / "keys" / "000001.key"
        whole, other = path.read_bytes(), (kept.folder / "keys" / "000002.key").read_bytes()
        assert (kept.told(), kept.segments.broken_key(FIRST)) == ([], "")
        for damage in (path.unlink, lambda: path.write_bytes(whole[:-5])):
            damage()
            [text] = kept.told()
            assert text.startswith("the key of segment 000001")
            assert kept.segments.broken_key(FIRST) == "keys/000001.key"
            for wrong in (other, b"", whole[:-1]):
                with pytest.raises(StorageError, match="take another copy"):
                    kept.segments.replace_key(FIRST, io.BytesIO(wrong))
            kept.segments.replace_key(FIRST, io.BytesIO(whole))
            assert (kept.told(), kept.segments.broken_key(FIRST)) == ([], "")
            assert path.read_bytes() == whole
        assert (path.parent / "000001.key.damaged").read_bytes() == whole[:-5]
        assert kept.told(LAST) == []

    def test_a_lost_segment_comes_back_with_its_key(self, kept: Kept) -> None:
        """Both are gone: the key first."""
        segment, key = kept.path(FIRST), kept.folder / "keys" / "000001.key"
        copies = segment.read_bytes(), key.read_bytes()
        segment.unlink()
        key.unlink()
        assert kept.segments.broken_key(FIRST) == "keys/000001.key"
        kept.segments.replace_key(FIRST, io.BytesIO(copies[1]))
        kept.segments.replace(FIRST, io.BytesIO(copies[0]))
        assert kept.told() == []

    def test_without_a_keyring_nothing_is_called_damaged(self, kept: Kept, database: str) -> None:
        """Fixity says that the keyring is missing, and heals nothing."""
        keyless = ArchiveSegments(kept.folder, database)
        for act in (lambda: keyless.read_through(FIRST, silent), lambda: keyless.broken_key(FIRST)):
            with pytest.raises(ConfigurationError, match="name the keyring"):
                act()


def test_the_archive_goes_on_in_the_new_file(kept: Kept) -> None:
    """A writer that holds the damaged file open writes no more into it."""
    name = kept.segments.names()[-1]
    whole = kept.path(name).read_bytes()
    descriptor = os.open(kept.path(name), os.O_WRONLY)
    os.pwrite(descriptor, b"x", 18)
    os.close(descriptor)
    kept.segments.replace(name, io.BytesIO(whole))
    kept.rows += keep_and_log(kept.archive, kept.books, b"after healing")
    assert kept.path(f"{name}.damaged").stat().st_size == len(whole)
    assert kept.told(name) == []
    assert kept.readable()[-1]


def test_healing_beside_writers_loses_nothing(kept: Kept) -> None:
    """While one thread keeps and logs, the last segment is replaced again and again by an old copy."""
    name = kept.segments.names()[-1]
    whole = kept.path(name).read_bytes()
    stop = threading.Event()
    written: list[LoggedMessage] = []

    def write() -> None:
        while not stop.is_set():
            written.extend(keep_and_log(kept.archive, kept.books, os.urandom(300)))

    thread = threading.Thread(target=write)
    thread.start()
    try:
        for _ in range(20):
            kept.segments.replace(name, io.BytesIO(whole))
    finally:
        stop.set()
        thread.join()
    kept.rows += written
    assert written
    assert all(kept.told(each) == [] for each in kept.segments.names())
    assert all(kept.archive.open(one.place, one.digest).read() for one in written)


def test_replacing_waits_for_the_writer(kept: Kept, database: str, keks: KeyEncryptionKeys | None) -> None:
    """While another process keeps writing, the segment is left alone, and the remedy is said."""
    claim = FolderClaim(kept.path(FIRST).parent)
    claim.take()
    impatient = ArchiveSegments(kept.folder, database, keks=keks, patience=0.05)
    with pytest.raises(StorageError, match="keeps writing"):
        impatient.replace(FIRST, io.BytesIO(kept.path(FIRST).read_bytes()))
    claim.close()
    impatient.replace(FIRST, io.BytesIO(kept.path(FIRST).read_bytes()))
