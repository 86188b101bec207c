"""A signer that is opened when it is first needed: the mail goes on while a token is not plugged in."""

import threading
from collections.abc import Callable
from datetime import datetime

from mailroom.domain.errors import ConfigurationError, SigningRefusedError
from mailroom.domain.signature import CertificateFacts, SignatureSpec
from mailroom.ports import Signer


class LateSigner:
    """Port `Signer`. What stands in the way of opening is raised as SigningRefusedError, and tried again next time."""

    def __init__(self, opening: Callable[[], Signer]) -> None:
        self._opening = opening
        self._lock = threading.Lock()
        self._signer: Signer | None = None
        self._known: CertificateFacts | None = None

    def known(self) -> CertificateFacts | None:
        """The certificate, once the key was opened; asking does not open it."""
        return self._known

    @property
    def certificate(self) -> CertificateFacts:
        return self._opened().certificate

    def check(self, at: datetime) -> None:
        self._opened().check(at)

    def sign(self, pdf: bytes, spec: SignatureSpec, *, at: datetime) -> bytes:
        return self._opened().sign(pdf, spec, at=at)

    def close(self) -> None:
        with self._lock:
            if self._signer is not None:
                self._signer.close()
                self._signer = None

    def _opened(self) -> Signer:
        with self._lock:
            if self._signer is None:
                try:
                    self._signer = self._opening()
                    self._known = self._signer.certificate
                except ConfigurationError as error:
                    raise SigningRefusedError(str(error)) from error
            return self._signer
