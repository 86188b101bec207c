"""Chain, checkpoints, and letters as they were sent."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Protocol

from mailroom.domain.evidence import ChainHead, Checkpoint, CheckpointProof, Link, SentCopy
from mailroom.domain.register import RegisterNumber


class EvidenceKey(Protocol):
    """The key by which this installation stands for its checkpoints and journal pages. Lives in the keyring."""

    @property
    def public(self) -> bytes:
        """Ed25519, 32 bytes."""

    def sign(self, data: bytes) -> bytes:
        """Ed25519, 64 bytes."""

    def seal(self, digest: str) -> bytes:
        """HMAC-SHA-256 of a digest (hex) under the journal key: the same for the same message, and tells a stranger nothing."""


class ChainBook(Protocol):
    """The chain over the rows of one agency. Rows are linked by the unit of work itself, when it commits."""

    def head(self) -> ChainHead: ...

    def links(self, after: int = 0, until: int | None = None) -> Iterator[Link]:
        """In order, those with `after` < seq <= `until`, in bounded memory."""

    def of_rows(self, rows: Sequence[tuple[str, str]]) -> list[Link]:
        """The links of these rows (table and key), in order."""

    def records(self, links: Sequence[Link]) -> list[str]:
        """The records (`stages.chain`) of these links, made of the rows as they are now: SHA-256 of 0x00 and one is its leaf.

        Empty where the link is about more than the facts of one row, or the row is gone.
        """

    def seal_rows(self, at: datetime) -> int:
        """Write down what the rows that may change are at present, so that `verify` names a change without an event."""

    def add_checkpoint(self, checkpoint: Checkpoint) -> None:
        """Written once; one for each day. Raises StorageError when that day has one."""

    def checkpoint(self, day: date | None = None) -> Checkpoint | None:
        """Of that day; the latest without one."""

    def checkpoint_of(self, seq: int) -> Checkpoint | None:
        """The first one that covers a link."""

    def checkpoints(self, limit: int = 400) -> list[Checkpoint]:
        """Latest first."""

    def add_proof(self, proof: CheckpointProof) -> None: ...

    def proofs(self, day: date) -> list[CheckpointProof]: ...


class SentBook(Protocol):
    """Letters as they were handed over."""

    def add(self, copy: SentCopy) -> None: ...

    def of_item(self, item: str) -> list[SentCopy]:
        """In order of attempts."""


class CaseRows(Protocol):
    """Which rows of the books speak of one case."""

    def of_case(self, number: RegisterNumber) -> list[tuple[str, str]]:
        """Table and key of each, of tables that are chained."""
