"""Signs documents as the agency: port `Signer`, PAdES baseline levels B-B to B-LTA (EN 319 142-1 section 6)."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime

from mailroom.domain.errors import SigningError, SigningRefusedError
from mailroom.domain.signature import CertificateFacts, SignatureLevel, SignatureSpec
from signing.certificates import encoded, facts, fingerprint
from signing.cms import Envelope
from signing.keys import SigningKey
from signing.pades import ValidationMaterial, prepare_archive_stamp, prepare_signature
from signing.pdf_update import Prepared
from signing.proof import confirm
from signing.time_stamps import TimeStampAuthorities, Token
from signing.trust import Chain, TrustStore, refuse_dates

_LONG_TERM = (SignatureLevel.B_LT, SignatureLevel.B_LTA)
_TRIES = 4
_FIRST_TOKEN_ROOM = 8192
_SPARE_ROOM = 256
"""Tokens of one authority differ by some bytes."""


class PadesSigner:
    """Port `Signer`, with one key. Safe to share between threads."""

    def __init__(self, key: SigningKey, trust: TrustStore, urls: Iterable[str] = ()) -> None:
        """`urls` are those of time-stamp authorities, in order."""
        self._key = key
        self._trust = trust
        self._authorities = TimeStampAuthorities(tuple(urls), self._learn)
        self._envelope: Envelope | None = None
        self._stampers: dict[bytes, Token] = {}
        self._token_room = _FIRST_TOKEN_ROOM
        self.certificate: CertificateFacts = facts(key.certificate)

    def check(self, at: datetime) -> None:
        self._judge(at)

    def sign(self, pdf: bytes, spec: SignatureSpec, *, at: datetime) -> bytes:
        chain = self._judge(at)
        for _ in range(_TRIES):
            signed = self._try(pdf, spec, at, chain)
            if signed is not None:
                break
        else:
            raise SigningRefusedError("the time-stamp authority changes its certificate all the time; use another one")
        if spec.level is SignatureLevel.B_LTA:
            signed = self._archive(signed)
        confirm(signed, pdf, self._key.certificate, self._sealing(chain))
        return signed

    def close(self) -> None:
        self._key.close()

    def _judge(self, at: datetime) -> Chain:
        """Validity is that at the time of signing; chain and revocation are those of now."""
        refuse_dates(self._key.certificate, at)
        return self._trust.judge(self._key.certificate, self._key.chain, "documents")

    def _try(self, pdf: bytes, spec: SignatureSpec, at: datetime, chain: Chain) -> bytes | None:
        """The signed document; None when the token was too large or of an authority that was new."""
        envelope = self._sealing(chain)
        stamped = spec.level is not SignatureLevel.B_B
        material = self._material(chain) if spec.level in _LONG_TERM else None
        known = frozenset(self._stampers)
        room = envelope.room + (self._token_room if stamped else 0)
        prepared = prepare_signature(pdf, spec, at, room, material)
        attributes = envelope.attributes(prepared.digest())
        signature = self._key.sign(attributes)
        token = self._authorities.stamp(hashlib.sha256(signature).digest()) if stamped else None
        if token is not None and material is not None and fingerprint(token.certificate) not in known:
            return None
        return _filled(prepared, envelope.seal(attributes, signature, token.encoded if token else b""))

    def _archive(self, signed: bytes) -> bytes:
        for _ in range(_TRIES):
            prepared = prepare_archive_stamp(signed, self._token_room)
            filled = _filled(prepared, self._authorities.stamp(prepared.digest()).encoded)
            if filled is not None:
                return filled
        raise SigningRefusedError("the time-stamps of the authority grow and grow; use another one")

    def _sealing(self, chain: Chain) -> Envelope:
        if self._envelope is None:  # Made twice by two threads it is the same twice.
            self._envelope = Envelope(self._key.certificate, chain.certificates[1:-1])
        return self._envelope

    def _material(self, chain: Chain) -> ValidationMaterial:
        """What proves the signer's chain and those of the time-stamp authorities that are in use."""
        if not self._stampers:
            self._authorities.stamp(secrets.token_bytes(32))
        chains = (chain, *self._stamp_chains())
        return ValidationMaterial(
            tuple(dict.fromkeys(one for each in chains for one in encoded(each.certificates))),
            tuple(dict.fromkeys(one for each in chains for one in each.ocsps)),
            tuple(dict.fromkeys(one for each in chains for one in each.crls)),
        )

    def _stamp_chains(self) -> Iterable[Chain]:
        for mark, token in tuple(self._stampers.items()):
            try:
                yield self._trust.judge(token.certificate, token.others, "time-stamps")
            except SigningError:  # It is learnt anew, or replaced by another, when the next token comes.
                self._stampers = {key: each for key, each in self._stampers.items() if key != mark}

    def _learn(self, token: Token) -> None:
        """Raises SigningError when the authority that gave a token cannot be trusted."""
        self._trust.judge(token.certificate, token.others, "time-stamps")
        self._stampers = {**self._stampers, fingerprint(token.certificate): token}
        needed = len(token.encoded) + _SPARE_ROOM
        if needed > self._token_room or self._token_room == _FIRST_TOKEN_ROOM:
            self._token_room = needed


def _filled(prepared: Prepared, signature: bytes) -> bytes | None:
    return prepared.fill(signature) if len(signature) <= prepared.room else None
