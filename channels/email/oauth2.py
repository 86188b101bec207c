"""Access tokens for XOAUTH2, by refresh token (RFC 6749 section 6)."""

import json
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from http.client import HTTPException
from typing import IO

from channels.email.errors import visible
from channels.email.settings import OAuth2Section, is_loopback
from mailroom.domain.errors import ChannelSetupError, ConfigurationError, TemporaryChannelError

_TIMEOUT_SECONDS = 30.0
_MOST_BYTES = 1 << 20
_EARLY_SECONDS = 120.0
"""A token is renewed so long before it expires, that no login meets one that just did."""

_DEFAULT_LIFE_SECONDS = 3600.0


class TokenSource:
    """Gives a valid access token. Safe to share between threads."""

    def __init__(self, settings: OAuth2Section, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._token = ""
        self._good_until = 0.0

    def token(self) -> str:
        """An access token. Raises ChannelSetupError when consent is gone, TemporaryChannelError when nobody answers."""
        with self._lock:
            if not self._token or self._monotonic() >= self._good_until:
                self._renew()
            return self._token

    def reject(self, token: str) -> None:
        """The mail server refused this token: the next one is fetched anew."""
        with self._lock:
            if token == self._token:
                self._token = ""

    def _renew(self) -> None:
        answer = _post(self._settings.token_url, self._form())
        token = answer.get("access_token")
        if not isinstance(token, str) or not token.isascii() or not token.isprintable():
            raise TemporaryChannelError(f"{self._settings.token_url}: the answer holds no access token")
        life = answer.get("expires_in")
        seconds = float(life) if isinstance(life, int | float | str) and str(life).isdigit() else _DEFAULT_LIFE_SECONDS
        self._token = token
        self._good_until = self._monotonic() + max(seconds - _EARLY_SECONDS, seconds / 2)

    def _form(self) -> dict[str, str]:
        settings = self._settings
        form = {"grant_type": "refresh_token", "client_id": settings.client_id}
        try:
            form["refresh_token"] = settings.refresh_token.reveal()
            if settings.client_secret:
                form["client_secret"] = settings.client_secret.reveal()
        except ConfigurationError as error:
            raise ChannelSetupError(str(error)) from error
        if settings.scope:
            form["scope"] = settings.scope
        return form


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A token endpoint does not move; a secret is never sent on to where it did."""

    def redirect_request(self, *_: object) -> None:
        return None


def _post(url: str, form: dict[str, str]) -> dict[str, object]:
    opener = _opener(url)
    body = urllib.parse.urlencode(form).encode()
    request = urllib.request.Request(url, body, {"Accept": "application/json"})  # noqa: S310 - checked by _opener
    try:
        with opener.open(request, timeout=_TIMEOUT_SECONDS) as answer:
            return _table(answer, url)
    except urllib.error.HTTPError as error:
        with error:
            raise _refusal(error, url) from error
    except (OSError, HTTPException) as error:
        raise TemporaryChannelError(f"{url}: no answer ({visible(str(error))})") from error


def _opener(url: str) -> urllib.request.OpenerDirector:
    parts = urllib.parse.urlsplit(url)
    local = is_loopback(parts.hostname or "")
    if parts.scheme != "https" and not (parts.scheme == "http" and local):
        raise ChannelSetupError(f"token_url {url} must begin with https://; secrets travel encrypted only")
    return urllib.request.build_opener(_NoRedirects, *([urllib.request.ProxyHandler({})] if local else []))


def _table(answer: IO[bytes], url: str) -> dict[str, object]:
    try:
        table = json.loads(answer.read(_MOST_BYTES))
    except ValueError as error:
        raise TemporaryChannelError(f"{url}: the answer is not JSON") from error
    if not isinstance(table, dict):
        raise TemporaryChannelError(f"{url}: the answer is not a JSON object")
    return table


def _refusal(error: urllib.error.HTTPError, url: str) -> TemporaryChannelError:
    if error.code == 429 or error.code >= 500:
        wait = error.headers.get("Retry-After", "")
        return TemporaryChannelError(f"{url}: HTTP {error.code}", retry_after=float(wait) if wait.isdigit() else None)
    reason = visible(error.read(_MOST_BYTES).decode("utf-8", "replace"))
    return ChannelSetupError(
        f"{url}: HTTP {error.code}: {reason}; renew refresh_token, or check client_id and client_secret"
    )
