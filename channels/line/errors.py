"""The one place where errors of LINE's library, urllib3, ssl and sockets become ours."""

import json
import re
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from mailroom.domain.errors import (
    ChannelError,
    ChannelSetupError,
    MailroomError,
    PermanentChannelError,
    QuotaExhaustedError,
    TemporaryChannelError,
    UncertainDeliveryError,
)

_SHOWN = 200
_LONGEST_WAIT = 86_400.0
_SECRET = re.compile(r"[A-Za-z0-9+/=._~-]{33,}")
"""Whatever is as long as a token: user ids have 33 characters, reply tokens 32 and more, access tokens some 170."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What LINE said, whatever its status."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    """By lower-case name."""
    body: bytes = b""

    @property
    def good(self) -> bool:
        return 200 <= self.status < 300

    @property
    def table(self) -> Mapping[str, Any]:
        """The JSON object of the body; empty when it is anything else."""
        try:
            table = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return table if isinstance(table, dict) else {}

    @property
    def is_lines(self) -> bool:
        """Whether it is in LINE's form: a JSON object, or nothing."""
        return not self.body or self.body.strip() == b"{}" or bool(self.table)

    @property
    def message(self) -> str:
        """LINE's own word for what is wrong, safe to show."""
        told = self.table.get("message") or self.table.get("error_description") or self.table.get("error")
        return shown(told) if isinstance(told, str) else ""

    @property
    def request_id(self) -> str:
        """By which LINE's support finds the request; of one accepted before, that of the first."""
        found = self.headers.get("x-line-accepted-request-id") or self.headers.get("x-line-request-id") or ""
        return visible(found, 64)

    @property
    def retry_after(self) -> float | None:
        """Seconds that LINE asks us to wait; at most a day."""
        return _seconds(self.headers.get("retry-after", ""))


def visible(text: str, limit: int = _SHOWN) -> str:
    """The other side's words, safe for logs and pages: control characters escaped, cut to `limit`."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text[:limit])


def shown(text: str) -> str:
    """As `visible`, with whatever could be a token left out."""
    return visible(_SECRET.sub("…", text[: 4 * _SHOWN]))


@contextmanager
def line_errors(place: str) -> Iterator[None]:
    """Translate whatever a request to `place` (an address) raises.

    UncertainDeliveryError where it may have been acted on, TemporaryChannelError where it surely was not.
    """
    try:
        yield
    except MailroomError:
        raise
    except Exception as error:
        raise channel_error(error, place) from error


def channel_error(error: BaseException, place: str) -> ChannelError:
    """What an error of the library, or below it, means to us."""
    from urllib3 import exceptions as http

    if (answer := answer_of(error)) is not None:
        return refusal(answer, place)
    match error:
        case http.ResponseError() | http.ProxyError():
            return TemporaryChannelError(f"{place}: no usable answer; check network and proxy if this stays")
        case http.LocationValueError():
            return ChannelSetupError(f"{place}: is no address; correct api_url and data_url, or leave them out")
        case http.NameResolutionError():
            return TemporaryChannelError(f"{place}: host name not found; check DNS")
        case http.NewConnectionError() | http.ConnectTimeoutError() | socket.gaierror():
            return TemporaryChannelError(f"{place}: no connection; check network and firewall if this stays")
        case _ if _is_tls(error):
            return _tls_error(error, place)
        case http.TimeoutError() | TimeoutError():
            return UncertainDeliveryError(f"{place}: no answer in time; check network and firewall if this stays")
        case http.HTTPError() | OSError() | EOFError():
            return UncertainDeliveryError(f"{place}: the connection broke before the answer ({type(error).__name__})")
        case _:
            return _nonsense(error, place)


def answer_of(error: BaseException) -> Answer | None:
    """The answer inside an exception of the library; None when there was none."""
    if isinstance(error, UnicodeDecodeError) and error.__context__ is not None:
        # The library gives up on a refusal whose words are no UTF-8; that it was one is still known.
        error = error.__context__
    status = getattr(error, "status", None)
    if not _is_librarys(error) or not isinstance(status, int) or status < 100:
        return None
    headers = getattr(error, "headers", None) or {}
    body = getattr(error, "body", None) or b""
    return Answer(
        status,
        {str(name).lower(): str(value) for name, value in headers.items()},
        body if isinstance(body, bytes) else str(body).encode("utf-8", "replace"),
    )


def refusal(answer: Answer, place: str) -> ChannelError:
    """What an answer that is no success means to us."""
    told = f"{place}: {answer.status}" + (f" {answer.message}" if answer.message else "")
    match answer.status:
        case 400 | 413 | 415:
            return PermanentChannelError(told + _where(answer))
        case 401:
            return ChannelSetupError(
                f"{told}; issue a new access token in the LINE Developers console and put it where access_token "
                "names it, or leave access_token out and name channel_id"
            )
        case 403:
            return ChannelSetupError(f"{told}; check what the account's plan and the channel's settings at LINE allow")
        case 404 | 409 | 410:
            return PermanentChannelError(told)
        case 429:
            return _too_many(answer, told)
        case status if 300 <= status < 400:
            return ChannelSetupError(f"{told}; redirections are not followed: correct api_url and data_url")
        case status if status >= 500:
            return UncertainDeliveryError(told, retry_after=answer.retry_after)
        case status if status >= 402:
            return PermanentChannelError(told)
        case _:
            return UncertainDeliveryError(f"{told}; the answer says neither yes nor no")


def _too_many(answer: Answer, told: str) -> ChannelError:
    """The same status says `slower` and `no more this month`; only the words tell them apart."""
    if "monthly limit" in answer.message.lower():
        return QuotaExhaustedError(f"{told}; wait for the next month, or order more messages from LINE")
    return TemporaryChannelError(told, retry_after=answer.retry_after)


def _where(answer: Answer) -> str:
    """Which properties of the request LINE objects to, never what stood in them."""
    details = answer.table.get("details")
    names = [one.get("property") for one in details if isinstance(one, dict)] if isinstance(details, list) else []
    listed = ", ".join(shown(name) for name in names[:5] if isinstance(name, str))
    return f" ({listed})" if listed else ""


def _is_librarys(error: BaseException) -> bool:
    return type(error).__module__.partition(".")[0] == "linebot"


def _is_tls(error: BaseException) -> bool:
    return _tls_cause(error) is not None or type(error).__name__ == "SSLError"


def _tls_cause(error: BaseException) -> ssl.SSLError | None:
    """The library hides an error of TLS inside an exception without an answer; what raised it is its context."""
    seen: BaseException | None = error
    for _ in range(8):
        if seen is None or isinstance(seen, ssl.SSLError):
            return seen
        inner = seen.args[0] if seen.args and isinstance(seen.args[0], BaseException) else None
        seen = inner or seen.__cause__ or seen.__context__
    return None


def _tls_error(error: BaseException, place: str) -> ChannelError:
    cause = _tls_cause(error)
    if isinstance(cause, ssl.SSLCertVerificationError):
        why = visible(getattr(cause, "verify_message", "") or "not valid")
        return ChannelSetupError(
            f"{place}: certificate refused: {why}; check the clock and the certificates of this machine"
        )
    return UncertainDeliveryError(f"{place}: the connection broke in TLS; check network and proxy if this stays")


def _nonsense(error: BaseException, place: str) -> ChannelError:
    """An answer that LINE's own description does not allow, or a request that cannot be put into its form."""
    if type(error).__name__ in {"ApiTypeError", "ApiAttributeError", "ApiKeyError"} and _is_librarys(error):
        return PermanentChannelError(f"{place}: the request cannot be made ({type(error).__name__})")
    return UncertainDeliveryError(f"{place}: the answer breaks LINE's description ({type(error).__name__})")


def _seconds(value: str) -> float | None:
    """Of a Retry-After header (RFC 9110 section 10.2.3)."""
    if value.strip().isdigit():
        return min(float(value.strip()[:9]), _LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return min(max((until - datetime.now(UTC)).total_seconds(), 0.0), _LONGEST_WAIT)
