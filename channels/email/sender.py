"""Hands letters to the submission server over SMTP, and tells apart what may have arrived from what has not."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import aiosmtplib
import structlog
from aiosmtplib.email import parse_address

from channels.email.errors import smtp_errors, visible
from channels.email.letter import SignMail, wire
from channels.email.manners import manner
from channels.email.recipients import Recipient, checked
from channels.email.settings import EmailSettings
from channels.email.submission import Submission, end, largest_letter
from mailroom.domain.errors import (
    ChannelSetupError,
    PermanentChannelError,
    SigningError,
    SigningRefusedError,
    TemporaryChannelError,
    UncertainDeliveryError,
)
from mailroom.domain.outbox import OutboxItem

_log = structlog.get_logger(__name__)

_IDLE_SECONDS = 30.0
"""A connection unused for longer is made anew: the server may be about to close it."""

_LETTERS_PER_CONNECTION = 100
_DATA_SECONDS = 600.0
"""RFC 5321 section 4.5.3.2.6: giving up earlier after the final dot makes duplicates."""


@dataclass(frozen=True, slots=True)
class _Mail:
    """A letter ready to go."""

    recipient: Recipient
    content: bytes
    envelope_id: str
    wants_reports: bool


@dataclass(slots=True)
class _Line:
    """A connection and what was learnt on it."""

    client: aiosmtplib.SMTP
    used_at: float
    letters: int = 0
    null_sender_refused: bool = False


class SmtpSender:
    """Implements `mailroom.ports.Sender`. One letter at a time, over one connection that is kept for the next."""

    def __init__(
        self,
        settings: EmailSettings,
        agency_name: str,
        sign_mail: SignMail | None = None,
        *,
        submission: Submission | None = None,
        data_timeout: float = _DATA_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._from = sender_address(settings)
        self._name = agency_name
        self._sign_mail = sign_mail
        self._null_return_path = settings.smtp.null_return_path
        self._submission = submission or Submission(settings.smtp, domain=self._from.domain)
        self._data_timeout = data_timeout
        self._monotonic = monotonic
        self._line: _Line | None = None
        self._turn = asyncio.Lock()

    async def compose(self, item: OutboxItem, enclosed: Sequence[bytes] = ()) -> bytes:
        """See `Sender.compose`. Megabytes are encoded, and signed, beside the loop."""
        return await asyncio.to_thread(self._wire, item, enclosed) if enclosed else self._wire(item, enclosed)

    async def send(self, item: OutboxItem, raw: bytes) -> str:
        """See `Sender.send`. The answer has its control characters made visible."""
        mail = _Mail(checked(item.to), raw, item.id, manner(item.letter).wants_reports)
        async with self._turn:
            try:
                with smtp_errors(self._submission.place):
                    return await self._hand_over(mail)
            except PermanentChannelError:
                await self._reset()
                raise
            except BaseException:
                # Whatever else went wrong, nobody knows what the server awaits next on this connection.
                self._drop()
                raise

    def _wire(self, item: OutboxItem, enclosed: Sequence[bytes]) -> bytes:
        try:
            return wire(item, enclosed, sender=self._from, sender_name=self._name, sign_mail=self._sign_mail)
        except SigningRefusedError as error:
            raise ChannelSetupError(f"S/MIME: {error}") from error
        except SigningError as error:
            raise TemporaryChannelError(f"S/MIME: {error}") from error

    async def close(self) -> None:
        """Say goodbye to the server."""
        async with self._turn:
            line, self._line = self._line, None
            if line is not None:
                await end(line.client)

    async def _hand_over(self, mail: _Mail) -> str:
        line = await self._fresh_line()
        try:
            await self._address(line, mail)
        except aiosmtplib.SMTPServerDisconnected:
            if not line.letters:
                raise
            # The server had closed a connection that we kept; nothing was handed over yet.
            self._drop()
            line = await self._fresh_line()
            await self._address(line, mail)
        reply = await self._data(line, mail.content)
        line.letters += 1
        line.used_at = self._monotonic()
        return reply

    async def _fresh_line(self) -> _Line:
        line = self._line
        if line is not None and not self._usable(line):
            self._line = None
            await end(line.client)
        if self._line is None:
            self._line = _Line(await self._submission.connect(), self._monotonic())
        return self._line

    def _usable(self, line: _Line) -> bool:
        return (
            line.client.is_connected
            and line.letters < _LETTERS_PER_CONNECTION
            and self._monotonic() - line.used_at < _IDLE_SECONDS
        )

    async def _address(self, line: _Line, mail: _Mail) -> None:
        """MAIL and RCPT for exactly this recipient."""
        address = mail.recipient.address
        if parse_address(address) != address:
            raise PermanentChannelError(f"{address!a} would be rewritten on its way to the server")
        options, encoding = self._international(line, mail.recipient)
        options += self._size(line, mail.content)
        reports = mail.wants_reports and line.client.supports_extension("dsn")
        if (
            mail.wants_reports
            or not self._null_return_path
            or not await self._take_null_sender(line, options, encoding)
        ):
            # RFC 3461: a report need not bring the whole document back, and names the letter.
            asked = ["RET=HDRS", f"ENVID={mail.envelope_id}"] if reports else []
            await line.client.mail(self._from.address, options=options + asked, encoding=encoding)
        await line.client.rcpt(address, options=["NOTIFY=FAILURE,DELAY"] if reports else [], encoding=encoding)

    async def _take_null_sender(self, line: _Line, options: list[str], encoding: str) -> bool:
        """MAIL with the empty return path; False where the server does not take it, which is remembered."""
        if line.null_sender_refused:
            return False
        try:
            await line.client.mail("", options=options, encoding=encoding)
        except aiosmtplib.SMTPSenderRefused as error:
            if error.code < 500:
                raise
            _log.info("smtp.null_sender_refused", server=self._submission.place)
            line.null_sender_refused = True
            await line.client.rset()
            return False
        return True

    def _size(self, line: _Line, content: bytes) -> list[str]:
        """Announce the size (RFC 1870); a letter beyond the server's limit is not even begun."""
        if not line.client.supports_extension("size"):
            return []
        limit = largest_letter(line.client)
        if limit and len(content) > limit:
            raise PermanentChannelError(
                f"the letter has {len(content):,} bytes and {self._submission.place} takes {limit:,}; lower "
                f"licences.largest_enclosure_mb below {limit * 0.7 / 1e6:.0f} and hand this document over another way"
            )
        return [f"SIZE={len(content)}"]

    def _international(self, line: _Line, recipient: Recipient) -> tuple[list[str], str]:
        if not recipient.international and not self._from.international:
            return [], "ascii"
        if not line.client.supports_extension("smtputf8"):
            raise PermanentChannelError(
                f"{recipient.address}: the server takes no addresses outside ASCII (no SMTPUTF8); answer another way"
            )
        return ["SMTPUTF8"], "utf-8"

    async def _data(self, line: _Line, content: bytes) -> str:
        """DATA and the letter. From the first byte of it on, silence leaves open whether it arrived (RFC 1047)."""
        start = await line.client.execute_command(b"DATA")
        if start.code != aiosmtplib.SMTPStatus.start_input:
            raise aiosmtplib.SMTPDataError(start.code, start.message)
        protocol = line.client.protocol
        if protocol is None:
            raise aiosmtplib.SMTPServerDisconnected("Connection lost")
        try:
            protocol.write(content.replace(b"\r\n.", b"\r\n..") + b".\r\n")
            reply = await protocol.read_response(timeout=self._data_timeout)
        except (aiosmtplib.SMTPException, OSError) as error:
            raise UncertainDeliveryError(
                f"{self._submission.place}: no answer after the letter was handed over ({visible(str(error))})"
            ) from error
        return self._outcome(reply)

    def _outcome(self, reply: aiosmtplib.SMTPResponse) -> str:
        text = visible(f"{reply.code} {reply.message}", _MOST_REPLY)
        if 200 <= reply.code < 300:
            return text
        if 400 <= reply.code < 600:
            raise aiosmtplib.SMTPDataError(reply.code, reply.message)
        raise UncertainDeliveryError(f"{self._submission.place}: answer {text} says neither yes nor no")

    async def _reset(self) -> None:
        """Take back what was begun, so that the connection serves the next letter."""
        if self._line is None:
            return
        try:
            await self._line.client.rset()
        except (aiosmtplib.SMTPException, OSError):
            self._drop()

    def _drop(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            line.client.close()


_MOST_REPLY = 500


def sender_address(settings: EmailSettings) -> Recipient:
    """The address that letters come from. Raises ChannelSetupError when it is none."""
    try:
        return checked(settings.smtp.from_ or settings.address)
    except PermanentChannelError as error:
        raise ChannelSetupError(f"smtp.from: {error}; correct it") from error
