"""Messages that come back after a restore get the number that they had, and nobody is written to a second time."""

from collections.abc import Collection, Sequence
from dataclasses import replace

import structlog

from mailroom.domain.journal import JOURNAL, Claim, SentStub
from mailroom.domain.message import LoggedMessage
from mailroom.domain.outbox import OutboxItem
from mailroom.ports import Books, Clock, UnitOfWork
from mailroom.ports.evidence import EvidenceKey
from mailroom.services.journal.takeover import KNOWN_SENT

log = structlog.get_logger(__name__)


class KnownNumbers:
    """What the journal knows of messages, found by the seal of their digest. Threads may share it."""

    def __init__(self, key: EvidenceKey) -> None:
        self._key = key
        self._letters: list[SentStub] | None = None
        """Those that were open when the last batch was begun: mostly none, and then no letter is held against them."""

    def match(self, uow: UnitOfWork, batch: Sequence[LoggedMessage]) -> None:
        """Before these messages are decided. The caller commits."""
        self._letters = uow.journal.letters()
        open_claims = {claim.seal: claim for claim in uow.journal.claims() if claim.message_id is None}
        if not open_claims:
            return
        for logged in batch:
            claim = open_claims.pop(self._key.seal(logged.digest), None)
            if claim is not None:
                uow.journal.found(claim, logged.id)

    def as_sent(self, uow: UnitOfWork, item: OutboxItem, logged: LoggedMessage) -> OutboxItem:
        """The letter, settled where the journal says that such a one went to the sender of this message."""
        if self._letters is not None and not self._letters:
            return item
        seal = self._key.seal(logged.digest)
        same = (one for one in uow.journal.letters() if one.seal == seal and one.letter == item.letter.value)
        gone = next(same, None)
        if gone is None:
            return item
        uow.journal.letter_settled(gone, item.created_at)
        uow.events.add("letter.known", item.created_at, message_id=logged.id, actor=JOURNAL, detail=KNOWN_SENT)
        return replace(item.settled(), reply=KNOWN_SENT)


def settle_lost(books: Books, clock: Clock, accounts: Collection[tuple[str, str]]) -> list[Claim]:
    """Numbers whose messages are nowhere: void, once every account was looked through and all mail is decided.

    `accounts` are channel and account of each. Nothing is void while one of them does not answer.
    """
    with books.look() as uow:
        if not any(claim.message_id is None for claim in uow.journal.claims()):
            return []
        since = uow.journal.state().reckoned_at
        looked = {(channel, account): at for channel, account, at, _, _ in uow.accounts.states()}
        waiting = uow.health.ages()["pending"]
    times = [looked.get(one) for one in accounts]
    if waiting or since is None or any(at is None or at <= since for at in times):
        return []
    now = clock.now()
    with books.begin() as uow:
        lost = [claim for claim in uow.journal.claims() if claim.message_id is None]
        uow.journal.void(lost, now, JOURNAL)
        for claim in lost:
            uow.events.add("number.lost", now, actor=JOURNAL, detail=f"{claim.series} {claim.number}/{claim.year}")
        uow.commit()
    log.warning("numbers.lost", count=len(lost))
    return lost
