"""What `mailroom doctor` is told about e-mail."""

from pathlib import Path

from channels.email.checks import check
from tests.support.dovecot import Dovecot, free_port
from tests.support.email_settings import email_settings
from tests.support.smtp_end import SmtpEnd


def test_all_is_well(dovecot: Dovecot, fresh_user: str, smtp_end: SmtpEnd, tmp_path: Path) -> None:
    """Everything works: each thing tried is said, nothing is sent, nothing is marked."""
    dovecot.deliver(fresh_user, b"Subject: x\r\n\r\nx\r\n")
    settings = email_settings(
        tmp_path, imap={"port": dovecot.imap, "username": fresh_user}, smtp={"port": smtp_end.port}
    )
    findings = list(check(settings))
    assert all(finding.ok for finding in findings)
    texts = [finding.text for finding in findings]
    assert any("INBOX: 1 messages" in text for text in texts)
    assert any("keywords are kept" in text for text in texts)
    assert any("letters come from saraban@agency.example" in text for text in texts)
    assert smtp_end.letters == []


def test_each_trouble_is_named(dovecot: Dovecot, fresh_user: str, tmp_path: Path) -> None:
    """A missing folder and a server that is away are findings, not errors; the rest is tried all the same."""
    imap = {"port": dovecot.imap, "username": fresh_user, "folders": ["INBOX", "ไม่มี"], "after": "move:ใหม่"}
    findings = list(check(email_settings(tmp_path, imap=imap, smtp={"port": free_port()})))
    assert [finding.what for finding in findings if not finding.ok] == ["imap.folder", "smtp"]
    assert any("ใหม่, which will be created" in finding.text for finding in findings)


def test_mailbox_that_is_away_does_not_hide_the_smtp_server(smtp_end: SmtpEnd, tmp_path: Path) -> None:
    """Both servers are tried, whichever fails."""
    findings = list(check(email_settings(tmp_path, imap={"port": free_port()}, smtp={"port": smtp_end.port})))
    assert [(finding.what, finding.ok) for finding in findings] == [("imap", False), ("smtp.login", True)]
