"""A real virus scanner looks at everything first; where it cannot, nothing passes in silence."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailroom.attachments.clamd import Clamd, NotScannedError, ScannerSilentError
from mailroom.attachments.reader import ConfinedAttachmentReader
from mailroom.domain.attachment_reading import VIRUS, AttachmentReading, FileFinding, ReadingState
from signing.confined import ConfinedLimits
from tests.support.attachment_zoo import file, word, zipped
from tests.support.virus_scanner import LONGEST, MARK, NAME, virus_scanner


@pytest.fixture(scope="module")
def path() -> Iterator[Path]:
    with virus_scanner() as found:
        yield found


@pytest.fixture(scope="module")
def reader(path: Path) -> Iterator[ConfinedAttachmentReader]:
    confined = ConfinedAttachmentReader(ConfinedLimits(seconds=60, memory=1 << 30), scanner=Clamd(path))
    yield confined
    confined.close()


def read(reader: ConfinedAttachmentReader, content: bytes) -> AttachmentReading:
    return reader.read(file("a.bin", content), content)


@pytest.mark.parametrize("wrapped", [bytes, lambda mark: zipped({"a/b.txt": mark}), lambda mark: word(mark.decode())])
def test_what_the_scanner_knows_is_named_and_not_read(reader: ConfinedAttachmentReader, wrapped: type[bytes]) -> None:
    """Also where it is packed."""
    reading = read(reader, wrapped(MARK))
    assert reading == AttachmentReading(ReadingState.INFECTED, findings=(FileFinding(VIRUS, NAME),))
    assert reading.is_infected


def test_what_it_does_not_know_is_read(reader: ConfinedAttachmentReader) -> None:
    """An empty file too."""
    assert read(reader, b"hello").text == "hello"
    assert read(reader, b"").state is ReadingState.NOTHING


def test_what_is_longer_than_it_takes_is_not_read(reader: ConfinedAttachmentReader) -> None:
    """It was not looked at, and the finding says so; whatever comes next is scanned."""
    for extra in (1, 4 << 20):
        reading = read(reader, b"x" * (LONGEST + extra))
        assert reading == AttachmentReading(ReadingState.TOO_LARGE, findings=(FileFinding("not-scanned"),))
    assert read(reader, b"hello").text == "hello"


def test_it_says_its_version(path: Path) -> None:
    """With that of its signatures."""
    assert Clamd(path).version().startswith("ClamAV 1.")


def test_without_it_nothing_is_read(tmp_path: Path) -> None:
    """A socket that is not there, and one on which something else listens."""
    absent = ConfinedAttachmentReader(ConfinedLimits(), scanner=Clamd(tmp_path / "none"))
    assert not absent.ready()
    assert read(absent, b"hello") == AttachmentReading(ReadingState.WAITS)
    absent.close()


class Fake:
    """A listener that gives these answers in turn, one for each connection; None hangs up, and "" says nothing."""

    def __init__(self, path: Path, *answers: str | None) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.bind(str(path))
        self._socket.listen()
        self._socket.settimeout(20)
        self._answers = answers
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        for answer in self._answers:
            connection, _ = self._socket.accept()
            with connection:
                if answer:
                    connection.recv(1 << 16)
                    connection.sendall(answer.encode() + b"\0")
                elif answer == "":
                    self._done.wait(30)


def test_silence_over_one_file_is_told_from_a_dead_scanner(tmp_path: Path) -> None:
    """It is asked for its version: a scanner that lives makes the file the culprit."""
    scanner = Clamd(tmp_path / "s", seconds=0.2)
    with Fake(tmp_path / "s", None, "ClamAV 1.4.0"), pytest.raises(NotScannedError, match="no answer"):
        scanner.scan(b"hello")
    with pytest.raises(ScannerSilentError, match="does not answer"):
        scanner.scan(b"hello")


@pytest.mark.parametrize("answer", ["Can't allocate memory ERROR", "stream: OKAY", "nonsense"])
def test_any_other_answer_is_no_clearance(tmp_path: Path, answer: str) -> None:
    """Only `OK` lets a file pass."""
    with Fake(tmp_path / "s", answer), pytest.raises(NotScannedError):
        Clamd(tmp_path / "s").scan(b"hello")


def test_something_else_on_the_socket_is_no_scanner(tmp_path: Path) -> None:
    """It does not call itself ClamAV."""
    with Fake(tmp_path / "s", "HTTP/1.1 400"), pytest.raises(ScannerSilentError, match="no clamd"):
        Clamd(tmp_path / "s").version()
