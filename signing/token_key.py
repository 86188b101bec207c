"""A key that never leaves its USB token or HSM (PKCS #11, R92)."""

import contextlib
import hashlib
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pkcs11
from cryptography import x509
from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass
from pkcs11.util.ec import encode_ecdsa_signature

from mailroom.domain.errors import ConfigurationError, SigningError, SigningRefusedError, TemporarySigningError
from signing.certificates import load_files

_REFUSED = (pkcs11.PinIncorrect, pkcs11.PinLocked, pkcs11.PinExpired, pkcs11.PinInvalid, pkcs11.PinLenRange)


_refusals: dict[tuple[str, str, bytes], SigningRefusedError] = {}
"""By driver, token and digest of the PIN, for as long as this process lives."""


class TokenKey:
    """A key of a token. One signature at a time; a session that broke is opened anew with the next.

    A PIN that was refused is never tried again: tokens lock themselves after a few attempts.
    """

    def __init__(self, module: Path, token: str, key: str, pin: str, certificate: Path | None = None) -> None:
        """Raises ConfigurationError, TemporarySigningError when the token is not there."""
        self._module, self._token, self._label, self._pin = module, token, key, pin
        self._lock = threading.Lock()
        self._session: pkcs11.Session | None = None
        with self._lock:
            self._key = self._opened()
            known = [*self._certificates()] if certificate is None else [*load_files([certificate])]
            if not known:
                self._drop()
        if not known:
            raise ConfigurationError(
                f"the token {token} holds no certificate with the label {key}; set certificate to its file"
            )
        self.certificate, self.chain = known[0], tuple(known[1:])

    def sign(self, content: bytes) -> bytes:
        with self._lock:
            try:
                return self._signed_anew(content) if self._session is None else self._signed(content)
            except pkcs11.PKCS11Error:
                # The session broke: the token was unplugged, or another one of this process logged out for all.
                return self._signed_anew(content)

    def close(self) -> None:
        with self._lock:
            self._drop()

    def _signed_anew(self, content: bytes) -> bytes:
        self._drop()
        try:
            self._key = self._opened()
            return self._signed(content)
        except ConfigurationError as error:
            raise SigningRefusedError(str(error)) from error
        except pkcs11.PKCS11Error as error:
            self._drop()
            raise TemporarySigningError(
                f"the token {self._token} does not sign ({type(error).__name__}); plug it in, then try again"
            ) from error

    def _signed(self, content: bytes) -> bytes:
        if self._key.key_type == KeyType.RSA:
            signature: bytes = self._key.sign(content, mechanism=Mechanism.SHA256_RSA_PKCS)
            return signature
        # Not every token hashes for itself with elliptic curves.
        raw = self._key.sign(hashlib.sha256(content).digest(), mechanism=Mechanism.ECDSA)
        encoded: bytes = encode_ecdsa_signature(raw)
        return encoded

    def _opened(self) -> Any:  # which operations a key has depends on the token
        if self._tried() in _refusals:
            raise _refusals[self._tried()]
        try:
            token = pkcs11.lib(str(self._module)).get_token(token_label=self._token)
            self._session = self._logged_in(token)
            return self._session.get_key(object_class=ObjectClass.PRIVATE_KEY, label=self._label)
        except _REFUSED as error:
            refusal = _refusals[self._tried()] = SigningRefusedError(
                f"the token {self._token} refuses the PIN ({type(error).__name__}); set the right one and start again"
            )
            raise refusal from error
        except (pkcs11.NoSuchKey, pkcs11.MultipleObjectsReturned) as error:
            self._drop()
            raise ConfigurationError(
                f"the token {self._token} has not exactly one private key with the label {self._label}; mend key"
            ) from error
        except (pkcs11.PKCS11Error, RuntimeError, OSError) as error:
            raise self._absence(error) from error

    def _tried(self) -> tuple[str, str, bytes]:
        return str(self._module), self._token, hashlib.sha256(self._pin.encode()).digest()

    def _logged_in(self, token: pkcs11.Token) -> pkcs11.Session:
        try:
            return token.open(user_pin=self._pin)
        except pkcs11.UserAlreadyLoggedIn:  # by another key of this process: a login is that of the whole process
            return token.open()

    def _absence(self, error: Exception) -> SigningError | ConfigurationError:
        if not self._module.exists():
            return ConfigurationError(f"{self._module}: no such file; install the driver of the token")
        return TemporarySigningError(
            f"the token {self._token} is not there ({type(error).__name__}); plug it in, check module and token"
        )

    def _certificates(self) -> Iterator[x509.Certificate]:
        """That of the key first, then every other one of the token."""
        assert self._session is not None  # noqa: S101 - it was opened just now
        kind = {Attribute.CLASS: ObjectClass.CERTIFICATE}
        own = [
            bytes(each[Attribute.VALUE]) for each in self._session.get_objects({**kind, Attribute.LABEL: self._label})
        ]
        every = [bytes(each[Attribute.VALUE]) for each in self._session.get_objects(kind)]
        if own:
            yield from (x509.load_der_x509_certificate(each) for each in dict.fromkeys((*own, *every)))

    def _drop(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            with contextlib.suppress(pkcs11.PKCS11Error):
                session.close()
