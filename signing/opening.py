"""Opens what the table [signing] names: key, signer, time-stamps."""

from collections.abc import Callable
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from mailroom.domain.errors import ConfigurationError
from mailroom.ports import Signer
from mailroom.settings.signing import KeySection, SigningSection
from signing import certificates
from signing.certificates import load_files
from signing.keys import SigningKey, load_pkcs12
from signing.remote_key import RemoteKey
from signing.signer import PadesSigner
from signing.smime import MailSigner
from signing.time_stamps import TimeStampAuthorities
from signing.token_key import TokenKey
from signing.trust import TrustStore


def open_signer(settings: SigningSection, folder: Path = Path()) -> Signer:
    """The signer of the agency. Paths are relative to `folder`. Raises ConfigurationError, SigningError."""
    if settings.key is None:
        raise ConfigurationError("no key is set: add [signing.key], so that documents can be signed")
    return PadesSigner(open_key(settings.key, folder), open_trust(settings, folder), settings.time_stamps)


def open_mail_signer(settings: SigningSection, folder: Path = Path()) -> MailSigner:
    """Signs mail with the same key. Raises ConfigurationError, SigningError."""
    if settings.key is None:
        raise ConfigurationError("no key is set: add [signing.key], so that mail can be signed")
    return MailSigner(open_key(settings.key, folder))


def open_time_stamps(settings: SigningSection, folder: Path = Path()) -> Callable[[bytes], bytes] | None:
    """Gives the verified token (RFC 3161, DER) over a SHA-256 digest; None where no authority is set.

    Calling it raises SigningError. Raises ConfigurationError.
    """
    if not settings.time_stamps:
        return None
    trust = open_trust(settings, folder)
    authorities = TimeStampAuthorities(
        settings.time_stamps, lambda token: trust.judge(token.certificate, token.others, "time-stamps")
    )
    return lambda digest: authorities.stamp(digest).encoded


def trusted_certificates(settings: SigningSection, folder: Path = Path()) -> bytes:
    """Roots that the agency trusts and what stands between, PEM. Raises ConfigurationError."""
    found = (*_files(settings.trust, folder), *_files(settings.chain, folder))
    return b"".join(one.public_bytes(Encoding.PEM) for one in found)


def is_demo(settings: SigningSection, folder: Path = Path()) -> bool:
    """Whether a demonstration authority is trusted: papers then say what they are. Raises ConfigurationError."""
    return any(certificates.is_demo(one) for one in _files(settings.trust, folder))


def open_trust(settings: SigningSection, folder: Path) -> TrustStore:
    """Raises ConfigurationError."""
    return TrustStore(_files(settings.trust, folder), _files(settings.chain, folder))


def open_key(settings: KeySection, folder: Path) -> SigningKey:
    """Raises ConfigurationError, SigningError."""
    if settings.pkcs12 is not None:
        return load_pkcs12(folder / settings.pkcs12.file, settings.pkcs12.password.reveal())
    if settings.pkcs11 is not None:
        token = settings.pkcs11
        certificate = None if token.certificate is None else folder / token.certificate
        return TokenKey(token.module, token.token, token.key, token.pin.reveal(), certificate)
    assert settings.remote is not None  # noqa: S101 - the settings have seen to it
    return RemoteKey(settings.remote.url, settings.remote.credential, settings.remote.token.reveal())


def _files(paths: tuple[Path, ...], folder: Path) -> tuple[x509.Certificate, ...]:
    return load_files(folder / path for path in paths)
