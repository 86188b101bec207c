"""Settings of the LINE channel that point at the stand-in of LINE's API."""

from pathlib import Path
from typing import Any

from channels.line.settings import LineSettings
from tests.support.line_end import ACCESS_TOKEN, CHANNEL_ID, CHANNEL_SECRET, LineEnd


def line_settings(folder: Path, line: LineEnd, *, stateless: bool = False, **more: Any) -> LineSettings:
    """With a long-lived token, or with one that is asked for; secrets lie in files below `folder`."""
    for name, secret in (("line-secret", CHANNEL_SECRET), ("line-token", ACCESS_TOKEN)):
        if not (folder / name).exists():
            (folder / name).write_text(secret)
    token: dict[str, Any] = {"channel_id": CHANNEL_ID}
    if not stateless:
        token = {"access_token": {"file": str(folder / "line-token")}}
    return LineSettings.model_validate(
        {
            "line_id": "@BanTuaYang",
            "channel_secret": {"file": str(folder / "line-secret")},
            "api_url": line.url,
            "data_url": line.url,
        }
        | token
        | more
    )
