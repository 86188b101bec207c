"""Where a channel keeps what came with messages until it is in the archive: one file for each event."""

import hashlib
import re
from pathlib import Path

_FOLDER = "content"
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_~-]{0,199}")


def content_path(folder: Path, event_id: str) -> Path:
    """The file of one event's content in a channel's folder (`ChannelHome.folder`); always the same for the same id.

    Ids come from outside: one that is no plain name is replaced by its digest, so that none leads anywhere else.
    """
    return folder / _FOLDER / content_name(event_id)


def content_name(event_id: str) -> str:
    """The file's name alone, as `ChatContent.file` holds it. No two ids have the same one."""
    if _SAFE.fullmatch(event_id):
        return event_id
    return "~" + hashlib.sha256(event_id.encode("utf-8", "surrogatepass")).hexdigest()
