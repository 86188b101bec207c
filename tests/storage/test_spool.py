"""The spool on a real disk: what was promised is found, in order, by whoever looks; nobody waits longer than told."""

import hashlib
import os
import resource
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from mailroom.domain.chat import Spooled
from mailroom.domain.errors import StorageError
from mailroom.domain.message import Kept
from mailroom.ports import Content, Spool
from storage.archive import SegmentArchive
from storage.claim import FolderClaim
from storage.sealing.kek import KeyEncryptionKeys
from storage.spool import SegmentSpool

ROOT = Path(__file__).parents[2]
AT = datetime(2026, 1, 5, 3, 0, 0, 123456, tzinfo=UTC)
SOON = 10.0


@pytest.fixture
def spool(tmp_path: Path, keks: KeyEncryptionKeys | None) -> Iterator[SegmentSpool]:
    spool = SegmentSpool(tmp_path, keks=keks)
    yield spool
    spool.close()


def bodies(spool: Spool, place: str = "") -> list[bytes]:
    return [one.body for one in spool.after(place)]


def keep(spool: Spool, *contents: bytes) -> list[Spooled]:
    """Keep them one after another; all that is in the spool."""
    for number, content in enumerate(contents):
        spool.keep(content, AT + timedelta(seconds=number), SOON)
    return list(spool.after(""))


class GatedArchive(SegmentArchive):
    """An archive whose disk hangs until it is let go."""

    def __init__(self, folder: Path, keks: KeyEncryptionKeys | None) -> None:
        super().__init__(folder, keks=keks)
        self.entered = threading.Semaphore(0)
        self.gate = threading.Event()
        self.batches: list[int] = []

    def keep(self, contents: Sequence[Content]) -> list[Kept]:
        self.entered.release()
        assert self.gate.wait(30)
        self.batches.append(len(contents))
        return super().keep(contents)


def test_deliveries_come_back_as_they_came(spool: SegmentSpool) -> None:
    """Exact bytes, time and digest, in order of keeping; places grow."""
    contents = [b'{"events":[]}', b"\n\0\xff not even JSON\n", b"", b'{"events":[]}']
    found = keep(spool, *contents)
    assert [one.body for one in found] == contents
    assert [one.digest for one in found] == [hashlib.sha256(one).hexdigest() for one in contents]
    assert [one.received_at for one in found] == [AT + timedelta(seconds=number) for number in range(4)]
    assert [one.place for one in found] == sorted({one.place for one in found})


def test_a_look_goes_on_behind_its_place(spool: SegmentSpool) -> None:
    """After each place comes exactly what was kept later, and after the last nothing until something is kept."""
    found = keep(spool, b"one", b"two", b"three")
    assert [bodies(spool, one.place) for one in found] == [[b"two", b"three"], [b"three"], []]
    keep(spool, b"four")
    assert bodies(spool, found[-1].place) == [b"four"]


def test_an_empty_spool_is_empty(tmp_path: Path, keks: KeyEncryptionKeys | None) -> None:
    """Looking makes no folder and finds nothing."""
    spool = SegmentSpool(tmp_path / "never", keks=keks)
    assert bodies(spool) == bodies(spool, "00000001.000000000099.0123456789abcdef") == []
    assert not (tmp_path / "never").exists()
    spool.close()


def test_segments_follow_one_another(tmp_path: Path, keks: KeyEncryptionKeys | None) -> None:
    """A place in one segment is followed by what lies in the next."""
    spool = SegmentSpool(tmp_path, SegmentArchive(tmp_path, keks=keks, segment_limit=3000))
    contents = [os.urandom(1000) for _ in range(12)]
    found = keep(spool, *contents)
    assert len(list((tmp_path / "segments").iterdir())) > 3
    for number, one in enumerate(found):
        assert bodies(spool, one.place) == contents[number + 1 :]
    spool.close()


LOOK = """
import sys
from pathlib import Path
from storage.spool import SegmentSpool
from tests.support.keyrings import FORMS
for one in SegmentSpool(Path(sys.argv[1]), keks=FORMS[sys.argv[3]]).after(sys.argv[2]):
    print(one.body.decode())
"""


def test_another_process_finds_what_was_kept(tmp_path: Path, form: str, spool: SegmentSpool) -> None:
    """While we still have it open, a new process finds all of it, or what follows a place."""
    first, _, _ = keep(spool, b"one", b"two", b"three")
    for place, wanted in (("", "one two three"), (first.place, "two three")):
        command = [sys.executable, "-c", LOOK, str(tmp_path), place, form]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
        assert done.stdout.split() == wanted.split()


def test_those_who_wait_share_one_sync(tmp_path: Path, keks: KeyEncryptionKeys | None) -> None:
    """While the disk is busy with one delivery, twenty more gather, and are kept together."""
    archive = GatedArchive(tmp_path, keks)
    spool = SegmentSpool(tmp_path, archive)
    with ThreadPoolExecutor(21) as callers:
        kept = [callers.submit(spool.keep, b"0", AT, SOON)]
        archive.entered.acquire()
        kept += [callers.submit(spool.keep, b"%d" % number, AT, SOON) for number in range(1, 21)]
        while len(spool._queue) < 20:
            threading.Event().wait(0.001)
        archive.gate.set()
        for one in kept:
            one.result(SOON)
    assert archive.batches == [1, 20]
    assert sorted(map(int, bodies(spool))) == list(range(21))
    spool.close()


def test_a_hundred_at_once_are_all_kept(spool: SegmentSpool) -> None:
    """Parallel callers lose nothing."""
    with ThreadPoolExecutor(100) as callers:
        list(callers.map(lambda number: spool.keep(b"%d" % number, AT, SOON), range(100)))
    assert sorted(map(int, bodies(spool))) == list(range(100))


def test_nobody_waits_longer_than_told_for_a_disk_that_hangs(tmp_path: Path, keks: KeyEncryptionKeys | None) -> None:
    """The delivery is refused in time; what had not begun to be written is never written."""
    archive = GatedArchive(tmp_path, keks)
    spool = SegmentSpool(tmp_path, archive)
    for content in (b"begun", b"not begun"):
        started = time.monotonic()
        with pytest.raises(StorageError, match="in time"):
            spool.keep(content, AT, 0.05)
        assert time.monotonic() - started < 1.0
        if content == b"begun":
            archive.entered.acquire()
    archive.gate.set()
    assert [one.body for one in keep(spool, b"after")] == [b"begun", b"after"]
    spool.close()


def test_nobody_waits_longer_than_told_for_a_locked_folder(tmp_path: Path, spool: SegmentSpool) -> None:
    """Another process that holds the spool costs the caller its own limit, no more; then all goes on."""
    keep(spool, b"before")
    holder = FolderClaim(tmp_path / "segments")
    holder.take()
    with pytest.raises(StorageError, match="in time"):
        spool.keep(b"late", AT, 0.05)
    assert bodies(spool) == [b"before"]
    holder.let_go()
    holder.close()
    assert b"after" in [one.body for one in keep(spool, b"after")]


def test_what_is_being_written_is_not_seen_yet(tmp_path: Path, keks: KeyEncryptionKeys | None) -> None:
    """Until it is safe a delivery may vanish again; a look shows what was there before it."""
    spool = SegmentSpool(tmp_path, keks=keks)
    keep(spool, b"safe")
    holder = FolderClaim(tmp_path / "segments")
    holder.take()
    path = tmp_path / "segments" / "000001.seg"
    record = path.read_bytes()
    with path.open("ab") as file:
        file.write(record)
    assert bodies(spool) == [b"safe"]
    holder.close()
    assert bodies(spool) == [b"safe", b"safe"]
    spool.close()


def test_a_full_disk_is_said_and_heals(spool: SegmentSpool) -> None:
    """L12: StorageError with its remedy; when space returns it goes on, and what was kept before is there."""
    [before] = keep(spool, os.urandom(10_000))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
    try:
        for _ in range(2):
            with pytest.raises(StorageError, match="free space"):
                spool.keep(os.urandom(30_000), AT, SOON)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [one.body for one in keep(spool, b"after")] == [before.body, b"after"]


@pytest.mark.parametrize("lost", [1, 30, 100])
def test_a_torn_tail_hides_nothing(tmp_path: Path, lost: int, keks: KeyEncryptionKeys | None) -> None:
    """After a record that was cut off, what was kept before and after it is found, and the damage is said once."""
    spool = SegmentSpool(tmp_path, keks=keks)
    before, _ = keep(spool, b"before", b"torn")
    spool.close()
    path = tmp_path / "segments" / "000001.seg"
    os.truncate(path, path.stat().st_size - lost)
    again = SegmentSpool(tmp_path, keks=keks)
    with capture_logs() as lines:
        assert [one.body for one in keep(again, b"after")] == [b"before", b"after"]
        assert bodies(again, before.place) == [b"after"]
    assert [line["event"] for line in lines] == ["spool.damaged"]
    again.close()


def test_a_place_that_the_disk_forgot_skips_nothing(tmp_path: Path, keks: KeyEncryptionKeys | None) -> None:
    """After a power cut something else may stand where we had read: it is found, and what came before it comes again."""
    spool = SegmentSpool(tmp_path, keks=keks)
    first, second = keep(spool, b"first", b"second" * 100)
    spool.close()
    os.truncate(tmp_path / "segments" / "000001.seg", int(first.place.split(".")[1]))
    again = SegmentSpool(tmp_path, keks=keks)
    keep(again, b"third", b"fourth")
    assert bodies(again, second.place) == [b"first", b"third", b"fourth"]
    again.close()


@pytest.mark.parametrize("place", ["x", "1.2.3", "00000009.000000000001.0123456789abcdef", "../../etc"])
def test_a_strange_place_is_no_error(spool: SegmentSpool, place: str) -> None:
    """It shows everything, or what lies in later segments; never an exception."""
    keep(spool, b"one")
    assert bodies(spool, place) in ([b"one"], [])


def test_a_look_does_not_read_what_lies_before_its_place(tmp_path: Path, spool: SegmentSpool) -> None:
    """However long the spool is, a look behind the last place costs nothing: damage before it is not even noticed."""
    first, second = keep(spool, b"first" * 50, b"second")
    with (tmp_path / "segments" / "000001.seg").open("r+b") as file:
        file.seek(20)
        file.write(b"\xff\xff\xff")
    with capture_logs() as lines:
        assert bodies(spool, second.place) == []
        assert bodies(spool, first.place) == [b"second"]
    assert lines == []


def test_a_closed_spool_takes_nothing(tmp_path: Path, keks: KeyEncryptionKeys | None) -> None:
    """It says so at once, and what it had taken is safe."""
    spool = SegmentSpool(tmp_path, keks=keks)
    spool.keep(b"one", AT, SOON)
    spool.close()
    spool.close()
    with pytest.raises(StorageError, match="closed"):
        spool.keep(b"two", AT, SOON)
    assert bodies(SegmentSpool(tmp_path, keks=keks)) == [b"one"]


KEEPER = textwrap.dedent(
    """
    import os
    import sys
    from concurrent.futures import ThreadPoolExecutor
    from datetime import UTC, datetime
    from pathlib import Path
    from storage.archive import SegmentArchive
    from storage.spool import SegmentSpool
    from tests.support.keyrings import FORMS
    folder = Path(sys.argv[1])
    spool = SegmentSpool(folder, SegmentArchive(folder, keks=FORMS[sys.argv[3]], segment_limit=50_000))
    def keep(number):
        body = sys.argv[2].encode() + b"-%d-" % number * 200
        spool.keep(body, datetime.now(UTC), 30)
        os.write(1, f"{sys.argv[2]} {number}\\n".encode())
    with ThreadPoolExecutor(8) as callers:
        list(callers.map(keep, range(100_000)))
    """
)


def test_what_was_promised_survives_kill_9(tmp_path: Path, form: str, keks: KeyEncryptionKeys | None) -> None:
    """P03: a process killed in the middle of keeping has lost nothing that it had answered for."""
    promised: set[str] = set()
    for name, wanted in (("a", 7), ("b", 40)):
        with subprocess.Popen(
            [sys.executable, "-c", KEEPER, str(tmp_path), name, form], cwd=ROOT, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            lines = [process.stdout.readline() for _ in range(wanted)]
            process.kill()
            lines += process.stdout.readlines()
        promised |= {"{}-{}-".format(*line.split()) for line in lines if line.endswith("\n") and len(line.split()) == 2}
    spool = SegmentSpool(tmp_path, keks=keks)
    spool.keep(b"and it goes on", AT, SOON)
    found = {one.body[: one.body.index(b"-", 2) + 1].decode() for one in spool.after("") if one.body[1:2] == b"-"}
    assert promised <= found
    spool.close()
