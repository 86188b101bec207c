"""The one place where errors of imapclient, imaplib, aiosmtplib, ssl and sockets become ours."""

import imaplib
import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import aiosmtplib
from imapclient import exceptions as imap

from mailroom.domain.errors import (
    ChannelError,
    ChannelSetupError,
    PermanentChannelError,
    TemporaryChannelError,
)

PARSER_ERRORS = (ValueError, TypeError, LookupError, AttributeError, AssertionError, RecursionError, MemoryError)
"""What imapclient's and imaplib's parsers raise on replies that break the protocol."""

_OVERLOADED = frozenset({"UNAVAILABLE", "INUSE", "LIMIT", "THROTTLED", "OVERQUOTA", "SERVERBUG"})
"""Response codes that promise better times (RFC 5530, RFC 9051 section 7.1)."""

_OVERLOADED_SECONDS = 300.0
_CODE = re.compile(r"\[([A-Z-]+)[\] ]")
_BACK_OFF = re.compile(r"back-?off time:?\s*(\d+)\s*(milli)?seconds", re.IGNORECASE)
_SHOWN = 300


class NonsenseError(TemporaryChannelError):
    """The server's answer breaks the protocol: nothing of it is believed, the connection is given up."""


class FolderRefusedError(TemporaryChannelError):
    """The server does not open one folder; the connection, and the other folders, are well."""


class OversizedAnswerError(Exception):
    """The server announced or sent more than it was asked for. No error of imaplib's: those it wraps on the way."""


class WrongAnswerError(Exception):
    """The server's answer contradicts itself or what was asked."""


def visible(text: str, limit: int = _SHOWN) -> str:
    """The other side's words, safe for logs and pages: control characters escaped, cut to `limit`."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text[:limit])


@contextmanager
def imap_errors(place: str) -> Iterator[None]:
    """Translate whatever a conversation with the IMAP server at `place` (host:port) raises."""
    try:
        yield
    except ChannelError:
        raise
    except (imaplib.IMAP4.error, OversizedAnswerError, WrongAnswerError, OSError, EOFError, *PARSER_ERRORS) as error:
        raise imap_error(error, place) from error


@contextmanager
def smtp_errors(place: str) -> Iterator[None]:
    """Translate whatever a conversation with the SMTP server at `place` (host:port) raises."""
    try:
        yield
    except ChannelError:
        raise
    except (aiosmtplib.SMTPException, OSError, EOFError, ValueError, RuntimeError) as error:
        raise smtp_error(error, place) from error


def imap_error(error: BaseException, place: str) -> ChannelError:
    """What an error of the IMAP side means to us."""
    text = visible(str(error))
    match error:
        case imap.LoginError():
            return _login_error(error, place, text)
        case imap.ProtocolError():
            return NonsenseError(f"{place}: answer breaks the protocol: {text}")
        case imap.CapabilityError():
            return ChannelSetupError(f"{place}: {text}; ask the operator of the server, or change tls")
        case OversizedAnswerError() | WrongAnswerError():
            return NonsenseError(f"{place}: answer breaks the protocol: {text}")
        case imaplib.IMAP4.abort():
            return TemporaryChannelError(f"{place}: connection given up: {text}", retry_after=_delay(text))
        case imaplib.IMAP4.error():
            return TemporaryChannelError(f"{place}: refused: {text}", retry_after=_delay(text))
        case OSError():
            return network_error(error, place)
        case _:
            return NonsenseError(f"{place}: answer breaks the protocol ({type(error).__name__}: {text})")


def _login_error(error: BaseException, place: str, text: str) -> ChannelError:
    # imapclient turns a connection lost during login into a LoginError too; the cause tells them apart.
    lost = isinstance(error.__context__, imaplib.IMAP4.abort) or "=> socket error" in text
    if lost or _codes(text) & _OVERLOADED:
        return TemporaryChannelError(f"{place}: no login now: {text}", retry_after=_delay(text))
    return ChannelSetupError(f"{place}: login refused: {text}; check user name, password and the account's IMAP access")


def network_error(error: OSError, place: str) -> ChannelError:
    """What a failure of socket or TLS means. A certificate is ours to mend; the rest passes."""
    match error:
        case ssl.SSLCertVerificationError():
            return ChannelSetupError(
                f"{place}: certificate refused: {visible(getattr(error, 'verify_message', str(error)))}; "
                "check host, the server's certificate, or name its issuer in ca_file"
            )
        case ssl.SSLEOFError() | ssl.SSLZeroReturnError():
            return TemporaryChannelError(f"{place}: connection lost during TLS")
        case ssl.SSLError():
            return ChannelSetupError(
                f"{place}: no TLS: {visible(str(error))}; check port and tls, the server must speak TLS 1.2 or later"
            )
        case socket.gaierror():
            return TemporaryChannelError(f"{place}: host name not found ({visible(str(error))}); check host and DNS")
        case TimeoutError():
            return TemporaryChannelError(f"{place}: no answer in time; check host, port and firewall if this stays")
        case _:
            return TemporaryChannelError(f"{place}: no connection ({visible(str(error))}); check host and port")


def smtp_error(error: BaseException, place: str) -> ChannelError:
    """What an error of the SMTP side means to us. Only a refused recipient or letter is permanent."""
    match error:
        case aiosmtplib.SMTPRecipientsRefused():
            return smtp_error(error.recipients[0], place) if error.recipients else TemporaryChannelError(place)
        case aiosmtplib.SMTPRecipientRefused() | aiosmtplib.SMTPDataError():
            return _refusal(error, place, PermanentChannelError)
        case aiosmtplib.SMTPResponseException():
            return _refusal(error, place, ChannelSetupError)
        case OSError():
            return _smtp_network_error(error, place)
        case aiosmtplib.SMTPException() | RuntimeError():
            return ChannelSetupError(f"{place}: {visible(str(error))}; check tls, username and the server's offers")
        case _:
            return PermanentChannelError(f"{place}: the letter cannot be put on the wire: {visible(str(error))}")


_LOGIN_CODES = frozenset({530, 534, 535, 538})
_TOO_LARGE = 552


def _refusal(
    error: aiosmtplib.SMTPResponseException, place: str, lasting: type[PermanentChannelError] | type[ChannelSetupError]
) -> ChannelError:
    """4xx passes; 5xx is `lasting`. A code that is none (an answer too long, or garbled) passes too."""
    text = f"{place}: {error.code} {visible(error.message)}"
    if error.code < 500:
        return TemporaryChannelError(text)
    if error.code in _LOGIN_CODES:
        return ChannelSetupError(f"{text}; check user name and password of the SMTP account")
    if isinstance(error, aiosmtplib.SMTPSenderRefused) and error.code == _TOO_LARGE:
        return PermanentChannelError(text)
    if lasting is ChannelSetupError:
        return ChannelSetupError(f"{text}; check the SMTP account and its from address")
    return PermanentChannelError(text)


def _smtp_network_error(error: OSError, place: str) -> ChannelError:
    """aiosmtplib wraps what the socket raised; the innermost cause tells TLS from the network."""
    cause = error.__cause__
    if isinstance(cause, OSError) and not isinstance(cause, aiosmtplib.SMTPException):
        return network_error(cause, place)
    return network_error(error, place)


def _codes(text: str) -> set[str]:
    return set(_CODE.findall(text))


def _delay(text: str) -> float | None:
    """Seconds that the server asked us to wait, where it did."""
    if found := _BACK_OFF.search(text):
        return int(found[1]) / (1000 if found[2] else 1)
    return _OVERLOADED_SECONDS if _codes(text) & _OVERLOADED else None
