"""An IMAP server that says what a script tells it to: for lies that no real server would tell."""

import re
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Self

Answer = Callable[[bytes, bytes], list[bytes]]
"""Takes tag and the rest of the command line; gives what is sent, piece by piece. An empty piece hangs up."""

CAPABILITY = b"* CAPABILITY IMAP4rev1 IDLE\r\n"


class ScriptedImap:
    """A context manager. One mailbox with `sizes` as messages, UIDs from 1; `lies` replaces answers by command."""

    def __init__(
        self,
        lies: dict[str, Answer] | None = None,
        *,
        sizes: tuple[int, ...] = (10,),
        greeting: bytes = b"* OK hi\r\n",
        otherwise: Callable[[bytes], list[bytes]] | None = None,
    ) -> None:
        """`otherwise` answers lines that are no command, as they come within AUTHENTICATE."""
        self._otherwise = otherwise
        self._lies = lies or {}
        self._sizes = sizes
        self._greeting = greeting
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.connections = 0
        self.commands: list[bytes] = []

    def __enter__(self) -> Self:
        threading.Thread(target=self._listen, name="scripted-imap", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections += 1
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError), connection, connection.makefile("rb") as lines:
            connection.sendall(self._greeting)
            for line in lines:
                tag, _, rest = line.rstrip(b"\r\n").partition(b" ")
                # The end of IDLE is a line without a tag.
                rest = rest or tag
                self.commands.append(rest)
                alone = rest == tag and self._otherwise is not None and rest != b"DONE"
                for piece in self._otherwise(tag) if alone and self._otherwise else self._answer(tag, rest):
                    if not piece:
                        return
                    connection.sendall(piece)

    def _answer(self, tag: bytes, rest: bytes) -> list[bytes]:
        words = rest.upper().decode("latin-1").split(" ")
        name = " ".join(words[:2]) if words[0] == "UID" else words[0]
        if name == "UID FETCH" and "BODY" in rest.upper().decode("latin-1"):
            name = "BODY"
        if name in self._lies:
            return self._lies[name](tag, rest)
        return [*self._truth(name, rest), tag + b" OK done\r\n"]

    def _truth(self, name: str, rest: bytes) -> list[bytes]:
        count = len(self._sizes)
        match name:
            case "CAPABILITY":
                return [CAPABILITY]
            case "LIST":
                return [b'* LIST () "/" INBOX\r\n']
            case "SELECT" | "EXAMINE":
                return [b"* %d EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n* OK [UIDNEXT %d] ok\r\n" % (count, count + 1)]
            case "UID SEARCH":
                return [b"* SEARCH" + b"".join(b" %d" % uid for uid in range(1, count + 1)) + b"\r\n"]
            case "UID FETCH":
                return [self._entry(uid) for uid in range(1, count + 1)]
            case "BODY":
                return bodies(self._sizes, rest)
            case _:
                return []

    def _entry(self, uid: int) -> bytes:
        return b'* %d FETCH (UID %d INTERNALDATE "01-Mar-2026 09:00:00 +0700" RFC822.SIZE %d)\r\n' % (
            uid,
            uid,
            self._sizes[uid - 1],
        )


def bodies(sizes: tuple[int, ...], rest: bytes) -> list[bytes]:
    """The honest answers to a FETCH of bodies, each of so many x."""
    return [_body(uid, sizes[uid - 1], rest) for uid in _numbers(rest, len(sizes))]


def _body(uid: int, size: int, rest: bytes) -> bytes:
    content, name = b"x" * size, b"BODY[]"
    if found := re.search(rb"<(\d+)\.(\d+)>", rest):
        origin = int(found[1])
        content = content[origin : origin + int(found[2])]
        name = b"BODY[]<%d>" % origin
    return b"* %d FETCH (UID %d %b {%d}\r\n%b)\r\n" % (uid, uid, name, len(content), content)


def _numbers(rest: bytes, count: int) -> list[int]:
    """UIDs of the set in a FETCH."""
    found = re.match(rb"UID FETCH ([\d,:]+)", rest, re.IGNORECASE)
    numbers: list[int] = []
    for part in found[1].split(b",") if found else []:
        first, _, last = part.partition(b":")
        numbers += range(int(first), int(last or first) + 1)
    return [number for number in numbers if number <= count]
