"""Reading raises on no bytes whatever, ends soon, and always makes text that can be kept and shown."""

import dataclasses
import time

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels.email.reading.parse import html_body, leaf, parse, read_head
from channels.email.wire import reading_from_json, reading_to_json
from mailroom.domain.message import Message
from mailroom.domain.record import Reading
from tests.support.raw_mail import PDF, Form, multipart, part, simple, written

SEEDS = (
    written(Form("utf-8", "utf-8", "base64", "b")),
    written(Form("windows-874", "x-windows-874", "quoted-printable", "2231")),
    written(Form("windows-874", "", "8bit", "raw")),
    multipart(
        part("text/html; charset=tis-620", "<p>กข</p>".encode("cp874")),
        part("message/rfc822", simple(b"Subject: =?utf-8?B?4LiB?=", body=b"begin 644 a\n#0V%T\n`\nend\n")),
        part('application/ms-tnef; name="winmail.dat"', b"\x78\x9f\x3e\x22\1\0" + b"\2\2\x90\6\0\0\0\0\0\0\0"),
        part("image/png", b"\x89PNG\r\n\x1a\n" + PDF, "Content-ID: <a@b>"),
        subtype="related",
    ),
)
FRAGMENTS = (
    b"\r\n", b"\n", b"\r", b"\0", b"--b1", b"--b1--", b"=?utf-8?B?", b"?=", b"=?tis-620?Q?=E0", b'"', b"\\", b"(", b"<",
    b">", b"@", b";", b":", b"charset=", b"boundary=", b"filename*0*=", b"Content-Type: multipart/mixed; boundary=b1",
    b"Content-Transfer-Encoding: base64\r\n", b"Content-Type: message/rfc822\r\n\r\n", b"\xe0\xb8\x81", b"\xa1\xd1",
    b"\xff\xfe", b"charset=utf-16", b"charset=hz", b"charset=iso-2022-kr", b"begin 644 x\n", b"<!--", b"&#x110000;", b"\xed\xa0\x80",
)  # fmt: skip


def check(raw: bytes) -> None:
    started = time.process_time()
    message = parse(raw)
    assert time.process_time() - started < 2.0
    assert not [defect for defect in message.defects if "internal error" in defect]
    assert len(message.text) <= 100_000
    reading = Reading(message)
    assert reading_from_json(reading_to_json(reading)) == reading
    repr(message).encode("utf-8")
    for line in _lines(message):
        assert "\n" not in line
        assert "\r" not in line
        assert "\0" not in line
    assert parse(raw) == message
    html_body(raw)
    read_head(raw, "time limit")
    for attachment in message.attachments:
        assert leaf(raw, attachment.part)[0] == attachment


def _lines(message: Message) -> list[str]:
    people = (message.sender, *message.senders, *message.reply_to, *message.recipients)
    lines = [message.subject, message.message_id, *(text for person in people for text in dataclasses.astuple(person))]
    return lines + [attachment.name for attachment in message.attachments] + list(message.defects)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.binary(max_size=4000))
def test_arbitrary_bytes_are_read(raw: bytes) -> None:
    """Any bytes at all make a message."""
    check(raw)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from(SEEDS),
    st.lists(
        st.tuples(st.floats(0, 1), st.integers(0, 40), st.one_of(st.sampled_from(FRAGMENTS), st.binary(max_size=8))),
        max_size=12,
    ),
)
def test_mutated_mails_are_read(seed: bytes, changes: list[tuple[float, int, bytes]]) -> None:
    """Mails with pieces cut out and others put in make a message."""
    raw = bytearray(seed)
    for place, length, content in changes:
        at = int(place * len(raw))
        raw[at : at + length] = content
    check(bytes(raw))


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.sampled_from(FRAGMENTS), max_size=60))
def test_fragments_of_mails_are_read(fragments: list[bytes]) -> None:
    """Pieces of syntax in any order make a message."""
    check(b"From: a@b.example\r\n" + b"".join(fragments))
    check(b"".join(fragments))
