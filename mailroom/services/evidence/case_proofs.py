"""Proofs for the rows of one case: each in the first checkpoint that covers it, and that each later one contains it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from mailroom.domain.errors import StorageError
from mailroom.domain.evidence import Checkpoint, CheckpointProof, Link
from mailroom.ports import Json
from mailroom.ports.evidence import ChainBook
from mailroom.stages.chain import BEGINNING, leaf_of
from mailroom.stages.merkle import consistency, inclusion

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
DIGEST = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseProofs:
    """All that proves these rows."""

    links: Sequence[Link]
    records: Sequence[str]
    """Of each link in order; empty where the row has become another since."""
    links_json: Sequence[Json]
    growth_json: Sequence[Json]
    checkpoints: Sequence[tuple[Checkpoint, Sequence[CheckpointProof]]]
    """Those that first cover a row, and the latest of all; in order of days."""

    @property
    def covered(self) -> int:
        latest = self.checkpoints[-1][0].size if self.checkpoints else 0
        return sum(link.seq <= latest for link in self.links)


def case_proofs(chain: ChainBook, rows: Sequence[tuple[str, str]]) -> CaseProofs:
    """In one pass over the chain. Of rows that no checkpoint covers yet there are links without a path.

    Raises StorageError when a row that is written once is not what was written.
    """
    links = chain.of_rows(rows)
    latest = chain.checkpoint()
    first = {link.seq: chain.checkpoint_of(link.seq) for link in links}
    used = {one.day: one for one in (*first.values(), latest) if one is not None}
    checkpoints = [used[day] for day in sorted(used)]
    tree = _read(chain, latest.size if latest else 0, {link.seq for link in links})
    return CaseProofs(
        links=links,
        records=[_sound(*one) for one in zip(links, chain.records(links), strict=True)],
        links_json=list(_links(links, first, tree)),
        growth_json=[_growth(old, new, tree) for old, new in pairwise(checkpoints)],
        checkpoints=[(one, chain.proofs(one.day)) for one in checkpoints],
    )


def _sound(link: Link, record: str) -> str:
    """What a row became in one night (`TABLE.state`) may have changed again; what it was written as may not."""
    if record and leaf_of(record) == link.leaf:
        return record
    if "." in link.table:
        return ""
    raise StorageError(
        f"{link.table} {link.key} is not what was written: no bundle is made of changed books; run mailroom verify"
    )


@dataclass(frozen=True, slots=True)
class _Tree:
    """Leaves side by side, and the values before the links that are asked for."""

    packed: bytearray
    before: Mapping[int, bytes]

    def leaves(self) -> Iterator[bytes]:
        view = memoryview(self.packed)
        for at in range(0, len(self.packed), DIGEST):
            yield bytes(view[at : at + DIGEST])


def _read(chain: ChainBook, size: int, wanted: set[int]) -> _Tree:
    packed, before = bytearray(), {1: BEGINNING}
    for link in chain.links(until=size) if size else ():
        packed += link.leaf
        if link.seq + 1 in wanted:
            before[link.seq + 1] = link.value
    return _Tree(packed, before)


def _links(links: Sequence[Link], first: Mapping[int, Checkpoint | None], tree: _Tree) -> Iterator[Json]:
    paths: dict[int, tuple[bytes, ...]] = {}
    for checkpoint in {one.day: one for one in first.values() if one}.values():
        mine = [link.seq - 1 for link in links if first[link.seq] == checkpoint]
        paths |= inclusion(tree.leaves(), mine, checkpoint.size)
    for link in links:
        covering = first[link.seq]
        yield {
            "seq": link.seq,
            "at": (link.at - _EPOCH) // _MICROSECOND,
            "leaf": link.leaf.hex(),
            "value": link.value.hex(),
            "before": tree.before[link.seq].hex() if covering else None,
            "checkpoint": covering.day.isoformat() if covering else None,
            "path": [step.hex() for step in paths.get(link.seq - 1, ())],
        }


def _growth(old: Checkpoint, new: Checkpoint, tree: _Tree) -> Json:
    path = consistency(tree.leaves(), old.size, new.size)
    return {"from": old.day.isoformat(), "to": new.day.isoformat(), "path": [step.hex() for step in path]}
