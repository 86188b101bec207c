"""Tries everything that the settings name, for `mailroom doctor`: takes nothing, changes nothing, sends nothing."""

from collections.abc import Iterator
from typing import Any

from channels.line.api import LineApi
from channels.line.endpoint import registered, webhook_url
from channels.line.errors import visible
from channels.line.quota import read_quota
from channels.line.settings import LineSettings
from mailroom.domain.chat import Quota
from mailroom.domain.errors import ChannelError
from mailroom.settings import Finding

_QUOTA_ALARM = 0.8


def check(settings: LineSettings, base_url: str, api: LineApi | None = None) -> Iterator[Finding]:
    """One finding for each thing tried, as it is tried. Never raises ChannelError."""
    api = api or LineApi(settings)
    try:
        info = api.ask("get_bot_info")
        yield Finding("line.token", True, f"{_word(info, 'displayName')} ({_word(info, 'basicId')}) is let in")
        yield from (_id(settings, info), _user_id(settings, info), _chat_mode(info))
        yield _webhook(api, webhook_url(settings, base_url))
        yield _quota(read_quota(api), settings.quota_reserve)
    except ChannelError as error:
        yield Finding("line", False, str(error))
    finally:
        api.close()


def _id(settings: LineSettings, info: Any) -> Finding:
    """R113: what is announced to the public must be the account that the token belongs to."""
    names = [name for name in (_word(info, "basicId"), _word(info, "premiumId")) if name]
    if settings.line_id.lower() in [name.lower() for name in names]:
        return Finding("line.id", True, f"{settings.line_id} is this account")
    return Finding(
        "line.id", False, f"the token belongs to {' or '.join(names)}, not to {settings.line_id}; correct line_id"
    )


def _user_id(settings: LineSettings, info: Any) -> Finding:
    found = _word(info, "userId")
    if not settings.bot_user_id:
        return Finding(
            "line.bot_user_id", True, f'write bot_user_id = "{found}", and deliveries for another account are refused'
        )
    if settings.bot_user_id == found:
        return Finding("line.bot_user_id", True, "deliveries for another account are refused")
    return Finding("line.bot_user_id", False, f'every delivery would be refused; correct it to bot_user_id = "{found}"')


def _chat_mode(info: Any) -> Finding:
    if info.get("chatMode") == "chat":
        return Finding(
            "line.chat",
            True,
            "officers can also answer by hand at LINE, and nothing of that is on record here; switch chat off in the "
            "LINE Official Account Manager to keep everything in one place",
        )
    return Finding("line.chat", True, "nobody answers beside this program")


def _webhook(api: LineApi, ours: str) -> Finding:
    found = registered(api)
    if found is None:
        return Finding(
            "line.webhook", False, f"LINE knows no webhook; run mailroom line webhook set to register {ours}"
        )
    if found.url != ours:
        return Finding(
            "line.webhook",
            False,
            f"LINE sends to {found.url}, and we listen at {ours}; correct [web] base_url, or run mailroom line webhook "
            "set",
        )
    if not found.active:
        return Finding(
            "line.webhook", False, f"{ours} is switched off; switch Use webhook on in the LINE Developers console"
        )
    return Finding("line.webhook", True, f"LINE sends to {ours}")


def _quota(quota: Quota, reserve: int) -> Finding:
    if quota.limit is None:
        return Finding("line.quota", True, f"{quota.used} messages pushed this month, without a limit")
    full = quota.used >= _QUOTA_ALARM * quota.limit
    kept = f"; the last {reserve} are kept for licences" if reserve else ""
    advice = "; order more from LINE, or letters go by e-mail where an address is known" if full else ""
    return Finding("line.quota", not full, f"{quota.used} of {quota.limit} messages pushed this month{kept}{advice}")


def _word(table: Any, name: str) -> str:
    value = table.get(name)
    return visible(value, 100) if isinstance(value, str) else ""
