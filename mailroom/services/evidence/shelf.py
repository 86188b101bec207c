"""Checkpoints for everybody: who copied one earlier can say later whether the books were changed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from mailroom.domain.evidence import Checkpoint, ProofKind
from mailroom.ports import Books
from mailroom.services.evidence.files import CHECKPOINT, TOKEN
from mailroom.stages.checkpoint import checkpoint_file

SHOWN = 400
_NAME = re.compile(rf"(\d{{4}}-\d\d-\d\d)\.({CHECKPOINT}|{TOKEN})")


@dataclass(frozen=True, slots=True)
class Published:
    """One line of the list."""

    checkpoint: Checkpoint
    stamped: bool
    witnesses: int

    @property
    def names(self) -> tuple[str, ...]:
        """Of its files."""
        endings = (CHECKPOINT, TOKEN) if self.stamped else (CHECKPOINT,)
        return tuple(f"{self.checkpoint.day}.{ending}" for ending in endings)


class CheckpointShelf:
    """What is published of one agency's checkpoints; nothing of it is personal."""

    def __init__(self, books: Books) -> None:
        self._books = books

    def latest(self) -> Sequence[Published]:
        """Latest first, of somewhat more than a year."""
        with self._books.look() as uow:
            return [
                self._line(one, [proof.kind for proof in uow.chain.proofs(one.day)])
                for one in uow.chain.checkpoints(SHOWN)
            ]

    def file(self, name: str) -> bytes | None:
        """`DAY.checkpoint` is the signed text, `DAY.tst` the time-stamp over its signed lines; None where there is none."""
        found = _NAME.fullmatch(name)
        day = _day(found[1]) if found else None
        if found is None or day is None:
            return None
        with self._books.look() as uow:
            checkpoint = uow.chain.checkpoint(day)
            if checkpoint is None:
                return None
            if found[2] == CHECKPOINT:
                return checkpoint_file(checkpoint).encode()
            tokens = (one.data for one in uow.chain.proofs(day) if one.kind is ProofKind.TIMESTAMP)
            return next(tokens, None)

    @staticmethod
    def _line(checkpoint: Checkpoint, kinds: Sequence[ProofKind]) -> Published:
        return Published(checkpoint, ProofKind.TIMESTAMP in kinds, kinds.count(ProofKind.WITNESS))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
