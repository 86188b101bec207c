"""Broken and hostile headers and addresses are read without guessing, in time linear in their length."""

import time
from datetime import UTC, datetime

import pytest

from channels.email.reading.parse import parse
from mailroom.domain.message import Address, Message
from mailroom.stages.automatic import RULE_HEADERS
from tests.support.raw_mail import simple


def codes(message: Message) -> set[str]:
    return {defect.partition(":")[0] for defect in message.defects}


SENDERS: dict[str, tuple[bytes, str, str, set[str]]] = {
    # name: (value of From, name, address, defect codes)
    "plain": (b"a@b.example", "", "a@b.example", set()),
    "domain in capitals": (b"Ann <Ann@B.Example>", "Ann", "Ann@b.example", set()),
    "old comment form": (b"a@b.example (Ann Lee)", "Ann Lee", "a@b.example", set()),
    "comment behind": (b"Ann <a@b.example> (office)", "Ann", "a@b.example", set()),
    "quoted comma": (b'"Lee, Ann" <a@b.example>', "Lee, Ann", "a@b.example", set()),
    "unquoted at sign that is the same": (b"a@b.example <a@b.example>", "a@b.example", "a@b.example", set()),
    "encoded word in quotes": (b'"=?utf-8?B?4LiB?=" <a@b.example>', "ก", "a@b.example", set()),
    "raw tis-620 name": ("สมชาย ใจดี".encode("cp874") + b" <a@b.example>", "สมชาย ใจดี", "a@b.example", {"charset-undeclared"}),
    # Their last bytes in UTF-8, 0xA0 and 0x85, are white space in Latin-1.
    "raw utf-8 name with bytes of spaces": ("อำเภอ ภูษา ฤๅษี <a@b.example>".encode(), "อำเภอ ภูษา ฤๅษี", "a@b.example", set()),
    "brackets in the name": ("ร้านแดง [สาขา 2] <a@b.example>".encode(), "ร้านแดง [สาขา 2]", "a@b.example", set()),
    "two mailboxes": (b"A <a@b.example>, c@d.example", "A", "", {"from-several"}),
    "group": (b"x:a@b.example,c@d.example;", "", "", {"from-several", "address-group"}),
    "empty group": (b"undisclosed:;", "", "", {"address-group"}),
    "name is another address": (
        b'"office@agency.go.th" <evil@x.example>', "office@agency.go.th", "evil@x.example", {"name-is-address"}
    ),
    "unquoted other address": (b"office@agency.go.th <evil@x.example>", "office@agency.go.th", "", {"address-malformed"}),
    "bracket": (b"alice@good.example]<bob@evil.example>", "alice@good.example]", "", {"address-malformed"}),
    "closing comment": (b"alice@good.example)bob@evil.example", "", "", {"address-malformed"}),
    "two at signs": (b"a@b@c.example", "", "", {"address-malformed"}),
    "encoded at sign": (b"=?utf-8?q?a=40b?=@c.example", "", "", {"address-malformed"}),
    "encoded address": (b"=?utf-8?q?a=40b.example?=", "a@b.example", "", {"address-missing"}),
    "encoded line end": (
        b"=?utf-8?q?Ann=0D=0ABcc=3A_x=40y.example?= <a@b.example>", "Ann␍␊Bcc: x@y.example", "a@b.example", {"name-is-address"}
    ),
    "deep comments": (b"(" * 3000 + b"x" + b")" * 3000 + b" a@b.example", "", "a@b.example", set()),
    "unclosed comment": (b"(" * 3000 + b" a@b.example", "", "", {"address-malformed"}),
    "comment within the address": (b"a@(x)b.example", "x", "", {"address-malformed"}),
    "unclosed quote": (b'"' + b'\\"' * 25_000 + b" <a@b.example>", "", "", {"address-malformed"}),
    "dots": (b"a" + b".a" * 10_000 + b"@b.example", "", "", {"address-malformed"}),
    "route": (b"<@relay.example:a@b.example>", "", "", {"address-malformed"}),
    "space in the domain": (b"a@b.example .evil.example", "", "", {"address-malformed"}),
    "junk behind the angle": (b"<a@b.example> c@d.example", "", "", {"address-malformed"}),
    "two angles": (b"<a@b.example><c@d.example>", "", "", {"address-malformed"}),
    "empty angle": (b"Ann <>", "Ann", "", {"address-missing"}),
    "Thai domain": ("a@ไทย.example".encode(), "", "a@xn--o3cw4h.example", {"address-idn"}),
    "Thai local part": ("สมชาย@b.example".encode(), "", "", {"address-malformed"}),
    "homograph": ("a@p\u0430ypal.example".encode(), "", "a@xn--pypal-4ve.example", {"address-idn"}),
    "domain literal": (b"a@[192.0.2.1]", "", "", {"address-malformed"}),
    "direction controls in the name": (
        "abc\u202egpj <a@b.example>".encode(), "abc<U+202E>gpj", "a@b.example", set()
    ),
    "template syntax": (b'"{{7*7}} ${x} %s%n" <a@b.example>', "{{7*7}} ${x} %s%n", "a@b.example", set()),
}  # fmt: skip


@pytest.mark.parametrize("case", SENDERS.values(), ids=SENDERS.keys())
def test_the_sender_is_plain_or_nobody(case: tuple[bytes, str, str, set[str]]) -> None:
    """An odd From gives a name, no address, and a defect that says why."""
    value, name, address, expected = case
    message = parse(simple(b"From: " + value, b"Message-ID: <1@b.example>"))
    assert message.sender == Address(message.sender.name, address)
    if name:
        assert message.sender.name == name
    assert codes(message) >= expected
    if not expected:
        assert not message.defects


def test_a_mail_without_from_has_no_sender() -> None:
    """No From is a defect and nobody's mail."""
    message = parse(b"Subject: x\r\nSender: a@b.example\r\n\r\ntext")
    assert message.sender == Address("", "")
    assert "from-missing" in codes(message)
    assert message.fingerprint == ""


def test_two_from_fields_are_nobodys_mail() -> None:
    """Two From fields: both are shown, neither is the sender."""
    message = parse(b"From: a@b.example\r\nFrom: c@d.example\r\n\r\ntext")
    assert message.sender.address == ""
    assert [sender.address for sender in message.senders] == ["a@b.example", "c@d.example"]
    assert codes(message) >= {"from-repeated", "from-several"}


def test_recipients_are_bounded() -> None:
    """Of 20,000 recipients a thousand are kept, and quickly."""
    started = time.process_time()
    message = parse(simple(b"To: " + b", ".join(b"u%d@b.example" % n for n in range(20_000))))
    assert len(message.recipients) == 1000
    assert "addresses-limit" in codes(message)
    assert time.process_time() - started < 1.0


def test_a_list_of_undisclosed_recipients_is_ordinary() -> None:
    """`undisclosed-recipients:;` in To is no defect."""
    message = parse(simple(b"To: undisclosed-recipients:;", b"Message-ID: <1@b.example>"))
    assert message.recipients == ()
    assert not message.defects


def test_reply_to_elsewhere_is_flagged() -> None:
    """Reply-To at another domain is kept and flagged."""
    message = parse(simple(b"Reply-To: x@elsewhere.example"))
    assert message.reply_to == (Address("", "x@elsewhere.example"),)
    assert "reply-to-elsewhere: elsewhere.example" in message.defects


DATES: dict[str, tuple[bytes, datetime | None, set[str]]] = {
    "ordinary": (b"Sun, 22 Nov 2026 09:00:00 +0700", datetime(2026, 11, 22, 2, tzinfo=UTC), set()),
    "Buddhist year": (b"Sun, 22 Nov 2569 09:00:00 +0700", datetime(2026, 11, 22, 2, tzinfo=UTC), {"date-buddhist"}),
    "huge year": (b"Sun, 22 Nov 99999999999 09:00:00 +0700", None, {"date-absurd"}),
    "1970": (b"Thu, 1 Jan 1970 00:00:00 +0000", None, {"date-absurd"}),
    "2099": (b"Thu, 1 Jan 2099 00:00:00 +0000", datetime(2099, 1, 1, tzinfo=UTC), set()),
    "minus zero": (b"Sun, 22 Nov 2026 02:00:00 -0000", datetime(2026, 11, 22, 2, tzinfo=UTC), set()),
    "wild zone": (b"Sun, 22 Nov 2026 02:00:00 +9999", datetime(2026, 11, 22, 2, tzinfo=UTC), {"date-zone"}),
    "two digits": (b"22 Nov 26 02:00 GMT", datetime(2026, 11, 22, 2, tzinfo=UTC), set()),
    "words": (b"yesterday", None, {"date-unreadable"}),
    "31 February": (b"31 Feb 2026 02:00:00 +0000", None, {"date-unreadable"}),
    "missing": (b"", None, {"date-missing"}),
}


@pytest.mark.parametrize("case", DATES.values(), ids=DATES.keys())
def test_dates(case: tuple[bytes, datetime | None, set[str]]) -> None:
    """A date is an instant in UTC or nothing, and its oddity is named."""
    value, expected, defects = case
    message = parse(simple(b"Message-ID: <1@b.example>", b"Date: " + value))
    assert message.sent_at == expected
    assert codes(message) == defects


def test_the_topmost_received_tells_when_it_was_relayed() -> None:
    """relayed_at is the date of the first Received field."""
    message = parse(
        simple(
            b"Received: from a by b\r\n\twith ESMTPS; Sun, 22 Nov 2026 09:00:05 +0700",
            b"Received: from c by a; Sat, 21 Nov 2026 09:00:00 +0700",
        )
    )
    assert message.relayed_at == datetime(2026, 11, 22, 2, 0, 5, tzinfo=UTC)


def test_five_thousand_hops_are_a_loop() -> None:
    """More than a hundred Received fields are flagged."""
    message = parse(simple(*[b"Received: x; Sun, 22 Nov 2026 09:00:05 +0700"] * 1500))
    assert "hops-limit: 1500" in message.defects


SUBJECTS: dict[str, tuple[bytes, str, set[str]]] = {
    "encoded line end": (b"=?utf-8?q?a=0D=0AX-Evil=3A_1?=", "a␍␊X-Evil: 1", set()),
    "NUL": (b"a\0b", "a␀b", set()),
    "bare CR": (b"a\rb", "a␍b", set()),
    "unknown charset": (b"=?x-klingon?q?=E0=B8=81?=", "ก", {"charset-unknown"}),
    "codec that is no charset": (b"=?zlib?b?eJwDAAAAAAE=?=", None, {"charset-unknown"}),
    "unpadded base64": (b"=?utf-8?B?4LiB4Lix?= =?utf-8?B?4LiB4LiZ4LiZZA?=", "กักนนd", set()),
    "base64 cut within a quantum": (b"=?utf-8?B?4LiB4?= =?utf-8?B?Lix?=", "กั", set()),
    "mixed charsets": (b"=?utf-8?B?4LiB?= =?tis-620?Q?=A1?=", "กก", set()),
    "Thai character between Q and B": (b"=?utf-8?Q?=E0=B8?= =?utf-8?B?gQ==?=", "ก", set()),
    "word with a language": (b"=?utf-8*th?B?4LiB?=", "ก", set()),
    "word within a word": (b"x=?utf-8?B?4LiB?=y", "xกy", set()),
    "not a word": (b"=?utf-8?X?abc?= =?a", "=?utf-8?X?abc?= =?a", set()),
    "surrogate in UTF-8": (b"a\xed\xa0\x80b", None, set()),
    "UTF-7": (b"=?utf-7?Q?+ADw-script+AD4-?=", "+ADw-script+AD4-", set()),
    "mojibake": ("ขอใบ".encode().decode("latin-1").encode(), "ขอใบ", {"charset-doubled"}),
    "mojibake of one byte": ("ขอใบอนุญาต".encode("cp874").decode("latin-1").encode(), "ขอใบอนุญาต", {"charset-doubled"}),
    "French": ("Déjà créée à l'été, où êtes-vous né ? Noël".encode(), "Déjà créée à l'été, où êtes-vous né ? Noël", set()),
    "Icelandic in capitals": ("ÁÐÉÍÓÚÝÞÆÖ".encode(), "ÁÐÉÍÓÚÝÞÆÖ", set()),
    "แบบ in raw TIS-620": ("แบบ".encode("cp874"), "แบบ", {"charset-undeclared"}),
    "Vietnamese": ("Đơn xin giấy phép".encode(), "Đơn xin giấy phép", set()),
    "emoji": ("ขอบคุณ 🙏".encode(), "ขอบคุณ 🙏", set()),
    "markup": (b"<script>alert(1)</script>", "<script>alert(1)</script>", set()),
}  # fmt: skip


@pytest.mark.parametrize("case", SUBJECTS.values(), ids=SUBJECTS.keys())
def test_subjects(case: tuple[bytes, str | None, set[str]]) -> None:
    """A subject is one line of what the citizen wrote, controls shown, whatever its form."""
    value, expected, defects = case
    message = parse(simple(b"Message-ID: <1@b.example>", b"Subject: " + value))
    if expected is not None:
        assert message.subject == expected
        assert codes(message) == defects
    assert codes(message) >= defects
    message.subject.encode("utf-8")
    assert message.subject == "".join(c for c in message.subject if c.isprintable())


def test_zalgo_is_clipped() -> None:
    """Five thousand marks on one letter become eight."""
    message = parse(simple(b"Subject: " + ("a" + "\u0301" * 5000 + "b").encode()))
    assert message.subject == "a" + "\u0301" * 8 + "b"


def test_four_thousand_encoded_words_are_joined_and_bounded() -> None:
    """A subject of 4,000 pieces is read as one, up to its limit."""
    message = parse(simple(b"Subject: " + b"\r\n ".join([b"=?utf-8?B?4LiB?="] * 4000)))
    assert set(message.subject) == {"ก"}
    assert 1000 < len(message.subject) <= 2000


def test_a_megabyte_of_header_is_shown_in_part() -> None:
    """A header line of 1 MB is cut in what is shown, and the mail is read."""
    message = parse(simple(b"Subject: " + b"x" * (1 << 20), b"Message-ID: <1@b.example>"))
    assert len(message.subject) == 2000
    assert message.text == "text"
    assert "subject-limit" in codes(message)


def test_a_hundred_thousand_headers_are_bounded() -> None:
    """Header fields beyond the limit are not read; the body is."""
    message = parse(simple(b"Subject: x", *[b"X-Flood: y"] * 100_000))
    assert message.subject == "x"
    assert message.text == "text"
    assert "header-limit" in codes(message)


def test_a_folding_bomb_is_one_field() -> None:
    """100,000 continuation lines cost little and end in one bounded value."""
    started = time.process_time()
    message = parse(simple(b"Subject: x\r\n" + b"\r\n".join([b" y"] * 100_000)))
    assert message.subject.startswith("x y y")
    assert time.process_time() - started < 1.0


def test_a_line_without_a_colon_is_passed_over() -> None:
    """A broken line among fields is a defect; the fields behind it count."""
    message = parse(b"From: a@b.example\r\nthis is no field\r\nSubject: x\r\n\r\ntext")
    assert (message.sender.address, message.subject) == ("a@b.example", "x")
    assert "header-malformed" in codes(message)


def test_a_mail_that_begins_with_a_blank_line_is_all_body() -> None:
    """Nothing above the first blank line: no header, all text, unreadable as a letter."""
    message = parse(b"\r\nFrom: a@b.example\r\n\r\ntext")
    assert message.sender.address == ""
    assert message.text == "From: a@b.example\n\ntext"
    assert "unreadable: no header fields" in message.defects


@pytest.mark.parametrize("raw", [b"", b"\r\n", b"\r\n\r\n\r\n", b"\n"], ids=repr)
def test_nothing_is_unreadable(raw: bytes) -> None:
    """An empty file says so."""
    assert "unreadable: empty" in parse(raw).defects


def test_only_an_mbox_line_is_unreadable() -> None:
    """A `From ` line alone is no header."""
    assert "unreadable: no header fields" in parse(b"From a@b.example Sun Nov 22 09:00:00 2026\n").defects


def test_a_byte_order_mark_is_passed_over() -> None:
    """A mail that was saved as a UTF-8 text file is read."""
    assert parse(b"\xef\xbb\xbfFrom: a@b.example\r\n\r\ntext").sender.address == "a@b.example"


def test_old_macintosh_line_ends() -> None:
    """A mail whose lines end in CR alone is read."""
    message = parse(b"From: a@b.example\rSubject: x\r\rtext")
    assert (message.sender.address, message.subject, message.text) == ("a@b.example", "x", "text")
    assert "line-ends" in codes(message)


IDS: dict[str, tuple[bytes, str, set[str]]] = {
    "ordinary": (b"<a@b>", "<a@b>", set()),
    "without brackets": (b"a@b.example", "<a@b.example>", set()),
    "empty": (b"<>", "", {"message-id-missing"}),
    "with spaces": (b"<a b@c>", "", {"message-id-unreadable"}),
    "8 kB": (b"<" + b"a" * 8000 + b"@b>", "", {"message-id-unreadable"}),
    "unbalanced": (b"<a@[b", "", {"message-id-unreadable"}),
}


@pytest.mark.parametrize("case", IDS.values(), ids=IDS.keys())
def test_message_ids(case: tuple[bytes, str, set[str]]) -> None:
    """A Message-ID has its brackets and no control characters, or is empty."""
    value, expected, defects = case
    message = parse(simple(b"Message-ID: " + value))
    assert message.message_id == expected
    assert codes(message) == defects


def test_references_are_bounded() -> None:
    """Of 5,000 references the first and the last are kept; one that repeats counts once."""
    value = b" ".join(b"<%d@x>" % n for n in range(5000)) + b" <1@x>"
    message = parse(simple(b"References: " + value))
    assert len(message.references) == 100
    assert message.references[0] == "<0@x>"


def test_the_null_return_path_is_told_from_none() -> None:
    """`<>` is the null sender; no header is None."""
    assert parse(simple(b"Return-Path: <>")).return_path == ""
    assert parse(simple(b"Return-Path: <a@b.example>")).return_path == "a@b.example"
    assert parse(simple()).return_path is None


def test_headers_that_rules_ask_for_are_kept() -> None:
    """Everything the rules look at is there, decoded, on one line; private fields are not."""
    message = parse(simple(*[name.encode() + b": a\r\n b" for name in RULE_HEADERS], b"X-Mailroom-Skip: 1"))
    assert {name: message.header(name) for name in RULE_HEADERS} == dict.fromkeys(RULE_HEADERS, "a b")
    assert message.header("x-mailroom-skip") == ""


def test_a_reused_message_id_with_other_content_has_another_fingerprint() -> None:
    """A redelivered copy has the same fingerprint, whatever the relays added; another text has another."""
    first = simple(b"Message-ID: <1@x>", b"Subject: a", body=b"one\r\n")
    again = b"Received: from x; Sun, 22 Nov 2026 09:00:00 +0700\r\n" + first.replace(b"one\r\n", b"one  \r\n\r\n")
    other = first.replace(b"one", b"two")
    assert parse(first).fingerprint == parse(again).fingerprint != ""
    assert parse(other).fingerprint not in ("", parse(first).fingerprint)
