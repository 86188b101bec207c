"""One Official Account as the core asks for it."""

from collections.abc import Callable
from typing import BinaryIO

from channels.line.api import LineApi
from channels.line.content import Contents
from channels.line.decode import decode
from channels.line.endpoint import registered, try_out
from channels.line.profile import name_of
from channels.line.quota import read_quota
from channels.line.settings import LineSettings
from channels.line.webhook import Webhook
from mailroom.domain.chat import ChatContent, ChatEvent, Quota, Spooled
from mailroom.ports import Asgi, Spool

CHANNEL = "line"


class LinePlatform:
    """Implements `mailroom.ports.ChatPlatform`. Contents are fetched by one thread; the rest may be shared."""

    def __init__(self, settings: LineSettings, api: LineApi | None = None) -> None:
        self._settings = settings
        self._api = api or LineApi(settings)
        self._contents = Contents(self._api)
        self._webhook: Webhook | None = None

    @property
    def channel(self) -> str:
        return CHANNEL

    @property
    def account(self) -> str:
        """The configured id, lower-case."""
        return self._settings.line_id.lower()

    @property
    def webhook_path(self) -> str:
        return self._settings.webhook_path

    def webhook(self, spool: Spool, arrived: Callable[[], None]) -> Asgi:
        """See `ChatPlatform.webhook`. Raises ConfigurationError for a secret that is not there."""
        self._webhook = Webhook(self._settings, spool, arrived)
        return self._webhook

    def refused(self) -> int:
        return self._webhook.refused if self._webhook else 0

    def decode(self, spooled: Spooled) -> list[ChatEvent]:
        return decode(spooled)

    def fetch(self, message_id: str, into: BinaryIO, limit: int) -> ChatContent:
        """See `ChatPlatform.fetch`, and `Contents.fetch` for what becomes of the file."""
        return self._contents.fetch(message_id, into, limit)

    def name_of(self, person: str) -> str:
        return name_of(self._api, person)

    def quota(self) -> Quota:
        return read_quota(self._api)

    def reaches_us(self) -> bool:
        """Sends one empty delivery through the whole way: LINE, the network, the proxy, our webhook.

        False as well where LINE knows no webhook, or does not use it.
        """
        known = registered(self._api)
        return known is not None and known.active and try_out(self._api).success

    def close(self) -> None:
        """Close what is connected to LINE."""
        self._api.close()
