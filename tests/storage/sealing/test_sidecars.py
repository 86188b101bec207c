"""Keys of segments: durable before they are used, wrapped anew without a moment in which one is lost."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mailroom.domain.errors import ArchiveDamagedError, ConfigurationError, StorageError
from storage.archive import SegmentArchive
from storage.record_form import SEALED
from storage.sealing.sidecars import SegmentKeys
from tests.support.keyrings import FixedKeks, key

ROOT = Path(__file__).parents[3]


@pytest.fixture
def keks() -> FixedKeks:
    return FixedKeks()


@pytest.fixture
def keys(tmp_path: Path, keks: FixedKeks) -> SegmentKeys:
    return SegmentKeys(tmp_path / "keys", keks)


def opens(folder: Path, keks: FixedKeks, number: int, sealed: bytes, salt: bytes) -> bool:
    """Whether somebody who comes anew opens what was sealed."""
    return SegmentKeys(folder, keks).seal(number).record(SEALED, salt).open(sealed) == b"piece"


def test_a_key_opens_what_it_sealed_after_a_restart(tmp_path: Path, keys: SegmentKeys, keks: FixedKeks) -> None:
    """Each segment has its own key, in a file that only our user reads."""
    for number in (1, 2, 1_000_000):
        record = keys.new(number).new(SEALED)
        assert opens(tmp_path / "keys", keks, number, record.seal(b"piece"), record.salt)
    files = sorted(path.name for path in (tmp_path / "keys").iterdir())
    assert files == ["000001.key", "000002.key", "1000000.key"]
    assert keys.numbers() == [1, 2, 1_000_000]
    assert {path.stat().st_mode & 0o077 for path in (tmp_path / "keys").iterdir()} == {0}


def test_a_key_is_never_replaced(keys: SegmentKeys) -> None:
    """Another key in its place would make what it sealed unreadable for ever."""
    keys.new(1)
    with pytest.raises(StorageError, match="begin another segment"):
        keys.new(1)


def test_no_file_holds_a_key_in_the_open(tmp_path: Path, keys: SegmentKeys) -> None:
    """What lies there opens nothing without the keyring."""
    seal = keys.new(1)
    text = (tmp_path / "keys" / "000001.key").read_bytes()
    assert seal._key not in text
    assert seal._key.hex().encode() not in text


def test_wrapping_anew_needs_the_old_key_once(tmp_path: Path, keys: SegmentKeys, keks: FixedKeks) -> None:
    """Afterwards only the newest key is in use, everything still opens, and to repeat it changes nothing."""
    records = {number: keys.new(number).new(SEALED) for number in range(1, 41)}
    sealed = {number: record.seal(b"piece") for number, record in records.items()}
    keks.keys[2] = key(2)
    assert keys.in_use() == {1}
    assert keys.rewrap(2) == 40
    assert keys.in_use() == {2}
    before = {path: path.read_bytes() for path in (tmp_path / "keys").iterdir()}
    assert keys.rewrap(2) == 0
    assert before == {path: path.read_bytes() for path in (tmp_path / "keys").iterdir()}
    del keks.keys[1]
    assert all(opens(tmp_path / "keys", keks, number, sealed[number], records[number].salt) for number in sealed)


def test_what_cannot_be_wrapped_anew_is_named_and_the_rest_is(
    tmp_path: Path, keys: SegmentKeys, keks: FixedKeks
) -> None:
    """One damaged file does not keep the others under the old key."""
    for number in (1, 2, 3):
        keys.new(number)
    (tmp_path / "keys" / "000002.key").write_bytes(b"{}")
    keks.keys[2] = key(2)
    with pytest.raises(StorageError, match=r"1 keys .* 000002"):
        keys.rewrap(2)
    (tmp_path / "keys" / "000002.key").unlink()
    assert keys.in_use() == {2}


def test_a_missing_key_is_told_with_its_remedy(tmp_path: Path, keys: SegmentKeys) -> None:
    """By the name of its file, which a backup has."""
    with pytest.raises(ArchiveDamagedError, match=r"000007\.key.*restore that file from a backup"):
        keys.seal(7)


def test_every_damage_of_a_key_file_is_noticed(tmp_path: Path, keys: SegmentKeys, keks: FixedKeks) -> None:
    """Any flipped bit, any cut: it is called damaged, never another keyring's."""
    keys.new(1)
    path = tmp_path / "keys" / "000001.key"
    whole = path.read_bytes()
    damaged = [
        whole[:at] + bytes([whole[at] ^ 1 << bit]) + whole[at + 1 :] for at in range(len(whole)) for bit in range(8)
    ]
    for one in (*damaged, *(whole[:at] for at in range(len(whole))), whole + b"x"):
        path.write_bytes(one)
        with pytest.raises(ArchiveDamagedError, match="it is damaged"):
            SegmentKeys(tmp_path / "keys", keks).seal(1)


def test_a_key_of_another_segment_is_refused(tmp_path: Path, keys: SegmentKeys, keks: FixedKeks) -> None:
    """Under its own name, and with the name of the other one written in."""
    for number in (1, 2):
        keys.new(number)
    first, second = (tmp_path / "keys" / f"00000{number}.key" for number in (1, 2))
    second.write_bytes(first.read_bytes())
    with pytest.raises(ArchiveDamagedError):
        SegmentKeys(tmp_path / "keys", keks).seal(2)
    fields = json.loads(first.read_text())
    from storage.sealing.sidecars import _text

    second.write_bytes(_text(2, 1, bytes.fromhex(fields["nonce"]), bytes.fromhex(fields["wrapped"])))
    with pytest.raises(ConfigurationError):
        SegmentKeys(tmp_path / "keys", keks).seal(2)


def test_another_keyring_is_told_from_damage(tmp_path: Path, keys: SegmentKeys) -> None:
    """A key of the same number that is another one, and a number that the keyring does not hold."""
    keys.new(1)
    with pytest.raises(ConfigurationError, match="keyring of this installation"):
        SegmentKeys(tmp_path / "keys", FixedKeks({1: key(1, "other")})).seal(1)
    with pytest.raises(ConfigurationError, match="no key 1"):
        SegmentKeys(tmp_path / "keys", FixedKeks({2: key(2)})).seal(1)


ROTATOR = """
import sys
from pathlib import Path
from storage.sealing.sidecars import SegmentKeys
from tests.support.keyrings import FixedKeks, key
keks = FixedKeks({1: key(1), 2: key(2), 3: key(3)})
keys = SegmentKeys(Path(sys.argv[1]), keks)
print("READY", flush=True)
newest = int(sys.argv[2])
while True:
    keys.rewrap(newest)
    newest = 5 - newest
"""


def test_wrapping_anew_survives_kill_9(tmp_path: Path, keys: SegmentKeys, keks: FixedKeks) -> None:
    """Killed at forty points of an endless rotation: every key opens each time, with what the keyring then has."""
    records = {number: keys.new(number).new(SEALED) for number in range(1, 31)}
    sealed = {number: record.seal(b"piece") for number, record in records.items()}
    every = FixedKeks({1: key(1), 2: key(2), 3: key(3)})
    for turn in range(40):
        with subprocess.Popen(
            [sys.executable, "-c", ROTATOR, str(tmp_path / "keys"), str(2 + turn % 2)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
        ) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(turn * 0.0007)
            process.send_signal(signal.SIGKILL)
        assert all(opens(tmp_path / "keys", every, number, sealed[number], records[number].salt) for number in sealed)
    keys = SegmentKeys(tmp_path / "keys", every)
    keys.rewrap(3)
    assert keys.in_use() == {3}
    assert keys.numbers() == sorted(sealed)


def test_a_key_is_durable_before_its_segment_begins(tmp_path: Path) -> None:
    """File, name and folder are synced before the first byte of the segment: a power cut takes the bytes before the key."""
    trace = tmp_path / "trace"
    program = f"""
from pathlib import Path
from storage.archive import SegmentArchive
from tests.support.keyrings import FixedKeks
SegmentArchive(Path({str(tmp_path / "archive")!r}), keks=FixedKeks()).keep([b"first"])
"""
    calls = "trace=fsync,fdatasync,rename,openat,writev"
    try:
        command = ["strace", "-f", "-y", "-e", calls, "-o", str(trace), sys.executable, "-c", program]
        subprocess.run(command, cwd=ROOT, check=True, timeout=60)
    except FileNotFoundError:
        pytest.skip("strace is not installed")
    order = []
    for line in trace.read_text(errors="replace").splitlines():
        if "/archive" in line and "O_RDONLY" not in line:
            order += [name for name in STEPS if all(part in line for part in STEPS[name])]
    assert order.index("key file synced") < order.index("key named") < order.index("name synced")
    assert order.index("name synced") < order.index("segment made") < order.index("record written")


STEPS = {
    "key file synced": ("fsync(", ".000001.key.part>"),
    "key named": ("rename(", '/000001.key"'),
    "name synced": ("fsync(", "/archive/keys>"),
    "segment made": ("openat(", "000001.seg", "O_CREAT"),
    "record written": ("writev(", "000001.seg"),
}


def test_a_number_that_has_a_key_is_not_used_again(tmp_path: Path) -> None:
    """A segment that was lost may come back from a backup: its key stays its own."""
    archive = SegmentArchive(tmp_path, keks=FixedKeks())
    [lost] = archive.keep([b"lost"])
    archive.close()
    copy = (tmp_path / "segments" / lost.place.segment).read_bytes()
    (tmp_path / "segments" / lost.place.segment).unlink()
    archive = SegmentArchive(tmp_path, keks=FixedKeks())
    [after] = archive.keep([b"after"])
    assert (lost.place.segment, after.place.segment) == ("000001.seg", "000002.seg")
    (tmp_path / "segments" / lost.place.segment).write_bytes(copy)
    assert archive.open(lost.place, lost.digest).read() == b"lost"
    archive.close()
