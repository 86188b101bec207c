"""ทะเบียนหนังสือส่ง for other eyes: the columns of แบบที่ 14, and every number, void ones included (R53)."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from mailroom.domain.backup import NumberVoid
from mailroom.domain.outgoing import OutgoingDraft, OutgoingEntry
from mailroom.domain.register import RegisterNumber
from mailroom.paths import CONFIG
from mailroom.ports import Json
from mailroom.services.export import Export, ExportFormat
from mailroom.services.outgoing_rows import outgoing_rows
from mailroom.services.wording import Wording
from mailroom.texts import load_texts
from tests.support.post import AGENCY, CATALOGUE, CONTENT, START, Post

HEADING = [
    "เลขทะเบียนส่ง",
    "ที่",
    "ลงวันที่",
    "จาก",
    "ถึง",
    "เรื่อง",
    "การปฏิบัติ",
    "หมายเหตุ",
    "วันเวลาที่ลงทะเบียน",
    "ตอบข้อความลำดับที่",
    "SHA-256 ของเอกสาร",
]


class Printer:
    """`ports.Renderer` that keeps what it is given."""

    def __init__(self) -> None:
        self.sheets: list[tuple[str, Mapping[str, Json]]] = []

    def render(self, template: str, data: Mapping[str, Json], *, at: datetime, enclosures: Any = ()) -> bytes:
        self.sheets.append((template, data))
        return b"%PDF"

    def seal(self, template: str) -> None:
        """Registers are not signed."""


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    place = Post(tmp_path)
    for number in range(3):
        place.hand_over(f"%PDF {number}".encode(), number=f"{number + 12}/2569")
    yield place
    place.close()


def written(post: Post, form: ExportFormat, *, printer: Printer | None = None, thai_digits: bool = False) -> bytes:
    out = io.BytesIO()
    export = Export(
        post.books,
        agency=AGENCY,
        catalogue=CATALOGUE,
        wording=Wording(load_texts(CONFIG).tables, thai_digits),
        renderer=lambda: printer or Printer(),
        clock=post.clock,
    )
    assert export.outgoing(form, out, year=2569) == 3
    assert export.outgoing(form, io.BytesIO(), year=2570) == 0
    return out.getvalue()


def test_json_has_every_letter(post: Post) -> None:
    rows = json.loads(written(post, ExportFormat.JSON))
    assert [row["sent_number"] for row in rows] == ["1/2569", "2/2569", "3/2569"]
    assert rows[0] == {
        "sent_number": "1/2569",
        "year": 2569,
        "number": 1,
        "void": False,
        "letter_no": "อท 52301/1",
        "dated": "2026-01-05",
        "from": AGENCY.name,
        "to": CONTENT.holder,
        "subject": "ส่งใบอนุญาต เลขที่ 12/2569",
        "action": "",
        "remark": "",
        "registered_at": "2026-01-05T10:00:00+07:00",
        "answers": None,
        "document": rows[0]["document"],
    }


def test_csv_and_xlsx_have_the_columns_of_the_form(post: Post) -> None:
    """The eight of แบบที่ 14 in its order, then what else is known; our own digits Thai where asked."""
    table = list(csv.reader(io.StringIO(written(post, ExportFormat.CSV, thai_digits=True).decode("utf-8-sig"))))
    book = openpyxl.load_workbook(io.BytesIO(written(post, ExportFormat.XLSX)))
    assert table[0] == HEADING
    assert table[1][:3] == ["๑/๒๕๖๙", "อท ๕๒๓๐๑/๑", "๕ ม.ค. ๒๕๖๙"]
    assert len(table) == 4
    sheet = book["ทะเบียนหนังสือส่ง"]
    assert [cell.value for cell in sheet[1]] == HEADING
    assert sheet.cell(2, 2).value == "อท 52301/1"


def test_the_print_has_the_form_of_its_own(post: Post) -> None:
    """Title, form number and columns are those of the register of letters sent."""
    printer = Printer()
    assert written(post, ExportFormat.PDF, printer=printer) == b"%PDF"
    template, sheet = printer.sheets[0]
    assert template == "register"
    assert (sheet["title"], sheet["form"], sheet["columns"]) == ("ทะเบียนหนังสือส่ง", "แบบที่ 14", HEADING[:8])
    lines = sheet["rows"]
    assert isinstance(lines, list)
    assert lines[0] == {"day": "วันที่ 5 มกราคม 2569"}
    assert [len(line["cells"]) for line in lines[1:]] == [8, 8, 8]


def entry(year: int, number: int) -> OutgoingEntry:
    draft = OutgoingDraft(
        year=year, dated=date(2026, 1, 5), sender="a", addressee="b", subject="c", registered_at=START
    )
    return OutgoingEntry(RegisterNumber(year, number), draft)


def test_void_numbers_are_visible() -> None:
    """A number without a letter has its line, in each year by itself."""
    entries = [entry(2569, 2), entry(2569, 3), entry(2569, 7), entry(2570, 1), entry(2570, 3)]
    rows = list(outgoing_rows(entries, "อท"))
    shown = [(row.as_object()["sent_number"], row.as_object()["void"]) for row in rows]
    assert shown == [
        ("1/2569", True),
        ("2/2569", False),
        ("3/2569", False),
        ("4-6/2569", True),
        ("7/2569", False),
        ("1/2570", False),
        ("2/2570", True),
        ("3/2570", False),
    ]
    wording = Wording(load_texts(CONFIG).tables)
    assert rows[0].as_cells(wording)[5] == "ยกเลิก – ไม่มีหนังสือ"
    assert {len(row.as_cells(wording)) for row in rows} == {len(HEADING)}


def test_numbers_lost_in_a_restore_are_told_from_those_nobody_knows_of() -> None:
    """Each stretch says why it is void, also behind the last letter."""
    lost = [NumberVoid("out", 2569, 2, 3, START, "admin"), NumberVoid("out", 2569, 6, 6, START, "admin")]
    rows = [row.as_object() for row in outgoing_rows([entry(2569, 1), entry(2569, 5)], "อท", lost)]
    shown = [(row["sent_number"], row.get("lost_in_restore")) for row in rows]
    assert shown == [("1/2569", None), ("2-3/2569", True), ("4/2569", False), ("5/2569", None), ("6/2569", True)]
