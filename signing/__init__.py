"""Documents that the agency prints, signs and examines.

Each function loads what it needs when it is called: the mail goes its way without cryptography.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from mailroom.ports import Signer
from mailroom.settings import Finding, SigningSection

if TYPE_CHECKING:
    from signing.examiner import PdfExaminer
    from signing.smime import MailSigner

__all__ = [
    "check",
    "is_demo",
    "open_examiner",
    "open_mail_signer",
    "open_signer",
    "open_time_stamps",
    "trusted_certificates",
]


def open_signer(settings: SigningSection, folder: Path = Path()) -> Signer:
    """The signer of the agency. Paths are relative to `folder`. Raises ConfigurationError, SigningError."""
    from signing import opening

    return opening.open_signer(settings, folder)


def open_mail_signer(settings: SigningSection, folder: Path = Path()) -> "MailSigner":
    """Signs mail with the same key. Raises ConfigurationError, SigningError."""
    from signing import opening

    return opening.open_mail_signer(settings, folder)


def open_examiner(settings: SigningSection, folder: Path = Path()) -> "PdfExaminer":
    """To be closed when it is done with. Paths are relative to `folder`. Raises ConfigurationError.

    The daemon opens one at its start: nothing that signs is loaded for it.
    """
    from signing.certificates import load_files
    from signing.examiner import PdfExaminer
    from signing.revocation import RevocationSource

    roots, others = (load_files(folder / path for path in paths) for paths in (settings.trust, settings.chain))
    return PdfExaminer(roots, others, source=RevocationSource() if settings.fetch_revocation else None)


def open_time_stamps(settings: SigningSection, folder: Path = Path()) -> Callable[[bytes], bytes] | None:
    """Gives the token (RFC 3161, DER) over a SHA-256 digest; None where no authority is set.

    Paths are relative to `folder`. Calling it raises SigningError. Raises ConfigurationError.
    """
    if not settings.time_stamps:
        return None
    from signing import opening

    return opening.open_time_stamps(settings, folder)


def trusted_certificates(settings: SigningSection, folder: Path = Path()) -> bytes:
    """Certificates that the agency trusts, PEM; empty where there are none. Raises ConfigurationError."""
    if not settings.trust:
        return b""
    from signing import opening

    return opening.trusted_certificates(settings, folder)


def is_demo(settings: SigningSection, folder: Path = Path()) -> bool:
    """Whether a demonstration authority is trusted: papers then say what they are. Raises ConfigurationError."""
    if not settings.trust:
        return False
    from signing import opening

    return opening.is_demo(settings, folder)


def check(settings: SigningSection, folder: Path = Path()) -> Iterator[Finding]:
    """Key, certificate, chain and revocation, and each time-stamp authority."""
    from signing import checks

    return checks.check(settings, folder)
