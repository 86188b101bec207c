"""Connections to the submission server: encrypted and logged in before anything else, or not at all."""

import asyncio
from contextlib import suppress

import aiosmtplib

from channels.email import tls
from channels.email.errors import smtp_errors
from channels.email.login_gate import LoginGate, gate_of
from channels.email.oauth2 import TokenSource
from channels.email.settings import SmtpSection
from mailroom.domain.errors import ChannelSetupError, ConfigurationError

_TIMEOUT_SECONDS = 120.0
_MOST_DIGITS = 20
"""RFC 1870 section 4 ends there."""


class Submission:
    """Makes connections to one submission account."""

    def __init__(
        self, settings: SmtpSection, *, domain: str, timeout: float = _TIMEOUT_SECONDS, gate: LoginGate | None = None
    ) -> None:
        self._settings = settings
        self._domain = domain
        self._timeout = timeout
        self._tokens = TokenSource(settings.oauth2) if settings.oauth2 else None
        self.place = f"{settings.host}:{settings.effective_port}"
        self._gate = gate or gate_of(self.place, settings.username)

    async def connect(self) -> aiosmtplib.SMTP:
        """A new connection. Raises TemporaryChannelError, or ChannelSetupError with the remedy."""
        with self._gate.attempt(), smtp_errors(self.place):
            client = aiosmtplib.SMTP(
                hostname=self._settings.host,
                port=self._settings.effective_port,
                # Without a name of our own the library would ask the DNS for one.
                local_hostname=self._domain,
                timeout=self._timeout,
                use_tls=self._settings.tls == "implicit",
                start_tls=False,
                tls_context=None if self._settings.tls == "none" else tls.context(self._settings),
            )
            try:
                await self._prepare(client)
            except BaseException:
                client.close()
                raise
            return client

    async def _prepare(self, client: aiosmtplib.SMTP) -> None:
        await client.connect()
        if self._settings.tls == "starttls":
            await client.starttls()
        await client.ehlo()
        await self._login(client)

    async def _login(self, client: aiosmtplib.SMTP) -> None:
        user = self._settings.username
        if self._tokens is not None:
            await self._login_by_token(client, user, self._tokens)
        elif self._settings.password is not None:
            try:
                password = self._settings.password.reveal()
            except ConfigurationError as error:
                raise ChannelSetupError(str(error)) from error
            await client.login(user, password)

    async def _login_by_token(self, client: aiosmtplib.SMTP, user: str, tokens: TokenSource) -> None:
        token = await asyncio.to_thread(tokens.token)
        try:
            await client.auth_xoauth2(user, token)
        except aiosmtplib.SMTPAuthenticationError:
            # A token may be revoked before it expires; a fresh one is tried once, then a person must look.
            tokens.reject(token)
            await client.auth_xoauth2(user, await asyncio.to_thread(tokens.token))


def largest_letter(client: aiosmtplib.SMTP) -> int:
    """Bytes of the largest letter that the server takes (RFC 1870 section 4); 0 where it names no limit."""
    named = client.esmtp_extensions.get("size", "").strip()
    return int(named) if named.isascii() and named.isdigit() and len(named) <= _MOST_DIGITS else 0


async def end(client: aiosmtplib.SMTP) -> None:
    """Say goodbye if that is possible at once, and close."""
    with suppress(aiosmtplib.SMTPException, OSError, ValueError):
        await client.quit(timeout=2)
    client.close()
