"""Checkpoints as files in the data folder: to be copied to a disk or a paper by whoever wants to hold one."""

import os
from pathlib import Path

from mailroom.domain.agency import BUDDHIST_ERA
from mailroom.domain.errors import StorageError
from mailroom.domain.evidence import ProofKind
from mailroom.ports import Books
from mailroom.stages.checkpoint import checkpoint_file

CHECKPOINT, TOKEN = "checkpoint", "tst"
"""Endings: signed text, and the token over its signed lines (DER)."""


def write_checkpoints(books: Books, folder: Path, limit: int = 60) -> int:
    """Write `YEAR/DAY.checkpoint` and `.tst` of the latest checkpoints where they are missing; how many were written.

    Raises StorageError.
    """
    wanted: dict[Path, bytes] = {}
    with books.look() as uow:
        for one in uow.chain.checkpoints(limit):
            path = folder / str(one.day.year + BUDDHIST_ERA) / f"{one.day}.{CHECKPOINT}"
            wanted[path] = checkpoint_file(one).encode()
            tokens = [proof.data for proof in uow.chain.proofs(one.day) if proof.kind is ProofKind.TIMESTAMP]
            if tokens:
                wanted[path.with_suffix(f".{TOKEN}")] = tokens[0]
    missing = {path: content for path, content in wanted.items() if not path.exists()}
    try:
        for path, content in missing.items():
            _write(path, content)
    except OSError as error:
        raise StorageError(f"{folder}: checkpoints cannot be written ({error}); check the disk") from error
    return len(missing)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
