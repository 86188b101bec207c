"""Pieces of a record open in their own place alone, and with their own key alone."""

from collections.abc import Callable
from itertools import permutations

import pytest

from storage.record_form import SEALED, TornRecordError
from storage.sealing.checking import PieceOpener
from storage.sealing.records import RecordSeal, SegmentSeal
from tests.support.keyrings import key

PIECES = [b"first", b"other", b"third"]


def segment(number: int = 7, name: str = "") -> SegmentSeal:
    return SegmentSeal(number, key(1, name))


def sealed(record: RecordSeal) -> list[bytes]:
    return [record.seal(piece) for piece in PIECES[:2]] + [record.seal(PIECES[2], last=True)]


def opened(record: RecordSeal, pieces: list[bytes]) -> list[bytes]:
    return [record.open(piece) for piece in pieces[:-1]] + [record.open(pieces[-1], last=True)]


def test_in_their_order_they_open() -> None:
    """With the salt that stands in the record."""
    record = segment().new(SEALED)
    assert opened(segment().record(SEALED, record.salt), sealed(record)) == PIECES


def test_in_any_other_order_they_do_not() -> None:
    """Changed places, one left out, one twice, the last one not last."""
    record = segment().new(SEALED)
    pieces = sealed(record)
    others = [list(one) for one in permutations(pieces) if list(one) != pieces]
    for wrong in (*others, pieces[:2], pieces[1:], [pieces[0], *pieces], pieces + pieces[-1:]):
        with pytest.raises(TornRecordError):
            opened(segment().record(SEALED, record.salt), wrong)


@pytest.mark.parametrize(
    "other",
    [
        lambda salt: segment(8).record(SEALED, salt),
        lambda salt: segment(name="another").record(SEALED, salt),
        lambda salt: segment().record(SEALED + 1, salt),
        lambda salt: segment().record(SEALED, salt[:-1] + bytes([salt[-1] ^ 1])),
        lambda _salt: segment().new(SEALED),
    ],
    ids=["segment", "key", "form", "salt", "record"],
)
def test_elsewhere_they_do_not(other: Callable[[bytes], RecordSeal]) -> None:
    """In another segment, record or form, or with another key."""
    record = segment().new(SEALED)
    with pytest.raises(TornRecordError):
        opened(other(record.salt), sealed(record))


def test_the_checker_opens_them_in_its_own_way() -> None:
    """It was written from the description; both mean the same by it."""
    record = segment().new(SEALED)
    pieces, checker = sealed(record), PieceOpener(key(1), 7, SEALED, record.salt)
    assert [checker.open(piece, piece is pieces[-1]) for piece in pieces] == PIECES
