"""Letters that come back: a report that names a letter of ours makes it undelivered again, a clerk's task."""

import re
from collections.abc import Iterator, Mapping
from contextlib import closing

import structlog

from mailroom.domain.decision import Kind
from mailroom.domain.errors import UnreadableError
from mailroom.domain.outbox import OutboxItem, OutboxState
from mailroom.domain.record import Verdict
from mailroom.ports import Archive, Reader, UnitOfWork
from mailroom.stages.delivery_report import (
    RETURNED_TYPES,
    STATUS_TYPES,
    Fate,
    Report,
    read_report,
    returned_message_id,
)

log = structlog.get_logger(__name__)

MOST_PARTS = 4
"""So many parts of one report are read: a real one has one status and one returned letter."""

_OUR_ID = re.compile(r"<?([0-9a-f]{32})(?:@[^>\s]+>?)?")
"""An id of the outbox, alone or as the left side of a Message-ID. 122 random bits: who knows it has the letter."""

_MAY_FAIL = frozenset({OutboxState.SENT, OutboxState.DEFERRED})


class Bounces:
    """Reads reports on delivery. Nothing that they say is believed but the fate of a letter that they can name."""

    def __init__(self, *, archive: Archive, readers: Mapping[str, Reader]) -> None:
        """Readers by channel. They should be other ones than those of processing, which hold a batch meanwhile."""
        self._archive = archive
        self._readers = readers

    def note(self, verdict: Verdict, uow: UnitOfWork) -> None:
        """Record in this transaction what a report says of a letter of ours; anything else is passed over.

        Failed: the letter is FAILED with the other side's words, event `letter.bounced`. Delayed: the event
        `letter.delayed` alone. Reports are never answered (RFC 3834 section 2).
        """
        if verdict.classification.kind is not Kind.DSN or verdict.duplicate_of:
            return
        found = self._report(verdict, uow)
        if found is None:
            return
        item, report = found
        if report.fate is Fate.FAILED and item.state in _MAY_FAIL:
            uow.outbox.save(item.failed(report.words))
        event = "letter.bounced" if report.fate is Fate.FAILED else "letter.delayed"
        about = verdict.logged.id if item.message_id is None else item.message_id
        uow.events.add(event, verdict.processed_at, message_id=about, detail=f"{item.to}: {report.words}")
        log.info(event, item=item.id, report=verdict.logged.id)

    def _report(self, verdict: Verdict, uow: UnitOfWork) -> tuple[OutboxItem, Report] | None:
        report = next(filter(None, (read_report(part) for part in self._parts(verdict, STATUS_TYPES))), None)
        if report is None:
            return None
        item = _ours(report.envelope_id, uow)
        if item is None:
            named = (returned_message_id(part) for part in self._parts(verdict, RETURNED_TYPES))
            item = next(filter(None, (_ours(one, uow) for one in named)), None)
        return (item, report) if item else None

    def _parts(self, verdict: Verdict, types: frozenset[str]) -> Iterator[bytes]:
        logged = verdict.logged
        wanted = [one.part for one in verdict.message.attachments if one.declared_type in types]
        for part in wanted[:MOST_PARTS]:
            try:
                with closing(self._archive.open(logged.place, logged.digest)) as source:
                    yield self._readers[logged.envelope.channel].part(source, part)[1]
            except UnreadableError:
                return


def _ours(text: str, uow: UnitOfWork) -> OutboxItem | None:
    """The letter that an id names, if it is one that was handed over."""
    match = _OUR_ID.fullmatch(text)
    item = uow.outbox.get(match[1]) if match else None
    return item if item and item.attempts else None
