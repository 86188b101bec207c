"""Keys: wherever one is kept it signs the same documents, and what is wrong with it is said with the remedy."""

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from mailroom.domain.errors import ConfigurationError, SigningRefusedError, TemporarySigningError
from signing.demo_authority import Wanted, pkcs12_of
from signing.demo_server import DemoServer
from signing.keys import HeldKey, SigningKey, load_pkcs12
from signing.remote_key import RemoteKey
from signing.token_key import TokenKey
from tests.support.pdf_validators import pdfsig, pyhanko
from tests.support.signed_samples import Office, document, spec, written
from tests.support.soft_token import MODULE, PIN, TOKEN, SoftToken

KINDS = ("p-256", "rsa-3072")


@pytest.fixture(scope="module")
def holders(office: Office) -> dict[str, HeldKey]:
    return {kind: office.authority.issue(Wanted(name=f"ผู้ลงนาม {kind}", key=kind)) for kind in KINDS}


@pytest.fixture(scope="module")
def token(holders: dict[str, HeldKey], tmp_path_factory: pytest.TempPathFactory) -> SoftToken:
    token = SoftToken(tmp_path_factory.mktemp("token"))
    for kind, holder in holders.items():
        token.add(kind, holder)
    token.add("bare", holders["p-256"], with_certificate=False)
    return token


class SigningService:
    """A signing service of the CSC API that keeps one key."""

    def __init__(self, server: DemoServer, holder: HeldKey) -> None:
        self.url, self.holder, self.asked = f"{server.url}/csc/v2", holder, list[dict[str, object]]()
        server.answers["/csc/v2/credentials/info"] = self._info
        server.answers["/csc/v2/signatures/signHash"] = self._sign

    def _info(self, body: bytes) -> bytes:
        self.asked.append(json.loads(body))
        chain = (self.holder.certificate, *self.holder.chain)
        texts = [base64.b64encode(each.public_bytes(Encoding.DER)).decode() for each in chain]
        return json.dumps({"cert": {"status": "valid", "certificates": texts}}).encode()

    def _sign(self, body: bytes) -> bytes:
        self.asked.append(json.loads(body))
        digest, known = base64.b64decode(json.loads(body)["hashes"][0]), utils.Prehashed(SHA256())
        key = self.holder.private
        if isinstance(key, rsa.RSAPrivateKey):
            signature = key.sign(digest, padding.PKCS1v15(), known)
        else:
            signature = key.sign(digest, ec.ECDSA(known))
        return json.dumps({"signatures": [base64.b64encode(signature).decode()]}).encode()


@pytest.fixture
def server() -> Iterator[DemoServer]:
    server = DemoServer()
    yield server
    server.close()


def accepted(key: SigningKey, office: Office, nss: Path, root_file: Path, folder: Path) -> bool:
    signed = office.signer(key).sign(document(), spec("B-LT"), at=datetime.now(UTC))
    file = written(folder, "signed.pdf", signed)
    found = pdfsig(file, nss)
    return pyhanko(file, root_file)[0] and (found.valid, found.trusted, found.whole) == ((True,), (True,), (True,))


@pytest.mark.parametrize("kind", KINDS)
def test_key_in_a_file_signs(
    kind: str, holders: dict[str, HeldKey], office: Office, nss: Path, root_file: Path, tmp_path: Path
) -> None:
    file = written(tmp_path, "key.p12", pkcs12_of(holders[kind], "รหัสผ่าน"))
    key = load_pkcs12(file, "รหัสผ่าน")
    assert (key.certificate, set(key.chain)) == (holders[kind].certificate, set(holders[kind].chain))
    assert accepted(key, office, nss, root_file, tmp_path)


def test_fault_of_a_key_file_is_named_with_the_remedy(holders: dict[str, HeldKey], tmp_path: Path) -> None:
    file = written(tmp_path, "key.p12", pkcs12_of(holders["p-256"], "right"))
    for path, password, words in (
        (file, "wrong", "check the password"),
        (tmp_path / "none.p12", "x", "cannot be read"),
        (written(tmp_path, "text.p12", b"no key"), "x", "does not open"),
    ):
        with pytest.raises(ConfigurationError, match=words):
            load_pkcs12(path, password)


@pytest.mark.parametrize("kind", KINDS)
def test_key_in_a_token_signs(
    kind: str, token: SoftToken, office: Office, nss: Path, root_file: Path, tmp_path: Path
) -> None:
    key = TokenKey(MODULE, TOKEN, kind, PIN)
    assert accepted(key, office, nss, root_file, tmp_path)
    key.close()
    assert accepted(key, office, nss, root_file, tmp_path), "it opens anew"
    key.close()


def test_certificate_of_a_key_may_stand_in_a_file(
    token: SoftToken, holders: dict[str, HeldKey], office: Office, tmp_path: Path
) -> None:
    with pytest.raises(ConfigurationError, match="holds no certificate"):
        TokenKey(MODULE, TOKEN, "bare", PIN)
    chain = (holders["p-256"].certificate, *holders["p-256"].chain)
    file = written(tmp_path, "chain.pem", b"".join(each.public_bytes(Encoding.PEM) for each in chain))
    key = TokenKey(MODULE, TOKEN, "bare", PIN, file)
    office.signer(key).sign(document(), spec("B-B"), at=datetime.now(UTC))
    key.close()


def test_refused_pin_is_never_tried_again(token: SoftToken) -> None:
    """Tokens lock themselves after a few wrong ones."""
    key = TokenKey(MODULE, TOKEN, "p-256", PIN)
    key.close()
    key._pin = "0000"
    for _ in range(20):
        with pytest.raises(SigningRefusedError, match="refuses the PIN"):
            key.sign(b"x")
        with pytest.raises(SigningRefusedError, match="refuses the PIN"):
            TokenKey(MODULE, TOKEN, "p-256", "0000")
    again = TokenKey(MODULE, TOKEN, "p-256", PIN)
    assert again.sign(b"x")
    again.close()


def test_two_keys_of_one_token_do_not_disturb_each_other(token: SoftToken) -> None:
    """Documents and mail are signed by one process."""
    first, second = TokenKey(MODULE, TOKEN, "p-256", PIN), TokenKey(MODULE, TOKEN, "rsa-3072", PIN)
    assert first.sign(b"x")
    assert second.sign(b"x")
    first.close()
    assert second.sign(b"x")
    second.close()


def test_fault_of_a_token_is_named_with_the_remedy(token: SoftToken, tmp_path: Path) -> None:
    for module, label, key, error, words in (
        (tmp_path / "none.so", TOKEN, "p-256", ConfigurationError, "install the driver"),
        (MODULE, "other", "p-256", TemporarySigningError, "plug it in"),
        (MODULE, TOKEN, "other", ConfigurationError, "not exactly one private key"),
    ):
        with pytest.raises(error, match=words):
            TokenKey(module, label, key, PIN)


@pytest.mark.parametrize("kind", KINDS)
def test_key_of_a_service_signs_and_the_document_stays_here(
    kind: str,
    server: DemoServer,
    holders: dict[str, HeldKey],
    office: Office,
    nss: Path,
    root_file: Path,
    tmp_path: Path,
) -> None:
    service = SigningService(server, holders[kind])
    assert accepted(RemoteKey(service.url, "seal-1", "secret"), office, nss, root_file, tmp_path)
    assert {question["credentialID"] for question in service.asked} == {"seal-1"}
    assert max(len(json.dumps(question)) for question in service.asked) < 300


def test_wrong_signature_of_a_service_is_refused(server: DemoServer, holders: dict[str, HeldKey]) -> None:
    service = SigningService(server, holders["rsa-3072"])
    key = RemoteKey(service.url, "seal-1", "secret")
    service.holder = holders["p-256"]
    with pytest.raises(SigningRefusedError, match="does not belong to the certificate"):
        key.sign(b"x")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"", SigningRefusedError),
        (b"[]", SigningRefusedError),
        (b'{"cert": 1}', SigningRefusedError),
        (None, TemporarySigningError),
    ],
)
def test_service_that_does_not_answer_as_agreed_is_named(
    answer: bytes | None, error: type[Exception], server: DemoServer
) -> None:
    server.answers["/csc/v2/credentials/info"] = lambda _: answer
    with pytest.raises(error, match="csc/v2"):
        RemoteKey(f"{server.url}/csc/v2", "seal-1", "secret")
