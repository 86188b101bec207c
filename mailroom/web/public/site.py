"""What the public pages share, and how they answer."""

import hashlib
from asyncio import Semaphore, timeout
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from anyio import CapacityLimiter, to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from mailroom.services.data_files import DataFiles
from mailroom.services.evidence.shelf import CheckpointShelf
from mailroom.services.publication import Publication
from mailroom.services.verification import Verifier
from mailroom.web.public.limits import Allowance
from mailroom.web.public.links import ServerLinks
from mailroom.web.public.pages import PublicPages

UPLOAD_LIMIT = 20 << 20
"""Bytes of a PDF to be checked."""

MAX_FIELDS = 10
THREADS = 8
"""Public pages are answered by threads of their own number, so that a flood of visitors keeps no clerk waiting."""

LONG_WORKS = 2

TO = ServerLinks()

FRESH = "no-cache"
"""A copy may be kept, and is asked about before it is shown: what is public is never out of date (R30)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicSite:
    """Everything that a public page may need."""

    publication: Publication
    files: DataFiles
    pages: PublicPages
    verifier: Verifier | None
    """None where nothing is configured that could examine signatures."""
    checkpoints: CheckpointShelf | None = None
    """None where none are published."""
    misses: Allowance = field(default_factory=lambda: Allowance(100, 600))
    """Codes that led nowhere. Generous: thousands of telephones may share one address, and a code has 60 bits."""
    uploads: Allowance = field(default_factory=lambda: Allowance(60, 600))
    extracts: Allowance = field(default_factory=lambda: Allowance(30, 600))
    """Files made for one search alone."""
    threads: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(THREADS))
    gate: Semaphore = field(default_factory=lambda: Semaphore(LONG_WORKS))
    """A flood of files to be checked or made waits without a thread, then is turned away."""
    patience: float = 20.0
    """Seconds that a visitor waits for the long work of others."""

    def page(self, request: Request, name: str, *, status: int = 200, **context: Any) -> Response:
        """The page; 304 where the browser has this very page already."""
        content = self.pages.text(name, TO, **{**self._shared, **context}).encode()
        tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
        headers = {"Cache-Control": FRESH, "ETag": tag} if status == 200 and request.method != "POST" else {}
        if headers and request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        return HTMLResponse(content, status_code=status, headers=headers)

    @property
    def _shared(self) -> dict[str, Any]:
        return {"door": "", "as_of": "", "checkpoints": self.checkpoints is not None}

    def notice(self, request: Request, code: str, status: int, *, seconds: int = 0) -> Response:
        """Why something was not done."""
        page = self.page(request, "notice.html", status=status, code=code, seconds=seconds)
        if seconds:
            page.headers["Retry-After"] = str(seconds)
        return page


@dataclass(frozen=True, slots=True)
class Later:
    """An answer that takes long to make: few are made at once."""

    work: Callable[[], Response]


Handler = Callable[[PublicSite, Request], Response | Later]
"""Runs in a thread: the books are synchronous."""


async def answer(site: PublicSite, request: Request, handler: Handler) -> Response:
    """What the handler says, at once or when its turn comes."""
    said = await to_thread.run_sync(handler, site, request, limiter=site.threads)
    return await in_turn(site, request, said.work) if isinstance(said, Later) else said


async def in_turn(site: PublicSite, request: Request, work: Callable[[], Response]) -> Response:
    """The long work, or word that too many others wait."""
    try:
        async with timeout(site.patience):
            await site.gate.acquire()
    except TimeoutError:
        return site.notice(request, "busy", 503, seconds=60)
    try:
        return await to_thread.run_sync(work, limiter=site.threads)
    finally:
        site.gate.release()


def address(request: Request) -> str:
    """Of the visitor, as the server knows it: behind a proxy that it trusts, what the proxy says."""
    return request.client.host if request.client else ""


def query(request: Request) -> Mapping[str, str]:
    """The fields of the address; of a field that comes twice the last. Raises 400 when there are too many."""
    try:
        pairs = parse_qsl(request.url.query, keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="replace")
    except ValueError as error:
        raise HTTPException(400) from error
    return dict(pairs)
