"""What is sealed: unreadable without its key, every change refused, and beside old segments for ever."""

import hashlib
import io
import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mailroom.domain.errors import ArchiveDamagedError, ConfigurationError, MailroomError
from mailroom.domain.message import Kept
from storage.archive import SegmentArchive
from storage.record_form import MAGIC, PIECE_LIMIT, SEALED, SEALED_MAGIC
from storage.sealing.records import SegmentSeal
from storage.spool import SegmentSpool
from storage.verify_records import CheckerKeys, read_record
from tests.support.keyrings import FixedKeks, key

ROOT = Path(__file__).parents[2]
SECRET = b"Somsri Jaidee, 1-2345-67890-12-3, sealed with care " * 20


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[SegmentArchive]:
    archive = SegmentArchive(tmp_path, keks=FixedKeks(), segment_limit=8 << 20)
    yield archive
    archive.close()


def read(archive: SegmentArchive, kept: Kept) -> bytes:
    with archive.open(kept.place, kept.digest) as stream:
        return stream.read()


def path_of(folder: Path, kept: Kept) -> Path:
    return folder / "segments" / kept.place.segment


@pytest.mark.parametrize("size", [0, 1, PIECE_LIMIT - 1, PIECE_LIMIT, PIECE_LIMIT + 1, 5_000_000])
@pytest.mark.parametrize("packs", [True, False])
def test_any_size_comes_back(tmp_path: Path, archive: SegmentArchive, size: int, packs: bool) -> None:
    """Whole and streamed, well packed and not, around the limits of a piece; the independent reader agrees."""
    content = b"x" * size if packs else random.Random(size).randbytes(size)
    whole, streamed = archive.keep([content, iter([content[:7], b"", content[7:]])])
    for kept in (whole, streamed):
        assert read(archive, kept) == content
        with path_of(tmp_path, kept).open("rb") as file:
            file.seek(kept.place.offset)
            found = read_record(file, CheckerKeys(tmp_path, FixedKeks()).of(kept.place.segment))
        assert found.is_that(hashlib.sha256(content).hexdigest(), size, kept.place.length)


def test_nothing_of_a_content_lies_there_in_the_open(tmp_path: Path, archive: SegmentArchive) -> None:
    """Neither text nor digest, by which a small document could be guessed."""
    for content in (SECRET, os.urandom(100)):
        [kept] = archive.keep([content])
        stored = path_of(tmp_path, kept).read_bytes()
        assert content[:20] not in stored
        assert bytes.fromhex(kept.digest)[:8] not in stored


def test_the_same_content_is_never_the_same_bytes(tmp_path: Path, archive: SegmentArchive) -> None:
    """Each record has a salt of its own, also where writing came back to the same offset."""

    def broken() -> Iterator[bytes]:
        yield SECRET * 2000
        raise ConnectionResetError

    stored = set()
    for _ in range(20):
        with pytest.raises(ConnectionResetError):
            archive.keep([SECRET, broken()])
        [kept] = archive.keep([SECRET])
        data = path_of(tmp_path, kept).read_bytes()[kept.place.offset :]
        stored.add(data[len(SEALED_MAGIC) : len(SEALED_MAGIC) + 16])
        stored.add(data[60:80])
    assert len(stored) == 40


def test_salts_do_not_repeat() -> None:
    """Over a hundred thousand records of one segment."""
    seal = SegmentSeal(1, key(1))
    assert len({seal.new(SEALED).salt for _ in range(100_000)}) == 100_000


@pytest.fixture(params=["small", "large"])
def kept(request: pytest.FixtureRequest, archive: SegmentArchive) -> Kept:
    """In the middle of its segment: a record of one piece, and one of several that is streamed."""
    content = SECRET if request.param == "small" else random.Random(5).randbytes(2 * PIECE_LIMIT + 100)
    return archive.keep([b"before" * 50, content, b"after" * 50])[1]


def damaged(whole: bytes, chance: random.Random) -> bytes:
    """A record with one change: flipped, cut, cut out, put in, swapped, doubled."""
    at, other = sorted(chance.randrange(len(whole)) for _ in range(2))
    count = chance.choice([1, 4, 16, 68, 1000])
    ways: tuple[Callable[[], bytes], ...] = (
        lambda: whole[:at] + bytes([whole[at] ^ 1 << chance.randrange(8)]) + whole[at + 1 :],
        lambda: whole[:at],
        lambda: whole[:at] + whole[at + count :],
        lambda: whole[:at] + chance.randbytes(count) + whole[at:],
        lambda: whole[:at] + whole[other : other + count] + whole[at + count :],
        lambda: whole[:other] + whole[at:],
        lambda: whole[:at] + bytes(count) + whole[at + count :],
    )
    return chance.choice(ways)()


def refused(archive: SegmentArchive, kept: Kept) -> None:
    with pytest.raises(ArchiveDamagedError):
        read(archive, kept)


def test_every_change_of_a_record_is_refused(tmp_path: Path, archive: SegmentArchive, kept: Kept) -> None:
    """Four hundred flips, cuts and swaps, seeded; what follows stays where it was."""
    path = path_of(tmp_path, kept)
    data, start, end = path.read_bytes(), kept.place.offset, kept.place.offset + kept.place.length
    content = read(archive, kept)
    for seed in range(400):
        changed = damaged(data[start:end], random.Random(seed))
        if changed != data[start:end]:
            path.write_bytes(data[:start] + changed + data[end:])
            refused(archive, kept)
    path.write_bytes(data)
    assert read(archive, kept) == content


def test_every_byte_of_a_small_record_counts(tmp_path: Path, archive: SegmentArchive) -> None:
    """Each of them, every bit; the independent reader refuses them as well, and the check sum alone all but a few."""
    [kept] = archive.keep([b"small"])
    whole = path_of(tmp_path, kept).read_bytes()
    for at in range(len(whole)):
        for bit in range(8):
            changed = whole[:at] + bytes([whole[at] ^ 1 << bit]) + whole[at + 1 :]
            path_of(tmp_path, kept).write_bytes(changed)
            refused(archive, kept)
            for keks in (FixedKeks(), None):
                with pytest.raises(Exception):  # noqa: B017 - of our own or of the unpacker
                    read_record(io.BytesIO(changed), CheckerKeys(tmp_path, keks).of("000001.seg"))


def test_a_record_belongs_to_its_segment(tmp_path: Path) -> None:
    """A whole segment under another number, with the key of that number in its own place, opens nowhere."""
    archive = SegmentArchive(tmp_path, keks=FixedKeks(), segment_limit=100)
    first, second = archive.keep([SECRET, SECRET])
    assert first.place.segment != second.place.segment
    path_of(tmp_path, second).write_bytes(path_of(tmp_path, first).read_bytes())
    refused(archive, second)
    archive.close()


STREAM = """
import hashlib, resource, sys
from pathlib import Path
from storage.archive import SegmentArchive
from tests.support.keyrings import FixedKeks
archive = SegmentArchive(Path(sys.argv[1]), keks=FixedKeks())
def pieces(count):
    for n in range(count):
        yield hashlib.shake_128(b"%d" % n).digest(1 << 20)
def through(count):
    [kept] = archive.keep([pieces(count)])
    assert kept.size == count << 20
    with archive.open(kept.place, kept.digest) as stream:
        while stream.read(1 << 20):
            pass
    assert [one.damage for one in archive.scan()][-1] == ""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
small = through(8)
print(through(150) - small)
"""


def test_a_large_content_is_streamed_in_constant_memory(tmp_path: Path) -> None:
    """150 MB are kept, read and scanned in no more memory than 8 MB, give or take three."""
    command = [sys.executable, "-c", STREAM, str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=120)
    assert int(done.stdout) < 3 << 10


def test_old_segments_stay_readable_and_none_holds_both(tmp_path: Path) -> None:
    """An archive that gets a keyring goes on in a sealed segment; what was there is read with and without keys."""
    plain = SegmentArchive(tmp_path)
    [old] = plain.keep([b"old"])
    archive = SegmentArchive(tmp_path, keks=FixedKeks())
    [new] = archive.keep([b"new"])
    assert (old.place.segment, new.place.segment) == ("000001.seg", "000002.seg")
    assert [read(archive, one) for one in (old, new)] == [b"old", b"new"]
    assert read(plain, old) == b"old"
    assert [one.size for one in archive.scan()] == [3, 3]
    starts = [path.read_bytes()[: len(MAGIC)] for path in sorted((tmp_path / "segments").iterdir())]
    assert starts == [MAGIC, SEALED_MAGIC]
    archive.close()
    plain.close()


def test_without_a_keyring_nothing_is_written_beside_what_is_sealed(tmp_path: Path, archive: SegmentArchive) -> None:
    """Who took the keyring out of the configuration is told so, mail waits, and no mail lies there in the open.

    Also a program that was writing when the archive was sealed.
    """
    folder = tmp_path / "shared"
    plain = SegmentArchive(folder)
    plain.keep([b"in the open"])
    sealed = SegmentArchive(folder, keks=FixedKeks())
    sealed.keep([b"sealed"])
    for one in (plain, SegmentArchive(folder)):
        with pytest.raises(ConfigurationError, match=r"name the keyring in \[keys\] keyring"):
            one.keep([b"never in the open"])
    assert sorted(path.name for path in (folder / "segments").iterdir()) == ["000001.seg", "000002.seg"]
    sealed.close()


def test_without_a_keyring_a_sealed_record_is_no_damage(tmp_path: Path, archive: SegmentArchive, kept: Kept) -> None:
    """It is said that it is sealed, with the remedy; a scan ends there instead of passing over it."""
    keyless = SegmentArchive(tmp_path)
    with pytest.raises(ConfigurationError, match=r"is sealed; name the keyring in \[keys\] keyring"):
        read(keyless, kept)
    with pytest.raises(ConfigurationError, match="is sealed"):
        list(keyless.scan())


@pytest.mark.parametrize("keks", [FixedKeks({1: key(1, "another")}), FixedKeks({2: key(2)})])
def test_a_wrong_keyring_is_told(tmp_path: Path, archive: SegmentArchive, kept: Kept, keks: FixedKeks) -> None:
    """In words that name the keyring, for reading, scanning and writing; nothing is written."""
    before = path_of(tmp_path, kept).read_bytes()
    wrong = SegmentArchive(tmp_path, keks=keks)
    for act in (lambda: read(wrong, kept), lambda: list(wrong.scan()), lambda: wrong.keep([b"x"])):
        with pytest.raises(ConfigurationError, match="keyring"):
            act()
    assert path_of(tmp_path, kept).read_bytes() == before


def test_a_lost_key_is_told_and_mail_is_taken_on(tmp_path: Path, archive: SegmentArchive, kept: Kept) -> None:
    """What it sealed is damaged until the file is back, by its name; what is new goes into a new segment."""
    [path] = (tmp_path / "keys").iterdir()
    whole = path.read_bytes()
    for damage in (path.unlink, lambda: path.write_bytes(b"")):
        damage()
        again = SegmentArchive(tmp_path, keks=FixedKeks())
        with pytest.raises(ArchiveDamagedError, match=r"000001\.key.*restore that file"):
            read(again, kept)
        with pytest.raises(ArchiveDamagedError, match=r"000001\.key"):
            list(again.scan())
        [lost] = [one for one in again.scan(past_lost_keys=True) if one.damage]
        assert (lost.place.segment, "000001.key" in lost.damage) == (kept.place.segment, True)
        [after] = again.keep([b"after"])
        assert after.place.segment != kept.place.segment
        assert read(again, after) == b"after"
        path.write_bytes(whole)
        assert read(again, kept)
        again.close()


def test_a_spool_never_passes_over_what_it_cannot_open(tmp_path: Path) -> None:
    """Deliveries wait for the right keyring: a look raises, and shows all of them once it is there."""
    from datetime import UTC, datetime

    spool = SegmentSpool(tmp_path, keks=FixedKeks())
    spool.keep(b"delivery", datetime(2026, 1, 5, tzinfo=UTC), 10)
    spool.close()
    for keks in (None, FixedKeks({1: key(1, "another")})):
        with pytest.raises(MailroomError, match="keyring"):
            list(SegmentSpool(tmp_path, keks=keks).after(""))
    assert [one.body for one in SegmentSpool(tmp_path, keks=FixedKeks()).after("")] == [b"delivery"]


def test_scanning_finds_its_way_after_damage(tmp_path: Path, archive: SegmentArchive) -> None:
    """Twenty records, any of them damaged anywhere: all others are found."""
    kept = archive.keep([b"%d " % number * 300 for number in range(20)])
    path = path_of(tmp_path, kept[0])
    whole = path.read_bytes()
    for seed in range(150):
        chance = random.Random(seed)
        victim = chance.choice(kept)
        start, end = victim.place.offset, victim.place.offset + victim.place.length
        changed = damaged(whole[start:end], chance)
        if changed == whole[start:end]:
            continue
        path.write_bytes(whole[:start] + changed + whole[end:])
        sound = {one.digest for one in archive.scan() if not one.damage}
        assert {one.digest for one in kept if one is not victim} <= sound, seed


KEEPER = """
import shutil, sys
from pathlib import Path
from storage.archive import SegmentArchive
from tests.support.dying import forked
from tests.support.keyrings import FixedKeks
work = Path(sys.argv[1])
def keep():
    archive = SegmentArchive(work, keks=FixedKeks(), segment_limit=400)
    for number in range(6):
        for kept in archive.keep([b"%d " % number * 90, b"%d-" % number * 90]):
            with (work / "promised").open("a") as file:
                file.write(kept.digest + "\\n")
number, ended = 1, False
while not ended:
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    ended = forked(number, keep)
    promised = (work / "promised").read_text().split() if (work / "promised").exists() else []
    again = SegmentArchive(work, keks=FixedKeks())
    [after] = again.keep([b"and it goes on"])
    found = [one for one in again.scan() if not one.damage]
    assert set(promised) | {after.digest} <= {one.digest for one in found}
    assert all(again.open(one.place, one.digest).read() for one in found)
    again.close()
    number += 1
print(number)
"""


def test_keeping_killed_before_any_write_loses_nothing_promised(tmp_path: Path) -> None:
    """Before each call that changes the disk, over segments and their keys: what was promised is there, and it goes on."""
    command = [sys.executable, "-c", KEEPER, str(tmp_path / "work")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 60
