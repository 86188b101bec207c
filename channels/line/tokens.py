"""Access tokens: a long-lived one that the settings name, or one of fifteen minutes that is asked for as needed."""

import threading
import time
from collections.abc import Callable

from channels.line.errors import Answer, line_errors, refusal
from channels.line.settings import LineSettings
from mailroom.domain.errors import (
    ChannelError,
    ChannelSetupError,
    ConfigurationError,
    PermanentChannelError,
    TemporaryChannelError,
)
from mailroom.settings import Secret

_EARLY_SECONDS = 60.0
"""A token is renewed so long before it ends, that no request meets one that just did."""

_LIFE_SECONDS = 900.0
"""Of a stateless token, where the answer does not say."""

Issue = Callable[[str, str], Answer]
"""Of a channel's id and secret, LINE's answer."""


class Tokens:
    """Gives the access token to use. Safe to share between threads."""

    def __init__(self, settings: LineSettings, issue: Issue, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self._issue = issue
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._token = ""
        self._good_until = 0.0

    def current(self) -> str:
        """Raises ChannelSetupError when there is none to be had, TemporaryChannelError when nobody answers."""
        with self._lock:
            if self._settings.access_token is not None:
                self._token = self._token or _revealed(self._settings.access_token)
            elif not self._token or self._monotonic() >= self._good_until:
                self._ask()
            return self._token

    def renewed(self, refused: str) -> bool:
        """After LINE refused that token: whether there is another one to try. Raises as `current`."""
        with self._lock:
            if self._token == refused:
                self._token = ""
        return self.current() != refused

    def _ask(self) -> None:
        place = f"{self._settings.api_url}/oauth2/v3/token"
        try:
            with line_errors(place):
                answer = self._issue(self._settings.channel_id, _revealed(self._settings.channel_secret))
        except PermanentChannelError as error:
            raise TemporaryChannelError(str(error)) from error
        if not answer.good:
            raise _refused(answer, place)
        token, life = answer.table.get("access_token"), answer.table.get("expires_in")
        if not isinstance(token, str) or not token or not token.isascii() or not token.isprintable():
            raise TemporaryChannelError(f"{place}: the answer holds no access token")
        seconds = float(life) if isinstance(life, int) and life > 0 else _LIFE_SECONDS
        self._token = token
        self._good_until = self._monotonic() + max(seconds - _EARLY_SECONDS, seconds / 2)


def _refused(answer: Answer, place: str) -> ChannelError:
    if answer.status in {400, 401, 403}:
        return ChannelSetupError(f"{place}: {answer.status} {answer.message}; check channel_id and channel_secret")
    error = refusal(answer, place)
    return TemporaryChannelError(str(error)) if isinstance(error, PermanentChannelError) else error


def _revealed(secret: Secret) -> str:
    """Once more at each need: the file or variable may hold a new one. Raises ChannelSetupError."""
    try:
        value = secret.reveal()
    except ConfigurationError as error:
        raise ChannelSetupError(str(error)) from error
    if not value or not value.isascii() or not value.isprintable():
        raise ChannelSetupError("access_token and channel_secret are of plain characters; correct what they name")
    return value
