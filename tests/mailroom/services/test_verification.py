"""What a PDF is worth: the books first, then the signatures, one plain answer."""

import hashlib
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from mailroom.domain.document import DocumentKind
from mailroom.domain.instrument import InstrumentState
from mailroom.domain.licence import Act, LicenceStatus
from mailroom.domain.signature import DocumentVerdict, Soundness
from mailroom.services.verification import Answer
from storage.unit_of_work import SqlBooks
from tests.support.public_pages import (
    ENGLISH,
    NOON,
    TEXTS,
    PublicHall,
    add_instrument,
    add_licence,
    add_paper,
    change,
    paper,
    verdict,
)


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[PublicHall]:
    with closing(SqlBooks(f"sqlite:///{tmp_path / 'mailroom.db'}", "klong")) as books:
        yield PublicHall(books, tmp_path)


def test_the_paper_in_force_is_genuine_and_current(hall: PublicHall) -> None:
    """Which licence, which version, its status today, and who signed."""
    add_licence(hall.books, 7)
    found = hall.verifier.verify(paper(7))
    assert found.answer is Answer.CURRENT
    assert found.digest == hashlib.sha256(paper(7)).hexdigest()
    assert found.licence is not None
    assert found.step is not None
    assert (found.licence.number, found.step.act, found.step.version) == ("7/2569", Act.ISSUE, 1)
    assert (found.doubt, found.demo, found.checked_at) == (False, False, NOON)


@pytest.mark.parametrize("status", [LicenceStatus.SUSPENDED, LicenceStatus.REVOKED, LicenceStatus.CEASED])
def test_a_genuine_paper_may_be_worth_nothing_today(hall: PublicHall, status: LicenceStatus) -> None:
    """Its signature stays valid; the books tell that the licence does not."""
    licence = add_licence(hall.books, 7)
    change(hall.books, licence, Act.REVOKE, status=status)
    found = hall.verifier.verify(paper(7))
    assert found.answer is Answer.NOT_IN_FORCE
    assert found.licence is not None
    assert found.licence.status is status


def test_a_lapsed_licence_is_not_in_force(hall: PublicHall) -> None:
    """Without anybody having noted it."""
    add_licence(hall.books, 7, expires_on=date(2026, 11, 21))
    assert hall.verifier.verify(paper(7)).answer is Answer.NOT_IN_FORCE


def test_an_earlier_version_is_superseded(hall: PublicHall) -> None:
    """Both papers are genuine; only the later one is current."""
    licence = add_licence(hall.books, 7)
    digest = hashlib.sha256(paper(8)).hexdigest()
    change(hall.books, licence, Act.AMEND, version=2, document=digest, status=LicenceStatus.AMENDED)
    assert hall.verifier.verify(paper(7)).answer is Answer.SUPERSEDED
    found = hall.verifier.verify(paper(8))
    assert found.answer is Answer.CURRENT
    assert found.step is not None
    assert found.step.version == 2


@pytest.mark.parametrize("soundness", [Soundness.REVOKED, Soundness.EXPIRED, Soundness.UNDECIDED])
def test_what_the_books_know_is_genuine_whatever_became_of_the_certificate(
    hall: PublicHall, soundness: Soundness
) -> None:
    """The digest proves it; that the signature alone no longer would is said beside it."""
    add_licence(hall.books, 7)
    hall.examiner.verdicts[paper(7)] = verdict(soundness)
    found = hall.verifier.verify(paper(7))
    assert (found.answer, found.doubt) == (Answer.CURRENT, True)


@pytest.mark.parametrize(
    ("soundness", "facts", "answer"),
    [
        (Soundness.SOUND, {}, Answer.UNKNOWN_HERE),
        (Soundness.SOUND, {"serial": "ff"}, Answer.UNKNOWN_HERE),
        (Soundness.SOUND, {"serial": "ff", "organisation": "เทศบาลอื่น"}, Answer.OTHER_SIGNER),
        (Soundness.ALTERED, {}, Answer.ALTERED),
        (Soundness.UNTRUSTED, {}, Answer.UNTRUSTED),
        (Soundness.REVOKED, {}, Answer.UNTRUSTED),
        (Soundness.EXPIRED, {}, Answer.UNTRUSTED),
        (Soundness.UNDECIDED, {}, Answer.UNTRUSTED),
    ],
)
def test_a_file_that_the_books_do_not_know_is_judged_by_its_signature(
    hall: PublicHall, soundness: Soundness, facts: dict[str, Any], answer: Answer
) -> None:
    """By us but unknown, by others, altered, or of a signer who cannot be established: never genuine."""
    add_licence(hall.books, 7)
    hall.examiner.verdicts[b"other"] = verdict(soundness, **facts)
    found = hall.verifier.verify(b"other")
    assert (found.answer, found.answer.genuine, found.licence) == (answer, False, None)


@pytest.mark.parametrize("soundness", [Soundness.UNSIGNED, Soundness.UNREADABLE])
def test_without_signature_there_is_nothing_to_trust(hall: PublicHall, soundness: Soundness) -> None:
    """The unsigned rendition of a paper of ours is no paper either."""
    hall.examiner.verdicts[b"rendition"] = DocumentVerdict(soundness)
    add_paper(hall.books, b"rendition", DocumentKind.RENDITION)
    assert hall.verifier.verify(b"rendition").answer == soundness.value


def test_a_second_signer_makes_it_not_ours(hall: PublicHall) -> None:
    """All signatures of a document that claims to be ours are ours."""
    ours, other = verdict().signatures[0], verdict(serial="1", organisation="ผู้อื่น").signatures[0]
    hall.examiner.verdicts[b"two"] = verdict(signatures=(ours, other))
    assert hall.verifier.verify(b"two").answer is Answer.OTHER_SIGNER


def test_the_heads_instruments_are_known(hall: PublicHall) -> None:
    """The one in force is current, the one that it replaced is not, and one that was never published is unknown."""
    old = add_instrument(hall.books, b"old", state=InstrumentState.WITHDRAWN)
    add_instrument(hall.books, b"new", number="2/2569", code="1NSTR0000002")
    add_instrument(
        hall.books, b"signed", state=InstrumentState.SIGNED, code="1NSTR0000003", published_at=None, effective_on=None
    )
    found = hall.verifier.verify(b"old")
    assert found.answer is Answer.INSTRUMENT_PAST
    assert found.instrument is not None
    assert found.instrument.id == old.id
    assert hall.verifier.verify(b"new").answer is Answer.INSTRUMENT_CURRENT
    assert hall.verifier.verify(b"signed").answer is Answer.UNKNOWN_HERE


@pytest.mark.parametrize("kind", [DocumentKind.RECEIPT, DocumentKind.LETTER])
def test_receipts_and_letters_are_ours(hall: PublicHall, kind: DocumentKind) -> None:
    add_paper(hall.books, b"receipt", kind)
    assert hall.verifier.verify(b"receipt").answer is Answer.PAPER


def test_a_demonstration_is_marked(hall: PublicHall) -> None:
    """Whatever the answer, a certificate of the demonstration authority is named as such."""
    add_licence(hall.books, 7)
    hall.examiner.verdicts[paper(7)] = verdict(demo=True)
    assert hall.verifier.verify(paper(7)).demo


def test_every_answer_has_its_sentence() -> None:
    """In Thai and in English; every finding about a signature in Thai."""
    assert set(TEXTS.tables["public_answers"]) == set(ENGLISH.tables["public_answers"]) == set(Answer)
    assert set(TEXTS.tables["soundness"]) == set(Soundness)
    assert set(TEXTS.tables["public_statuses"]) == set(ENGLISH.tables["public_statuses"]) == set(LicenceStatus)
    assert set(TEXTS.tables["public_acts"]) == set(Act)
