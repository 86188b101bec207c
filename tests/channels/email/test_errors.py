"""No exception of a library leaves the adapter: every class of theirs is translated."""

import imaplib
import inspect
import socket
import ssl

import aiosmtplib.errors
import imapclient.exceptions
import pytest

from channels.email.errors import PARSER_ERRORS, imap_error, imap_errors, smtp_error, smtp_errors, visible
from mailroom.domain.errors import (
    ChannelError,
    ChannelSetupError,
    PermanentChannelError,
    TemporaryChannelError,
)


def exceptions_of(module: object) -> list[type[Exception]]:
    """Every exception class that a module defines or offers."""
    return [kind for _, kind in inspect.getmembers(module, inspect.isclass) if issubclass(kind, Exception)]


IMAP = [
    *exceptions_of(imapclient.exceptions),
    imaplib.IMAP4.error,
    imaplib.IMAP4.abort,
    imaplib.IMAP4.readonly,
    *exceptions_of(ssl),
    socket.gaierror,
    TimeoutError,
    ConnectionResetError,
    EOFError,
    *PARSER_ERRORS,
]
SMTP = exceptions_of(aiosmtplib.errors)


def made(kind: type[Exception], code: int) -> Exception:
    """An instance, however many arguments its class wants."""
    if kind is aiosmtplib.SMTPRecipientsRefused:
        return kind([aiosmtplib.SMTPRecipientRefused(code, "no", "a@b.test")])
    for arguments in (("text",), (code, "text"), (code, "text", "a@b.test")):
        try:
            return kind(*arguments)
        except TypeError:
            continue
    raise AssertionError(f"{kind} cannot be made")


@pytest.mark.parametrize("kind", IMAP, ids=lambda kind: kind.__name__)
def test_every_imap_error_is_translated(kind: type[Exception]) -> None:
    """What imapclient, imaplib, ssl and sockets raise leaves as a ChannelError, never as itself."""
    with pytest.raises(ChannelError) as caught, imap_errors("mail.test:993"):
        raise made(kind, 1)
    assert "mail.test:993" in str(caught.value)
    assert isinstance(caught.value, TemporaryChannelError)


@pytest.mark.parametrize("code", [421, 450, 550, 535, -1])
@pytest.mark.parametrize("kind", SMTP, ids=lambda kind: kind.__name__)
def test_every_smtp_error_is_translated(kind: type[Exception], code: int) -> None:
    """What aiosmtplib raises leaves as a ChannelError; a 4xx code, or none at all, is never permanent."""
    with pytest.raises(ChannelError) as caught, smtp_errors("mail.test:587"):
        raise made(kind, code)
    if 400 <= code < 500 or code < 0:
        assert not isinstance(caught.value, PermanentChannelError)


def test_only_recipient_and_letter_are_refused_for_good() -> None:
    """5xx to our own address or login is ours to mend: the letter waits."""
    refused = smtp_error(aiosmtplib.SMTPRecipientRefused(550, "no such user", "a@b.test"), "p")
    assert isinstance(refused, PermanentChannelError)
    assert isinstance(smtp_error(aiosmtplib.SMTPDataError(554, "spam"), "p"), PermanentChannelError)
    assert isinstance(smtp_error(aiosmtplib.SMTPSenderRefused(550, "not yours", "x"), "p"), ChannelSetupError)
    assert isinstance(smtp_error(aiosmtplib.SMTPSenderRefused(552, "too big", "x"), "p"), PermanentChannelError)
    assert isinstance(smtp_error(aiosmtplib.SMTPRecipientRefused(530, "log in first", "x"), "p"), ChannelSetupError)


def test_login_lost_on_the_way_is_not_a_wrong_password() -> None:
    """imapclient calls a connection that broke during login a LoginError; we do not."""
    lost = imapclient.exceptions.LoginError("command: LOGIN => socket error: EOF")
    assert not isinstance(imap_error(lost, "p"), ChannelSetupError)
    refused = imapclient.exceptions.LoginError("[AUTHENTICATIONFAILED] no")
    assert isinstance(imap_error(refused, "p"), ChannelSetupError)


def test_words_of_a_server_are_shown_harmlessly() -> None:
    """Control characters and line ends of an answer cannot forge lines of a log."""
    assert visible("250 ok\r\nfake\x1b[31m\u202e") == "250 ok\\r\\nfake\\x1b[31m\\u202e"
    assert len(visible("x" * 1000)) == 300
