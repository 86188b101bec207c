"""Time-stamps: the next authority stands in for one that fails, and a wrong token is never taken."""

import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from asn1crypto import tsp
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID

from mailroom.domain.errors import SigningRefusedError, TemporarySigningError
from signing.demo_authority import DemoAuthority, Wanted
from signing.time_stamps import TimeStampAuthorities, ask
from tests.support.pdf_validators import pyhanko, run
from tests.support.signed_samples import Office, document, spec, written

DIGEST = sha256(b"document").digest()


@pytest.fixture
def own() -> Iterator[Office]:
    """An authority whose answers a test may spoil."""
    with DemoAuthority() as authority:
        yield Office(authority)


def test_second_authority_stands_in_for_a_dead_one_which_rests_for_some_minutes(own: Office) -> None:
    clock, asked = [0.0], list[str]()
    answers, good = own.authority.server.answers, own.authority.server.answers["/tsa"]

    def answer(name: str, works: bool) -> None:
        def record(body: bytes) -> bytes | None:
            asked.append(name)
            return good(body) if works else None

        answers[f"/{name}"] = record

    answer("first", works=False)
    answer("second", works=True)
    urls = [f"{own.authority.url}/{name}" for name in ("first", "second")]
    authorities = TimeStampAuthorities(urls, lambda _: None, lambda: clock[0])
    authorities.stamp(DIGEST)
    authorities.stamp(DIGEST)
    assert asked == ["first", "second", "second"]
    answer("first", works=True)
    clock[0] += 301
    authorities.stamp(DIGEST)
    assert asked[3:] == ["first"]


def test_authorities_that_all_fail_are_named(own: Office) -> None:
    for path in ("one", "two"):
        own.authority.server.answers[f"/{path}"] = lambda _: None
    signer = own.signer(urls=[f"{own.authority.url}/{path}" for path in ("one", "two")])
    with pytest.raises(TemporarySigningError, match=r"/one: answers 503.*/two: answers 503"):
        signer.sign(document(), spec("B-T"), at=datetime.now(UTC))


def test_switch_of_authorities_while_signing_leaves_a_complete_document(
    own: Office, root_file: Path, tmp_path: Path
) -> None:
    """The validation data stand in the document before its time-stamp is asked for: it is laid out anew."""
    authority = own.authority
    second = authority.add_time_stamps("second")
    answers, good = authority.server.answers, authority.server.answers["/tsa"]
    given = iter([good])
    answers["/tsa"] = lambda body: next(given, lambda _: None)(body)
    signer = own.signer(urls=[authority.time_stamps, second])
    signed = signer.sign(document(), spec("B-LT"), at=datetime.now(UTC))
    root = written(tmp_path, "root.pem", authority.root.certificate.public_bytes(Encoding.PEM))
    assert pyhanko(written(tmp_path, "switched.pdf", signed), root)[0]


def test_authority_that_is_not_trusted_is_passed_over(own: Office) -> None:
    with DemoAuthority() as stranger:
        signer = own.signer(urls=[stranger.time_stamps, own.authority.time_stamps])
        signer.sign(document(), spec("B-LT"), at=datetime.now(UTC))
        alone = own.signer(urls=[stranger.time_stamps])
        with pytest.raises(SigningRefusedError, match="leads to no trusted root"):
            alone.sign(document(), spec("B-T"), at=datetime.now(UTC))


def test_certificate_without_the_right_to_stamp_is_refused(own: Office) -> None:
    wrong = own.authority.issue(Wanted(name="DEMO wrong", purposes=(ExtendedKeyUsageOID.EMAIL_PROTECTION,)))
    own.authority.services.add_time_stamps("wrong", wrong)
    signer = own.signer(urls=[f"{own.authority.url}/wrong"])
    with pytest.raises(SigningRefusedError, match="must not give time-stamps"):
        signer.sign(document(), spec("B-T"), at=datetime.now(UTC))


def test_revoked_time_stamp_authority_is_refused(own: Office) -> None:
    token = ask(own.authority.time_stamps, DIGEST)
    own.authority.revoke(token.certificate)
    with pytest.raises(SigningRefusedError, match="revoked"):
        own.signer().sign(document(), spec("B-T"), at=datetime.now(UTC))


def test_token_that_is_not_an_answer_to_our_question_is_refused(own: Office) -> None:
    answers, good = own.authority.server.answers, own.authority.server.answers["/tsa"]

    def other_nonce(body: bytes) -> bytes | None:
        query = tsp.TimeStampReq.load(body).copy()
        query["nonce"] = query["nonce"].native + 1
        return good(query.dump())

    def other_document(body: bytes) -> bytes | None:
        query = tsp.TimeStampReq.load(body).copy()
        query["message_imprint"]["hashed_message"] = b"\1" * 32
        return good(query.dump(force=True))

    def broken(body: bytes) -> bytes | None:
        answer = good(body)
        assert answer is not None
        return answer[:-3] + bytes((answer[-3] ^ 1,)) + answer[-2:]

    for answer, words in (
        (other_nonce, "another question"),
        (other_document, "something else"),
        (broken, "no sound time-stamp"),
        (lambda _: b"nonsense", "no sound time-stamp"),
        (lambda _: bytes.fromhex("30053003020102"), "refuses a time-stamp"),
    ):
        answers["/tsa"] = answer
        with pytest.raises((SigningRefusedError, TemporarySigningError), match=words):
            ask(own.authority.time_stamps, DIGEST)


def test_token_of_the_demonstration_satisfies_openssl(own: Office, root_file: Path, tmp_path: Path) -> None:
    token = written(tmp_path, "token.der", ask(own.authority.time_stamps, DIGEST).encoded)
    root = written(tmp_path, "root.pem", own.authority.root.certificate.public_bytes(Encoding.PEM))
    issuing = written(tmp_path, "issuing.pem", own.authority.issuing.certificate.public_bytes(Encoding.PEM))
    done = run(
        *("openssl", "ts", "-verify", "-token_in", "-in", str(token), "-digest", DIGEST.hex()),
        *("-CAfile", str(root), "-untrusted", str(issuing)),
    )
    assert "Verification: OK" in done.stdout


def test_authority_of_another_maker_is_understood(own: Office, tmp_path: Path) -> None:
    """openssl gives the time-stamps."""
    holder = own.authority.issue(
        Wanted(name="DEMO openssl", key="rsa-2048", purposes=(ExtendedKeyUsageOID.TIME_STAMPING,))
    )
    written(tmp_path, "key.pem", holder.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    written(tmp_path, "tsa.pem", holder.certificate.public_bytes(Encoding.PEM))
    written(tmp_path, "chain.pem", b"".join(each.public_bytes(Encoding.PEM) for each in holder.chain))
    written(tmp_path, "serial", b"01\n")
    written(
        tmp_path,
        "tsa.cnf",
        b"[tsa]\ndefault_tsa = own\n[own]\nserial = serial\nsigner_cert = tsa.pem\ncerts = chain.pem\n"
        b"signer_key = key.pem\nsigner_digest = sha384\ndefault_policy = 1.2.3.4\ndigests = sha256\n"
        b"ess_cert_id_alg = sha256\n",
    )

    def answer(body: bytes) -> bytes:
        written(tmp_path, "query.tsq", body)
        command = ["openssl", "ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query.tsq", "-out", "reply.tsr"]
        subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=30)
        return (tmp_path / "reply.tsr").read_bytes()

    own.authority.server.answers["/openssl"] = answer
    signed = own.signer(urls=[f"{own.authority.url}/openssl"]).sign(document(), spec("B-LTA"), at=datetime.now(UTC))
    root = written(tmp_path, "root.pem", own.authority.root.certificate.public_bytes(Encoding.PEM))
    assert pyhanko(written(tmp_path, "openssl.pdf", signed), root)[0]
