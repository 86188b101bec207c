"""Problems for the health page."""

from datetime import datetime, timedelta

from mailroom.domain.evidence import ProofKind
from mailroom.ports import Books, Clock
from mailroom.ports.evidence import ChainBook

LATE = timedelta(hours=26)
"""A day and two hours without a checkpoint; and as long for a token of a time-stamp authority."""
LOOKED_BACK = 7


def evidence_codes(books: Books, clock: Clock, *, signs: bool, stamps: bool) -> list[str]:
    """`checkpoint-late` where checkpoints are made (`signs`), `checkpoint-unstamped` where they are stamped (`stamps`)."""
    if not signs:
        return []
    now = clock.now()
    with books.look() as uow:
        late, unstamped = _late(uow.chain, now), stamps and _unstamped(uow.chain, now)
    return ["checkpoint-late"] * late + ["checkpoint-unstamped"] * unstamped


def _late(chain: ChainBook, now: datetime) -> bool:
    """Before the first row there is nothing to be late with."""
    latest = chain.checkpoint()
    if latest:
        return now - latest.at > LATE
    first = next(chain.links(until=1), None)
    return first is not None and now - first.at > LATE


def _unstamped(chain: ChainBook, now: datetime) -> bool:
    return any(
        now - one.at > LATE and all(proof.kind is not ProofKind.TIMESTAMP for proof in chain.proofs(one.day))
        for one in chain.checkpoints(LOOKED_BACK)
    )
