"""The wire form of a letter: always the same, readable by everybody, and safe whatever a citizen wrote."""

import email
import email.policy
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.email.letter import wire
from channels.email.recipients import Recipient, checked
from mailroom.domain.decision import Letter
from mailroom.domain.errors import PermanentChannelError
from mailroom.domain.outbox import OutboxItem

SENDER = Recipient("saraban", "agency.example")
AGENCY = "องค์การบริหารส่วนตำบลตัวอย่าง"
NAMES = {
    "from", "to", "subject", "date", "message-id", "in-reply-to", "references", "auto-submitted",
    "x-auto-response-suppress", "content-language", "mime-version", "content-type", "content-transfer-encoding",
}  # fmt: skip

ITEM = OutboxItem(
    id="9f86d081884c7d65",
    message_id=1,
    channel="email",
    letter=Letter.ACKNOWLEDGEMENT,
    to="somchai@example.com",
    to_name="สมชาย ใจดี",
    subject="ได้รับเรื่องของท่านแล้ว เลขรับ ๔๑/๒๕๖๙: ขอใบอนุญาตประกอบกิจการโรงงาน",
    text="เรียน คุณสมชาย\n\nได้รับเรื่องแล้ว\n",
    html="<p>เรียน คุณสมชาย</p>",
    in_reply_to="<b@example.com>",
    references=("<a@example.com>",),
    created_at=datetime(2026, 12, 31, 20, 30, tzinfo=UTC),
    due_at=datetime(2026, 12, 31, 20, 30, tzinfo=UTC),
)


def raw(item: OutboxItem) -> bytes:
    return wire(item, sender=SENDER, sender_name=AGENCY)


def read(item: OutboxItem) -> EmailMessage:
    message = email.message_from_bytes(raw(item), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def test_letter_reads_as_it_was_written() -> None:
    """Subject, both texts, and threads come out of another parser as they went in; the date is Thai time."""
    message = read(ITEM)
    assert message["Subject"] == ITEM.subject
    assert message["To"].addresses[0].addr_spec == "somchai@example.com"
    assert message["From"].addresses[0].addr_spec == "saraban@agency.example"
    assert message["Date"].datetime.isoformat() == "2027-01-01T03:30:00+07:00"
    assert message["Message-ID"] == "<9f86d081884c7d65@agency.example>"
    assert message["In-Reply-To"] == "<b@example.com>"
    assert message["References"].split() == ["<a@example.com>", "<b@example.com>"]
    assert message["Auto-Submitted"] == "auto-replied"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["Content-Language"] == "th"
    assert message.get_content_type() == "multipart/alternative"
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content().replace("\r\n", "\n") == ITEM.text
    assert html.get_content().strip() == ITEM.html


def test_same_item_gives_the_same_bytes() -> None:
    """A retry is byte-identical, however often the row was tried."""
    assert raw(ITEM) == raw(replace(ITEM, attempts=3, uncertain=True, reply="451 later"))


def test_letter_without_html_is_one_part() -> None:
    """No empty alternative is sent."""
    assert read(replace(ITEM, html="")).get_content_type() == "text/plain"


def test_lines_are_short_and_end_in_crlf() -> None:
    """Pure ASCII, CRLF only, at most 76 characters, so that no relay needs to touch it."""
    content = raw(replace(ITEM, text="ก" * 5000, subject="ที่ " * 100))
    assert content.isascii()
    assert content.replace(b"\r\n", b"").count(b"\n") == content.replace(b"\r\n", b"").count(b"\r") == 0
    assert max(map(len, content.split(b"\r\n"))) <= 76


EVIL = [
    "x\r\nBcc: victim@example.com",
    "x\nBcc: victim@example.com",
    "x\rBcc: victim@example.com",
    "x\x00y",
    "x\u2028Bcc: victim@example.com",
    "x\x85Bcc: victim@example.com",
    "=?utf-8?q?x=0D=0ABcc:_victim=40example.com?=",
    '"><script>',
    "\ud800 lone surrogate",
    "\u202egpj.exe",
    "a" * 5000,
    "ก" * 5000,
    "",
    " ",
    '"\\',
    "office@agency.example",
    "x <evil@example.com>",
    ",,;:",
]


@pytest.mark.parametrize("text", EVIL)
@pytest.mark.parametrize("place", ["subject", "to_name", "in_reply_to"])
def test_no_header_can_be_injected(place: str, text: str) -> None:
    """Whatever stands in the citizen's headers, ours are the only ones, and the letter goes to one address."""
    message = read(replace(ITEM, **{place: text}))
    assert {name.lower() for name in message.keys()} <= NAMES  # noqa: SIM118 - a message is no mapping
    assert [address.addr_spec for address in message["To"].addresses] == ["somchai@example.com"]
    assert not [defect for header in message.values() for defect in header.defects]
    assert message.get_content_type() == "multipart/alternative"


@pytest.mark.parametrize("text", ["", "a b", "a\r\nBcc: x@y.test", "a>", "ก", '"', "a" * 65])
def test_id_that_is_none_is_refused(text: str) -> None:
    """The Message-ID is ours alone: an id that it cannot hold is a fault, never repaired into another."""
    with pytest.raises(PermanentChannelError):
        raw(replace(ITEM, id=text))


@given(subject=st.text(), name=st.text(), reference=st.text(), body=st.text())
def test_any_text_makes_a_sound_letter(subject: str, name: str, reference: str, body: str) -> None:
    """Headers and part structure hold for any input at all."""
    item = replace(ITEM, subject=subject, to_name=name, references=(reference,), text=body)
    content = raw(item)
    head = content.split(b"\r\n\r\n", 1)[0]
    names = {line.split(b":")[0].lower().decode() for line in head.split(b"\r\n") if line[:1] not in b" \t"}
    assert names <= NAMES
    assert content.isascii()
    assert max(map(len, content.split(b"\r\n"))) <= 998


def test_threads_are_bounded_and_cleaned() -> None:
    """Of five thousand references the first and the last remain; what is no message id is left out."""
    item = replace(ITEM, references=("nonsense", "<a b@c>", *(f"<{n}@example.com>" for n in range(5000))))
    references = read(item)["References"].split()
    assert len(references) == 10
    assert references[0] == "<0@example.com>"
    assert references[-2:] == ["<4999@example.com>", "<b@example.com>"]


@pytest.mark.parametrize(
    "address",
    [
        "", "a", "@b.test", "a@", "a@b@c.test", "a b@c.test", "a@b c.test", "<a@b.test>", '"a b"@c.test',
        "a@b.test\r\nRCPT TO:<x@y.test>", "a\0@b.test", "a@[127.0.0.1]", "a..b@c.test", ".a@c.test", "a.@c.test",
        "a,b@c.test", "a@c.test,d@e.test", "(x)a@c.test", "a@-c.test", "a@c..test", "a@.test", "a" * 65 + "@c.test",
        "a@" + "b" * 64 + ".test", "ก" * 30 + "@c.test", "a\u202eb@c.test", "a\ud800@c.test", "a@c.test>",
    ],
)  # fmt: skip
def test_odd_addresses_are_refused(address: str) -> None:
    """What is no plain address is a clerk's matter: nothing is guessed, nothing rewritten."""
    with pytest.raises(PermanentChannelError):
        checked(address)
    with pytest.raises(PermanentChannelError):
        raw(replace(ITEM, to=address))


@pytest.mark.parametrize(
    ("address", "wired", "international"),
    [
        ("somchai.j+tag@Example.COM", "somchai.j+tag@Example.COM", False),
        ("o'neil@example.com", "o'neil@example.com", False),
        ("saraban@localhost", "saraban@localhost", False),
        ("somchai@ตัวอย่าง.ไทย", "somchai@xn--72c1a1bt4awk9o.xn--o3cw4h", False),
        ("สมชาย@example.com", "สมชาย@example.com", True),
    ],
)
def test_plain_addresses_pass(address: str, wired: str, international: bool) -> None:
    """Thai domains travel as A-labels everywhere; a Thai local part needs SMTPUTF8."""
    recipient = checked(address)
    assert (recipient.address, recipient.international) == (wired, international)
