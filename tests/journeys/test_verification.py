"""From a signature to the answer that an inspector reads: real signer, real examiner, real database."""

import hashlib
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailroom.domain.licence import Act, LicenceStatus
from mailroom.services.verification import Answer, Verifier
from mailroom.testing import FakeClock
from signing.demo_authority import DemoAuthority
from signing.examiner import PdfExaminer
from storage.unit_of_work import SqlBooks
from tests.support.public_pages import PublicHall, add_licence, change
from tests.support.signed_samples import Office, document


@pytest.fixture(scope="module")
def office() -> Iterator[Office]:
    with DemoAuthority() as authority:
        yield Office(authority)


@pytest.fixture(scope="module")
def examiner(office: Office) -> Iterator[PdfExaminer]:
    with closing(PdfExaminer([office.authority.root.certificate])) as examiner:
        yield examiner


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[PublicHall]:
    with closing(SqlBooks(f"sqlite:///{tmp_path / 'mailroom.db'}", "klong")) as books:
        yield PublicHall(books, tmp_path)


def test_every_kind_of_file_gets_its_answer(hall: PublicHall, office: Office, examiner: PdfExaminer) -> None:
    """Issued and current, suspended, superseded, ours but unknown, altered, unsigned, unreadable, signed by others."""
    first, second = (office.signed(pdf=document((text,))) for text in ("ฉบับที่ ๑", "ฉบับที่ ๒"))
    verifier = Verifier(
        hall.publication,
        examiner=examiner,
        clock=FakeClock(datetime.now(UTC)),
        certificate=office.signer().certificate,
    )
    licence = add_licence(hall.books, 1, document=hashlib.sha256(first).hexdigest())
    found = verifier.verify(first)
    assert (found.answer, found.demo, found.doubt) == (Answer.CURRENT, True, False)
    assert found.verdict.signatures[0].stamped_at is not None
    suspended = change(hall.books, licence, Act.SUSPEND, status=LicenceStatus.SUSPENDED)
    assert verifier.verify(first).answer is Answer.NOT_IN_FORCE
    digest = hashlib.sha256(second).hexdigest()
    assert verifier.verify(second).answer is Answer.UNKNOWN_HERE
    change(hall.books, suspended, Act.AMEND, status=LicenceStatus.AMENDED, version=2, document=digest)
    assert verifier.verify(first).answer is Answer.SUPERSEDED
    assert verifier.verify(second).answer is Answer.CURRENT
    at = second.index(b"stream") + 40
    assert verifier.verify(second[:at] + bytes([second[at] ^ 1]) + second[at + 1 :]).answer is Answer.ALTERED
    assert verifier.verify(document()).answer is Answer.UNSIGNED
    assert verifier.verify(b"GIF89a").answer is Answer.UNREADABLE
    stranger = Verifier(hall.publication, examiner=examiner, clock=FakeClock(datetime.now(UTC)))
    assert stranger.verify(office.signed(pdf=document(("อื่น",)))).answer is Answer.OTHER_SIGNER
