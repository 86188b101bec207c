"""A certificate authority for demonstrations and tests: root, issuing authority, and what they answer on loopback.

Everything that it issues says that it is worth nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Final, Literal, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

from signing.certificates import DEMO_POLICY
from signing.demo_server import DemoServer
from signing.demo_services import AuthorityServices, Revoked
from signing.keys import HeldKey, PrivateKey

KeyKind = Literal["p-256", "p-384", "rsa-2048", "rsa-3072", "rsa-4096"]
MARK: Final = "DEMO"
ORGANISATION: Final = "DEMO ตัวอย่าง ห้ามใช้จริง"
_BACK_DATED: Final = timedelta(minutes=10)
_DOCUMENTS: Final = x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a certificate is to say. The odd ones are for tests."""

    name: str
    """At most 59 bytes in UTF-8, where Thai characters take three."""
    organisation: str = ORGANISATION
    email: str = ""
    key: KeyKind = "p-256"
    not_before: datetime | None = None
    not_after: datetime | None = None
    purposes: Sequence[x509.ObjectIdentifier] = (_DOCUMENTS, ExtendedKeyUsageOID.EMAIL_PROTECTION)
    may_sign: bool = True
    authority: bool = False
    responder: bool = False
    without_places: bool = False
    """Whether it names no place that tells of revocation."""


class DemoAuthority:
    """Root and issuing authority with time-stamps, OCSP and lists of revocations, on a port of 127.0.0.1."""

    def __init__(self, *, key: KeyKind = "p-256", port: int = 0, years: int = 1) -> None:
        """`key` is the kind of its own keys. It answers from now on, until it is closed."""
        self.server = DemoServer(port)
        self.revoked: dict[int, Revoked] = {}
        self._key, self._life = key, timedelta(days=365 * years)
        self.root = self._made(Wanted(name="DEMO ตัวอย่าง Root", key=key, authority=True), None, "root")
        self.issuing = self._made(Wanted(name="DEMO ตัวอย่าง Issuing", key=key, authority=True), self.root, "root")
        self.services = AuthorityServices(self.server, self.revoked)
        for name, holder in (("root", self.root), ("issuing", self.issuing)):
            responder = Wanted(
                name=f"DEMO OCSP {name}", key=key, purposes=(ExtendedKeyUsageOID.OCSP_SIGNING,), responder=True
            )
            self.services.add_authority(name, holder, self._made(responder, holder, name))
        self.add_time_stamps("tsa")

    signer_name: Final = "DEMO เทศบาลตำบลตัวอย่าง"

    @property
    def url(self) -> str:
        return self.server.url

    @property
    def time_stamps(self) -> str:
        """Address of the time-stamp authority."""
        return f"{self.url}/tsa"

    @cached_property
    def signer(self) -> HeldKey:
        """The key of a make-believe agency, RSA-3072."""
        return self.issue(Wanted(name=self.signer_name, key="rsa-3072"))

    def issue(self, wanted: Wanted) -> HeldKey:
        """A key with a certificate of the issuing authority, and the chain below the root."""
        name = wanted.name if MARK in wanted.name else f"{MARK} {wanted.name}"
        return self._made(replace(wanted, name=name), self.issuing, "issuing")

    def add_time_stamps(self, path: str, wanted: Wanted | None = None) -> str:
        """Another time-stamp authority; its address."""
        wanted = wanted or Wanted(name=f"DEMO Time Stamps {path}", key=self._key)
        holder = self.issue(replace(wanted, purposes=(ExtendedKeyUsageOID.TIME_STAMPING,)))
        self.services.add_time_stamps(path, holder)
        return f"{self.url}/{path}"

    def revoke(self, certificate: x509.Certificate, at: datetime | None = None) -> None:
        """From `at` on, now when none is given."""
        self.revoked[certificate.serial_number] = Revoked(at or datetime.now(UTC))

    def write(self, folder: Path, password: str, holder: HeldKey | None = None) -> tuple[Path, Path]:
        """Files for the settings: the key (PKCS #12) and the root (PEM)."""
        folder.mkdir(parents=True, exist_ok=True)
        key, root = folder / "demo-signer.p12", folder / "demo-root.pem"
        key.touch(mode=0o600)
        key.write_bytes(pkcs12_of(holder or self.signer, password))
        root.write_bytes(self.root.certificate.public_bytes(Encoding.PEM))
        return key, root

    def close(self) -> None:
        self.server.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _made(self, wanted: Wanted, issuer: HeldKey | None, issuer_name: str) -> HeldKey:
        key = make_key(wanted.key)
        subject = _name(wanted)
        signing = key if issuer is None else issuer.private
        now = datetime.now(UTC).replace(microsecond=0)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject if issuer is None else issuer.certificate.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(wanted.not_before or now - _BACK_DATED)
            .not_valid_after(wanted.not_after or now + self._life)
        )
        places = None if issuer is None or wanted.without_places else f"{self.url}/{{}}/{issuer_name}"
        for extension, critical in _extensions(wanted, key, signing, places):
            builder = builder.add_extension(extension, critical)
        chain = (
            () if issuer is None else tuple(each for each in (issuer.certificate, *issuer.chain) if not _is_root(each))
        )
        return HeldKey(key, builder.sign(signing, hashes.SHA256()), chain)


def pkcs12_of(holder: HeldKey, password: str) -> bytes:
    """The key as a PKCS #12 file."""
    protection = BestAvailableEncryption(password.encode())
    return pkcs12.serialize_key_and_certificates(
        b"demo", holder.private, holder.certificate, holder.chain or None, protection
    )


def make_key(kind: KeyKind) -> PrivateKey:
    if kind == "p-256":
        return ec.generate_private_key(ec.SECP256R1())
    if kind == "p-384":
        return ec.generate_private_key(ec.SECP384R1())
    return rsa.generate_private_key(65537, int(kind.removeprefix("rsa-")))


def _name(wanted: Wanted) -> x509.Name:
    parts = (
        (NameOID.COUNTRY_NAME, "TH"),
        (NameOID.ORGANIZATION_NAME, wanted.organisation),
        (NameOID.COMMON_NAME, wanted.name),
    )
    return x509.Name([x509.NameAttribute(kind, value) for kind, value in parts])


def _is_root(certificate: x509.Certificate) -> bool:
    return certificate.subject == certificate.issuer


def _extensions(
    wanted: Wanted, key: PrivateKey, signing: PrivateKey, places: str | None
) -> Sequence[tuple[x509.ExtensionType, bool]]:
    usage = x509.KeyUsage(
        digital_signature=wanted.may_sign and not wanted.authority,
        content_commitment=wanted.may_sign and not wanted.authority and not wanted.responder,
        key_encipherment=not wanted.may_sign,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=wanted.authority,
        crl_sign=wanted.authority,
        encipher_only=False,
        decipher_only=False,
    )
    found: list[tuple[x509.ExtensionType, bool]] = [
        (x509.BasicConstraints(ca=wanted.authority, path_length=None), True),
        (usage, True),
        (x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False),
        (x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key()), False),
        (x509.CertificatePolicies([x509.PolicyInformation(DEMO_POLICY, None)]), False),
    ]
    if not wanted.authority:
        stamps = ExtendedKeyUsageOID.TIME_STAMPING in wanted.purposes
        found.append((x509.ExtendedKeyUsage(wanted.purposes), stamps))
    if wanted.email:
        found.append((x509.SubjectAlternativeName([x509.RFC822Name(wanted.email)]), False))
    if wanted.responder:
        found.append((x509.OCSPNoCheck(), False))
    elif places is not None:
        found += _places(places)
    return found


def _places(pattern: str) -> list[tuple[x509.ExtensionType, bool]]:
    lists, responder, issuer = (x509.UniformResourceIdentifier(pattern.format(what)) for what in ("crl", "ocsp", "ca"))
    point = x509.DistributionPoint([lists], None, None, None)
    access = x509.AuthorityInformationAccess(
        [
            x509.AccessDescription(AuthorityInformationAccessOID.OCSP, responder),
            x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, issuer),
        ]
    )
    return [(x509.CRLDistributionPoints([point]), False), (access, False)]
