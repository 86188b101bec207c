"""Every leaf of a mail is listed and its text found, however the mail is put together."""

import base64
import hashlib
import struct
import time

import pytest

from channels.email.reading.parse import html_body, leaf, parse
from mailroom.domain.errors import UnreadableError
from mailroom.domain.message import Message
from tests.support.raw_mail import PDF, multipart, part, simple

TEXT = part("text/plain; charset=utf-8", "ข้อความ".encode())
HTML = part("text/html; charset=utf-8", "<p>ข้อความ <b>หนา</b></p>".encode())
FILE = part("application/pdf; name=a.pdf", base64.encodebytes(PDF), "Content-Transfer-Encoding: base64")


def codes(message: Message) -> set[str]:
    return {defect.partition(":")[0] for defect in message.defects}


def names(message: Message) -> list[str]:
    return [attachment.name for attachment in message.attachments]


def test_alternatives_are_one_body() -> None:
    """Text and HTML of one letter: the text is the body, the HTML is at hand, nothing is an attachment."""
    raw = multipart(TEXT, HTML, subtype="alternative")
    message = parse(raw)
    assert (message.text, message.has_html, message.attachments) == ("ข้อความ", True, ())
    assert html_body(raw) == "<p>ข้อความ <b>หนา</b></p>"
    assert message.part_types == ("multipart/alternative", "text/plain", "text/html")


def test_an_empty_text_alternative_gives_way_to_the_html() -> None:
    """Where the text part is blank the HTML is the body."""
    assert parse(multipart(part("text/plain", b" \r\n"), HTML, subtype="alternative")).text == "ข้อความ หนา"


def test_a_body_in_html_alone() -> None:
    """HTML becomes paragraphs, lines, items and cells; styles and scripts vanish; its own charset is believed."""
    html = (
        "<html><head><meta charset=windows-874><style>p{}</style></head><body><p>หนึ่ง<br>สอง</p><script>x</script>"
        "<ul><li>ก<li>ข</ul><table><tr><td>ค</td><td>ง</td></tr><tr><td>จ</td></tr></table>"
        "<a title='>' href=x>ลิงก์ &amp; &#3585;</a><!-- ซ่อน --></body>"
    )
    message = parse(simple(b"Content-Type: text/html", b"Message-ID: <1@x>", body=html.encode("cp874")))
    assert message.text.split("\n") == ["หนึ่ง", "สอง", "", "- ก", "- ข", "", "ค | ง", "จ", "", "ลิงก์ & ก"]
    assert message.has_html
    assert not message.defects


def test_all_inline_texts_are_joined() -> None:
    """Text, picture, text: both texts are the body, the picture is an attachment."""
    image = part("image/png", b"\x89PNG\r\n\x1a\n", "Content-Disposition: inline")
    message = parse(multipart(TEXT, image, part("text/plain", b"two")))
    assert message.text == "ข้อความ\n\ntwo"
    assert [(a.name, a.media_type, a.inline, a.part) for a in message.attachments] == [
        ("part-1.png", "image/png", True, 1)
    ]


def test_an_inline_picture_is_known_by_its_content_id() -> None:
    """A picture that the HTML refers to is inline without saying so."""
    html = part("text/html", b'<img src="cid:logo@x">')
    image = part("image/png", b"\x89PNG\r\n\x1a\n", "Content-ID: <logo@x>")
    other = part("image/png", b"\x89PNG\r\n\x1a\n", "Content-ID: <other@x>")
    message = parse(multipart(html, image, other, subtype="related"))
    assert [attachment.inline for attachment in message.attachments] == [True, False]


def test_a_leaf_is_given_with_its_content() -> None:
    """`leaf` gives what the listing says, by its number; another number is unreadable."""
    raw = multipart(TEXT, FILE)
    (listed,) = parse(raw).attachments
    assert leaf(raw, listed.part) == (listed, PDF)
    assert listed.sha256 == hashlib.sha256(PDF).hexdigest()
    with pytest.raises(UnreadableError):
        leaf(raw, 7)


def test_a_text_that_is_attached_is_no_body() -> None:
    """`Content-Disposition: attachment` makes a file of a text."""
    message = parse(multipart(TEXT, part("text/plain", b"x", "Content-Disposition: attachment; filename=n.txt")))
    assert (message.text, names(message)) == ("ข้อความ", ["n.txt"])


def test_a_mail_that_is_only_a_file() -> None:
    """A root that is a PDF is one attachment and no text."""
    message = parse(simple(b"Content-Type: application/pdf; name=a.pdf", body=PDF))
    assert (message.text, names(message), message.attachments[0].size) == ("", ["a.pdf"], len(PDF))


def test_a_forwarded_message_is_read_and_listed() -> None:
    """Its sender, subject and text follow under a rule; it and its files are attachments."""
    inner = b"From: =?tis-620?Q?=A1?= <a@b.example>\r\nSubject: inner\r\n" + multipart(TEXT, FILE, boundary="b2")
    message = parse(multipart(part("text/plain", b""), part("message/rfc822", inner)))
    assert message.text.split("\n")[:3] == [
        "----------",
        "From: ก <a@b.example>",
        "Date: Sun, 22 Nov 2026 09:00:00 +0700",
    ]
    assert message.text.endswith("ข้อความ")
    assert "Subject: inner" in message.text
    assert names(message) == ["part-1.eml", "a.pdf"]
    assert "message/rfc822" in message.part_types


def test_a_returned_message_is_not_the_reports_text() -> None:
    """In a delivery report only the first part is text; the rest is listed."""
    returned = part("message/rfc822", simple(b"Subject: secret", body=b"ours"))
    status = part("message/delivery-status", b"Action: failed\r\n")
    raw = multipart(TEXT, status, returned, subtype="report; report-type=delivery-status")
    message = parse(raw)
    assert (message.text, message.report_type) == ("ข้อความ", "delivery-status")
    assert len(message.attachments) == 3


@pytest.mark.parametrize(
    ("delsp", "expected"), [("no", "one two\n> three four\nend"), ("yes", "onetwo\n> threefour\nend")]
)
def test_flowed_text_is_joined(delsp: str, expected: str) -> None:
    """format=flowed loses its soft line ends, within one depth of quoting."""
    content_type = f"Content-Type: text/plain; format=flowed; delsp={delsp}".encode()
    assert parse(simple(content_type, body=b"one \r\ntwo\r\n> three \r\n> four\r\nend")).text == expected


def test_uuencoded_files_are_taken_out_of_the_text() -> None:
    """A uuencoded file is an attachment and no text; a path in its name is flagged."""
    block = b"begin 644 ../../etc/x.txt\r\n#0V%T\r\n`\r\nend\r\n"
    raw = simple(body=b"before\r\n" + block + b"after\r\n")
    message = parse(raw)
    assert message.text == "before\nafter"
    assert names(message) == ["../../etc/x.txt"]
    assert "name-deceptive" in codes(message)
    assert leaf(raw, 1)[1] == b"Cat"


def _tnef(*attributes: tuple[int, bytes]) -> bytes:
    head = struct.pack("<IH", 0x223E9F78, 1)
    return head + b"".join(struct.pack("<BII", 2, kind, len(value)) + value + b"\0\0" for kind, value in attributes)


def test_files_in_winmail_dat_are_listed() -> None:
    """TNEF: the container and what is in it are attachments."""
    content = _tnef((0x00069002, b"\0" * 14), (0x00018010, "คำขอ.pdf".encode("cp874") + b"\0"), (0x0006800F, PDF))
    raw = multipart(TEXT, part("application/ms-tnef; name=winmail.dat", content))
    message = parse(raw)
    assert names(message) == ["winmail.dat", "คำขอ.pdf"]
    assert leaf(raw, message.attachments[1].part)[1] == PDF
    assert message.attachments[1].media_type == "application/pdf"


def test_the_long_name_in_tnef_counts() -> None:
    """The long file name among MAPI properties replaces the short title."""
    name = "คำขอใบอนุญาต.pdf".encode("utf-16-le") + b"\0\0"
    properties = struct.pack("<IHHII", 1, 0x001F, 0x3707, 1, len(name)) + name
    content = _tnef((0x00069002, b""), (0x00018010, b"KHAMKH~1.PDF\0"), (0x00069005, properties), (0x0006800F, PDF))
    assert names(parse(multipart(TEXT, part("application/ms-tnef", content))))[1] == "คำขอใบอนุญาต.pdf"


@pytest.mark.parametrize(
    "content",
    [b"", b"junk", _tnef((0x00069002, b""))[:-3], struct.pack("<IHBII", 0x223E9F78, 1, 2, 0x0006800F, 1 << 30)],
    ids=["empty", "junk", "cut", "a gigabyte claimed"],
)
def test_damaged_tnef_is_a_defect(content: bytes) -> None:
    """TNEF that lies about lengths is listed as one file, with a defect."""
    message = parse(multipart(TEXT, part("application/ms-tnef; name=winmail.dat", content)))
    assert names(message)[0] == "winmail.dat"
    assert "tnef-damaged" in codes(message)


NAMES: dict[str, tuple[bytes, str, set[str]]] = {
    # name: (fields of the part, name shown, defect codes)
    "2231": (b"Content-Disposition: attachment; filename*=utf-8''%E0%B8%81.pdf", "ก.pdf", set()),
    "2231 in tis-620": (b"Content-Disposition: attachment; filename*=tis-620''%A1.pdf", "ก.pdf", set()),
    "continued in wrong order": (
        b"Content-Disposition: attachment; filename*1*=%B8%81.pdf; filename*0*=utf-8''%E0", "ก.pdf", set()
    ),
    "continued with a gap": (
        b"Content-Disposition: attachment; filename*0=a; filename*2=c", "a", {"parameter-gap"}
    ),
    "word in quotes": (b'Content-Disposition: attachment; filename="=?tis-620?B?oS5wZGY=?="', "ก.pdf", set()),
    "word without quotes": (b"Content-Disposition: attachment; filename==?utf-8?B?4LiBLnBkZg==?=", "ก.pdf", set()),
    "escapes without 2231": (b'Content-Disposition: attachment; filename="%E0%B8%81 100%25.pdf"', "ก 100%.pdf", set()),
    "percent sign": (b'Content-Disposition: attachment; filename="100%25.pdf"', "100%25.pdf", set()),
    "raw utf-8": ('Content-Disposition: attachment; filename="ก.pdf"'.encode(), "ก.pdf", set()),
    "raw tis-620": ('Content-Disposition: attachment; filename="คำขอ.pdf"'.encode("cp874"), "คำขอ.pdf", {"charset-undeclared"}),
    "name only": (b"Content-Type: application/pdf; name=a.pdf", "a.pdf", set()),
    "quote and backslash": (rb'Content-Disposition: attachment; filename="a\"b\\c.pdf"', 'a"b\\c.pdf', {"name-deceptive"}),
    "whole as a word": (b"Content-Disposition: =?utf-8?Q?attachment=3B_filename=3Da.pdf?=", "a.pdf", set()),
    "two names": (
        b"Content-Type: application/pdf; name=a.pdf\r\nContent-Disposition: attachment; filename=b.exe",
        "b.exe", {"name-ambiguous"},
    ),
    "direction override": (
        "Content-Disposition: attachment; filename=\"licence\u202efdp.exe\"".encode(), "licence<U+202E>fdp.exe", {"name-deceptive"}
    ),
    "double extension": (b"Content-Disposition: attachment; filename=a.pdf.exe", "a.pdf.exe", {"name-deceptive"}),
    "spaces before the extension": (
        b'Content-Disposition: attachment; filename="a.pdf' + b" " * 200 + b'.exe"', "a.pdf .exe", {"name-deceptive"}
    ),
    "trailing dots": (b'Content-Disposition: attachment; filename="a.pdf. . "', "a.pdf. .", {"name-deceptive"}),
    "traversal": (b"Content-Disposition: attachment; filename=../../etc/passwd", "../../etc/passwd", {"name-deceptive"}),
    "drive": (rb'Content-Disposition: attachment; filename="C:\x\a.pdf"', r"C:\x\a.pdf", {"name-deceptive"}),
    "share": (rb'Content-Disposition: attachment; filename="\\srv\a.pdf"', r"\srv\a.pdf", {"name-deceptive"}),
    "NUL and line end": (
        b"Content-Disposition: attachment; filename*=utf-8''a%00%0D%0Ab.pdf", "a␀␍␊b.pdf", {"name-deceptive"}
    ),
    "number of a letter": ("Content-Disposition: attachment; filename=\"ที่ 12/2569.pdf\"".encode(), "ที่ 12/2569.pdf", set()),
    "device": (b"Content-Disposition: attachment; filename=CON.txt", "CON.txt", {"name-deceptive"}),
    "stream": (b"Content-Disposition: attachment; filename=a.pdf:b.exe", "a.pdf:b.exe", {"name-deceptive"}),
    "only dots": (b"Content-Disposition: attachment; filename=...", "part-1.pdf", {"name-deceptive"}),
    "empty": (b'Content-Disposition: attachment; filename=""', "part-1.pdf", set()),
    "4 kB": (b"Content-Disposition: attachment; filename=" + b"a" * 4096, "a" * 300, {"name-deceptive"}),
    "template": (b'Content-Disposition: attachment; filename="{{7*7}}.pdf"', "{{7*7}}.pdf", set()),
}  # fmt: skip


@pytest.mark.parametrize("case", NAMES.values(), ids=NAMES.keys())
def test_file_names(case: tuple[bytes, str, set[str]]) -> None:
    """A file name is what the sender wrote, made visible; one that deceives is flagged."""
    fields, shown, expected = case
    message = parse(multipart(TEXT, fields + b"\r\n\r\n" + PDF))
    assert names(message) == [shown]
    assert codes(message) - {"message-id-missing"} == expected


def test_a_multipart_whose_boundary_never_comes_is_text() -> None:
    """What a broken multipart holds is shown as text, so that nothing is hidden."""
    message = parse(simple(b"Content-Type: multipart/mixed; boundary=never", body="ข้อความ".encode()))
    assert message.text == "ข้อความ"
    assert "boundary-unseen" in codes(message)


def test_ten_thousand_sections_of_a_name_are_bounded() -> None:
    """RFC 2231 continuations beyond the limit are left out, quickly."""
    sections = b"; ".join(b"filename*%d=a" % n for n in range(10_000))
    message = parse(multipart(TEXT, b"Content-Disposition: attachment; " + sections + b"\r\n\r\n" + PDF))
    assert names(message) == ["a" * 100]
    assert "parameters-limit" in codes(message)


TYPES: dict[str, tuple[bytes, str, str, bool]] = {
    # name: (content, declared, found, disguised)
    "pdf": (PDF, "application/octet-stream", "application/pdf", False),
    "jpeg": (b"\xff\xd8\xff\xe0" + b"\0" * 20, "image/png", "image/jpeg", False),
    "heic": (b"\0\0\0\x18ftypheic\0\0\0\0", "application/octet-stream", "image/heic", False),
    "rtf": (b"{\\rtf1 x}", "application/msword", "application/rtf", False),
    "docx": (
        b"PK\x03\x04\x14\0[Content_Types].xml" + b"x" * 5000 + b"PK\x01\x02word/document.xml", "application/zip",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document", False,
    ),
    "xlsx": (
        b"PK\x03\x04\x14\0[Content_Types].xml xl/workbook.xml", "application/octet-stream",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", False,
    ),
    "odt": (
        b"PK\x03\x04" + b"\0" * 26 + b"mimetypeapplication/vnd.oasis.opendocument.textPK", "application/zip",
        "application/vnd.oasis.opendocument.text", False,
    ),
    "zip": (b"PK\x03\x04" + b"\0" * 30 + b"a.txt", "application/x-zip", "application/zip", False),
    "doc": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"), "a/b", "application/msword", False),
    "program as picture": (b"MZ\x90\0\x03", "image/png", "application/x-msdownload", True),
    "program as program": (b"MZ\x90\0\x03", "application/x-msdos-program", "application/x-msdownload", False),
    "markup as picture": (b"<!DOCTYPE html><script>1</script>", "image/png", "text/html", True),
    "nothing known": (b"\x01\x02\x03", "application/x-own", "application/x-own", False),
    "empty": (b"", "application/pdf", "application/pdf", False),
    "tar by the library": (b"a.txt" + b"\0" * 252 + b"ustar\x0000" + b"\0" * 248, "application/x-own", "application/x-tar", False),
}  # fmt: skip


@pytest.mark.parametrize("case", TYPES.values(), ids=TYPES.keys())
def test_the_type_is_that_of_the_content(case: tuple[bytes, str, str, bool]) -> None:
    """What a file is, its content tells; what can be run and says it is something else is flagged."""
    content, declared, found, disguised = case
    attached = part(declared, base64.encodebytes(content), "Content-Transfer-Encoding: base64")
    message = parse(multipart(TEXT, attached))
    (attachment,) = message.attachments
    assert (attachment.media_type, attachment.declared_type) == (found, declared)
    assert ("type-disguised" in codes(message)) is disguised


def test_markup_behind_a_picture_name_in_text() -> None:
    """A PDF that calls itself text is a file, not a body."""
    message = parse(multipart(TEXT, part("text/plain", PDF)))
    assert (message.text, message.attachments[0].media_type) == ("ข้อความ", "application/pdf")


def test_nesting_is_bounded() -> None:
    """1,500 multiparts within one another end in a defect."""
    raw = b"From: a@b.example\r\n" + b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(1500)
    )
    assert "depth-limit" in codes(parse(raw + b"\r\ntext"))


def test_messages_within_messages_are_bounded() -> None:
    """1,500 forwarded messages within one another end in a defect."""
    raw = b"From: a@b.example\r\n" + b"Content-Type: message/rfc822\r\n\r\n" * 1500 + b"\r\ntext"
    assert "depth-limit" in codes(parse(raw))


@pytest.mark.parametrize("count", [10_000, 100_000])
def test_parts_are_bounded(count: int) -> None:
    """Of very many parts the first thousand are listed, quickly."""
    started = time.process_time()
    message = parse(multipart(*[part("application/x-own", b"x")] * count))
    assert 990 <= len(message.attachments) <= 1000
    assert "parts-limit" in codes(message)
    assert time.process_time() - started < 3.0


BOUNDARIES: dict[str, tuple[bytes, set[str]]] = {
    "missing end": (multipart(TEXT, FILE, close=False), {"boundary-unclosed"}),
    "not declared": (multipart(TEXT, FILE).replace(b'; boundary="b1"', b""), {"boundary-missing"}),
    "empty": (multipart(TEXT, FILE).replace(b'"b1"', b'""'), {"boundary-missing"}),
    "two thousand characters": (multipart(TEXT, FILE, boundary="x" * 2000), {"boundary-long"}),
    "space at its end": (multipart(TEXT, FILE).replace(b'"b1"', b'"b1 "'), set()),
    "quotes and semicolon within": (multipart(TEXT, FILE, boundary="a;b'c"), set()),
    "comment": (multipart(TEXT, FILE).replace(b'boundary="b1"', b'(x) boundary=b1 (y)'), set()),
    "two boundaries": (
        multipart(TEXT, FILE).replace(b'boundary="b1"', b'boundary="b1"; boundary="b2"'), {"parameter-ambiguous"}
    ),
    "two content types": (
        b"Content-Type: multipart/mixed; boundary=b1\r\nContent-Type: text/plain\r\n"
        + multipart(TEXT, FILE).replace(b"Content-Type: multipart", b"X-Was: multipart"), {"header-ambiguous"},
    ),
    "one begins another": (
        multipart(part("multipart/mixed; boundary=b12", b"--b12\r\n" + TEXT + b"\r\n--b12--"), FILE), set()
    ),
    "delimiter directly after the header": (
        multipart(TEXT, FILE, b"Content-Type: text/plain"), set()
    ),
    "preamble and epilogue": (
        multipart(TEXT, FILE).replace(b"\r\n\r\n--b1", b"\r\n\r\npreamble\r\n--b1", 1) + b"\r\nepilogue", set()
    ),
    "nested with the same boundary": (
        multipart(part("multipart/mixed; boundary=b1", b"--b1\r\n" + TEXT), FILE), {"boundary-unseen"}
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BOUNDARIES.values(), ids=BOUNDARIES.keys())
def test_broken_boundaries(case: tuple[bytes, set[str]]) -> None:
    """Whatever is wrong with a boundary, the text and the file are found."""
    raw, expected = case
    message = parse(raw)
    assert "ข้อความ" in message.text
    assert "a.pdf" in names(message)
    assert codes(message) - {"message-id-missing"} == expected


ENCODED: dict[str, tuple[bytes, bytes, bytes, set[str]]] = {
    # name: (transfer encoding, encoded, content, defect codes)
    "upper case": (b"BASE64", b"Q2F0", b"Cat", set()),
    "with a comment": (b"base64 (x)", b"Q2F0", b"Cat", set()),
    "with a NUL": (b"base64\0", b"Q2F0", b"Cat", set()),
    "misspelt": (b"base-64", b"Q2F0", b"Cat", set()),
    "unknown": (b"x-own", b"Q2F0", b"Q2F0", {"transfer-encoding-unknown"}),
    "one letter a line": (b"base64", b"Q\r\n2\r\nF\r\n0", b"Cat", set()),
    "foreign characters": (b"base64", b"Q2*F0!", b"Cat", {"base64-damaged"}),
    "no padding": (b"base64", b"Q2F0Q2E", b"CatCa", {"base64-damaged"}),
    "one letter too many": (b"base64", b"Q2F0Q", b"Cat", {"base64-damaged"}),
    "more behind the padding": (b"base64", b"Q2E=\r\nQ2F0", b"CaCat", {"base64-damaged"}),
    "broken quoted-printable": (b"quoted-printable", b"=43at=ZZ=0=\r\n!", b"Cat=ZZ=0!", set()),
    "soft break bomb": (b"quoted-printable", b"=\r\n" * 100_000 + b"x", b"x", set()),
    "uuencode": (b"x-uuencode", b"begin 644 a\r\n#0V%T\r\n`\r\nend", b"Cat", set()),
}  # fmt: skip


@pytest.mark.parametrize("case", ENCODED.values(), ids=ENCODED.keys())
def test_transfer_encodings(case: tuple[bytes, bytes, bytes, set[str]]) -> None:
    """Transfer encodings are undone leniently, and damage is named."""
    encoding, encoded, content, expected = case
    raw = multipart(TEXT, b"Content-Type: a/b\r\nContent-Transfer-Encoding: " + encoding + b"\r\n\r\n" + encoded)
    assert leaf(raw, 1)[1] == content
    assert codes(parse(raw)) - {"message-id-missing"} == expected


TEXTS: dict[str, tuple[str, bytes, str]] = {
    # name: (content type, body, text)
    "NUL": ("text/plain", b"a\0b", "a␀b"),
    "escape tricks": ("text/plain; charset=iso-2022-jp", b"\x1b$B\x1b(B<script>", "<script>"),
    "UTF-7": ("text/plain; charset=utf-7", b"+ADw-script+AD4-", "+ADw-script+AD4-"),
    "codec that is no charset": ("text/plain; charset=unicode_escape", b"\\u0041", "\\u0041"),
    "overlong UTF-8": ("text/plain; charset=utf-8", b"a\xe0\x80\xafb", "a\ufffd\ufffd\ufffdb"),
    "UTF-16 without a mark": ("text/plain; charset=utf-16", "ไทย abc".encode("utf-16-be"), "ไทย abc"),
    "UTF-16 little end first": ("text/plain; charset=utf-16", "ไทย abc".encode("utf-16-le"), "ไทย abc"),
    "UTF-32": ("text/plain; charset=utf-32", "ไทย".encode("utf-32-le"), "ไทย"),
    "byte order mark": ("text/plain; charset=utf-8", b"\xef\xbb\xbfx", "x"),
    "German in Latin-1": ("text/plain; charset=iso-8859-1", "Grüße aus München".encode("latin-1"), "Grüße aus München"),
    "French in Latin-1": (
        "text/plain; charset=iso-8859-1", "Été à la forêt, où çà et là".encode("latin-1"), "Été à la forêt, où çà et là"
    ),
    "Chinese": ("text/plain; charset=gb2312", "你好".encode("gb2312"), "你好"),
    "Thai word that is valid UTF-8": ("text/plain; charset=tis-620", "แบบ".encode("cp874"), "แบบ"),
    "mojibake of windows-1252": ("text/plain; charset=utf-8", "สวัสดี ครับ".encode().decode("latin-1").encode(), "สวัสดี ครับ"),
    "no semicolon": ("text/html charset=tis-620", "<p>แบบ".encode("cp874"), "แบบ"),
    "content type that is none": ("text", b"x", "x"),
    "line separators": ("text/plain; charset=utf-8", "a\u2028b".encode(), "a\nb"),
}  # fmt: skip


@pytest.mark.parametrize("case", TEXTS.values(), ids=TEXTS.keys())
def test_texts(case: tuple[str, bytes, str]) -> None:
    """Bytes become the text that was meant, and controls are shown."""
    content_type, body, expected = case
    assert parse(simple(b"Content-Type: " + content_type.encode(), body=body)).text == expected


def test_thai_that_was_read_as_windows_874_and_encoded_again_is_mended() -> None:
    """UTF-8 Thai that a relay took for windows-874 comes out as it was typed; mixed English stays."""
    typed = "เรียน เจ้าหน้าที่ ขอ Licence น้ำ ป้า ญี่ปุ่น"
    doubled = "".join(bytes([b]).decode("cp874", "ignore") or chr(b) for b in typed.encode())
    message = parse(simple(b"Content-Type: text/plain; charset=utf-8", body=doubled.encode()))
    assert message.text == typed
    assert "charset-doubled" in codes(message)


def test_the_text_is_bounded() -> None:
    """A line of 30 MB is cut at 100,000 characters, quickly."""
    started = time.process_time()
    message = parse(simple(body=b"x" * 30_000_000))
    assert len(message.text) == 100_000
    assert "text-limit" in codes(message)
    assert time.process_time() - started < 1.0


@pytest.mark.parametrize("tag", ["<div>", "<table><tr><td>", "<!--", '<a "', "<", "&#x", "<p><"])
def test_hostile_html_costs_little(tag: str) -> None:
    """100,000 nested or unclosed tags are read in linear time."""
    started = time.process_time()
    message = parse(simple(b"Content-Type: text/html", body=tag.encode() * 100_000 + b">text"))
    assert message.has_html
    assert time.process_time() - started < 2.0


@pytest.mark.parametrize(
    ("kind", "code"), [("message/partial", "message-partial"), ("message/external-body", "external-body")]
)
def test_fragments_and_outside_bodies_are_only_listed(kind: str, code: str) -> None:
    """Fragments are never joined and outside bodies never fetched: each is a file with a defect."""
    message = parse(multipart(TEXT, part(kind, b"x")))
    assert len(message.attachments) == 1
    assert code in codes(message)


def test_the_same_file_five_hundred_times() -> None:
    """Each of 500 equal files is listed."""
    message = parse(multipart(TEXT, *[FILE] * 500))
    assert len(message.attachments) == 500
    assert len({attachment.sha256 for attachment in message.attachments}) == 1
