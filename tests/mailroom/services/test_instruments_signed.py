"""An announcement signed by the demonstration authority, before validators that are not ours."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailroom.domain.instrument import InstrumentKind
from mailroom.domain.signature import SignatureLevel
from mailroom.testing import MemoryArchive, MemoryBooks
from signing.demo_authority import DemoAuthority
from tests.support.instruments import Chancery
from tests.support.pdf_validators import pdfsig, trust_database
from tests.support.signed_samples import Office


@pytest.fixture(scope="module")
def office() -> Iterator[Office]:
    with DemoAuthority() as authority:
        yield Office(authority)


@pytest.mark.parametrize("kind", list(InstrumentKind))
def test_what_the_head_signs_is_valid_and_whole(kind: InstrumentKind, office: Office, tmp_path: Path) -> None:
    """The signature holds, covers the file, and the file begins with what the head saw."""
    chancery = Chancery(MemoryBooks(), MemoryArchive(), signer=office.signer(), level=SignatureLevel.B_LT)
    chancery.clock.at = datetime.now(UTC)
    signed = chancery.signed(kind)
    content = chancery.bytes_of(signed.document)
    assert content.startswith(chancery.bytes_of(signed.rendition))
    file = tmp_path / "signed.pdf"
    file.write_bytes(content)
    authority = office.authority
    trust = trust_database(tmp_path, authority.root.certificate, authority.issuing.certificate)
    found = pdfsig(file, trust)
    assert (found.valid, found.trusted, found.whole) == ((True,), (True,), (True,))
