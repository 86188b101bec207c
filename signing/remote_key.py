"""A key that a signing service keeps: it is sent digests and returns signatures (CSC API v2, signatures/signHash)."""

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from mailroom.domain.errors import SigningRefusedError
from signing.keys import refuse_mismatch
from signing.web import fetch

_SHA256: Final = "2.16.840.1.101.3.4.2.1"
_RSA_WITH_SHA256: Final = "1.2.840.113549.1.1.11"
_ECDSA_WITH_SHA256: Final = "1.2.840.10045.4.3.2"


class RemoteKey:
    """A credential of a signing service. The document never leaves this machine, only its digest does."""

    def __init__(self, url: str, credential: str, token: str) -> None:
        """Asks for the certificates. Raises SigningRefusedError, TemporarySigningError."""
        self._url, self._credential, self._token = url.rstrip("/"), credential, token
        answer = self._post("credentials/info", {"certificates": "chain"})
        try:
            texts = answer["cert"]["certificates"]
            known = [x509.load_der_x509_certificate(base64.b64decode(text)) for text in texts]
            self.certificate, self.chain = known[0], tuple(known[1:])
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise SigningRefusedError(
                f"{self._url}: names no certificate for {credential}; check credential and service"
            ) from error
        rsa = isinstance(self.certificate.public_key(), RSAPublicKey)
        self._algorithm = _RSA_WITH_SHA256 if rsa else _ECDSA_WITH_SHA256

    def sign(self, content: bytes) -> bytes:
        digest = base64.b64encode(hashlib.sha256(content).digest()).decode("ascii")
        request = {"hashes": [digest], "hashAlgorithmOID": _SHA256, "signAlgo": self._algorithm}
        answer = self._post("signatures/signHash", request)
        try:
            signature = base64.b64decode(answer["signatures"][0])
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise SigningRefusedError(f"{self._url}: the answer holds no signature; check the service") from error
        refuse_mismatch(self.certificate, content, signature)
        return signature

    def close(self) -> None:
        """Nothing is held open."""

    def _post(self, what: str, request: Mapping[str, object]) -> dict[str, Any]:
        url = f"{self._url}/{what}"
        body = json.dumps({"credentialID": self._credential, **request}).encode()
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self._token}"}
        try:
            answer = json.loads(fetch(url, body, headers, follow=False))
        except ValueError as error:
            raise SigningRefusedError(f"{url}: the answer is not JSON; check the address") from error
        if not isinstance(answer, dict):
            raise SigningRefusedError(f"{url}: the answer is not a JSON object; check the address")
        return answer
