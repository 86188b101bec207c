"""Asks services of authorities over HTTP, with limits on time and size."""

import urllib.error
import urllib.request
from http.client import HTTPException
from urllib.parse import urlsplit

from mailroom.domain.errors import SigningRefusedError, TemporarySigningError

_SECONDS = 10.0
_MOST_BYTES = 32 << 20
"""Lists of revoked certificates of national authorities have some megabytes."""
_TEMPORARY = (408, 425, 429, *range(500, 600))
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


def fetch(url: str, body: bytes | None = None, headers: dict[str, str] | None = None, *, follow: bool = True) -> bytes:
    """What `url` answers. `follow`: whether redirections are; what carries a secret does not follow any.

    Raises SigningRefusedError for a request that it refuses, TemporarySigningError when there is no answer in time.
    """
    if urlsplit(url).scheme not in ("http", "https"):
        raise TemporarySigningError(f"{url}: only http and https can be asked; mend the address")
    request = urllib.request.Request(url, body, headers or {})  # noqa: S310 - the line above has checked it
    try:
        with _opener(url, follow=follow).open(request, timeout=_SECONDS) as answer:
            content: bytes = answer.read(_MOST_BYTES + 1)
    except urllib.error.HTTPError as error:
        with error:
            kind = TemporarySigningError if error.code in _TEMPORARY else SigningRefusedError
            raise kind(
                f"{url}: answers {error.code}; check the address, the right to use it and the service"
            ) from error
    except (OSError, HTTPException, ValueError) as error:
        raise TemporarySigningError(f"{url}: no answer ({error}); check network and service") from error
    if len(content) > _MOST_BYTES:
        raise TemporarySigningError(f"{url}: answers more than {_MOST_BYTES >> 20} MB; check the address")
    return content


def _opener(url: str, *, follow: bool) -> urllib.request.OpenerDirector:
    """Without what reads files and FTP, to which a redirection could lead."""
    local = urlsplit(url).hostname in _LOOPBACK
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler({} if local else None),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
        *([urllib.request.HTTPRedirectHandler()] if follow else []),
    ):
        opener.add_handler(handler)
    return opener
