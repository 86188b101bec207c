"""The bytes of the sample mailbox."""

import hashlib
import io
import re
import subprocess
import sys
import zipfile

import openpyxl
import pytest
from pypdf import PdfReader

from mailroom.demo.mails import files
from mailroom.demo.mails.model import Sample
from mailroom.demo.mails.sample import SAMPLE

PRINT_DIGESTS = (
    "import hashlib\n"
    "from mailroom.demo.mails.sample import SAMPLE\n"
    "print(*(hashlib.sha256(sample.raw).hexdigest() for sample in SAMPLE))\n"
)


def test_names_are_distinct() -> None:
    """Each sample can be spoken of by its name."""
    assert len({sample.name for sample in SAMPLE}) == len(SAMPLE)


def test_the_bytes_are_the_same_on_every_run() -> None:
    """Another process makes the very same mails."""
    again = subprocess.run([sys.executable, "-c", PRINT_DIGESTS], capture_output=True, text=True, check=True)
    assert again.stdout.split() == [hashlib.sha256(sample.raw).hexdigest() for sample in SAMPLE]


@pytest.mark.parametrize("sample", SAMPLE, ids=lambda sample: sample.name)
def test_a_mail_can_lie_in_a_real_mailbox(sample: Sample) -> None:
    """Lines end in CRLF, there is no NUL, no line is longer than RFC 5322 allows, the time is in whole seconds."""
    lines = sample.raw.split(b"\r\n")
    assert not any(b"\n" in line or b"\r" in line or b"\0" in line for line in lines)
    assert max(map(len, lines)) <= 998
    assert sample.entered_at.microsecond == 0


@pytest.mark.parametrize("sample", SAMPLE, ids=lambda sample: sample.name)
def test_addresses_are_in_reserved_domains(sample: Sample) -> None:
    """No sample can ever name a real mailbox (RFC 2606)."""
    assert all(domain.endswith(b".example") for domain in re.findall(rb"@([\w-]+(?:\.[\w-]+)+)", sample.raw))


def test_the_files_are_what_their_names_say() -> None:
    """A PDF with a page, a workbook with a cell, a document and an archive that open."""
    assert PdfReader(io.BytesIO(files.pdf("A form"))).pages[0].extract_text().strip() == "A form"
    assert openpyxl.load_workbook(io.BytesIO(files.xlsx([["ก", "ข"]]))).active["B1"].value == "ข"
    assert "word/document.xml" in zipfile.ZipFile(io.BytesIO(files.docx(["ก"]))).namelist()
    assert zipfile.ZipFile(io.BytesIO(files.zipped({"a.txt": b"x"}))).read("a.txt") == b"x"
