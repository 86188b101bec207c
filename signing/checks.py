"""Tries what signing needs, one thing after the other, for `mailroom doctor`."""

import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from mailroom.domain.errors import MailroomError
from mailroom.domain.signature import CertificateFacts
from mailroom.settings.channel import Finding
from mailroom.settings.signing import SigningSection
from signing.certificates import facts
from signing.keys import SigningKey, refuse_mismatch
from signing.opening import open_key, open_trust
from signing.time_stamps import ask
from signing.trust import TrustStore


def check(settings: SigningSection, folder: Path = Path()) -> Iterator[Finding]:
    """Key, certificate, chain and revocation, and each time-stamp authority."""
    if settings.key is None:
        yield Finding("signing key", ok=True, text="none is set: documents are examined, none is signed")
        return
    try:
        trust = open_trust(settings, folder)
        key = open_key(settings.key, folder)
    except MailroomError as error:
        yield Finding("signing key", ok=False, text=str(error))
        return
    try:
        yield _tried("signing key", partial(_signs, key, in_file=settings.key.pkcs12 is not None))
        yield _dates(facts(key.certificate))
        yield _tried("signing certificate", partial(_chain, trust, key))
    finally:
        key.close()
    for url in settings.time_stamps:
        yield _tried(f"time-stamps {url}", partial(_stamps, trust, url))


def _tried(what: str, attempt: Callable[[], str]) -> Finding:
    try:
        return Finding(what, ok=True, text=attempt())
    except MailroomError as error:
        return Finding(what, ok=False, text=str(error))


def _signs(key: SigningKey, *, in_file: bool) -> str:
    content = secrets.token_bytes(32)
    refuse_mismatch(key.certificate, content, key.sign(content))
    known = facts(key.certificate)
    where = "; a token or HSM would be safer than a file (R92)" if in_file else ""
    return f"{known.subject}, {known.key}, signs{where}"


def _dates(certificate: CertificateFacts) -> Finding:
    alarm = certificate.expiry_alarm(datetime.now(UTC))
    text = f"valid until {certificate.not_after:%Y-%m-%d}"
    if certificate.demo:
        text += "; it is of the demonstration authority: worth nothing outside a demonstration"
    if alarm is not None:
        text += "; it has expired: get a new one" if alarm == 0 else f"; less than {alarm} days: ask for a new one now"
    return Finding("signing certificate, dates", ok=alarm is None, text=text)


def _chain(trust: TrustStore, key: SigningKey) -> str:
    chain = trust.judge(key.certificate, key.chain, "documents")
    names = " ← ".join(facts(each).subject for each in reversed(chain.certificates))
    return f"{names}; not revoked ({len(chain.ocsps)} OCSP answers, {len(chain.crls)} lists)"


def _stamps(trust: TrustStore, url: str) -> str:
    token = ask(url, secrets.token_bytes(32))
    trust.judge(token.certificate, token.others, "time-stamps")
    away = abs((datetime.now(UTC) - token.stamped_at).total_seconds())
    return f"{facts(token.certificate).subject} answers; its clock is {away:.0f} s away from ours"
