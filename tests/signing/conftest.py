"""Fixtures of signing: one demonstration authority for all tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from signing.demo_authority import DemoAuthority
from signing.examiner import PdfExaminer
from tests.support.pdf_validators import trust_database
from tests.support.signed_samples import Office


@pytest.fixture(scope="session")
def office() -> Iterator[Office]:
    with DemoAuthority() as authority:
        yield Office(authority)


@pytest.fixture(scope="session")
def root_file(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("root") / "root.pem"
    file.write_bytes(office.authority.root.certificate.public_bytes(Encoding.PEM))
    return file


@pytest.fixture(scope="session")
def nss(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Path:
    authority = office.authority
    return trust_database(tmp_path_factory.mktemp("trust"), authority.root.certificate, authority.issuing.certificate)


@pytest.fixture(scope="session")
def examiner(office: Office) -> Iterator[PdfExaminer]:
    """Trusts the demonstration authority, fetches nothing."""
    examiner = PdfExaminer([office.authority.root.certificate])
    yield examiner
    examiner.close()
