"""Fixtures that many tests share."""

import itertools
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import settings

from tests.support.certificates import Authority
from tests.support.dovecot import Dovecot
from tests.support.installation import Installation
from tests.support.new_books import use_template
from tests.support.smtp_end import SmtpEnd

_users = itertools.count(1)
use_template()
# The first example of a property makes what is made at first use: patterns, letters.
settings.register_profile("first use", deadline=None)
settings.load_profile("first use")


@pytest.fixture(autouse=True)
def _logs_of_this_test_alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A command run in this process would bind every logger, for good, to a stream that is closed after its test."""
    monkeypatch.setattr("mailroom.logs.configure", _log_to_standard_error)
    yield
    structlog.reset_defaults()


def _log_to_standard_error(_level: str) -> None:
    structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(sys.stderr))


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """A certificate authority that only the tests trust."""
    return Authority(Path(tmp_path_factory.mktemp("authority")))


@pytest.fixture(scope="session")
def dovecot(authority: Authority) -> Iterator[Dovecot]:
    """A real IMAP server, plain, STARTTLS and implicit TLS, with a certificate for localhost."""
    with Dovecot(tls=authority.issue()) as server:
        yield server


@pytest.fixture
def fresh_user() -> str:
    """A user name with an empty mailbox at `dovecot`."""
    return f"saraban{next(_users)}"


@pytest.fixture
def smtp_end() -> Iterator[SmtpEnd]:
    """An SMTP server that records letters, and misbehaves when told."""
    with SmtpEnd() as server:
        yield server


@pytest.fixture
def installation(tmp_path: Path, dovecot: Dovecot, smtp_end: SmtpEnd, fresh_user: str) -> Installation:
    """An agency that has consented to begin, with an empty mailbox."""
    return Installation(tmp_path / "agency", dovecot, smtp_end, fresh_user)
