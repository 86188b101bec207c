"""Getting in: TLS verified without exception, passwords not hammered, every refusal with its remedy."""

import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from channels.email.connection import Connector
from channels.email.inbox import ImapInbox
from channels.email.login_gate import LoginGate
from mailroom.domain.errors import ChannelSetupError, TemporaryChannelError
from tests.support.certificates import Authority
from tests.support.dovecot import Dovecot, free_port
from tests.support.email_settings import email_settings
from tests.support.scripted_imap import ScriptedImap


@pytest.fixture
def survey(tmp_path: Path, dovecot: Dovecot, fresh_user: str) -> Iterator[Any]:
    """Looks into an empty mailbox at Dovecot, with these settings."""
    made: list[ImapInbox] = []

    def run(**imap: Any) -> list[Any]:
        settings = email_settings(tmp_path, imap={"port": dovecot.imap, "username": fresh_user} | imap)
        made.append(ImapInbox(settings, Connector(settings.imap, timeout=5, gate=LoginGate())))
        return made[-1].survey(lambda _: set())

    yield run
    for inbox in made:
        inbox.close()


def serve_tls(authority: Authority, folder: Path, name: str, *, expired: bool = False) -> Dovecot:
    """A Dovecot with a certificate that is wrong in one way."""
    return Dovecot(tls=authority.issue(name, expired=expired))


def test_implicit_tls_with_a_good_certificate(survey: Any, dovecot: Dovecot, authority: Authority) -> None:
    """A certificate whose issuer is named in ca_file is accepted, by name and by address."""
    for host in ("localhost", "127.0.0.1"):
        assert survey(host=host, port=dovecot.imaps, tls="implicit", ca_file=str(authority.file)) == []


def test_starttls_with_a_good_certificate(survey: Any, authority: Authority) -> None:
    """STARTTLS comes before the password."""
    assert survey(tls="starttls", ca_file=str(authority.file)) == []


@pytest.mark.parametrize("tls", ["implicit", "starttls"])
def test_unknown_issuer_is_refused(survey: Any, dovecot: Dovecot, tls: str) -> None:
    """A certificate that no trusted authority signed is refused, and ca_file is named as the remedy."""
    with pytest.raises(ChannelSetupError, match="ca_file"):
        survey(port=dovecot.imaps if tls == "implicit" else dovecot.imap, tls=tls)


@pytest.mark.parametrize(("name", "expired", "words"), [("localhost", True, "expired"), ("other.test", False, "match")])
def test_wrong_certificates_are_refused(
    survey: Any, authority: Authority, name: str, expired: bool, words: str
) -> None:
    """Expired, or made out to another host: refused, and the text says which."""
    with Dovecot(tls=authority.issue(name, expired=expired)) as server:
        for tls, port in (("implicit", server.imaps), ("starttls", server.imap)):
            with pytest.raises(ChannelSetupError, match=words):
                survey(port=port, tls=tls, ca_file=str(authority.file))


def test_stripped_starttls_is_refused_before_the_password(survey: Any, authority: Authority) -> None:
    """A server, or somebody on the way, that offers no STARTTLS gets no password."""
    with ScriptedImap() as stripped:
        with pytest.raises(ChannelSetupError, match="STARTTLS"):
            survey(port=stripped.port, tls="starttls", ca_file=str(authority.file))
        assert not any(b"LOGIN" in command.upper() or b"AUTH" in command.upper() for command in stripped.commands)


def test_plain_port_with_implicit_tls_is_explained(survey: Any, authority: Authority) -> None:
    """A port that speaks no TLS is a matter of set-up."""
    with pytest.raises(ChannelSetupError, match="check port and tls"):
        survey(tls="implicit", ca_file=str(authority.file))


def test_unreadable_ca_file_is_named(survey: Any, tmp_path: Path) -> None:
    """A missing ca_file is said by name."""
    with pytest.raises(ChannelSetupError, match=r"nowhere\.pem"):
        survey(tls="starttls", ca_file=str(tmp_path / "nowhere.pem"))


def test_tls_of_our_own_is_never_older_than_1_2(authority: Authority, tmp_path: Path) -> None:
    """TLS 1.0 and 1.1 are not spoken, and names are always checked."""
    from channels.email import tls

    context = tls.context(email_settings(tmp_path, imap={"tls": "implicit", "ca_file": str(authority.file)}).imap)
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2
    assert context.check_hostname
    assert context.verify_mode is ssl.CERT_REQUIRED


def test_wrong_password_names_user_host_and_remedy(survey: Any, tmp_path: Path, fresh_user: str) -> None:
    """A refused password is ours to mend, and the text says where."""
    wrong = tmp_path / "wrong"
    wrong.write_text("wrong")
    with pytest.raises(ChannelSetupError, match=rf"{fresh_user} at 127\.0\.0\.1:\d+.*check user name, password"):
        survey(password={"file": str(wrong)})


def test_missing_secret_is_named(survey: Any, tmp_path: Path) -> None:
    """A password file that is not there stops this channel, with its path."""
    with pytest.raises(ChannelSetupError, match="missing-secret"):
        survey(password={"file": str(tmp_path / "missing-secret")})


def test_password_with_line_end_is_not_sent(tmp_path: Path, survey: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A password cannot smuggle in a command."""
    monkeypatch.setenv("ODD_PASSWORD", "x\r\nA1 DELETE INBOX")
    with pytest.raises(ChannelSetupError, match="control characters"):
        survey(password={"env": "ODD_PASSWORD"})


def test_unreachable_server_is_temporary(survey: Any) -> None:
    """Nobody listens: try again later, the text says what to check."""
    with pytest.raises(TemporaryChannelError, match="check host and port") as caught:
        survey(port=free_port())
    assert not isinstance(caught.value, ChannelSetupError)


def test_refused_password_is_not_tried_again_at_once(tmp_path: Path) -> None:
    """After a refusal the account rests, ever longer, at most a quarter of an hour; then one try is made."""
    now = [0.0]
    gate = LoginGate(lambda: now[0])
    refusals = 0
    waits: list[float] = []

    def attempt() -> None:
        nonlocal refusals
        with gate.attempt():
            refusals += 1
            raise ChannelSetupError("login refused")

    for _ in range(8):
        with pytest.raises(ChannelSetupError, match="login refused"):
            attempt()
        made = refusals
        with pytest.raises(ChannelSetupError, match="next try in") as caught:
            attempt()
        assert refusals == made
        assert caught.value.retry_after is not None
        waits.append(caught.value.retry_after)
        now[0] += caught.value.retry_after

    assert waits == [30, 60, 120, 240, 480, 900, 900, 900]


def test_listener_and_inbox_of_one_account_share_the_gate(tmp_path: Path, dovecot: Dovecot, fresh_user: str) -> None:
    """Two connections of one account count as one towards a lock-out."""
    wrong = tmp_path / "wrong"
    wrong.write_text("wrong")
    options = {"port": dovecot.imap, "username": fresh_user, "password": {"file": str(wrong)}}
    settings = email_settings(tmp_path, imap=options)
    with pytest.raises(ChannelSetupError, match="AUTHENTICATIONFAILED"):
        ImapInbox(settings).survey(lambda _: set())
    with pytest.raises(ChannelSetupError, match="next try in"):
        ImapInbox(settings).survey(lambda _: set())
