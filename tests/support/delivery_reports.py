"""Reports on delivery as mail systems write them (RFC 3464), and a reader without a process of its own."""

from collections.abc import Iterator, Sequence
from typing import BinaryIO

from channels.email.reading.parse import html_body, leaf, parse
from mailroom.domain.message import Attachment
from mailroom.domain.record import Reading
from mailroom.stages.classify import Classifier

FAILED = (
    "Reporting-MTA: dns; mx.example\n{envelope}\n"
    "Final-Recipient: rfc822; pinkaew@citizen.test\nAction: failed\nStatus: 5.1.1\n"
    "Diagnostic-Code: smtp; 550 5.1.1 <pinkaew@citizen.test>:\n  user unknown\n"
)
DELAYED = (
    "Reporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; pinkaew@citizen.test\nAction: Delayed (retrying)\n"
    "Status: 4.4.1\nDiagnostic-Code: X-local; no answer from host\n"
)
RELAYED = (
    "Reporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; pinkaew@citizen.test\nAction: relayed\nStatus: 2.0.0\n"
)


def report(
    status: str, returned: str, *, returned_type: str = "text/rfc822-headers", subject: str = "Undelivered"
) -> bytes:
    """A whole mail with a report about the letter whose headers come back as `returned`."""
    parts = (
        ("text/plain; charset=utf-8", "I could not deliver your message."),
        ("message/delivery-status", status),
        (returned_type, returned),
    )
    body = "".join(f"--b1\nContent-Type: {kind}\n\n{text}\n" for kind, text in parts)
    head = (
        "Return-Path: <>\nFrom: Mail Delivery System <mailer-daemon@mx.example>\nTo: saraban@agency.example\n"
        f"Subject: {subject}\nDate: Mon, 5 Jan 2026 10:05:00 +0700\nMessage-ID: <report@mx.example>\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b1"\n'
    )
    return f"{head}\n{body}--b1--\n".replace("\n", "\r\n").encode()


def headers_of(item_id: str) -> str:
    return (
        f"From: saraban@agency.example\nTo: pinkaew@citizen.test\nMessage-ID: <{item_id}@agency.example>\nSubject: x\n"
    )


class DirectReader:
    """`ports.Reader` in this process: for mails that a test made itself."""

    def teach(self, classifier: Classifier) -> None:
        """It classifies nothing."""

    def read_many(self, sources: Sequence[BinaryIO]) -> Iterator[Reading]:
        for source in sources:
            yield Reading(parse(source.read()))

    def html(self, source: BinaryIO) -> str:
        return html_body(source.read())

    def part(self, source: BinaryIO, part: int) -> tuple[Attachment, bytes]:
        return leaf(source.read(), part)

    def close(self) -> None:
        """Nothing is open."""
