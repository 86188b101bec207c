"""Checkpoints of a chain for tests, signed with a key of their own."""

from datetime import date, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from mailroom.domain.evidence import Checkpoint
from mailroom.ports import Books
from mailroom.stages.checkpoint import checkpoint_text
from mailroom.stages.merkle import root
from tests.support.book_values import NOW

SIGNER = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
PUBLIC = SIGNER.public_key().public_bytes_raw()
FIRST_DAY = date(2026, 1, 5)


def checkpoint_now(books: Books, day: date, at: datetime = NOW, signer: Ed25519PrivateKey = SIGNER) -> Checkpoint:
    """The checkpoint of the chain as it stands; it is not entered."""
    with books.look() as uow:
        head = uow.chain.head()
        top = root(link.leaf for link in uow.chain.links())
    text = checkpoint_text(origin="agency", day=day, made=at, head=head, root=top)
    return Checkpoint(
        day=day,
        at=at,
        size=head.seq,
        root=top,
        head=head.value,
        text=text,
        signature=signer.sign(text.encode()),
        key=signer.public_key().public_bytes_raw(),
    )


def close_day(books: Books, number: int = 0) -> Checkpoint:
    """Seal what changed and enter the checkpoint of the so many-th day, as the program does each night."""
    seal(books)
    made = checkpoint_now(books, FIRST_DAY + timedelta(days=number))
    with books.begin() as uow:
        uow.chain.add_checkpoint(made)
        uow.commit()
    return made


def seal(books: Books) -> None:
    with books.begin() as uow:
        uow.chain.seal_rows(NOW)
        uow.commit()
