"""Signing: every level holds before validators that are not ours, and a key that must not sign does not."""

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pikepdf
import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from mailroom.domain.errors import SigningRefusedError, TemporarySigningError
from mailroom.domain.signature import Seal, SignatureLevel
from signing.demo_authority import DemoAuthority, Wanted
from signing.keys import HeldKey
from signing.signer import PadesSigner
from signing.trust import TrustStore
from tests.support.pdf_validators import openssl_accepts_cades, pdfsig, pyhanko, qpdf_accepts
from tests.support.signed_samples import NAME, SEAL, Office, document, spec, written
from tests.support.verapdf import broken_rules

LEVELS = tuple(SignatureLevel)
KEYS = ("rsa-2048", "rsa-3072", "p-256", "p-384")


def now() -> datetime:
    return datetime.now(UTC)


@pytest.mark.parametrize("level", LEVELS)
def test_every_level_holds_before_every_validator(
    level: SignatureLevel, office: Office, nss: Path, root_file: Path, tmp_path: Path
) -> None:
    signed = office.signed(level)
    file = written(tmp_path, "signed.pdf", signed)
    assert qpdf_accepts(file)
    found = pdfsig(file, nss)
    assert (found.valid[0], found.trusted[0], found.names[0]) == (True, True, office.authority.signer_name)
    assert found.whole[-1]
    assert len(found.whole) == (2 if level is SignatureLevel.B_LTA else 1)
    accepted, words = pyhanko(file, root_file)
    assert accepted, words
    assert openssl_accepts_cades(signed, tmp_path, root_file)


@pytest.mark.parametrize("kind", KEYS)
def test_every_kind_of_key_signs(kind: str, office: Office, nss: Path, root_file: Path, tmp_path: Path) -> None:
    key = office.authority.issue(Wanted(name="ผู้ลงนาม", key=kind))
    file = written(tmp_path, "signed.pdf", office.signer(key).sign(document(), spec("B-LT"), at=now()))
    found = pdfsig(file, nss)
    assert (found.valid, found.trusted, found.whole) == ((True,), (True,), (True,))
    assert pyhanko(file, root_file)[0]


def test_signed_documents_of_every_level_are_still_pdf_a_3a_and_pdf_ua_1(office: Office, tmp_path: Path) -> None:
    files = [written(tmp_path, "unsigned.pdf", document())]
    for level in LEVELS:
        for seal in (None, SEAL):
            files.append(written(tmp_path, f"{level}-{seal is None}.pdf", office.signed(level, seal=seal)))
    assert not any(broken_rules(files, tmp_path).values())


@pytest.mark.parametrize("ending", [b"\n", b""])
def test_signed_document_begins_with_the_document_and_names_the_time(ending: bytes, office: Office) -> None:
    pdf, at = document().rstrip(b"\n") + ending, datetime(2026, 11, 22, 2, 3, 4, tzinfo=UTC)
    at = max(at, office.authority.signer.certificate.not_valid_before_utc)
    signed = office.signer().sign(pdf, spec("B-T"), at=at)
    assert signed.startswith(pdf)
    with pikepdf.open(io.BytesIO(signed)) as opened:
        value = opened.Root.AcroForm.Fields[0].V
        assert str(value.M) == at.strftime("D:%Y%m%d%H%M%SZ")
        assert (str(value.Name), str(value.Reason)) == (NAME, "อนุมัติออกใบอนุญาต")
        assert value.Reference[0].TransformParams.P == 1
        assert opened.Root.Perms.DocMDP.objgen == value.objgen


def test_seal_can_be_clicked_where_it_stands_and_draws_nothing(office: Office) -> None:
    with pikepdf.open(io.BytesIO(office.signed("B-B", seal=Seal(1, 10.5, 20, 100, 50)))) as opened:
        (widget,) = opened.pages[0].Annots
        assert [float(corner) for corner in widget.Rect] == [10.5, 20, 110.5, 70]
        assert bytes(widget.AP.N.read_bytes()).strip() == b""


def test_seal_on_a_page_that_is_not_there_is_refused(office: Office) -> None:
    with pytest.raises(SigningRefusedError, match="page 2"):
        office.signed("B-B", seal=Seal(2, 0, 0, 1, 1))


@pytest.mark.parametrize("mode", [pikepdf.ObjectStreamMode.generate, pikepdf.ObjectStreamMode.disable])
def test_documents_with_either_kind_of_cross_reference_are_signed(
    mode: pikepdf.ObjectStreamMode, office: Office, nss: Path, root_file: Path, tmp_path: Path
) -> None:
    made = io.BytesIO()
    with pikepdf.open(io.BytesIO(document())) as opened:
        opened.save(made, object_stream_mode=mode)
    file = written(tmp_path, "signed.pdf", office.signed("B-LTA", pdf=made.getvalue()))
    assert pdfsig(file, nss).valid[0]
    assert pyhanko(file, root_file)[0]
    assert qpdf_accepts(file)


def test_what_cannot_be_certified_is_refused_with_the_remedy(office: Office) -> None:
    locked = io.BytesIO()
    with pikepdf.open(io.BytesIO(document())) as opened:
        opened.save(locked, encryption=pikepdf.Encryption(owner="x", user=""))
    for pdf, words in (
        (office.signed("B-B"), "signed already"),
        (locked.getvalue(), "encrypted"),
        (b"%PDF-1.7\n", "damaged"),
        (document()[:-400], "damaged"),
    ):
        with pytest.raises(SigningRefusedError, match=words):
            office.signed("B-B", pdf=pdf)


REFUSED: dict[str, tuple[Callable[[datetime], Wanted], str]] = {
    "expired": (
        lambda at: Wanted(name="x", not_before=at - timedelta(days=9), not_after=at - timedelta(days=1)),
        "expired on .*; put the new one in place",
    ),
    "not yet valid": (lambda at: Wanted(name="x", not_before=at + timedelta(days=1)), "valid only from"),
    "key usage": (lambda at: Wanted(name="x", may_sign=False), "neither digital signature"),
    "extended key usage": (
        lambda at: Wanted(name="x", purposes=(ExtendedKeyUsageOID.SERVER_AUTH,)),
        "must not sign documents",
    ),
    "authority": (lambda at: Wanted(name="x", authority=True), "of an authority"),
    "nowhere to ask": (lambda at: Wanted(name="x", without_places=True), "names no place"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_certificate_that_must_not_sign_is_refused_before_anything_is_signed(case: str, office: Office) -> None:
    make, words = REFUSED[case]
    signer = office.signer(office.authority.issue(make(now())))
    for attempt in (lambda: signer.check(now()), lambda: signer.sign(document(), spec(), at=now())):
        with pytest.raises(SigningRefusedError, match=words):
            attempt()


def test_revoked_certificate_is_refused(office: Office) -> None:
    key = office.authority.issue(Wanted(name="ผู้ถูกเพิกถอน"))
    office.authority.revoke(key.certificate)
    with pytest.raises(SigningRefusedError, match=r"revoked.*get a new one"):
        office.signer(key).check(now())


def test_revocation_is_noticed_within_the_hour_although_answers_are_kept(office: Office) -> None:
    moment = [now()]
    key = office.authority.issue(Wanted(name="เพิกถอนภายหลัง"))
    trust = TrustStore([office.authority.root.certificate], now=lambda: moment[0])
    signer = PadesSigner(key, trust)
    signer.check(now())
    office.authority.revoke(key.certificate)
    signer.check(now())
    moment[0] += timedelta(minutes=61)
    with pytest.raises(SigningRefusedError, match="revoked"):
        signer.check(now())


def test_certificate_below_a_root_that_is_not_trusted_is_refused(office: Office) -> None:
    with DemoAuthority() as other, pytest.raises(SigningRefusedError, match="leads to no trusted root; add the root"):
        office.signer(other.signer).check(now())


def test_time_of_signing_outside_of_the_certificate_is_refused(office: Office) -> None:
    with pytest.raises(SigningRefusedError, match="expired"):
        office.signer().sign(document(), spec(), at=now() + timedelta(days=4000))


def test_authority_that_does_not_tell_of_revocation_is_asked_again_later() -> None:
    with DemoAuthority() as authority:
        office = Office(authority)
        for place in ("/ocsp/issuing", "/crl/issuing"):
            authority.server.answers[place] = lambda _: None
        with pytest.raises(TemporarySigningError, match="cannot be learnt"):
            office.signer().check(now())
        authority.services.add_authority("issuing", authority.issuing, authority.issuing)
        office.signer().check(now())


def test_list_of_revocations_serves_where_ocsp_fails() -> None:
    with DemoAuthority() as authority:
        authority.server.answers["/ocsp/issuing"] = lambda _: b"nonsense"
        office = Office(authority)
        office.signer().check(now())
        authority.revoke(authority.signer.certificate)
        with pytest.raises(SigningRefusedError, match="revoked"):
            office.signer().check(now())


def test_key_that_does_not_belong_to_its_certificate_is_noticed(office: Office) -> None:
    other = office.authority.issue(Wanted(name="x", key="rsa-2048"))
    key = HeldKey(other.private, office.authority.signer.certificate, office.authority.signer.chain)
    with pytest.raises(SigningRefusedError, match="does not belong to the certificate"):
        office.signer(key).sign(document(), spec(), at=now())


def test_signer_is_shared_between_threads(office: Office, root_file: Path, tmp_path: Path) -> None:
    signer = office.signer()
    with ThreadPoolExecutor(8) as pool:
        signed = list(pool.map(lambda _: signer.sign(document(), spec("B-LT"), at=now()), range(16)))
    assert len(set(signed)) == len(signed)
    assert pyhanko(written(tmp_path, "last.pdf", signed[-1]), root_file)[0]


def test_certificate_of_the_demonstration_says_so(office: Office) -> None:
    known = office.signer().certificate
    assert known.demo
    assert "DEMO" in known.subject
    assert known.key == "RSA-3072"
    assert office.authority.root.certificate.public_bytes(Encoding.DER).count(b"DEMO")
