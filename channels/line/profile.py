"""The name that somebody shows on LINE: chosen by themselves, proof of nothing."""

import unicodedata

from channels.line.api import LineApi
from channels.line.errors import refusal
from mailroom.domain.errors import PermanentChannelError, TemporaryChannelError

_LONGEST = 100


def name_of(api: LineApi, person: str) -> str:
    """Empty where LINE gives none: to strangers, and of those who blocked the account.

    Raises TemporaryChannelError, ChannelSetupError.
    """
    if not person:
        return ""
    answer = api.tell("get_profile", person)
    if answer.status in {400, 404}:
        return ""
    if not answer.good:
        error = refusal(answer, api.place)
        raise TemporaryChannelError(str(error)) if isinstance(error, PermanentChannelError) else error
    name = answer.table.get("displayName")
    return _plain(name) if isinstance(name, str) else ""


def _plain(name: str) -> str:
    """One line without characters that are not seen or turn the direction of what follows."""
    kept = "".join(" " if c.isspace() else c for c in name if c.isspace() or unicodedata.category(c)[0] != "C")
    return " ".join(kept.split())[:_LONGEST]
