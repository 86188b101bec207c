"""Reading in a child: the same messages as in this process, and one poison mail costs only itself."""

import base64
import contextlib
import io
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from channels.email.child_process import ReadingLimits
from channels.email.reading.parse import parse
from channels.email.sandbox import SandboxedReader
from mailroom.domain.errors import ArchiveDamagedError, UnreadableError
from mailroom.domain.message import Message
from mailroom.stages.classify import Classifier
from tests.support.raw_mail import PDF, Form, multipart, part, simple, written
from tests.support.workshop import AGENCY, CATALOGUE

ROOT = Path(__file__).resolve().parents[3]
GOOD = written(Form("utf-8", "utf-8", "base64", "b"))
POISON_HEAD = b"From: =?utf-8?B?4LiB?= <poison@example.com>\r\nSubject: =?utf-8?B?4LiC?=\r\n"
LETTER_HEAD = "Subject: ด่วนที่สุด ที่ มท 0808.2/ว 1234 ลงวันที่ 5 มกราคม 2569 เรื่อง ขอความร่วมมือ".encode()
NESTED = POISON_HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 28 + b"Content-Type: a/b\r\n\r\n"


class Streamed(io.RawIOBase):
    """A mail that is made while it is read: a head, then filler up to its size."""

    def __init__(self, head: bytes, size: int, at_byte: Callable[[int], None] = lambda place: None) -> None:
        self._head = head
        self._size = size
        self._place = 0
        self._at_byte = at_byte

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._at_byte(self._place)
        count = min(len(buffer), self._size - self._place)
        piece = self._head[self._place : self._place + count]
        piece += (b"x" * 75 + b"\n") * (1 + (count - len(piece)) // 76)
        buffer[:count] = piece[:count]
        self._place += count
        return count


def stream(head: bytes, size: int, at_byte: Callable[[int], None] = lambda place: None) -> io.BufferedIOBase:
    return io.BufferedReader(Streamed(head, size, at_byte))


def all_children() -> list[int]:
    """Process ids of the children of all threads of this process."""
    found = []
    for task in Path("/proc/self/task").iterdir():
        found += [int(pid) for pid in (task / "children").read_text().split()]
    return found


@pytest.fixture
def children() -> Callable[[], list[int]]:
    """Asks for the children that were begun since the test began; those of other tests are nobody's here."""
    strangers = frozenset(all_children())
    return lambda: [pid for pid in all_children() if pid not in strangers]


@pytest.fixture
def make_reader() -> Iterator[Callable[[ReadingLimits], SandboxedReader]]:
    made: list[SandboxedReader] = []

    def make(limits: ReadingLimits) -> SandboxedReader:
        made.append(SandboxedReader(limits))
        return made[-1]

    yield make
    for reader in made:
        reader.close()


@pytest.fixture
def reader(make_reader: Callable[[ReadingLimits], SandboxedReader]) -> SandboxedReader:
    return make_reader(ReadingLimits())


def read(reader: SandboxedReader, *mails: bytes) -> list[tuple[str, tuple[str, ...]]]:
    return [(m.subject, m.defects) for m in messages(reader, [io.BytesIO(mail) for mail in mails])]


def messages(reader: SandboxedReader, sources: Sequence[BinaryIO]) -> Iterator[Message]:
    return (reading.message for reading in reader.read_many(sources))


def test_the_child_reads_what_this_process_reads(reader: SandboxedReader) -> None:
    """A batch comes back in its order, equal in every field."""
    mails = [GOOD, simple(b"Subject: x"), b"", b"\xff" * 100, multipart(part("text/html", b"<b>x"))] * 30
    assert list(messages(reader, [io.BytesIO(mail) for mail in mails])) == [parse(mail) for mail in mails]


def test_the_child_classifies_as_this_process_does() -> None:
    """Told the agency's rules, it says of each message by itself what it seems to be; without them nothing."""
    classifier = Classifier(AGENCY, CATALOGUE)
    reader = SandboxedReader(classifier=classifier)
    mails = [GOOD, simple(LETTER_HEAD), simple(b"Auto-Submitted: auto-replied\r\nSubject: x"), b""]
    readings = list(reader.read_many([io.BytesIO(mail) for mail in mails]))
    reader.close()
    assert [one.classification for one in readings] == [classifier.classify(parse(mail)) for mail in mails]
    assert len({one.classification.kind for one in readings if one.classification}) > 2


def test_an_empty_batch(reader: SandboxedReader, children: Callable[[], list[int]]) -> None:
    """Nothing asked, nothing answered, no child begun."""
    assert list(reader.read_many([])) == []
    assert children() == []


def test_html_and_parts(reader: SandboxedReader) -> None:
    """The HTML and each leaf are at hand; a leaf that is not there is refused, and reading goes on."""
    raw = multipart(part("text/html; charset=utf-8", "<b>ก".encode()), part("application/pdf", PDF))
    assert reader.html(io.BytesIO(raw)) == "<b>ก"
    assert reader.part(io.BytesIO(raw), 1) == (parse(raw).attachments[0], PDF)
    with pytest.raises(UnreadableError):
        reader.part(io.BytesIO(raw), 9)
    assert reader.html(io.BytesIO(GOOD)) == ""


def test_a_mail_that_takes_too_long_costs_only_itself(make_reader: Callable[[ReadingLimits], SandboxedReader]) -> None:
    """Time limit: sender and subject are known all the same, and the next mail is read."""
    sandboxed = make_reader(ReadingLimits(seconds=0.5))
    nested = stream(NESTED, 90 << 20)
    before, poison, after = messages(sandboxed, [io.BytesIO(GOOD), nested, io.BytesIO(GOOD)])
    assert before == after == parse(GOOD)
    assert poison.defects[0] == "unreadable: time limit"
    assert (poison.sender.name, poison.sender.address, poison.subject) == ("ก", "poison@example.com", "ข")


def test_a_mail_that_takes_too_much_memory_costs_only_itself(
    make_reader: Callable[[ReadingLimits], SandboxedReader],
) -> None:
    """Memory limit: likewise."""
    sandboxed = make_reader(ReadingLimits(memory=150 << 20))
    huge = stream(POISON_HEAD + b"\r\n", 300 << 20)
    before, poison, after = messages(sandboxed, [io.BytesIO(GOOD), huge, io.BytesIO(GOOD)])
    assert before == after == parse(GOOD)
    assert poison.defects[0] == "unreadable: memory limit"
    assert (poison.sender.address, poison.subject) == ("poison@example.com", "ข")


def test_a_mail_that_kills_the_child_costs_only_itself(
    reader: SandboxedReader, children: Callable[[], list[int]]
) -> None:
    """Crash: the mail on which the child died is unreadable; those that it had taken already are read again."""
    assert read(reader, GOOD)

    def kill(place: int) -> None:
        if 10 << 20 < place < 11 << 20:
            for pid in children():
                with contextlib.suppress(ProcessLookupError):  # Its death by an earlier piece was just noticed.
                    os.kill(pid, signal.SIGKILL)

    sources = [io.BytesIO(GOOD), stream(POISON_HEAD + b"\r\n", 40 << 20, kill), io.BytesIO(GOOD), io.BytesIO(GOOD)]
    found = list(messages(reader, sources))
    assert [m.subject for m in found] == [parse(GOOD).subject, "ข", *[parse(GOOD).subject] * 2]
    assert found[1].defects[0] == "unreadable: crash (signal 9)"
    with pytest.raises(UnreadableError, match="crash"):
        reader.html(stream(POISON_HEAD + b"\r\n", 40 << 20, kill))
    assert reader.html(io.BytesIO(GOOD)) == ""


def test_a_child_that_died_idle_is_no_mails_fault(reader: SandboxedReader, children: Callable[[], list[int]]) -> None:
    """Between batches the child may die; the next batch gets another."""
    expected = read(reader, GOOD)
    (pid,) = children()
    os.kill(pid, signal.SIGKILL)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    assert read(reader, GOOD) == expected


def test_the_child_is_replaced_after_its_share(
    make_reader: Callable[[ReadingLimits], SandboxedReader], children: Callable[[], list[int]]
) -> None:
    """After `messages` messages a fresh child serves the next batch."""
    sandboxed = make_reader(ReadingLimits(messages=3))
    read(sandboxed, GOOD, GOOD)
    first = children()
    read(sandboxed, GOOD)
    assert children() == first
    read(sandboxed, GOOD)
    assert children() != first
    assert len(children()) == len(first)
    sandboxed.close()
    assert not set(children()) & set(first)


def test_a_batch_that_is_left_early_does_not_disturb_the_next(reader: SandboxedReader) -> None:
    """Whoever stops after the first message gets right answers afterwards."""
    batch = messages(reader, [io.BytesIO(GOOD)] + [io.BytesIO(simple(b"Subject: %d" % n)) for n in range(50)])
    assert next(batch) == parse(GOOD)
    batch.close()  # type: ignore[attr-defined]
    assert read(reader, simple(b"Subject: next"))[0][0] == "next"


def test_what_a_source_raises_comes_through(reader: SandboxedReader) -> None:
    """A damaged archive is not a damaged mail: its error is raised in its turn, and reading goes on."""

    def damaged(place: int) -> None:
        raise ArchiveDamagedError("the archive is damaged; restore it")

    batch = messages(reader, [io.BytesIO(GOOD), stream(b"", 100, damaged), io.BytesIO(GOOD)])
    assert next(batch) == parse(GOOD)
    with pytest.raises(ArchiveDamagedError):
        next(batch)
    assert read(reader, GOOD)[0][0] == parse(GOOD).subject


def test_ten_thousand_parts_and_a_megabyte_of_header(reader: SandboxedReader) -> None:
    """Bounded monsters are read within the limits, as in this process."""
    many = multipart(*[part("application/x-own", b"x")] * 10_000)
    wide = simple(b"Subject: " + b"y" * (1 << 20))
    assert list(messages(reader, [io.BytesIO(many), io.BytesIO(wide)])) == [parse(many), parse(wide)]


_FLAT = """
import resource, sys
sys.path.insert(0, sys.argv[1])
from channels.email.sandbox import SandboxedReader
from tests.channels.email.test_sandbox import BASE64_HEAD, stream
import io
reader = SandboxedReader()
list(reader.read_many([io.BytesIO(b"Subject: x\\n\\n")]))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
(reading,) = reader.read_many([stream(BASE64_HEAD, 50 << 20)])
message = reading.message
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
reader.close()
print((after - before) >> 10, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10, message.attachments[0].size)
"""
BASE64_HEAD = POISON_HEAD + b"Content-Type: application/x-own\r\nContent-Transfer-Encoding: base64\r\n\r\n"


def test_fifty_megabytes_leave_this_process_flat() -> None:
    """A 50 MB mail is streamed: the parent grows by a few MB, the child stays below 200 MB."""
    done = subprocess.run([sys.executable, "-c", _FLAT, str(ROOT)], capture_output=True, text=True, check=True)
    parent, child, size = map(int, done.stdout.split())
    assert size > 35 << 20
    assert parent <= 16
    assert child <= 200


def test_a_large_attachment_is_given_back_whole(reader: SandboxedReader) -> None:
    """A part of several MB comes through the pipe unchanged."""
    content = os.urandom(5 << 20)
    encoded = part("a/b", base64.encodebytes(content), "Content-Transfer-Encoding: base64")
    assert reader.part(io.BytesIO(multipart(encoded)), 0)[1] == content
