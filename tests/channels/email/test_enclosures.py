"""Letters that carry documents: the very bytes, under a name that every program can read, signed where configured."""

import email
import email.policy
from dataclasses import replace
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.email.letter import SignMail, wire
from channels.email.reading.parse import parse
from channels.email.recipients import Recipient
from mailroom.domain.decision import Letter
from mailroom.domain.errors import PermanentChannelError
from mailroom.domain.outbox import OutboxItem
from tests.support.licence_mail import ENCLOSED, ITEM, PDF

SENDER = Recipient("saraban", "agency.example")


def raw(item: OutboxItem, content: bytes = PDF, sign_mail: SignMail | None = None) -> bytes:
    return wire(item, [content], sender=SENDER, sender_name="อบต. ตัวอย่าง", sign_mail=sign_mail)


def read(content: bytes) -> EmailMessage:
    message = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def named(name: str) -> OutboxItem:
    return replace(ITEM, enclosures=(replace(ENCLOSED, name=name),))


def test_the_document_comes_out_byte_for_byte() -> None:
    """Another parser and our own reader find words in two forms, and the PDF with its digest."""
    message = read(raw(ITEM))
    assert message.get_content_type() == "multipart/mixed"
    assert [part.get_content_type() for part in message.walk()][1:] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
        "application/pdf",
    ]
    (attachment,) = message.iter_attachments()
    assert attachment.get_content() == PDF
    assert attachment.get_filename() == "licence-food-12-2569.pdf"
    (ours,) = parse(raw(ITEM)).attachments
    assert (ours.sha256, ours.name, ours.media_type) == (ENCLOSED.digest, ENCLOSED.name, "application/pdf")


@given(st.binary(max_size=3000))
def test_any_content_survives(content: bytes) -> None:
    """Whatever bytes a document has, those arrive."""
    message = read(raw(ITEM, content))
    assert [part.get_payload(decode=True) for part in message.iter_attachments()] == [content]


def test_lines_stay_short_and_ascii() -> None:
    """No relay needs to touch the letter, and a server without 8BITMIME takes it."""
    content = raw(named("ใบอนุญาตประกอบกิจการที่เป็นอันตรายต่อสุขภาพ เลขที่ ๑๒/๒๕๖๙.pdf"))
    assert content.isascii()
    assert max(map(len, content.split(b"\r\n"))) <= 76
    assert content.replace(b"\r\n", b"").count(b"\n") == 0


def test_a_thai_name_is_read_whole_and_has_an_ascii_twin() -> None:
    """RFC 2231 in the disposition; programs that do not know it read the name of the type."""
    name = "ใบอนุญาตจัดตั้งสถานที่จำหน่ายอาหาร 12-2569.pdf"
    message = read(raw(named(name)))
    (attachment,) = message.iter_attachments()
    assert attachment.get_filename() == name
    assert attachment["Content-Type"].params["name"] == "12-2569.pdf"
    assert not attachment["Content-Disposition"].defects
    (ours,) = parse(raw(named(name))).attachments
    assert ours.name == name


@given(st.text(max_size=200))
def test_no_name_breaks_the_letter(name: str) -> None:
    """A name steers neither headers nor paths."""
    message = read(raw(named(name)))
    (attachment,) = message.iter_attachments()
    assert attachment.get_payload(decode=True) == PDF
    shown = attachment.get_filename() or ""
    assert shown
    assert not set(shown) & set('/\\:*?"<>|\r\n\0')


def test_a_letter_without_its_document_is_never_made() -> None:
    with pytest.raises(PermanentChannelError):
        wire(ITEM, [], sender=SENDER, sender_name="x")


def test_a_retry_is_byte_identical() -> None:
    assert raw(ITEM) == raw(replace(ITEM, attempts=4, uncertain=True, reply="451 later"))


def test_a_licence_is_no_automatic_message_and_a_reminder_is_no_reply() -> None:
    """RFC 3834: the head decided on the one, a clock caused the other; neither silences reports of failure."""
    licence, reminder = read(raw(ITEM)), read(raw(replace(ITEM, letter=Letter.RENEWAL_REMINDER)))
    assert licence["Auto-Submitted"] is None
    assert reminder["Auto-Submitted"] == "auto-generated"
    assert licence["X-Auto-Response-Suppress"] == reminder["X-Auto-Response-Suppress"] == "OOF, AutoReply"


def test_only_letters_with_documents_are_signed() -> None:
    """What signs is given the whole mail, and what it makes is sent."""
    seen: list[bytes] = []

    def sign_mail(mail: bytes) -> bytes:
        seen.append(mail)
        return b"signed " + mail

    assert raw(ITEM, sign_mail=sign_mail) == b"signed " + raw(ITEM)
    plain = replace(ITEM, enclosures=())
    assert not wire(plain, sender=SENDER, sender_name="x", sign_mail=sign_mail).startswith(b"signed")
    assert seen == [raw(ITEM)]
