"""Thai mail is read exactly, in every charset, transfer encoding, header form, and under every wrong label."""

import hashlib
from itertools import product

import pytest

from channels.email.reading.parse import parse
from tests.support.raw_mail import PDF, THAI_FILE, THAI_NAME, THAI_SUBJECT, THAI_TEXT, Form, written

_ENCODINGS = ("8bit", "quoted-printable", "base64")
_HEADERS = ("b", "q", "split", "raw", "2231")
_THAI_LABELS = ("tis-620", "windows-874", "x-windows-874", "cp874", "iso-8859-11", "TIS620", "ms874", "ibm874")

RIGHT = [
    Form(charset, charset, encoding, header)
    for charset, encoding, header in product(("utf-8", "tis-620", "windows-874"), _ENCODINGS, _HEADERS)
] + [Form("windows-874", label, "base64", header) for label, header in product(_THAI_LABELS, ("b", "q", "split"))]
MAC_THAI = [Form("mac-thai", label, "base64", header) for label, header in product(("x-mac-thai",), ("b", "q", "2231"))]
UTF16 = [Form("utf-16", "utf-16", "base64", "b")]
WRONG = [
    Form(charset, label, encoding, header)
    for (charset, label), encoding, header in product(
        (
            ("windows-874", "iso-8859-1"),
            ("windows-874", "us-ascii"),
            ("windows-874", "windows-1252"),
            ("windows-874", "utf-8"),
            ("windows-874", "x-klingon"),
            ("windows-874", ""),
            ("utf-8", "tis-620"),
            ("utf-8", "us-ascii"),
            ("utf-8", "iso-8859-1"),
            ("utf-8", "zlib"),
            ("utf-8", ""),
        ),
        ("8bit", "base64"),
        ("b", "split", "raw", "2231"),
    )
]


@pytest.mark.parametrize("form", RIGHT + MAC_THAI + UTF16 + WRONG, ids=str)
def test_subject_name_file_and_text_are_exact(form: Form) -> None:
    """Whatever the form, the four texts come out as they were typed."""
    message = parse(written(form))
    assert message.subject == THAI_SUBJECT
    assert message.sender.name == THAI_NAME
    assert message.sender.address == "namthip@example.com"
    assert message.text == THAI_TEXT
    assert [attachment.name for attachment in message.attachments] == [THAI_FILE]
    assert message.attachments[0].sha256 == hashlib.sha256(PDF).hexdigest()


@pytest.mark.parametrize("form", RIGHT + MAC_THAI, ids=str)
def test_a_right_label_is_no_defect(form: Form) -> None:
    """A mail that says what it is has no defect of charset, except that raw TIS-620 in a header says nothing."""
    defects = [defect for defect in parse(written(form)).defects if defect.startswith("charset")]
    assert not defects or (
        form.header == "raw" and form.charset != "utf-8" and defects == ["charset-undeclared: cp874"]
    )


@pytest.mark.parametrize("form", [form for form in WRONG if form.label and form.header != "raw"], ids=str)
def test_a_lying_or_unknown_label_is_a_defect(form: Form) -> None:
    """A label that is wrong or unknown is named."""
    assert any(defect.startswith(("charset-wrong", "charset-unknown")) for defect in parse(written(form)).defects)


def test_the_table_is_wide_enough() -> None:
    """At least sixty combinations are tried."""
    assert len({str(form) for form in RIGHT + MAC_THAI + UTF16 + WRONG}) >= 60
