"""Exports of the register: what each format holds, whatever citizens wrote."""

import csv
import io
import itertools
import json
import tracemalloc
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest
from openpyxl import load_workbook

from mailroom.domain.backup import NumberVoid
from mailroom.domain.decision import Outcome
from mailroom.domain.errors import ConfigurationError
from mailroom.domain.record import MessageRecord
from mailroom.domain.register import RegisterEntry, RegisterNumber
from mailroom.services.export import ExportFormat
from mailroom.services.register_rows import COLUMNS
from mailroom.services.wording import Wording
from tests.support.exports import NOW, RecordingRenderer, export
from tests.support.register_samples import ReadOnlyBooks, by_clerk, line

FORM_13 = ["เลขทะเบียนรับ", "ที่", "ลงวันที่", "จาก", "ถึง", "เรื่อง", "การปฏิบัติ", "หมายเหตุ"]
HOSTILE = (
    "=1+1",
    "+668 1234",
    "-2+3",
    "@SUM(A1)",
    "＝1+1",
    "＠SUM(A1)",
    "\ufeff=1+1",
    '"=1+1',
    "  ;=1+1",
    "\t=1+1",
    "\x00=1+1",
    "\u202e=1+1",
)


def written(form: ExportFormat, *lines: tuple[RegisterEntry, MessageRecord], thai_digits: bool = False) -> bytes:
    out = io.BytesIO()
    assert export(ReadOnlyBooks(lines=lines), thai_digits=thai_digits).register(form, out) == len(lines)
    return out.getvalue()


def csv_rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def xlsx_rows(content: bytes) -> list[list[object]]:
    sheet = load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_json_register_has_one_object_per_entry_with_english_keys() -> None:
    """The keys and forms on which other programs rely stay as they are."""
    (row,) = json.loads(written(ExportFormat.JSON, line(2)))
    assert row == {
        "register_number": "2/2569",
        "year": 2569,
        "number": 2,
        "letter_no": "อท 0017.5/ว 4351",
        "dated": "2026-11-18",
        "from": "นายณัฐวุฒิ ศรีสุวรรณวิเชียร <nattawut.srisuwanwichian2531@long-company-name.example>",
        "to": "นายกองค์การบริหารส่วนตำบลตัวอย่าง",
        "subject": "ขอความอนุเคราะห์สถานที่จัดโครงการพัฒนาคุณภาพชีวิตผู้สูงอายุตามแผนพัฒนาท้องถิ่นประจำปีงบประมาณ พ.ศ. ๒๕๗๐",
        "action": "รอเจ้าหน้าที่สารบรรณพิจารณา",
        "remark": "ด่วนมาก",
        "entered_system_at": "2026-11-20T18:19:00+07:00",
        "deemed_received_at": "2026-11-21T09:19:00+07:00",
        "registered_at": "2026-11-21T09:19:00+07:00",
        "urgency": "very-urgent",
        "secrecy": "none",
        "channel": "email",
        "account": "saraban",
        "external_id": "INBOX/7/2",
        "message_id": "<2@mail.example>",
        "digest": f"{2:064x}",
        "kind": "request",
        "service": None,
        "outcome": "hold",
        "follows": None,
    }


def test_an_empty_register_is_an_empty_array() -> None:
    """No entries make valid JSON, not an empty file."""
    assert json.loads(written(ExportFormat.JSON)) == []


def test_the_year_asked_for_reaches_the_books() -> None:
    """Only the entries of that พ.ศ. year are exported."""
    books = ReadOnlyBooks()
    export(books).register(ExportFormat.JSON, io.BytesIO(), year=2569)
    assert books.years == [2569]


def test_csv_begins_with_a_mark_and_ends_lines_with_crlf() -> None:
    """Spreadsheet programs in Thai offices know UTF-8 by its byte order mark."""
    content = written(ExportFormat.CSV, line(1), line(2))
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.count(b"\r\n") == content.count(b"\n") == 3


@pytest.mark.parametrize("form", [ExportFormat.CSV, ExportFormat.XLSX])
def test_sheets_have_the_columns_of_form_13_first(form: ExportFormat) -> None:
    """Exactly the columns of แบบที่ 13, in its order, then what else is known (R50)."""
    rows = (csv_rows if form is ExportFormat.CSV else xlsx_rows)(written(form, line(2)))
    assert rows[0][:8] == FORM_13
    assert len(rows[0]) == len(rows[1]) == len(COLUMNS)
    assert rows[1][:3] == ["2/2569", "อท 0017.5/ว 4351", "18 พ.ย. 2569"]
    assert rows[1][8] == "20 พ.ย. 2569 18.19 น."


@pytest.mark.parametrize("text", HOSTILE)
def test_csv_cells_are_never_formulas(text: str) -> None:
    """Whatever a citizen writes, no program takes a cell for a formula."""
    row = csv_rows(written(ExportFormat.CSV, line(1, subject=text)))[1]
    assert row[5].startswith("'")
    assert not any(mark in row[5] for mark in "\t\r\n\x00\u202e")


@pytest.mark.parametrize(
    "text", ["=1+1", "＝1+1", "@a", "http://a.example/", "0017", "{=SUM(A1)}", "'=1", "ที่ <b>&amp;"]
)
def test_xlsx_cells_are_text_as_the_citizen_wrote_it(text: str) -> None:
    """Read back, a cell is a text equal to what was written, never a formula, a number or a link."""
    sheet = load_workbook(io.BytesIO(written(ExportFormat.XLSX, line(1, subject=text)))).active
    assert sheet is not None
    cell = sheet.cell(2, 6)
    assert cell.data_type in {"s", "inlineStr"}
    assert (cell.value, cell.number_format, cell.hyperlink) == (text, "@", None)


def test_xlsx_holds_what_xml_and_cells_cannot() -> None:
    """Control characters, lone surrogates and 40,000 characters make a workbook that opens."""
    text = "\x00\x0b\ud800\ufffe" + "ก" * 40_000
    value = xlsx_rows(written(ExportFormat.XLSX, line(1, subject=text)))[1][5]
    assert isinstance(value, str)
    assert len(value) == 32_767
    assert value.startswith("\ufffd \ufffd\ufffdก")


def test_xlsx_heading_stays_in_sight() -> None:
    """The heading is frozen, filtered, and printed on every page."""
    sheet = load_workbook(io.BytesIO(written(ExportFormat.XLSX, line(1)))).active
    assert sheet is not None
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref == "A1:Q2"
    assert sheet.print_title_rows == "$1:$1"


def test_equal_registers_give_equal_bytes() -> None:
    """An export made twice is the same file, so that it can be compared by its digest."""
    assert written(ExportFormat.XLSX, line(1)) == written(ExportFormat.XLSX, line(1))


def test_thai_digits_touch_our_own_figures_only() -> None:
    """Numbers and dates change; addresses, digests and what others wrote stay."""
    row = csv_rows(written(ExportFormat.CSV, line(2, subject="แปลง 1187/4"), thai_digits=True))[1]
    assert row[:3] == ["๒/๒๕๖๙", "อท ๐๐๑๗.๕/ว ๔๓๕๑", "๑๘ พ.ย. ๒๕๖๙"]
    assert row[5] == "แปลง 1187/4"
    assert row[-1] == f"{2:064x}"


def action_and_remark(entry: RegisterEntry, record: MessageRecord) -> tuple[str, str]:
    (row,) = json.loads(written(ExportFormat.JSON, (entry, record)))
    return row["action"], row["remark"]


def test_action_names_the_service_and_its_unit() -> None:
    """An accepted request says what was asked for and who has it."""
    action, _ = action_and_remark(*line(1))
    assert action == "รับเรื่อง: ใบอนุญาตก่อสร้างอาคาร (กองช่าง)"


def test_action_names_the_agency_of_a_redirect() -> None:
    """A redirect says to whom the sender was directed (R19)."""
    action, _ = action_and_remark(*line(3))
    assert action == "แจ้งหน่วยงานที่รับผิดชอบโดยตรง: การประปาส่วนภูมิภาค"


def test_remark_gives_the_clerks_reason_and_name() -> None:
    """After a clerk decided, that decision and its reason are what the register shows."""
    entry, record = line(2)
    action, remark = action_and_remark(entry, by_clerk(record, Outcome.IGNORE, "ส่งซ้ำ"))
    assert action == "ไม่ต้องดำเนินการ"
    assert remark == "ด่วนมาก · ส่งซ้ำ · โดย malee"


def test_remark_points_to_the_earlier_entry() -> None:
    """A message that follows another says which, in Thai digits where asked."""
    entry, record = line(1)
    follows = replace(record, follows=RegisterNumber(2569, 12))
    assert action_and_remark(entry, follows)[1] == "ต่อจากเลขรับ 12/2569"


def test_the_print_groups_entries_by_day_of_registration() -> None:
    """A line with the day stands before the first entry of each day; cells are those of the form."""
    renderer = RecordingRenderer()
    books = ReadOnlyBooks(lines=[line(1), line(2), line(40)])
    export(books, renderer=renderer).register(ExportFormat.PDF, io.BytesIO(), year=2569)
    (sheet,) = renderer.sheets
    rows = sheet["rows"]
    assert isinstance(rows, list)
    assert [row.get("day") or row["cells"][0] for row in rows] == [
        "วันที่ 21 พฤศจิกายน 2569",
        "1/2569",
        "2/2569",
        "วันที่ 22 พฤศจิกายน 2569",
        "40/2569",
    ]
    assert sheet["columns"] == FORM_13
    assert (sheet["agency"], sheet["year"]) == ("องค์การบริหารส่วนตำบลตัวอย่าง", "ปี พ.ศ. 2569")


def test_a_printed_cell_fits_on_a_page() -> None:
    """However long a subject is, its entry is printed on one page, and the cut is visible."""
    renderer = RecordingRenderer()
    export(ReadOnlyBooks(lines=[line(1, subject="ก" * 5000)]), renderer=renderer).register(
        ExportFormat.PDF, io.BytesIO()
    )
    rows = renderer.sheets[0]["rows"]
    assert isinstance(rows, list)
    subject = rows[1]["cells"][5]
    assert len(subject) == 400
    assert subject.endswith("…")


def _most_memory(form: ExportFormat, count: int, path: Path) -> int:
    """Bytes that an export of so many entries had at the most."""
    subject = export(ReadOnlyBooks(lines=itertools.repeat(line(1), count)))
    with path.open("wb") as out:
        tracemalloc.start()
        try:
            assert subject.register(form, out) == count
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()


@pytest.mark.parametrize("form", [ExportFormat.JSON, ExportFormat.CSV, ExportFormat.XLSX])
def test_memory_does_not_grow_with_the_number_of_entries(form: ExportFormat, tmp_path: Path) -> None:
    """Rows are written as they come: two thousand more take less than 50 bytes each."""
    _, few, many = (_most_memory(form, count, tmp_path / "register") for count in (100, 500, 2500))
    assert many < 4_000_000
    assert many - few < 100_000


def test_a_missing_text_names_itself() -> None:
    """A catalogue with a gap stops the export with the key that it lacks."""
    with pytest.raises(ConfigurationError, match=r"columns\.dated"):
        Wording(MappingProxyType({"columns": {}})).say("columns", "dated")


def void(first: int, last: int, year: int = 2569, series: str = "in") -> NumberVoid:
    return NumberVoid(series, year, first, last, NOW, "admin")


def test_numbers_that_a_restore_lost_have_their_line() -> None:
    """Between entries, behind the last one, and in a year of their own; those of other registers have none (R51)."""
    lost = [void(3, 5), void(7, 7), void(1, 2, 2570), void(1, 9, series="out")]
    out = io.BytesIO()
    books = ReadOnlyBooks(lines=(line(2), line(6)), lost=lost)
    assert export(books, thai_digits=True).register(ExportFormat.CSV, out) == 5
    rows = csv_rows(out.getvalue())[1:]
    assert [row[0] for row in rows] == ["๒/๒๕๖๙", "๓-๕/๒๕๖๙", "๖/๒๕๖๙", "๗/๒๕๖๙", "๑-๒/๒๕๗๐"]
    assert rows[1][5] == "ยกเลิก – ไม่มีหนังสือ"
    assert "กู้คืน" in rows[1][7]
    assert len(rows[1]) == len(COLUMNS)
    for form in (ExportFormat.JSON, ExportFormat.XLSX, ExportFormat.PDF):
        assert export(books).register(form, io.BytesIO()) == 5
