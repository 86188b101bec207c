"""Releasing approved papers: signed, kept, and then in one transaction licence, register of letters sent and letter.

Nothing is sent or published before that transaction, and a crash anywhere repeats at most the signing (G18).
"""

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import structlog

from mailroom.domain.errors import MailroomError, RefusedActionError, SigningRefusedError, TemporarySigningError
from mailroom.domain.licence import Issuance, IssuanceState
from mailroom.domain.message import Kept
from mailroom.domain.signature import Seal, SignatureSpec
from mailroom.ports import Archive, Books, Clock, Signer
from mailroom.services.custody import Progress, no_progress
from mailroom.services.ledger import Ledger
from mailroom.services.papers import TEMPLATE

log = structlog.get_logger(__name__)

TOGETHER = 20
"""So many signed papers share a sync of the archive and a transaction."""
PAGE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """What a round of release did."""

    issued: tuple[Issuance, ...] = ()
    returned: tuple[Issuance, ...] = ()
    """What happened to the licence meanwhile forbids them; the note says what it was."""
    failed: dict[int, str] = field(default_factory=dict)
    """By id of the paper, why it is still approved only."""
    waiting: str = ""
    """Why nothing more was signed: what signing needs does not answer. They stay approved; try again later."""


@dataclass(slots=True)
class Round:
    """What is known so far in one run."""

    progress: Progress
    total: int
    issued: list[Issuance] = field(default_factory=list)
    returned: list[Issuance] = field(default_factory=list)
    failed: dict[int, str] = field(default_factory=dict)
    stop: MailroomError | None = None

    def tell(self) -> None:
        done = len(self.issued) + len(self.returned) + len(self.failed)
        self.progress(done, max(self.total, done))


class Release:
    """One round at a time in a process; several threads sign, which helps where a time-stamp authority is slow."""

    def __init__(
        self,
        *,
        books: Books,
        archive: Archive,
        signer: Signer,
        ledger: Ledger,
        clock: Clock,
        spec: SignatureSpec,
        seal: Callable[[str], Seal | None] = lambda _template: None,
        threads: int = 4,
        stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        """`seal` tells where a template leaves room for the signature; `stopping` is asked before each paper."""
        self._books = books
        self._archive = archive
        self._signer = signer
        self._ledger = ledger
        self._clock = clock
        self._spec = replace(spec, seal=seal(TEMPLATE))
        self._threads = threads
        self._stopping = stopping
        self._alone = threading.Lock()

    def run(self, *, limit: int | None = None, batch: str = "", progress: Progress = no_progress) -> Released:
        """Approved papers in their order, at most `limit`, of one bulk run where `batch` names it.

        Raises SigningRefusedError with the remedy, StorageError; what was issued before stays issued.
        """
        with self._alone:
            round_ = Round(progress, self._count(limit, batch))
            if round_.total:
                self._run(round_, limit, batch)
        if round_.stop is not None and not isinstance(round_.stop, TemporarySigningError):
            raise round_.stop
        return Released(
            issued=tuple(round_.issued),
            returned=tuple(round_.returned),
            failed=round_.failed,
            waiting=str(round_.stop or ""),
        )

    def _count(self, limit: int | None, batch: str) -> int:
        with self._books.look() as uow:
            if batch:
                waiting = len(uow.issuances.in_state(IssuanceState.APPROVED, limit=_ALL, batch=batch))
            else:
                waiting = uow.issuances.counts().get(IssuanceState.APPROVED, 0)
        return waiting if limit is None else min(limit, waiting)

    def _run(self, round_: Round, limit: int | None, batch: str) -> None:
        try:
            self._signer.check(self._clock.now())
        except (SigningRefusedError, TemporarySigningError) as error:
            round_.stop = error
            return
        signed: list[tuple[Issuance, bytes]] = []
        for one in self._signed(round_, limit, batch):
            signed.append(one)
            if len(signed) == TOGETHER:
                self._finish(round_, signed)
                signed = []
        self._finish(round_, signed)

    def _signed(self, round_: Round, limit: int | None, batch: str) -> Iterator[tuple[Issuance, bytes]]:
        """Papers with their signed bytes, in order. Signing goes on while what came out is written down."""
        ahead: deque[tuple[Issuance, Future[bytes]]] = deque()
        with ThreadPoolExecutor(self._threads, "signing") as pool:
            for issuance in self._approved(limit, batch):
                if round_.stop is not None or self._stopping():
                    break
                ahead.append((issuance, pool.submit(self._sign, issuance)))
                if len(ahead) > 2 * self._threads:
                    yield from _outcome(round_, *ahead.popleft())
            while ahead:
                yield from _outcome(round_, *ahead.popleft())

    def _approved(self, limit: int | None, batch: str) -> Iterator[Issuance]:
        after, left = 0, _ALL if limit is None else limit
        while left:
            with self._books.look() as uow:
                page = uow.issuances.in_state(IssuanceState.APPROVED, limit=min(PAGE, left), after=after, batch=batch)
            yield from page
            if not page:
                return
            after, left = page[-1].id, left - len(page)

    def _sign(self, issuance: Issuance) -> bytes:
        """The approved bytes, signed. Raises ArchiveDamagedError when the archive no longer holds them."""
        with self._books.look() as uow:
            rendition = uow.documents.get(issuance.rendition or "")
        if rendition is None:
            raise RefusedActionError("rendition-missing", str(issuance.id))
        with self._archive.open(rendition.place, rendition.digest) as stream:
            pdf = stream.read()
        signed = self._signer.sign(pdf, self._spec, at=self._clock.now())
        if not signed.startswith(pdf):
            raise SigningRefusedError("the signer changed the document that was approved; use another signer")
        return signed

    def _finish(self, round_: Round, signed: Sequence[tuple[Issuance, bytes]]) -> None:
        """Keep and record together; where that fails, each alone, so that one bad paper holds up no other."""
        if not signed:
            return
        kept = self._archive.keep([content for _, content in signed])
        pairs = [(issuance, one) for (issuance, _), one in zip(signed, kept, strict=True)]
        try:
            self._record(round_, pairs)
        except MailroomError as error:
            log.warning("release.separately", papers=len(pairs), error=str(error))
            for pair in pairs:
                try:
                    self._record(round_, [pair])
                except MailroomError as fault:
                    round_.failed[pair[0].id] = str(fault)
        round_.tell()

    def _record(self, round_: Round, pairs: Sequence[tuple[Issuance, Kept]]) -> None:
        """One transaction. A paper that is not approved any more, or otherwise than it was signed, is passed over."""
        issued: list[Issuance] = []
        returned: list[Issuance] = []
        with self._books.begin() as uow:
            for seen, kept in pairs:
                issuance = uow.issuances.get(seen.id)
                if issuance is None or issuance != seen:
                    continue
                done = self._ledger.enter(uow, issuance, kept)
                (issued if done.state is IssuanceState.ISSUED else returned).append(done)
            uow.commit()
        round_.issued += issued
        round_.returned += returned


_ALL = 1_000_000


def _outcome(round_: Round, issuance: Issuance, work: Future[bytes]) -> Iterator[tuple[Issuance, bytes]]:
    """The signed bytes, or nothing and a note of why there are none."""
    try:
        yield issuance, work.result()
    except (SigningRefusedError, TemporarySigningError) as error:
        round_.stop = round_.stop or error
    except MailroomError as error:
        round_.failed[issuance.id] = str(error)
