"""Speaks to a CKAN site (GD Catalog) by its action API."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

from mailroom.domain.errors import ChannelSetupError, PermanentChannelError, TemporaryChannelError
from mailroom.ports import Json

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
TIMEOUT = urllib3.Timeout(connect=10, read=300)
"""Seconds. A site may work on an uploaded file before it answers."""

SHOWN = 500
"""So many characters of an answer are repeated in an error."""


class CkanSite:
    """`ports.portal.DataPortal`. Used by one thread at a time."""

    def __init__(self, url: str, key: str) -> None:
        """Raises ChannelSetupError when the address would send the key unencrypted."""
        parts = urlsplit(url)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
            raise ChannelSetupError(f"ckan_url {url} must begin with https://; the key travels encrypted only")
        self._url = url.rstrip("/")
        self._key = key
        self._pool = urllib3.PoolManager(timeout=TIMEOUT, retries=False, num_pools=1)

    def ask(self, action: str, facts: Mapping[str, Json]) -> Mapping[str, Any] | None:
        body = json.dumps(facts, ensure_ascii=False).encode("utf-8", "replace")
        headers = {"Authorization": self._key, "Content-Type": "application/json"}
        answer = self._post(action, body=body, headers=headers)
        return None if answer.status == 404 else self._result(action, answer)

    def upload(self, action: str, facts: Mapping[str, str], file: Path, *, name: str, media_type: str) -> None:
        fields: dict[str, Any] = {**facts, "upload": (name, file.read_bytes(), media_type)}
        self._result(action, self._post(action, fields=fields, headers={"Authorization": self._key}))

    def close(self) -> None:
        self._pool.clear()

    def _post(self, action: str, **content: Any) -> BaseHTTPResponse:
        """No redirection is followed: the key goes nowhere else."""
        try:
            return self._pool.request("POST", f"{self._url}/api/3/action/{action}", redirect=False, **content)
        except HTTPError as error:
            raise TemporaryChannelError(f"{self._url}: no answer ({error})") from error

    def _result(self, action: str, answer: BaseHTTPResponse) -> Mapping[str, Any]:
        where = f"{self._url}: {action}: HTTP {answer.status}"
        if answer.status in {429, 500, 502, 503, 504}:
            wait = answer.headers.get("Retry-After", "")
            raise TemporaryChannelError(where, retry_after=float(wait) if wait.isdigit() else None)
        if answer.status in {401, 403}:
            raise ChannelSetupError(
                f"{where}; check ckan_key, and that its owner may edit the organisation's data sets"
            )
        if 300 <= answer.status < 400:
            raise ChannelSetupError(f"{where}; the site has moved: mend ckan_url")
        whole = _table(answer.data)
        if answer.status == 200 and whole.get("success") is True:
            result = whole.get("result")
            return result if isinstance(result, dict) else {}
        if not whole:
            raise ChannelSetupError(f"{where}; there is no CKAN at this address: mend ckan_url")
        said = json.dumps(whole.get("error"), ensure_ascii=False)[:SHOWN]
        raise PermanentChannelError(f"{where}: {said}; mend what the site names, then push again")


def _table(content: bytes) -> Mapping[str, Any]:
    """An answer that is a JSON object; an empty one when it is anything else."""
    try:
        table = json.loads(content)
    except ValueError:
        return {}
    return table if isinstance(table, dict) else {}
