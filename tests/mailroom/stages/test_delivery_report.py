"""Reports on delivery, as real systems write them and as nobody should."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailroom.stages.delivery_report import Fate, Report, read_report, returned_message_id

POSTFIX = b"""Reporting-MTA: dns; mx.example\r
X-Postfix-Queue-ID: 4ABC\r
Arrival-Date: Mon,  5 Jan 2026 10:00:00 +0700 (ICT)\r
\r
Final-Recipient: rfc822; somchai@example.com\r
Original-Recipient: rfc822;somchai@example.com\r
Action: failed\r
Status: 5.2.2\r
Remote-MTA: dns; mail.example.com\r
Diagnostic-Code: smtp; 552 5.2.2 mailbox full\r
"""
EXCHANGE = b"""Original-Envelope-Id: 0123456789abcdef0123456789abcdef\r
Reporting-MTA: dns;HK0PR.prod.example\r
\r
Final-Recipient: rfc822;somchai@example.com\r
Action: failed\r
Status: 5.1.10\r
Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound;\r
 Recipient not found by SMTP address lookup\r
"""
DELAYED = b"Reporting-MTA: dns; a\n\nFinal-Recipient: rfc822; a@b.c\nAction: delayed\nStatus: 4.4.1\n"
MIXED = DELAYED + b"\nFinal-Recipient: rfc822; d@e.f\nAction: FAILED (really)\nStatus: 5.0.0\n"


@pytest.mark.parametrize(
    ("content", "report"),
    [
        (POSTFIX, Report(Fate.FAILED, "5.2.2 somchai@example.com: 552 5.2.2 mailbox full")),
        (
            EXCHANGE,
            Report(
                Fate.FAILED,
                "5.1.10 somchai@example.com: 550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP"
                " address lookup",
                "0123456789abcdef0123456789abcdef",
            ),
        ),
        (DELAYED, Report(Fate.DELAYED, "4.4.1 a@b.c")),
        (MIXED, Report(Fate.FAILED, "5.0.0 d@e.f")),
        (DELAYED.replace(b"delayed", b"relayed"), None),
        (DELAYED.replace(b"delayed", b"delivered"), None),
        (b"", None),
        (b"Action: ", None),
        (b"\r\n\r\n\r\nAction: failed", Report(Fate.FAILED, "")),
    ],
)
def test_failure_and_delay_are_told_apart(content: bytes, report: Report | None) -> None:
    """Status, recipient and diagnostic in one line; a failure outweighs a delay; success is of no concern."""
    assert read_report(content) == report


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"From: a\r\nMessage-ID: <x@y>\r\n\r\nMessage-ID: <body@y>", "<x@y>"),
        (b"\r\nmessage-id:\r\n <x@y>\r\n", "<x@y>"),
        (b"From: a\r\n\r\nMessage-ID: <body@y>", ""),
        (b"", ""),
    ],
)
def test_the_returned_letter_is_named_by_its_own_header(content: bytes, found: str) -> None:
    assert returned_message_id(content) == found


def test_words_are_one_bounded_line() -> None:
    """They stand in events and pages."""
    report = read_report(b"\n\nAction: failed\nDiagnostic-Code: smtp; " + b"\x1b[31m\xe2\x80\xae x" * 10_000)
    assert report is not None
    assert len(report.words) <= 400
    assert report.words.isprintable()


@given(st.binary(max_size=2000))
def test_no_bytes_make_it_fail(content: bytes) -> None:
    read_report(content)
    returned_message_id(content)
    read_report(b"\n\nAction: failed\nStatus: " + content)
