"""The chain in memory: over events, entries, letters and copies of these, which is enough to work with it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from mailroom.domain.errors import StorageError
from mailroom.domain.evidence import ChainHead, Checkpoint, CheckpointProof, Link
from mailroom.domain.outbox import OutboxItem, OutboxState
from mailroom.stages.chain import BEGINNING, leaf_of, record_of, value_of
from mailroom.testing.shelf import Shelf


class MemoryChainBook:
    """`ports.ChainBook`."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def head(self) -> ChainHead:
        chain = self._shelf.chain
        return ChainHead(chain[-1].seq, chain[-1].value) if chain else ChainHead(0, BEGINNING)

    def links(self, after: int = 0, until: int | None = None) -> Iterator[Link]:
        return iter(self._shelf.chain[after:until])

    def of_rows(self, rows: Sequence[tuple[str, str]]) -> list[Link]:
        return [link for link in self._shelf.chain if (link.table, link.key) in rows]

    def records(self, links: Sequence[Link]) -> list[str]:
        facts = _facts(self._shelf) | _states(self._shelf)
        rows = ((link, facts.get((link.table, link.key))) for link in links)
        return [_record(link.table, link.key, row) if row is not None else "" for link, row in rows]

    def seal_rows(self, at: datetime) -> int:  # noqa: ARG002
        states = {row: _record(*row, state) for row, state in _states(self._shelf).items()}
        changed = [row for row, state in states.items() if self._shelf.sealed.get(row) != state]
        for table, key in changed:
            _add(self._shelf, table, key, states[table, key])
        self._shelf.sealed = states
        return len(changed)

    def add_checkpoint(self, checkpoint: Checkpoint) -> None:
        if checkpoint.day in self._shelf.checkpoints:
            raise StorageError(f"{checkpoint.day} has a checkpoint already; nothing was changed")
        self._shelf.checkpoints[checkpoint.day] = checkpoint

    def checkpoint(self, day: date | None = None) -> Checkpoint | None:
        return self._shelf.checkpoints.get(day) if day else next(iter(self.checkpoints(1)), None)

    def checkpoint_of(self, seq: int) -> Checkpoint | None:
        return next((one for one in self.checkpoints()[::-1] if one.size >= seq), None)

    def checkpoints(self, limit: int = 400) -> list[Checkpoint]:
        days = sorted(self._shelf.checkpoints, reverse=True)
        return [self._shelf.checkpoints[day] for day in days[:limit]]

    def add_proof(self, proof: CheckpointProof) -> None:
        self._shelf.checkpoint_proofs.append(proof)

    def proofs(self, day: date) -> list[CheckpointProof]:
        return [proof for proof in self._shelf.checkpoint_proofs if proof.day == day]


def link_new_rows(shelf: Shelf) -> None:
    """What a commit does: each row that has no link yet gets one."""
    linked = {(link.table, link.key) for link in shelf.chain}
    for (table, key), row in _facts(shelf).items():
        if (table, key) not in linked:
            _add(shelf, table, key, _record(table, key, row))


def _record(table: str, key: str, row: object) -> str:
    return record_of(table, key, {"row": repr(row)})


def _add(shelf: Shelf, table: str, key: str, record: str) -> None:
    before = shelf.chain[-1].value if shelf.chain else BEGINNING
    seq, at, leaf = len(shelf.chain) + 1, datetime.now(UTC), leaf_of(record)
    shelf.chain.append(Link(seq, at, table, key, leaf, value_of(before, seq, at, leaf, f"{table} {key}")))


def _facts(shelf: Shelf) -> dict[tuple[str, str], object]:
    rows: list[tuple[str, str, object]] = [
        *(("message", str(number), one.logged.envelope) for number, one in shelf.messages.items()),
        *(("register_entry", f"in/{one.year}/{one.number}", entry.draft) for one, entry in shelf.entries.items()),
        *(("outgoing_entry", f"{one.year}/{one.number}", entry.draft) for one, entry in shelf.outgoing.items()),
        *(("outbox_item", one.id, _letter(one)) for one in shelf.items.values()),
        *(("event", str(number), event) for number, event in enumerate(shelf.events, 1)),
        *(("sent_copy", f"{one.item}/{one.attempt}", one) for one in shelf.sent),
    ]
    return {(table, key): row for table, key, row in rows}


def _states(shelf: Shelf) -> dict[tuple[str, str], object]:
    rows: list[tuple[str, str, object]] = [
        *(("message.state", str(number), (one.decision, one.classification)) for number, one in shelf.messages.items()),
        *(("case_file.state", f"in/{one.year}/{one.number}", case) for one, case in shelf.cases.items()),
        *(("outbox_item.state", one.id, one) for one in shelf.items.values()),
    ]
    return {(table, key): row for table, key, row in rows}


def _letter(item: OutboxItem) -> OutboxItem:
    """As it was put: without what sending changes."""
    unsent = replace(item, state=OutboxState.PENDING, attempts=0, due_at=item.created_at)
    return replace(unsent, reply="", sent_at=None, uncertain=False)
