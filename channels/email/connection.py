"""Connections to the IMAP server: encrypted, logged in, and bounded against servers that lie."""

import imaplib
import re
from contextlib import suppress
from typing import Any, Self

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientAbortError, LoginError
from imapclient.imap4 import IMAP4WithTimeout
from imapclient.tls import IMAP4_TLS

from channels.email import tls
from channels.email.errors import OversizedAnswerError, imap_errors
from channels.email.login_gate import LoginGate, gate_of
from channels.email.oauth2 import TokenSource
from channels.email.settings import ImapSection
from mailroom.domain.errors import ChannelSetupError, ConfigurationError

MOST_LITERAL_BYTES = 16 << 20
MOST_ANSWER_BYTES = 48 << 20
MOST_ANSWER_LINES = 200_000
_TIMEOUT_SECONDS = 60.0
_CONNECT_SECONDS = 15.0
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")


class _Bounded:
    """Mixed into imaplib's connection: what the server may send in answer to one command is limited."""

    _received = 0
    _lines = 0

    def send(self, data: bytes) -> None:
        self._received = self._lines = 0
        super().send(data)  # type: ignore[misc] # the mixed-in class has it

    def read(self, size: int) -> bytes:
        # imaplib would allocate whatever length the server announces, before a byte of it came.
        if size > MOST_LITERAL_BYTES:
            raise OversizedAnswerError(f"literal of {size} bytes announced")
        self._count(size)
        content: bytes = super().read(size)  # type: ignore[misc]
        if len(content) != size:
            raise IMAPClientAbortError("connection closed within a literal")
        return content

    def readline(self) -> bytes:
        try:
            line: bytes = super().readline()  # type: ignore[misc]
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as error:
            # A line too long leaves the rest of it unread: the connection cannot go on.
            raise OversizedAnswerError(str(error)) from error
        self._count(len(line))
        self._lines += 1
        if self._lines > MOST_ANSWER_LINES:
            raise OversizedAnswerError(f"answer of more than {MOST_ANSWER_LINES} lines")
        return line

    def _count(self, size: int) -> None:
        self._received += size
        if self._received > MOST_ANSWER_BYTES:
            raise OversizedAnswerError(f"answer of more than {MOST_ANSWER_BYTES} bytes")


class _BoundedPlain(_Bounded, IMAP4WithTimeout):  # type: ignore[misc]
    pass


class _BoundedTls(_Bounded, IMAP4_TLS):  # type: ignore[misc]
    pass


class ImapConnection(IMAPClient):  # type: ignore[misc]
    """An IMAPClient whose answers are bounded, and which neither logs nor formats what passes."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        # IMAPClient sets 5: every body would be formatted twice, and citizens' mail could reach a log.
        self._imap.debug = 0
        self.normalise_times = False

    def _create_IMAP4(self) -> imaplib.IMAP4:  # noqa: N802 - the name that IMAPClient calls
        if self.ssl:
            return _BoundedTls(self.host, self.port, self.ssl_context, self._timeout.connect)
        return _BoundedPlain(self.host, self.port, self._timeout.connect)

    @property
    def protocol(self) -> imaplib.IMAP4:
        """imaplib's own connection, for what IMAPClient does not offer."""
        protocol: imaplib.IMAP4 = self._imap
        return protocol

    def uid_fetch(self, uids: str, items: str) -> list[Any]:
        """The untagged FETCH answers to one UID FETCH, as imaplib records. Raises imaplib errors."""
        status, records = self.protocol.uid("FETCH", uids, items)
        self._checkok("fetch", status, records)
        return [] if records == [None] else records

    def begin_idle(self) -> bool:
        """Enter IDLE; whether mail was announced on the way. IMAPClient's own gives up when anything was."""
        protocol: Any = self._imap
        protocol.untagged_responses.pop("EXISTS", None)
        self._idle_tag = protocol._command("IDLE")  # noqa: SLF001 - imaplib has no public IDLE before Python 3.14
        while protocol._get_response() is not None:  # noqa: SLF001 - as above
            if protocol.tagged_commands[self._idle_tag]:
                raise IMAPClientAbortError("IDLE refused")
        return "EXISTS" in protocol.untagged_responses

    def end(self) -> None:
        """Log out if that is possible at once, and close."""
        with suppress(Exception):
            self.socket().settimeout(2)
            self.logout()
        with suppress(Exception):
            self.shutdown()
        # shutdown() leaves the socket open when the stream above it cannot be closed.
        self.protocol.sock.close()

    def __enter__(self) -> Self:
        return self


class Connector:
    """Makes logged-in connections to one account."""

    def __init__(
        self, settings: ImapSection, *, timeout: float = _TIMEOUT_SECONDS, gate: LoginGate | None = None
    ) -> None:
        self._settings = settings
        self._timeout = timeout
        self._tokens = TokenSource(settings.oauth2) if settings.oauth2 else None
        self.place = f"{settings.host}:{settings.effective_port}"
        self.gate = gate or gate_of(self.place, settings.username)

    def connect(self) -> ImapConnection:
        """A new connection. Raises TemporaryChannelError, or ChannelSetupError naming user, host and remedy."""
        with imap_errors(f"{self._settings.username} at {self.place}"):
            client = self._open()
            try:
                self._login(client)
            except BaseException:
                client.end()
                raise
            return client

    def _open(self) -> ImapConnection:
        settings = self._settings
        context = None if settings.tls == "none" else tls.context(settings)
        client = ImapConnection(
            settings.host,
            settings.effective_port,
            ssl=settings.tls == "implicit",
            ssl_context=context,
            timeout=SocketTimeout(min(self._timeout, _CONNECT_SECONDS), self._timeout),
        )
        try:
            self._encrypt(client, context)
        except BaseException:
            client.end()
            raise
        return client

    def _encrypt(self, client: ImapConnection, context: object) -> None:
        # A greeting of PREAUTH would skip STARTTLS and login alike: nobody has proven anything.
        if client.protocol.state != "NONAUTH":
            raise ChannelSetupError(f"{self.place}: the server asks for no login; check host and port")
        if self._settings.tls == "starttls":
            client.starttls(context)

    def _login(self, client: ImapConnection) -> None:
        if self._tokens is None:
            self._login_by_password(client)
            return
        token = self._tokens.token()
        try:
            _login_by_token(client, self._settings.username, token)
        except LoginError:
            # A token may be revoked before it expires; a fresh one is tried once, then a person must look.
            self._tokens.reject(token)
            _login_by_token(client, self._settings.username, self._tokens.token())

    def _login_by_password(self, client: ImapConnection) -> None:
        user, password = self._settings.username, self._password()
        if _CONTROLS.search(user + password):
            raise ChannelSetupError(f"{user} at {self.place}: user name or password holds control characters")
        if client.has_capability("AUTH=PLAIN"):
            client.plain_login(user, password)
        else:
            # imaplib quotes the password but not the user name.
            client.login('"' + user.replace("\\", "\\\\").replace('"', '\\"') + '"', password)

    def _password(self) -> str:
        if self._settings.password is None:
            raise ChannelSetupError(f"{self.place}: no password is configured")
        try:
            return self._settings.password.reveal()
        except ConfigurationError as error:
            raise ChannelSetupError(str(error)) from error


def _login_by_token(client: ImapConnection, user: str, token: str) -> None:
    answers = iter([f"user={user}\1auth=Bearer {token}\1\1"])
    # After a refusal the server sends a challenge that says why; an empty answer lets it finish.
    client.sasl_login("XOAUTH2", lambda _: next(answers, ""))
