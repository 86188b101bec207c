"""What is fetched of a message: its HTML made harmless, its attachments, the mail as it came."""

import re
from collections.abc import Iterator
from contextlib import closing
from typing import BinaryIO
from urllib.parse import quote

from starlette.responses import HTMLResponse, Response, StreamingResponse

from mailroom.domain.message import LoggedMessage
from mailroom.web.hostile_html import POLICY, STYLE, TooComplexError, harmless
from mailroom.web.message import noted
from mailroom.web.pages import visible
from mailroom.web.security import FILE_POLICY
from mailroom.web.site import Site, Visit

CHUNK = 256 << 10
NAME_LENGTH = 80
"""Characters of a file name; in Thai that is 240 bytes, and file systems end at 255."""

ENDINGS = {"email": "eml"}
"""Of a message as it came, by channel; a conversation is kept as a bundle."""

PASSED_ON = frozenset(
    {
        "application/msword",
        "application/pdf",
        "application/vnd.ms-excel",
        "application/vnd.ms-powerpoint",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "image/gif",
        "image/jpeg",
        "image/png",
        "image/tiff",
        "image/webp",
    }
)
"""Types that a browser may be told. Everything else is octets."""

_NOT_IN_NAMES = re.compile('[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff"*/:<>?\\\\|]')


def html_view(site: Site, visit: Visit) -> Response:
    """The HTML body, cleaned, for a frame that can neither run nor load anything."""
    logged = noted(site, visit, "html.opened")
    with closing(_opened(site, logged)) as source, site.reading:
        hostile = site.readers[logged.envelope.channel].html(source)
    try:
        body = harmless(hostile)
    except TooComplexError:
        body = ""
    page = site.pages.text("frame.html", style=STYLE, body=body, complex=not body and bool(hostile))
    return HTMLResponse(page, headers={"Content-Security-Policy": POLICY, "X-Frame-Options": "SAMEORIGIN"})


def attachment(site: Site, visit: Visit) -> Response:
    """One attachment, always as a file to save."""
    part = visit.row("part")
    logged = noted(site, visit, "attachment.downloaded", detail=str(part), part=part)
    with closing(_opened(site, logged)) as source, site.reading:
        leaf, content = site.readers[logged.envelope.channel].part(source, part)
    media_type = leaf.media_type if leaf.media_type in PASSED_ON else "application/octet-stream"
    return Response(content, media_type=media_type, headers=file_headers(leaf.name or f"part-{part}"))


def raw(site: Site, visit: Visit) -> Response:
    """The message as it came, byte for byte, checked against its digest before the first byte leaves."""
    logged = noted(site, visit, "raw.downloaded")
    for _ in _chunks(_opened(site, logged)):
        pass
    ending = ENDINGS.get(logged.envelope.channel, "bundle")
    headers = file_headers(f"message-{logged.id}.{ending}") | {"Content-Length": str(logged.size)}
    return StreamingResponse(_chunks(_opened(site, logged)), media_type="application/octet-stream", headers=headers)


def _opened(site: Site, logged: LoggedMessage) -> BinaryIO:
    return site.archive.open(logged.place, logged.digest)


def _chunks(source: BinaryIO) -> Iterator[bytes]:
    with closing(source) as stream:
        while chunk := stream.read(CHUNK):
            yield chunk


def file_headers(name: str) -> dict[str, str]:
    """A file to save, inert even where a browser shows it after all."""
    return {"Content-Disposition": disposition(name), "Content-Security-Policy": FILE_POLICY}


def disposition(name: str) -> str:
    """`attachment` with a name that is safe to save: ASCII for old clients, UTF-8 for all others (RFC 6266, 8187)."""
    safe = file_name(name)
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._- ()") else "_" for c in safe)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(safe, safe='')}"


def file_name(name: str) -> str:
    """The name without path, control or direction characters, short enough for any file system, ending kept."""
    safe = _NOT_IN_NAMES.sub("_", visible(name)).strip(" .") or "attachment"
    stem, dot, ending = safe.rpartition(".")
    if dot and len(ending) <= 10:
        return stem[: NAME_LENGTH - len(ending) - 1] + dot + ending
    return safe[:NAME_LENGTH]
