"""Which attachment may be which required document: found by name and words, and never claimed to be missing lightly."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailroom.domain.decision import Reason
from mailroom.domain.service import RequiredDocument
from mailroom.paths import CONFIG
from mailroom.stages.document_kinds import KINDS
from mailroom.stages.required_documents import DocumentProposal, DocumentState, SeenFile, propose

FOUND, UNSURE, MISSING = DocumentState.FOUND, DocumentState.UNSURE, DocumentState.MISSING
SERVICES = tomllib.loads((CONFIG / "services.toml").read_text(encoding="utf-8"))["service"]
CATALOGUE = {document["name"] for service in SERVICES for document in service.get("documents", [])}

FORM = "คำขออนุญาตก่อสร้าง ดัดแปลง หรือรื้อถอนอาคาร (แบบ ข.1)"
DEED = "สำเนาโฉนดที่ดินทุกหน้า"
PLAN = "แผนผังบริเวณ แบบแปลน และรายการประกอบแบบแปลน"
SUMS = "รายการคำนวณโครงสร้าง (อาคารที่กฎหมายกำหนด)"
CONSENT = "หนังสือยินยอมของเจ้าของที่ดิน (กรณีผู้ขอมิใช่เจ้าของที่ดิน)"
BUILDING = (FORM, DEED, PLAN, SUMS, CONSENT)

NAMES = {
    "แบบ ข.1.pdf": FORM,
    "ข1.pdf": FORM,
    "คำขอสร้างบ้าน.docx": FORM,
    "application form.pdf": FORM,
    "โฉนด.jpg": DEED,
    "chanote_page1.jpg": DEED,
    "นส4จ.pdf": DEED,
    "Land-Deed.PDF": DEED,
    "แปลนบ้าน2ชั้น.pdf": PLAN,
    "floor plan v2.pdf": PLAN,
    "ผังบริเวณ.png": PLAN,
    "รายการคำนวณ.pdf": SUMS,
    "ใบยินยอมเจ้าของที่.pdf": CONSENT,
    "consent.pdf": CONSENT,
    "ทะเบียนบ้าน.pdf": "สำเนาทะเบียนบ้านฉบับเจ้าบ้าน",
    "house registration.jpg": "สำเนาทะเบียนบ้านฉบับเจ้าบ้าน",
    "บัตรปชช.jpg": "สำเนาบัตรประจำตัวประชาชน",
    "ID card.jpg": "สำเนาบัตรประจำตัวประชาชน",
    "สำเนาบัตรคนพิการ.pdf": "บัตรประจำตัวคนพิการ",
    "หน้าบุ๊คแบงค์.jpg": "สำเนาสมุดบัญชีเงินฝากธนาคาร",
    "bookbank.jpg": "สำเนาสมุดบัญชีเงินฝากธนาคาร",
    "ใบเกิดน้อง.jpg": "สูติบัตรเด็กแรกเกิด",
    "ดร.01.pdf": "แบบคำร้องขอลงทะเบียน (ดร.01)",
    "ภป1 ปี 2569.pdf": "แบบแสดงรายการภาษีป้าย (ภ.ป.1)",
    "แผนที่ร้าน.png": "แผนที่ตั้งของสถานประกอบการ",
    "วุฒิบัตรอบรม.pdf": "หลักฐานการผ่านการอบรมผู้ประกอบกิจการและผู้สัมผัสอาหาร",
    "มอบอำนาจ.pdf": "หนังสือมอบอำนาจ (กรณีมอบให้ผู้อื่นดำเนินการแทน)",
    "แจ้งความ.pdf": "สำเนาบันทึกประจำวันของสถานีตำรวจ (ถ้ามี)",
    "กำหนดการ งานบวช.docx": "กำหนดการของกิจกรรม",
    "ใบรับรองแพทย์.pdf": "ใบรับรองแพทย์ของผู้ขายและผู้ช่วย",
}
"""Files as citizens name them, and the document each is."""


def lines(names: tuple[str, ...] | list[str], *files: SeenFile) -> list[DocumentProposal]:
    return list(propose([RequiredDocument(name) for name in names], files))


def states(names: tuple[str, ...], *files: SeenFile) -> list[tuple[DocumentState, int | None]]:
    return [(line.state, line.part) for line in lines(names, *files)]


@pytest.mark.parametrize("name", NAMES)
def test_names_of_files_are_recognised_among_all_documents_of_the_catalogue(name: str) -> None:
    """Thai and English, short and long; nothing else of the same kind is taken for it."""
    [line] = lines([NAMES[name]], SeenFile(7, name))
    assert (line.state, line.part) == (FOUND, 7)
    assert line.reasons[0].code == "file-name"
    others = sorted(CATALOGUE - {NAMES[name]})
    kinds = {kind.key for kind in KINDS if kind.asked.search(NAMES[name].replace(" ", ""))}
    strangers = [
        one for one in others if not kinds & {kind.key for kind in KINDS if kind.asked.search(one.replace(" ", ""))}
    ]
    wrong = [line.document for line in lines(strangers, SeenFile(7, name)) if line.state is FOUND]
    assert wrong == []


def test_a_whole_application_is_put_together() -> None:
    """Each file stands for one document; what is only needed in some cases is not called missing."""
    files = (
        SeenFile(1, "แบบ ข.1.pdf"),
        SeenFile(2, "โฉนด.jpg", is_picture=True, is_read=False),
        SeenFile(3, "แปลน.pdf"),
    )
    found = [(FOUND, 1), (FOUND, 2), (FOUND, 3)]
    assert states(BUILDING, *files) == [*found, (UNSURE, None), (UNSURE, None)]
    last = lines(BUILDING, *files)[-1]
    assert last.reasons == (Reason("in-case", "กรณีผู้ขอมิใช่เจ้าของที่ดิน"),)


def test_words_tell_what_a_file_without_a_name_is() -> None:
    """Its head counts for most; name and words together for more than either."""
    scan = SeenFile(4, "scan0001.pdf", text="โฉนดที่ดิน\nเลขที่ ๑๒๓ หน้าสำรวจ ๔๕")
    assert states((DEED,), scan) == [(FOUND, 4)]
    [by_words] = lines([DEED], scan)
    [by_both] = lines([DEED], SeenFile(4, "โฉนด.pdf", text=scan.text))
    assert by_both.score > by_words.score > 0.5
    assert [reason.code for reason in by_both.reasons] == ["file-name", "file-words"]


def test_a_list_of_enclosures_is_none_of_them() -> None:
    """The form that names all that is enclosed is the form."""
    text = "คำขออนุญาตก่อสร้าง ดัดแปลง หรือรื้อถอนอาคาร\n" + "ก" * 400
    text += "พร้อมนี้ได้แนบ โฉนดที่ดิน แบบแปลน หนังสือยินยอม และหนังสือมอบอำนาจ"
    assert states(BUILDING[:3], SeenFile(1, "doc.pdf", text=text)) == [(FOUND, 1), (MISSING, None), (MISSING, None)]


def test_one_file_is_not_two_documents_of_a_kind() -> None:
    """Two forms are wanted, one is there: the one that its code names."""
    wanted = ("แบบคำร้องขอลงทะเบียน (ดร.01)", "แบบรับรองสถานะของครัวเรือน (ดร.02)")
    assert states(wanted, SeenFile(1, "ดร.02.pdf")) == [(UNSURE, None), (FOUND, 1)]
    both = SeenFile(1, "สำเนาบัตรประชาชนและทะเบียนบ้าน.pdf")
    assert states(("สำเนาบัตรประจำตัวประชาชน", "สำเนาทะเบียนบ้าน"), both) == [(FOUND, 1), (FOUND, 1)]


def test_photos_are_proposed_with_doubt() -> None:
    """A picture without words may be the photo that is wanted; one that says so is."""
    wanted = ("ภาพถ่ายตัวบ้าน",)
    assert states(wanted, SeenFile(1, "IMG_2041.jpg", is_picture=True, is_read=False)) == [(UNSURE, 1)]
    assert states(wanted, SeenFile(1, "รูปบ้าน.jpg", is_picture=True)) == [(FOUND, 1)]
    assert states(wanted, SeenFile(1, "บันทึก.txt", text="รูป")) == [(MISSING, None)]


def test_what_could_not_be_read_may_be_anything() -> None:
    """Nothing is called missing while a file is a closed book."""
    locked = SeenFile(1, "20260105.pdf", is_read=False)
    assert lines([DEED], locked) == [DocumentProposal(DEED, UNSURE, reasons=(Reason("unread-files"),))]
    assert states((DEED,), SeenFile(1, "20260105.pdf", text="สวัสดี")) == [(MISSING, None)]
    assert states((DEED,)) == [(MISSING, None)]


def test_the_letter_itself_may_be_the_form() -> None:
    """A request that was written as a mail needs no file."""
    assert lines(["คำร้องขอรับบริการ"]) == [
        DocumentProposal("คำร้องขอรับบริการ", UNSURE, reasons=(Reason("letter-may-be-it"),))
    ]


@given(
    st.lists(st.text(max_size=30), max_size=4),
    st.lists(st.tuples(st.text(max_size=20), st.text(max_size=50)), max_size=4),
)
def test_it_never_fails(wanted: list[str], files: list[tuple[str, str]]) -> None:
    """Whatever documents and files are called; scores lie between 0 and 1, and parts are those of the files."""
    seen = [SeenFile(part, name, text) for part, (name, text) in enumerate(files)]
    found = lines(wanted, *seen)
    assert [line.document for line in found] == wanted
    for line in found:
        assert 0 <= line.score <= 1
        assert line.part is None or line.part < len(seen)
        assert (line.state is FOUND) <= (line.part is not None)
