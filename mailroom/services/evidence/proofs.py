"""What others know of checkpoints: tokens of time-stamp authorities, and what witnesses' servers answered."""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta

import structlog

from mailroom.domain.errors import SigningError
from mailroom.domain.evidence import Checkpoint, CheckpointProof, ProofKind
from mailroom.domain.outbox import OutboxState
from mailroom.ports import Books, Clock
from mailroom.services.evidence.witness import letter_id

log = structlog.get_logger(__name__)

LOOKED_BACK = 60
"""So many checkpoints may wait for a token, or for a witness: two months of an authority that is away."""
SOON = timedelta(days=10)
"""Letters are given up after five days: what was not handed over by then never is."""


class Proofs:
    """Collects what is still missing; asked every few minutes."""

    def __init__(
        self,
        *,
        books: Books,
        clock: Clock,
        stamp: Callable[[bytes], bytes] | None = None,
        witnesses: Sequence[str] = (),
    ) -> None:
        """`stamp` gives the token (RFC 3161, DER) over a SHA-256 digest, or raises SigningError."""
        self._books = books
        self._clock = clock
        self._stamp = stamp
        self._addresses = tuple(witnesses)

    def collect(self) -> int:
        """How many proofs came in. An authority that does not answer is asked again the next time."""
        return self._stamped() + self._witnessed()

    def _stamped(self) -> int:
        """Oldest first: each day that waits makes its token prove less."""
        if self._stamp is None:
            return 0
        count = 0
        for checkpoint in self._without(ProofKind.TIMESTAMP):
            try:
                token = self._stamp(hashlib.sha256(checkpoint.text.encode()).digest())
            except SigningError as error:
                log.warning("checkpoint.unstamped", day=str(checkpoint.day), error=type(error).__name__)
                break
            self._add(CheckpointProof(checkpoint.day, ProofKind.TIMESTAMP, self._clock.now(), token))
            count += 1
        return count

    def _without(self, kind: ProofKind) -> list[Checkpoint]:
        with self._books.look() as uow:
            waiting = uow.chain.checkpoints(LOOKED_BACK)[::-1]
            return [one for one in waiting if all(proof.kind is not kind for proof in uow.chain.proofs(one.day))]

    def _witnessed(self) -> int:
        proofs = list(self._answers()) if self._addresses else []
        for proof in proofs:
            self._add(proof)
        return len(proofs)

    def _answers(self) -> Iterator[CheckpointProof]:
        """What the servers of witnesses said that is not noted yet."""
        since = self._clock.now() - SOON
        with self._books.look() as uow:
            for checkpoint in uow.chain.checkpoints(LOOKED_BACK):
                if checkpoint.at < since:
                    break
                known = {one.data for one in uow.chain.proofs(checkpoint.day) if one.kind is ProofKind.WITNESS}
                for address in self._addresses:
                    item = uow.outbox.get(letter_id(checkpoint, address))
                    if item and item.state is OutboxState.SENT and item.sent_at:
                        data = json.dumps({"to": item.to, "letter": item.id, "reply": item.reply}, ensure_ascii=False)
                        if data.encode() not in known:
                            yield CheckpointProof(checkpoint.day, ProofKind.WITNESS, item.sent_at, data.encode())

    def _add(self, proof: CheckpointProof) -> None:
        with self._books.begin() as uow:
            uow.chain.add_proof(proof)
            uow.commit()
        log.info("checkpoint.proven", day=str(proof.day), kind=proof.kind.value)
