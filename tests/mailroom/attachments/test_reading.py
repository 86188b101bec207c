"""Honest attachments are read; the worst harm nobody, and a clerk is told of each."""

import json
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailroom.attachments.found import FINDINGS, Found, Reply
from mailroom.attachments.kinds import differs_from_name, kind_of
from mailroom.attachments.names import KNOWN, name_findings
from mailroom.attachments.reader import LARGEST, ConfinedAttachmentReader
from mailroom.domain.attachment_reading import (
    CODES,
    OPEN,
    TEXT_CHARACTERS,
    AttachmentReading,
    FileFinding,
    ReadingState,
)
from mailroom.domain.message import Attachment
from mailroom.paths import CONFIG
from signing.confined import ConfinedLimits
from signing.render import TypstRenderer
from tests.support.attachment_zoo import (
    SLIP,
    ZOO,
    file,
    huge_png,
    long_sheet,
    picture,
    scanned,
    sheets,
    word,
    zipped,
)
from tests.support.document_samples import AT, sample_data
from tests.support.pdf_zoo import bomb

HONEST = {
    "จดหมาย.txt": "เรียน นายกเทศมนตรี".encode("cp874"),
    "wide.txt": "เรียน นายกเทศมนตรี".encode("utf-16"),
    "บัญชี.csv": "ลำดับ,เรียน นายกเทศมนตรี\r\n".encode(),
    "หน้า.html": "<html><body><p>เรียน นายกเทศมนตรี<style>x</style></body></html>".encode(),
    "คำขอ.docx": word("เรียน นายกเทศมนตรี"),
    "บัญชี.xlsx": sheets(("เรียน นายกเทศมนตรี", 12.0, None)),
}


def read(reader: ConfinedAttachmentReader, name: str, content: bytes) -> AttachmentReading:
    return reader.read(file(name, content), content)


@pytest.mark.parametrize("name", HONEST)
def test_words_of_honest_files_are_read_without_a_warning(reader: ConfinedAttachmentReader, name: str) -> None:
    """Whatever program and charset they were written in."""
    reading = read(reader, name, HONEST[name])
    assert (reading.state, reading.findings, reading.by_ocr) == (ReadingState.READ, (), False)
    assert "เรียน นายกเทศมนตรี" in reading.text


def test_all_of_a_document_is_read(reader: ConfinedAttachmentReader) -> None:
    """Tables and the head of the page too, in their order."""
    text = read(reader, "คำขอ.docx", word("ย่อหน้าแรก", "ย่อหน้าที่สอง")).text
    places = [text.index(words) for words in ("ย่อหน้าแรก", "ย่อหน้าที่สอง", "นางสาวปิ่นแก้ว", "หัวกระดาษ")]
    assert places == sorted(places)


def test_cells_are_read_by_rows(reader: ConfinedAttachmentReader) -> None:
    """Under the name of their sheet, figures as a person writes them."""
    reading = read(reader, "บัญชี.xlsx", sheets(("ชื่อ", 12.0, 1.5), (None, None, "ปิ่น")))
    assert reading.text == "[ผู้ค้า]\nชื่อ | 12 | 1.5\nปิ่น"
    assert reading.pages == 1


def test_a_pdf_of_ours_is_read_with_its_code(reader: ConfinedAttachmentReader) -> None:
    """Words of every page, and the code on the first."""
    pdf = TypstRenderer(CONFIG).render("licence.v1", sample_data("licence.v1"), at=AT)
    reading = read(reader, "ใบอนุญาต.pdf", pdf)
    assert (reading.state, reading.pages, reading.findings) == (ReadingState.READ, 1, ())
    assert "ใบอนุญาตจัดตั้งสถานที่จำหน่ายอาหาร" in reading.text
    assert reading.codes == ("https://licence.tuayang.example/v/7K3M9QXR2V5T",)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "TIFF", "BMP", "WEBP"])
def test_the_code_on_a_picture_is_read(reader: ConfinedAttachmentReader, form: str) -> None:
    """Of every kind that telephones and scanners write."""
    reading = read(reader, f"slip.{form.lower()}", picture(code=SLIP, form=form))
    assert (reading.state, reading.codes, reading.findings) == (ReadingState.READ, (SLIP,), ())


def test_codes_in_scans_and_in_documents_are_read(reader: ConfinedAttachmentReader) -> None:
    """A page that is a picture, the fourth as well as the first."""
    blank = picture()
    assert read(reader, "สแกน.pdf", scanned(blank, blank, blank, picture(code=SLIP))).codes == (SLIP,)


def test_a_photo_without_words_has_nothing_to_read(reader: ConfinedAttachmentReader) -> None:
    """That is no fault."""
    assert read(reader, "ป้าย.jpg", picture(form="JPEG")) == AttachmentReading(ReadingState.NOTHING, pages=1)


def test_an_archive_is_listed(reader: ConfinedAttachmentReader) -> None:
    """Names and sizes; nothing in it is unfolded."""
    reading = read(reader, "ชุด.zip", zipped({"โฉนด/หน้า 1.pdf": b"12345"}))
    assert (reading.state, reading.text) == (ReadingState.READ, "โฉนด/หน้า 1.pdf (5 B)")


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.jpg", picture(), ""),
        ("a.jpeg", picture(form="JPEG"), ""),
        ("a.xlsx", word("ก"), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("a.txt", picture(), "image/png"),
        ("a.csv", b"a,b", ""),
        ("a.csv", b"<?xml version='1.0'?><a/>", ""),
        ("a.html", b"only words", ""),
        ("smime.p7s", bytes(range(256)), ""),
        ("a.docx", bytes(range(256)), "application/octet-stream"),
        ("a.zip", word("ก"), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("a", picture(), ""),
        ("a.unheard-of", picture(), ""),
    ],
)
def test_a_name_is_held_to_its_promise(name: str, content: bytes, told: str) -> None:
    """Where it makes one, and where the content tells; one kind of picture is as good as another."""
    assert differs_from_name(name, *kind_of(content)) == told


@pytest.mark.parametrize("name", ZOO)
def test_each_of_the_zoo_is_told(reader: ConfinedAttachmentReader, name: str) -> None:
    """State and findings are those that a clerk needs, and whoever comes next is read."""
    specimen = ZOO[name]
    reading = read(reader, specimen.name, specimen.make())
    assert (reading.state, specimen.codes - {finding.code for finding in reading.findings}) == (
        specimen.state,
        frozenset(),
    )
    assert len(reading.text) <= TEXT_CHARACTERS


def test_a_file_that_costs_too_much_time_costs_only_its_own_limits() -> None:
    """Its process is ended, and the next file has a fresh one."""
    reader = ConfinedAttachmentReader(ConfinedLimits(seconds=1.5, memory=1 << 30))
    try:
        reading = read(reader, "ผู้ค้า.xlsx", long_sheet())
        assert reading == AttachmentReading(ReadingState.TIMED_OUT, findings=(FileFinding("time-limit"),))
        assert reader.ready()
        assert read(reader, "จดหมาย.txt", b"hello").text == "hello"
    finally:
        reader.close()


def test_a_file_that_needs_too_much_memory_costs_only_its_own_limits() -> None:
    """What was found before is kept, and the next file has a fresh process."""
    reader = ConfinedAttachmentReader(ConfinedLimits(seconds=60, memory=170 << 20))
    try:
        reading = read(reader, "แผนผัง.png", huge_png(8900, 8900, whole=True))
        assert (reading.state, reading.pages) == (ReadingState.TOO_LARGE, 1)
        assert reading.findings == (FileFinding("pictures-lost", "memory-limit"),)
        assert read(reader, "ยาว.txt", b"x" * (LARGEST + 1)).state is ReadingState.TOO_LARGE
        assert read(reader, "จดหมาย.txt", b"hello").text == "hello"
    finally:
        reader.close()


def test_a_bomb_in_a_pdf_harms_nobody(reader: ConfinedAttachmentReader) -> None:
    """Its page is a hundred megabytes when it is unfolded twice."""
    assert read(reader, "a.pdf", bomb()).state is ReadingState.NOTHING


SAMPLES: Sequence[tuple[str, bytes]] = (*HONEST.items(), ("a.png", picture(code=SLIP)), ("ก.zip", zipped({"a": b"b"})))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    sample=st.sampled_from(SAMPLES),
    at=st.floats(0, 1),
    scrap=st.binary(max_size=40),
    cut=st.booleans(),
    name=st.text(max_size=20),
)
def test_reading_never_fails(
    reader: ConfinedAttachmentReader, sample: tuple[str, bytes], at: float, scrap: bytes, cut: bool, name: str
) -> None:
    """Files with scraps written over them, cut short, or of nothing but scraps, under any name."""
    own, content = sample
    start = int(at * len(content))
    spoilt = content[:start] + scrap + (b"" if cut else content[start + len(scrap) :])
    for one in (spoilt, scrap):
        reading = read(reader, name or own, one)
        assert reading.state not in OPEN
        assert len(reading.text) <= TEXT_CHARACTERS


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    ),
    st.sampled_from("state text pages has_pictures scans codes findings".split()),
)
def test_a_process_that_was_taken_over_says_nothing_that_is_not_a_reply(value: object, key: str) -> None:
    """What it sends has the form and the bounds of a reply, or is none."""
    plain = json.loads(Found().to_json()) | {key: value}
    try:
        reply = Reply(json.dumps(plain).encode())
    except (ValueError, TypeError, KeyError):
        return
    assert len(reply.text) <= TEXT_CHARACTERS
    assert len(reply.codes) <= CODES
    assert len(reply.findings) <= FINDINGS
    assert all(isinstance(page, int) for page in reply.scans)


def test_what_the_name_gives_away() -> None:
    """Before anything looks into the file."""
    attachment = Attachment("ก<U+202E>xslm.exe", "", "", 0, "", inline=False, part=0)
    assert {finding.code for finding in name_findings(attachment)} <= KNOWN
    assert FileFinding("rtlo-name", attachment.name) in name_findings(attachment)
