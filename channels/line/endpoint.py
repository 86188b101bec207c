"""Where LINE sends to: what is registered there, and whether it arrives."""

from dataclasses import dataclass
from typing import Any

from channels.line.api import LineApi
from channels.line.errors import visible
from channels.line.settings import LineSettings
from mailroom.domain.errors import ConfigurationError, PermanentChannelError


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The webhook as LINE knows it."""

    url: str
    active: bool


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of LINE's own test of it."""

    url: str
    success: bool
    status: int
    reason: str
    detail: str


def webhook_url(settings: LineSettings, base_url: str) -> str:
    """The address that LINE is to send to."""
    return base_url.rstrip("/") + settings.webhook_path


def registered(api: LineApi) -> Endpoint | None:
    """None when LINE knows none. Raises TemporaryChannelError, ChannelSetupError."""
    try:
        found = api.ask("get_webhook_endpoint")
    except PermanentChannelError:
        return None
    return Endpoint(_word(found, "endpoint"), found.get("active") is True)


def register(api: LineApi, url: str) -> None:
    """Have LINE send to that address. Raises ConfigurationError for one that it does not take, ChannelError."""
    if not url.startswith("https://"):
        raise ConfigurationError(f"LINE sends to https:// only, and this is {url}; set [web] base_url")
    api.order("set_webhook_endpoint", "SetWebhookEndpointRequest", {"endpoint": url})


def try_out(api: LineApi) -> Trial:
    """Have LINE send an empty delivery to what is registered. Raises ChannelError."""
    known = registered(api)
    if known is None:
        raise PermanentChannelError("LINE knows no webhook; run mailroom line webhook set to register ours")
    told = api.order("test_webhook_endpoint", "TestWebhookEndpointRequest", {})
    status = told.get("statusCode")
    return Trial(
        known.url,
        told.get("success") is True,
        status if isinstance(status, int) else 0,
        _word(told, "reason"),
        _word(told, "detail"),
    )


def _word(table: Any, name: str) -> str:
    value = table.get(name)
    return visible(value, 500) if isinstance(value, str) else ""
