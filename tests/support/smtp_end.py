"""An SMTP server on loopback that records every letter, and misbehaves by script."""

import asyncio
import base64
import ssl
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal, Self

from tests.support.certificates import Certificate

Stage = Literal["connect", "ehlo", "starttls", "auth", "mail", "rcpt", "data", "dot", "rset", "noop", "quit"]


class _Gone(Exception):
    """The server hangs up."""


@dataclass(frozen=True, slots=True)
class Drop:
    """Hang up instead of answering. At stage `dot` the letter is kept nevertheless when `keep` is set."""

    keep: bool = False


@dataclass(frozen=True, slots=True)
class Silence:
    """Never answer. At stage `dot` the letter is kept nevertheless when `keep` is set."""

    keep: bool = False


@dataclass(frozen=True, slots=True)
class Raw:
    """Answer these bytes, right or wrong."""

    content: bytes


Action = str | Drop | Silence | Raw
"""A reply such as `450 4.2.0 later`, or worse."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter as it was handed over."""

    sender: str
    """Return path, without brackets; empty for `<>`."""
    recipients: tuple[str, ...]
    options: str
    """What followed the address of MAIL."""
    raw: bytes
    """Exact bytes, dots unstuffed."""


@dataclass
class SmtpEnd:
    """A context manager; the server runs in a thread of its own."""

    certificate: Certificate | None = None
    implicit_tls: bool = False
    extensions: tuple[str, ...] = ("SIZE 52428800", "8BITMIME", "SMTPUTF8", "AUTH PLAIN LOGIN XOAUTH2")
    refuse_null_sender: bool = False
    passwords: dict[str, str] = field(default_factory=dict)
    """User names and passwords, or tokens, that are let in. Without any, every login is."""
    drip: bool = False
    """Answer one byte at a time."""
    host: str = "127.0.0.1"
    port: int = 0
    letters: list[Letter] = field(default_factory=list)
    connections: int = 0
    logins: list[str] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._script: defaultdict[str, list[Action]] = defaultdict(list)
        self._always: dict[str, Action] = {}
        self._arrived = threading.Condition()
        self._loop = asyncio.new_event_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._loop.run_forever, name="smtp-end", daemon=True)
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def misbehave(self, stage: Stage, *actions: Action) -> None:
        """Take these actions, one each time the stage is reached; then behave again."""
        self._script[stage].extend(actions)

    def always(self, stage: Stage, action: Action | None) -> None:
        """Take this action whenever the stage is reached; None ends it."""
        if action is None:
            self._always.pop(stage, None)
        else:
            self._always[stage] = action

    def wait_for(self, count: int, seconds: float = 20) -> list[Letter]:
        """The letters, as soon as there are `count` of them."""
        with self._arrived:
            if not self._arrived.wait_for(lambda: len(self.letters) >= count, seconds):
                raise AssertionError(f"{len(self.letters)} letters came, {count} were awaited")
            return list(self.letters)

    def hang_up(self) -> None:
        """Cut every open connection."""
        asyncio.run_coroutine_threadsafe(self._cut(), self._loop).result(10)

    def stop_listening(self) -> None:
        """Nobody answers at this port any more."""
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)

    async def _listen(self) -> asyncio.Server:
        context = self._tls() if self.implicit_tls else None
        server = await asyncio.start_server(self._begin, self.host, self.port, ssl=context, limit=1 << 20)
        self.port = server.sockets[0].getsockname()[1]
        return server

    async def _end(self) -> None:
        self._server.close()
        await self._cut()

    async def _cut(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = self._loop.create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            with suppress(_Gone, ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
                await _Talk(self, reader, writer).hold()
        finally:
            writer.transport.abort()
            with suppress(ConnectionError, ssl.SSLError, TimeoutError):
                await asyncio.wait_for(writer.wait_closed(), 2)

    def _tls(self) -> ssl.SSLContext:
        assert self.certificate is not None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate.certificate, self.certificate.key)
        return context

    def action(self, stage: str) -> Action | None:
        waiting = self._script[stage]
        return waiting.pop(0) if waiting else self._always.get(stage)

    def take(self, letter: Letter) -> None:
        with self._arrived:
            self.letters.append(letter)
            self._arrived.notify_all()


class _Talk:
    """One connection."""

    def __init__(self, end: SmtpEnd, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._end, self._reader, self._writer = end, reader, writer
        self._secure = end.implicit_tls
        self._sender: str | None = None
        self._options = ""
        self._recipients: list[str] = []

    async def hold(self) -> None:
        await self._reply("connect", "220 end.test ESMTP")
        while True:
            line = (await self._line()).decode("utf-8", "surrogateescape")
            self._end.commands.append(line)
            verb, _, rest = line.partition(" ")
            handler = getattr(self, f"_do_{verb.lower()}", None)
            await (handler(rest) if handler else self._say("502 5.5.1 no such command"))

    async def _line(self) -> bytes:
        line = await self._reader.readline()
        if not line:
            raise _Gone
        return line.rstrip(b"\r\n")

    async def _reply(self, stage: Stage, good: str) -> bool:
        """Answer as the script says, else well; whether it was well."""
        action = self._end.action(stage)
        match action:
            case None:
                await self._say(good)
            case Drop():
                raise _Gone
            case Silence():
                await asyncio.Event().wait()
            case Raw(content):
                self._writer.write(content)
                await self._writer.drain()
            case str():
                await self._say(action)
                if action.startswith("421"):
                    raise _Gone
        return action is None

    async def _say(self, text: str) -> None:
        content = text.encode("utf-8", "surrogateescape") + b"\r\n"
        for piece in _pieces(content) if self._end.drip else (content,):
            self._writer.write(piece)
            await self._writer.drain()
            await asyncio.sleep(0)

    async def _do_ehlo(self, _: str) -> None:
        extensions = [*self._end.extensions]
        if self._end.certificate and not self._secure:
            extensions.append("STARTTLS")
        lines = ["end.test", *extensions]
        await self._reply("ehlo", "\r\n".join([*(f"250-{line}" for line in lines[:-1]), f"250 {lines[-1]}"]))

    async def _do_helo(self, _: str) -> None:
        await self._reply("ehlo", "250 end.test")

    async def _do_starttls(self, _: str) -> None:
        if await self._reply("starttls", "220 go ahead"):
            await self._writer.start_tls(self._end._tls())
            self._secure = True

    async def _do_auth(self, rest: str) -> None:
        mechanism, _, initial = rest.partition(" ")
        user, secret = await self._credentials(mechanism.upper(), initial)
        known = self._end.passwords
        if known and known.get(user) != secret:
            await self._reply("auth", "535 5.7.8 wrong user name or password")
        elif await self._reply("auth", "235 2.7.0 welcome"):
            self._end.logins.append(user)

    async def _credentials(self, mechanism: str, initial: str) -> tuple[str, str]:
        first = base64.b64decode(initial).decode()
        if mechanism == "PLAIN":
            _, user, secret = first.split("\0")
            return user, secret
        if mechanism == "XOAUTH2":
            user, bearer = first.split("\1")[:2]
            return user.removeprefix("user="), bearer.removeprefix("auth=Bearer ")
        await self._say("334 UGFzc3dvcmQ6")
        return first, base64.b64decode(await self._line()).decode()

    async def _do_mail(self, rest: str) -> None:
        address, _, self._options = rest.partition(" ")
        sender = address.split(":", 1)[1].strip("<>")
        if not sender and self._end.refuse_null_sender:
            await self._say("550 5.7.1 null sender not allowed")
        elif await self._reply("mail", "250 2.1.0 ok"):
            self._sender, self._recipients = sender, []

    async def _do_rcpt(self, rest: str) -> None:
        if await self._reply("rcpt", "250 2.1.5 ok"):
            self._recipients.append(rest.split(":", 1)[1].split(" ")[0].strip("<>"))

    async def _do_data(self, _: str) -> None:
        if self._sender is None or not self._recipients:
            await self._say("503 5.5.1 no recipients")
        elif await self._reply("data", "354 go on"):
            await self._dot(await self._body())

    async def _body(self) -> bytes:
        lines = []
        while (line := await self._reader.readline()) != b".\r\n":
            if not line:
                raise _Gone
            lines.append(line[1:] if line.startswith(b".") else line)
        return b"".join(lines)

    async def _dot(self, raw: bytes) -> None:
        letter = Letter(self._sender or "", tuple(self._recipients), self._options, raw)
        self._sender = None
        waiting = self._end._script["dot"][:1] or [self._end._always.get("dot")]
        if waiting[0] is None or (isinstance(waiting[0], Drop | Silence) and waiting[0].keep):
            self._end.take(letter)
        await self._reply("dot", f"250 2.0.0 queued as {len(self._end.letters)}")

    async def _do_rset(self, _: str) -> None:
        self._sender = None
        await self._reply("rset", "250 2.0.0 ok")

    async def _do_noop(self, _: str) -> None:
        await self._reply("noop", "250 2.0.0 ok")

    async def _do_quit(self, _: str) -> None:
        await self._reply("quit", "221 2.0.0 bye")
        raise _Gone


def _pieces(content: bytes) -> Iterator[bytes]:
    return (content[at : at + 1] for at in range(len(content)))
