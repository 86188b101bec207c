"""The archive on a real disk: syncs, torn tails, full disks, flipped bits."""

import itertools
import os
import re
import resource
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mailroom.domain.errors import AlreadyRunningError, ArchiveDamagedError, ConfigurationError, StorageError
from mailroom.domain.message import Kept
from storage.archive import SegmentArchive
from storage.claim import FolderClaim
from storage.disk import refuse_network
from storage.sealing.kek import KeyEncryptionKeys
from tests.contracts.archive_contract import ArchiveContract

ROOT = Path(__file__).parents[2]


@pytest.fixture
def archive(tmp_path: Path, keks: KeyEncryptionKeys | None) -> Iterator[SegmentArchive]:
    archive = SegmentArchive(tmp_path, keks=keks)
    yield archive
    archive.close()


class TestSegmentArchive(ArchiveContract):
    @pytest.fixture
    def archive(self, tmp_path: Path, keks: KeyEncryptionKeys | None) -> Iterator[SegmentArchive]:
        archive = SegmentArchive(tmp_path, keks=keks, segment_limit=1 << 20)
        yield archive
        archive.close()


def read(archive: SegmentArchive, kept: Kept) -> bytes:
    with archive.open(kept.place, kept.digest) as stream:
        return stream.read()


def segments(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "segments").iterdir())


def test_a_full_segment_is_followed_by_the_next(tmp_path: Path, keks: KeyEncryptionKeys | None) -> None:
    """Segments roll at their limit and everything stays readable."""
    archive = SegmentArchive(tmp_path, keks=keks, segment_limit=100_000)
    contents = [os.urandom(30_000) for _ in range(20)]
    kept = archive.keep(contents)
    assert [read(archive, one) for one in kept] == contents
    assert segments(tmp_path) == [f"00000{n}.seg" for n in range(1, 6)]


def test_a_new_process_goes_on_in_the_last_segment(tmp_path: Path, keks: KeyEncryptionKeys | None) -> None:
    """A clean end costs no new file."""
    for text in (b"one", b"two"):
        archive = SegmentArchive(tmp_path, keks=keks)
        archive.keep([text])
        archive.close()
    assert segments(tmp_path) == ["000001.seg"]
    assert [record.size for record in SegmentArchive(tmp_path, keks=keks).scan()] == [3, 3]


@pytest.mark.parametrize("lost", [1, 10, 60, 80])
def test_a_torn_tail_is_left_and_a_new_segment_begun(tmp_path: Path, lost: int, keks: KeyEncryptionKeys | None) -> None:
    """After a cut-off record nothing is written behind it, and what came before is still found."""
    archive = SegmentArchive(tmp_path, keks=keks)
    [whole, torn] = archive.keep([b"whole", b"torn"])
    archive.close()
    path = tmp_path / "segments" / "000001.seg"
    os.truncate(path, path.stat().st_size - lost)
    torn_size = path.stat().st_size
    assert whole.place.length < torn_size < whole.place.length + torn.place.length
    again = SegmentArchive(tmp_path, keks=keks)
    [after] = again.keep([b"after"])
    assert after.place.segment == "000002.seg"
    assert path.stat().st_size == torn_size
    assert [read(again, whole), read(again, after)] == [b"whole", b"after"]
    assert [record.size for record in again.scan() if not record.damage] == [5, 5]


def test_scanning_goes_on_after_a_broken_record(tmp_path: Path, keks: KeyEncryptionKeys | None) -> None:
    """One damaged record does not hide the records behind it."""
    archive = SegmentArchive(tmp_path, keks=keks)
    [_, broken, _] = archive.keep([b"first", b"second", b"third"])
    flip(tmp_path / "segments" / broken.place.segment, broken.place.offset + 17)
    found = list(archive.scan())
    assert [record.size for record in found if not record.damage] == [5, 5]
    assert any(record.place.offset == broken.place.offset for record in found if record.damage)


def flip(path: Path, offset: int, bit: int = 4) -> None:
    with path.open("r+b", buffering=0) as file:
        file.seek(offset)
        changed = file.read(1)[0] ^ 1 << bit
        file.seek(offset)
        file.write(bytes([changed]))


def test_every_flipped_bit_is_noticed(tmp_path: Path, keks: KeyEncryptionKeys | None) -> None:
    """No byte of a record can change unseen."""
    archive = SegmentArchive(tmp_path, keks=keks)
    [kept] = archive.keep([b"Subject: \xe0\xb8\x81\r\n\r\nbody body body"])
    path = tmp_path / "segments" / kept.place.segment
    for offset, bit in itertools.product(range(kept.place.length), range(8)):
        flip(path, offset, bit)
        with pytest.raises(ArchiveDamagedError):
            read(archive, kept)
        flip(path, offset, bit)
    assert read(archive, kept)


def test_a_full_disk_is_said_with_its_remedy_and_heals(tmp_path: Path, keks: KeyEncryptionKeys | None) -> None:
    """On a full disk keep() fails in words; when space returns it works on, and nothing kept before is touched."""
    archive = SegmentArchive(tmp_path, keks=keks)
    [before] = archive.keep([os.urandom(10_000)])
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, hard))
    try:
        for _ in range(3):
            with pytest.raises(StorageError, match="free space"):
                archive.keep([os.urandom(30_000), os.urandom(30_000)])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    [after] = archive.keep([b"after"])
    assert len(read(archive, before)) == 10_000
    assert read(archive, after) == b"after"
    assert segments(tmp_path) == ["000001.seg"]


def test_writers_take_turns(tmp_path: Path, archive: SegmentArchive, keks: KeyEncryptionKeys | None) -> None:
    """What two writers keep by turns in one archive stands whole, one record after another."""
    other = SegmentArchive(tmp_path, keks=keks)
    kept = [writer.keep([content])[0] for writer, content in [(archive, b"a"), (other, b"b"), (archive, b"c")]]
    other.close()
    assert [read(archive, one) for one in kept] == [b"a", b"b", b"c"]
    assert [one.damage for one in archive.scan()] == ["", "", ""]


def test_a_writer_waits_no_longer_than_its_limit(tmp_path: Path) -> None:
    """While another holds the folder, nothing is written, and the error says what to do."""
    holder, waiter = FolderClaim(tmp_path / "segments"), FolderClaim(tmp_path / "segments", seconds=0.05)
    holder.take()
    with pytest.raises(AlreadyRunningError, match="stop it"):
        waiter.take()
    holder.let_go()
    waiter.take()
    holder.close()
    waiter.close()


def test_a_network_disk_is_refused(tmp_path: Path) -> None:
    """A folder on NFS is refused by name; a local one inside it is not."""
    mounts = tmp_path / "mounts"
    mounts.write_text(f"srv:/x {tmp_path} nfs4 rw 0 0\n/dev/a {tmp_path}/local ext4 rw 0 0\nproc /proc proc rw 0 0\n")
    (tmp_path / "local").mkdir()
    refuse_network(tmp_path / "local", mounts)
    with pytest.raises(ConfigurationError, match="nfs4"):
        refuse_network(tmp_path / "other", mounts)


KEEPER = textwrap.dedent(
    """
    import hashlib, sys
    from pathlib import Path
    from storage.archive import SegmentArchive
    from tests.support.keyrings import FORMS
    archive = SegmentArchive(Path(sys.argv[1]), keks=FORMS[sys.argv[2]], segment_limit=400_000)
    for n in range(10_000):
        batch = [hashlib.sha512(b"%d-%d" % (n, i)).digest() * 500 for i in range(5)]
        for kept in archive.keep(batch):
            print(kept.digest, kept.size, kept.place.segment, kept.place.offset, kept.place.length, flush=True)
    """
)


def test_what_was_promised_survives_kill_9(tmp_path: Path, form: str, keks: KeyEncryptionKeys | None) -> None:
    """A process killed in the middle of keep() has lost nothing that it had answered for."""
    promised: set[str] = set()
    for wanted in (7, 23, 58):
        promised |= _keep_until_killed(tmp_path, form, wanted)
    archive = SegmentArchive(tmp_path, keks=keks)
    archive.keep([b"and it goes on"])
    assert promised <= {record.digest for record in archive.scan() if not record.damage}


def _keep_until_killed(folder: Path, form: str, wanted: int) -> set[str]:
    with subprocess.Popen(
        [sys.executable, "-c", KEEPER, str(folder), form], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        digests = {process.stdout.readline().split()[0] for _ in range(wanted)}
        process.kill()
        whole_lines = (line for line in process.stdout if line.endswith("\n"))
        return digests | {line.split()[0] for line in whole_lines}


def test_one_batch_costs_one_sync(tmp_path: Path, form: str, count_syncs: Callable[[str], dict[str, int]]) -> None:
    """A batch of a hundred contents is one fdatasync, once the segment is there."""
    counts = count_syncs(
        f"""
        from pathlib import Path
        from storage.archive import SegmentArchive
        from tests.support.keyrings import FORMS
        archive = SegmentArchive(Path({str(tmp_path)!r}), keks=FORMS[{form!r}])
        archive.keep([b"first"])
        print("READY", flush=True)
        for n in range(10):
            archive.keep([b"x" * n * i for i in range(100)])
        """
    )
    assert counts == {"fdatasync": 10}


AFTER_A_FAILED_SYNC = """
from pathlib import Path
from mailroom.domain.errors import StorageError
from storage.archive import SegmentArchive
from tests.support.keyrings import FORMS
archive = SegmentArchive(Path({folder!r}), keks=FORMS[{form!r}])
[first] = archive.keep([b"first"])
try:
    archive.keep([b"never promised"])
except StorageError as error:
    print(error)
else:
    raise SystemExit("a failed sync was passed over")
[after] = archive.keep([b"after"])
assert (first.place.segment, after.place.segment) == ("000001.seg", "000002.seg")
assert archive.open(after.place, after.digest).read() == b"after"
"""


def test_a_failed_sync_is_never_repeated_on_its_file(tmp_path: Path, form: str) -> None:
    """After EIO the kernel may call the next sync a success: the file is left, and a new one begun."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    trace = tmp_path / "trace"
    fault = ["-e", "trace=fdatasync", "-e", "inject=fdatasync:error=EIO:when=2"]
    program = AFTER_A_FAILED_SYNC.format(folder=str(tmp_path), form=form)
    command = ["strace", "-f", "-y", *fault, "-o", str(trace), sys.executable, "-c", program]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "check the disk" in done.stdout
    synced = re.findall(r"fdatasync\(\d+<.*/(\d+\.seg)>\)\s+= (\S+)", trace.read_text())
    assert synced == [("000001.seg", "0"), ("000001.seg", "-1"), ("000002.seg", "0")]
