"""What proves that books and archive are as they were: a chain over every row that counts, and a daily checkpoint."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class ChainHead:
    """Where the chain stands. Of an empty chain `seq` is 0 and `value` 32 zero bytes."""

    seq: int
    value: bytes


@dataclass(frozen=True, slots=True)
class Link:
    """One row of the books in the chain, as `stages.chain` makes it.

    leaf = SHA-256(0x00, JSON of table, key and facts); value = SHA-256(0x02, value before, seq, at, leaf, table and key).
    """

    seq: int
    at: datetime
    table: str
    key: str
    leaf: bytes
    value: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The state of the chain at the end of a day: the Merkle tree (RFC 6962) over all leaves so far, signed."""

    day: date
    """The Thai day that it closes."""
    at: datetime
    size: int
    """How many leaves; the seq of the last one."""
    root: bytes
    head: bytes
    """Value of the link `size`."""
    text: str
    """What is signed: lines of origin, day, size, root and head."""
    signature: bytes
    """Ed25519 over the UTF-8 of `text`."""
    key: bytes
    """The public key (32 bytes) that checks it."""


class EvidenceFamily(StrEnum):
    """What a line of the event log is in the language of registered electronic delivery.

    In the style of EN 319 522; the channels themselves, mail and chat, are not qualified ones.
    """

    SUBMISSION_ACCEPTED = "submission-accepted"
    """What somebody sent is in our custody."""
    SUBMISSION_REFUSED = "submission-refused"
    """It is in custody, and what it asks for was not taken on: another agency or channel is named."""
    RELAY_ACCEPTED = "relay-accepted"
    """The recipient's side took our letter."""
    RELAY_REFUSED = "relay-refused"
    """It refused our letter for good."""
    RELAY_FAILED = "relay-failed"
    """It could not take it now; the letter goes again."""
    RELAY_UNKNOWN = "relay-unknown"
    """Nobody knows whether it took it: the answer was lost, or another system is still trying."""
    NOTIFIED = "notified"
    """The recipient was told where a document waits."""
    HANDED_OVER = "handed-over"
    """Whoever held the one-time link took the document, or an officer opened what was sent to us."""
    NON_DELIVERY = "non-delivery"
    """A report says that it never reached the recipient."""


class ProofKind(StrEnum):
    TIMESTAMP = "timestamp"
    """An RFC 3161 token (DER) over SHA-256 of the checkpoint's text."""
    WITNESS = "witness"
    """Handed over to a witness; the data are its address and the server's reply."""
    PUBLISHED = "published"


@dataclass(frozen=True, slots=True)
class CheckpointProof:
    """What others know of a checkpoint."""

    day: date
    kind: ProofKind
    at: datetime
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SentCopy:
    """One attempt at a letter, exactly as it was handed to the other side (G18)."""

    item: str
    """Id of the outbox item."""
    attempt: int
    at: datetime
    digest: str
    size: int
    segment: str
    offset: int
    stored_length: int
    reply: str
    """What the other side answered; what went wrong where it did not take it."""
    accepted: bool
