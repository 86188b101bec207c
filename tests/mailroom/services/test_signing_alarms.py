"""What people and monitoring are told of the key that signs (R91)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from mailroom.domain.errors import TemporarySigningError
from mailroom.domain.signature import CertificateFacts
from mailroom.services.health import health
from mailroom.services.release import Released
from mailroom.services.release_turns import ReleaseTurns
from mailroom.services.signing_alarms import SigningAlarms
from mailroom.testing import FakeClock, MemoryBooks

CLOCK = FakeClock()
CERTIFICATE = CertificateFacts(
    subject="เทศบาล", not_before=CLOCK.at - timedelta(days=1), not_after=CLOCK.at + timedelta(days=400)
)


class ScriptedIssuing:
    """Each release raises `trouble`, unless there is none."""

    trouble: Exception | None = None

    def release(self) -> Released:
        if self.trouble:
            raise self.trouble
        return Released()


def alarms(certificate: CertificateFacts | None, issuing: Any = None) -> tuple[SigningAlarms, ReleaseTurns]:
    turns = ReleaseTurns(issuing or ScriptedIssuing())
    return SigningAlarms(certificate=lambda: certificate, turns=turns, clock=CLOCK), turns


@pytest.mark.parametrize(
    ("days", "told", "codes", "status"),
    [
        (91, [], [], "ok"),
        (89.5, [("certificate-ends", "89")], ["certificate-90"], "ok"),
        (30, [("certificate-ends", "30")], ["certificate-30"], "ok"),
        (7, [("certificate-ends", "7")], ["certificate-7"], "degraded"),
        (0, [("certificate-ended", "")], ["certificate-ended"], "degraded"),
    ],
)
def test_the_end_of_a_certificate_is_foretold(
    days: float, told: list[tuple[str, str]], codes: list[str], status: str
) -> None:
    """90, 30 and 7 days before, and after; health is degraded only when mail or papers are about to stand still."""
    found, _ = alarms(replace(CERTIFICATE, not_after=CLOCK.at + timedelta(days=days)))
    assert [(one.code, one.detail) for one in found.remarks()] == told
    books = MemoryBooks()
    with books.begin() as uow:
        uow.accounts.polled("email", "a", CLOCK.at, "")
        uow.commit()
    report = health(books, CLOCK, others=found.codes)
    assert (report["problems"], report["status"]) == (codes, status)


def test_a_key_that_cannot_be_used_is_told_until_it_can() -> None:
    """Nothing is said of a key that nobody has tried; after a failed turn its cause stands there, until one succeeds."""
    issuing = ScriptedIssuing()
    found, turns = alarms(None, issuing)
    assert (found.remarks(), found.codes()) == ([], [])
    issuing.trouble = TemporarySigningError("the token is not plugged in")
    turns.run()
    assert [(one.code, one.detail) for one in found.remarks()] == [("signing-waits", "the token is not plugged in")]
    assert found.codes() == ["signing-waits"]
    issuing.trouble = None
    turns.run()
    assert (found.remarks(), found.codes()) == ([], [])
