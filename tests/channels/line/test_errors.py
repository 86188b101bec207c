"""No exception of a library leaves the adapter: every class of theirs is translated, and tells what to do."""

import inspect
import json
import socket
import ssl
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import linebot.v3.exceptions
import linebot.v3.messaging.exceptions
import linebot.v3.oauth.exceptions
import pytest
import urllib3.exceptions

from channels.line.errors import Answer, answer_of, channel_error, line_errors, refusal, shown
from mailroom.domain.errors import (
    ChannelError,
    ChannelSetupError,
    PermanentChannelError,
    QuotaExhaustedError,
    StorageError,
    TemporaryChannelError,
    UncertainDeliveryError,
)

PLACE = "https://api.line.test"


def exceptions_of(module: object) -> list[type[Exception]]:
    """Every exception class that a module defines or offers."""
    return [kind for _, kind in inspect.getmembers(module, inspect.isclass) if issubclass(kind, Exception)]


EVERY = [
    *exceptions_of(linebot.v3.messaging.exceptions),
    *exceptions_of(linebot.v3.oauth.exceptions),
    *exceptions_of(linebot.v3.exceptions),
    *exceptions_of(urllib3.exceptions),
    *exceptions_of(ssl),
    socket.gaierror,
    TimeoutError,
    ConnectionResetError,
    EOFError,
    ValueError,
    KeyError,
    AttributeError,
    RecursionError,
]


def made(kind: type[Exception]) -> Exception:
    """An instance, however many arguments its class wants."""
    shapes: tuple[tuple[object, ...], ...] = ((), ("text",), ("a", "b"), (None, "/x", "why"), (1, 2), (3, 4, 5))
    for arguments in shapes:
        try:
            return kind(*arguments)
        except (TypeError, AttributeError):
            continue
    raise AssertionError(f"{kind} cannot be made")


@pytest.mark.parametrize("kind", EVERY, ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
def test_every_error_is_translated(kind: type[Exception]) -> None:
    """What LINE's library, urllib3, ssl and sockets raise leaves as a ChannelError that names the place."""
    with pytest.raises(ChannelError) as caught, line_errors(PLACE):
        raise made(kind)
    assert PLACE in str(caught.value)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (400, PermanentChannelError),
        (401, ChannelSetupError),
        (403, ChannelSetupError),
        (404, PermanentChannelError),
        (409, PermanentChannelError),
        (413, PermanentChannelError),
        (429, TemporaryChannelError),
        (301, ChannelSetupError),
        (500, UncertainDeliveryError),
        (503, UncertainDeliveryError),
        (202, UncertainDeliveryError),
        (418, PermanentChannelError),
    ],
)
def test_every_status_has_its_name(status: int, expected: type[ChannelError]) -> None:
    """The same whether LINE's library made an exception of it or not."""
    assert type(refusal(Answer(status), PLACE)) is expected
    for module in (linebot.v3.messaging.exceptions, linebot.v3.oauth.exceptions):
        assert type(channel_error(module.ApiException(status=status, reason="x"), PLACE)) is expected


def test_both_meanings_of_429_are_told_apart_by_words() -> None:
    """The rate passes, the month does not; a delay that LINE names is kept."""
    monthly = Answer(429, body=b'{"message": "You have reached your monthly limit."}')
    assert isinstance(refusal(monthly, PLACE), QuotaExhaustedError)
    rate = refusal(Answer(429, {"retry-after": "17"}, b'{"message": "The API rate limit has been exceeded."}'), PLACE)
    assert isinstance(rate, TemporaryChannelError)
    assert rate.retry_after == 17.0


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("0", 0.0), ("120", 120.0), ("999999999999", 86_400.0), ("", None), ("soon", None), ("-5", None)],
)
def test_a_delay_is_believed_within_reason(value: str, seconds: float | None) -> None:
    """Seconds, at most a day; anything else is none."""
    assert Answer(429, {"retry-after": value}).retry_after == seconds


def test_a_delay_may_be_a_date() -> None:
    """RFC 9110: an instant of HTTP, which may have passed."""
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    assert 50 < (Answer(503, {"retry-after": soon}).retry_after or 0) <= 60
    assert Answer(503, {"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}).retry_after == 0.0


def test_what_surely_did_not_arrive_is_told_from_what_may_have() -> None:
    """No name, no connection: nothing was sent. Silence or a cut: nobody knows."""
    pool = urllib3.connectionpool.HTTPConnectionPool("x")
    unsent = [
        urllib3.exceptions.NewConnectionError(None, "refused"),  # type: ignore[arg-type]
        urllib3.exceptions.ConnectTimeoutError(),
        urllib3.exceptions.NameResolutionError("x", None, socket.gaierror("x")),  # type: ignore[arg-type]
    ]
    unknown = [
        urllib3.exceptions.ReadTimeoutError(pool, "/", "x"),
        urllib3.exceptions.ProtocolError("x", ConnectionResetError()),
        urllib3.exceptions.SSLError(ssl.SSLEOFError("x")),
    ]
    assert all(type(channel_error(one, PLACE)) is TemporaryChannelError for one in unsent)
    assert all(type(channel_error(one, PLACE)) is UncertainDeliveryError for one in unknown)


def test_a_bad_certificate_is_ours_to_mend() -> None:
    """Also inside the exception without an answer that the library makes of it."""
    cause = ssl.SSLCertVerificationError("x")
    cause.verify_message = "certificate has expired"
    wrapped = linebot.v3.messaging.exceptions.ApiException(status=0, reason="SSLError")
    wrapped.__context__ = urllib3.exceptions.SSLError(cause)
    error = channel_error(wrapped, PLACE)
    assert isinstance(error, ChannelSetupError)
    assert "certificate has expired" in str(error)


def test_a_refusal_in_broken_words_stays_a_refusal() -> None:
    """The library fails over words that are no UTF-8; the status is not lost with them."""
    broken = UnicodeDecodeError("utf-8", b"\xff", 0, 1, "x")
    broken.__context__ = linebot.v3.messaging.exceptions.ApiException(status=401, reason="x")
    answer = answer_of(broken)
    assert answer is not None
    assert answer.status == 401


def test_our_own_errors_pass() -> None:
    """What is ours already is not translated."""
    with pytest.raises(StorageError), line_errors(PLACE):
        raise StorageError("full")


def test_no_token_and_no_word_of_a_citizen_is_repeated() -> None:
    """Of LINE's details the names of properties are told; what looks like a token or a user id is left out."""
    table = {
        "message": "token " + "a" * 60 + " of U" + "1" * 32 + "\r\nforged\x1b[0m",
        "details": [{"property": "messages[0].text", "message": "นางสมศรี 1234567890123"}],
    }
    text = str(refusal(Answer(400, body=json.dumps(table).encode()), PLACE))
    assert "messages[0].text" in text
    assert "สมศรี" not in text
    assert "aaaa" not in text
    assert "U1111" not in text
    assert text.isprintable()
    assert len(shown("x " * 5000)) <= 200


@pytest.mark.parametrize("body", [b"", b"\xff", b"[]", b"null", b'{"message": 5}', b"[" * 100_000])
def test_an_answer_without_sense_has_no_words(body: bytes) -> None:
    """Whatever stands in a body, reading it does no harm."""
    assert Answer(500, body=body).message == ""
