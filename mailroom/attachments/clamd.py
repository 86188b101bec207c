"""Asks clamd about bytes over its socket (INSTREAM). Nothing it says is more than a name."""

import socket
import struct
from pathlib import Path

from mailroom.domain.errors import MailroomError, UnreadableError
from mailroom.stages.characters import one_line

_CONNECT_SECONDS = 5.0
_SCAN_SECONDS = 120.0
"""Its own limit of time for one file is 120 s."""
_CHUNK = 256 << 10
_ANSWER_BYTES = 4096
_LENGTH = struct.Struct(">I")
_CLEAN, _FOUND = "OK", " FOUND"
_TOO_LONG = "size limit exceeded"


class ScannerSilentError(MailroomError):
    """The virus scanner does not answer: start it, or name another socket. Until then nothing is read."""


class NotScannedError(UnreadableError):
    """The virus scanner answers, but not about this file."""


class TooLongToScanError(NotScannedError):
    """The file is longer than the scanner takes (StreamMaxLength in clamd.conf)."""


class Clamd:
    """One clamd. Each question has a connection of its own."""

    def __init__(self, path: Path, *, seconds: float = _SCAN_SECONDS) -> None:
        """`seconds` is how long it may be silent over one file."""
        self._path = path
        self._seconds = seconds

    def scan(self, content: bytes) -> str:
        """The name of what it found; empty when it found nothing. Raises ScannerSilentError, NotScannedError."""
        try:
            answer = self._ask(b"zINSTREAM\0", content, self._seconds)
        except ScannerSilentError:
            self.version()
            # It lives, so it is this file over which it fell silent.
            raise NotScannedError("the virus scanner gave no answer about a file; it is held for a clerk") from None
        said = answer.removeprefix("stream: ")
        if said == _CLEAN:
            return ""
        if said.endswith(_FOUND):
            return one_line(said.removesuffix(_FOUND), 100) or "?"
        if _TOO_LONG in said:
            raise TooLongToScanError("a file is longer than the virus scanner takes; raise StreamMaxLength of clamd")
        raise NotScannedError(f"the virus scanner did not look at a file ({one_line(said, 100)}); see its log")

    def version(self) -> str:
        """What it says of itself and of its signatures. Raises ScannerSilentError."""
        answer = self._ask(b"zVERSION\0", None, _CONNECT_SECONDS)
        if not answer.startswith("ClamAV"):
            raise ScannerSilentError(f"what listens on {self._path} is no clamd; name its socket in [attachments]")
        return one_line(answer, 100)

    def _ask(self, command: bytes, content: bytes | None, seconds: float) -> str:
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
                connection.settimeout(_CONNECT_SECONDS)
                connection.connect(str(self._path))
                connection.settimeout(seconds)
                connection.sendall(command)
                if content is not None:
                    _stream(connection, content)
                return _answer(connection)
        except OSError as error:
            raise ScannerSilentError(
                f"the virus scanner does not answer on {self._path} ({error.strerror or error}); start clamd"
            ) from error


def _stream(connection: socket.socket, content: bytes) -> None:
    """In pieces, each with its length before it; zero ends it.

    Where it is too long, clamd answers in the middle and hangs up: its answer is read all the same.
    """
    try:
        for start in range(0, len(content), _CHUNK):
            piece = content[start : start + _CHUNK]
            connection.sendall(_LENGTH.pack(len(piece)) + piece)
        connection.sendall(_LENGTH.pack(0))
    except (BrokenPipeError, ConnectionResetError):
        return


def _answer(connection: socket.socket) -> str:
    answer = b""
    while not answer.endswith(b"\0") and len(answer) < _ANSWER_BYTES:
        piece = connection.recv(_ANSWER_BYTES)
        if not piece:
            break
        answer += piece
    if not answer:
        raise ConnectionResetError("it hung up without a word")
    return answer.rstrip(b"\0\n").decode("utf-8", "replace")
