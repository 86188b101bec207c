"""The daily checkpoint: made once for each day, stamped and witnessed when others answer, and late when it is late."""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from mailroom.domain.decision import Letter
from mailroom.domain.errors import TemporarySigningError
from mailroom.domain.evidence import CheckpointProof, ProofKind
from mailroom.services.evidence.alarms import evidence_codes
from mailroom.services.evidence.checkpoint import closed_day
from mailroom.services.evidence.files import write_checkpoints
from mailroom.services.evidence.proofs import Proofs
from mailroom.stages.checkpoint import checkpoint_file, read_checkpoint
from mailroom.stages.merkle import root
from tests.support.evidence import WITNESS, EvidenceHouse
from tests.support.workshop import REQUEST


@pytest.fixture
def house(tmp_path: Path) -> Iterator[EvidenceHouse]:
    made = EvidenceHouse(tmp_path)
    yield made
    made.close()


def proofs(house: EvidenceHouse, day: date) -> list[CheckpointProof]:
    with house.books.look() as uow:
        return uow.chain.proofs(day)


def codes(house: EvidenceHouse, *, signs: bool = True, stamps: bool = True) -> list[str]:
    return evidence_codes(house.books, house.clock, signs=signs, stamps=stamps)


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (datetime(2026, 11, 28, 17, 9, 59, tzinfo=UTC), date(2026, 11, 27)),
        (datetime(2026, 11, 28, 17, 10, tzinfo=UTC), date(2026, 11, 28)),
        (datetime(2026, 12, 31, 17, 10, tzinfo=UTC), date(2026, 12, 31)),
    ],
)
def test_a_day_is_closed_ten_minutes_after_its_midnight_in_thailand(now: datetime, day: date) -> None:
    """Wherever the host is."""
    assert closed_day(now) == day


def test_a_checkpoint_covers_every_row_and_is_signed(house: EvidenceHouse) -> None:
    """Its root is that of all leaves so far; anybody with the public key can check it."""
    house.receive(REQUEST)
    made = house.close_day()
    with house.books.look() as uow:
        leaves = [link.leaf for link in uow.chain.links(until=made.size)]
        assert uow.chain.checkpoint(made.day) == made
    assert (len(leaves), root(leaves)) == (made.size, made.root)
    Ed25519PublicKey.from_public_bytes(house.key.public).verify(made.signature, made.text.encode())
    assert read_checkpoint(checkpoint_file(made)) == made


def test_a_day_has_one_checkpoint(house: EvidenceHouse) -> None:
    """However often the program looks, and also when its clock goes back."""
    house.receive(REQUEST)
    house.close_day()
    assert house.checkpoints.close_day() is None
    house.clock.advance(hours=-20)
    assert house.checkpoints.close_day() is None
    house.clock.advance(hours=44)
    assert house.checkpoints.close_day() is not None


def test_an_empty_house_has_nothing_to_prove(house: EvidenceHouse) -> None:
    """No checkpoint, and no alarm about it."""
    assert house.checkpoints.close_day() is None
    assert codes(house) == []


def test_days_without_the_program_are_covered_by_the_next(house: EvidenceHouse) -> None:
    """One checkpoint for the last closed day, not one for each that is missing."""
    house.receive(REQUEST)
    house.clock.advance(days=5)
    made = house.close_day()
    with house.books.look() as uow:
        assert uow.chain.checkpoints() == [made]


async def test_each_witness_gets_a_letter_and_its_answer_is_noted(house: EvidenceHouse) -> None:
    """The letter holds the checkpoint whole; what the witness's server said becomes a proof, once."""
    house.receive(REQUEST)
    made = house.close_day()
    collecting = Proofs(books=house.books, clock=house.clock, witnesses=(WITNESS,))
    assert collecting.collect() == 0
    await house.dispatcher.run()
    [letter] = [one for one in house.postman.sent if one.letter is Letter.CHECKPOINT]
    assert letter.to == WITNESS
    assert read_checkpoint(letter.text) == made
    assert (collecting.collect(), collecting.collect()) == (1, 0)
    [proof] = proofs(house, made.day)
    assert proof.kind is ProofKind.WITNESS
    assert json.loads(proof.data) == {"to": WITNESS, "letter": letter.id, "reply": "250 accepted"}


def test_stamps_are_asked_for_until_an_authority_answers(house: EvidenceHouse) -> None:
    """Over the digest of the signed text; the oldest day first; a day that has one is not asked for again."""
    house.receive(REQUEST)
    first = house.close_day()
    asked: list[bytes] = []

    def stamp(digest: bytes) -> bytes:
        asked.append(digest)
        if len(asked) == 1:
            raise TemporarySigningError("nobody answers")
        return b"token over " + digest

    collecting = Proofs(books=house.books, clock=house.clock, stamp=stamp)
    assert collecting.collect() == 0
    house.clock.advance(days=1)
    second = house.close_day()
    assert collecting.collect() == 2
    assert collecting.collect() == 0
    digests = [hashlib.sha256(one.text.encode()).digest() for one in (first, second)]
    assert asked == [digests[0], *digests]
    assert [one.data for one in proofs(house, second.day)] == [b"token over " + digests[1]]


def test_what_is_late_is_an_alarm(house: EvidenceHouse) -> None:
    """A day and two hours after the first row, or the last checkpoint; and as long without a time-stamp."""
    house.receive(REQUEST)
    house.clock.at = datetime.now(UTC) + timedelta(hours=25)  # Links are dated by the machine's own clock.
    assert codes(house) == []
    house.clock.advance(hours=2)
    assert codes(house) == ["checkpoint-late"]
    assert codes(house, signs=False) == []
    house.close_day()
    house.clock.advance(hours=25)
    assert codes(house) == []
    house.clock.advance(hours=2)
    assert codes(house) == ["checkpoint-late", "checkpoint-unstamped"]
    assert codes(house, stamps=False) == ["checkpoint-late"]


def test_checkpoints_lie_in_the_data_folder_as_files(house: EvidenceHouse, tmp_path: Path) -> None:
    """By the พ.ศ. year, the token beside each; written once."""
    house.receive(REQUEST)
    made = house.close_day()
    folder = tmp_path / "evidence"
    assert write_checkpoints(house.books, folder) == 1
    Proofs(books=house.books, clock=house.clock, stamp=lambda _: b"token").collect()
    assert (write_checkpoints(house.books, folder), write_checkpoints(house.books, folder)) == (1, 0)
    file = folder / "2569" / f"{made.day}.checkpoint"
    assert read_checkpoint(file.read_text()) == made
    assert file.with_suffix(".tst").read_bytes() == b"token"
