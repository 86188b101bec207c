"""Licences issued before the system: every fault by row and column, all rows or none, repeated without a double."""

import io
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from mailroom.domain.errors import RefusedActionError, UnreadableError
from mailroom.domain.licence import Act, LicenceStatus
from mailroom.paths import CONFIG
from mailroom.services.bulk import BulkPreparation
from mailroom.services.licence_import import LicenceImport
from mailroom.services.licence_sheet import IMPORT_COLUMNS
from mailroom.texts import load_texts
from tests.support.licence_office import Office

HEADING = ["เลขที่ใบอนุญาต", "ผู้รับอนุญาต", "ที่ตั้ง", "วันที่ออก", "วันสิ้นอายุ"]
LANGUAGES = [load_texts(CONFIG, "th"), load_texts(CONFIG, "en")]


def workbook(*rows: Sequence[Any]) -> io.BytesIO:
    book, out = Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(list(row))
    book.save(out)
    out.seek(0)
    return out


@pytest.fixture
def importer(office: Office) -> LicenceImport:
    return office.importer


@pytest.fixture
def bulk(office: Office) -> BulkPreparation:
    return office.bulk


def test_what_offices_write_is_understood(importer: LicenceImport, office: Office) -> None:
    """Thai and English headings, both eras, Thai digits and months, numbers that a workbook took for quantities."""
    examined = importer.run(
        workbook(
            [
                "Licence type",
                "Number",
                "ชื่อผู้รับอนุญาต",
                "เลขประจำตัว",
                "Date of issue",
                "วันหมดอายุ",
                "สถานะ",
                "จำนวนที่นั่ง",
                "เงื่อนไข",
                "อีเมล",
            ],
            ["food-shop", "๑๒/๒๕๖๗", "นายหนึ่ง", 1101700230708, "๕ มกราคม ๒๕๖๗", "4 ม.ค. 2570", "พักใช้", 20.0, "ก\nข", ""],
            [
                "ใบอนุญาตจัดตั้งสถานที่จำหน่ายอาหาร",
                "เล่ม 1 เลขที่ 7",
                "นายสอง",
                "",
                date(2568, 3, 1),
                "28/2/2570",
                "",
                None,
                "",
                "a@b.example",
            ],
            ["food-shop", 15, "นายสาม", "", "2026-01-02", "1 Jan 2570", "หมดอายุ", "", "", ""],
        ),
        office.malee,
    )
    assert examined.problems == ()
    one, two, three = office.licences()
    assert (one.number, one.status, one.version, one.content.holder_id) == (
        "12/2567",
        LicenceStatus.SUSPENDED,
        0,
        "1101700230708",
    )
    assert (one.content.issued_on, one.content.expires_on) == (date(2024, 1, 5), date(2027, 1, 4))
    assert (one.content.extra["seats"], one.content.conditions) == ("20", ("ก", "ข"))
    assert (two.number, two.email, two.content.issued_on) == ("เล่ม 1 เลขที่ 7", "a@b.example", date(2025, 3, 1))
    assert (three.number, three.status, three.content.starts_on) == ("15", LicenceStatus.VALID, date(2026, 1, 2))
    assert len({licence.code for licence in (one, two, three)}) == 3
    with office.books.look() as uow:
        (step,) = uow.licences.events(one.id)
    assert (step.act, step.actor, step.version) == (Act.IMPORT, "malee", 0)


def test_new_numbers_follow_on_the_imported_ones(importer: LicenceImport, office: Office) -> None:
    importer.run(workbook(HEADING, ["41/2569", "ก", "", "5/1/2569", "4/1/2570"]), office.malee, "food-shop")
    assert office.submitted().number == "42/2569"


def test_every_fault_is_told_and_nothing_is_changed(importer: LicenceImport, office: Office) -> None:
    """By row and column, with a code for which both catalogues have a remedy."""
    importer.run(workbook(HEADING, ["1/2568", "เดิม", "", "5/1/2568", "4/1/2570"]), office.malee, "food-shop")
    examined = importer.run(
        workbook(
            [*HEADING, "สถานะ", "เลขประจำตัว", "อีเมล", "หมายเหตุ", "ประเภทใบอนุญาต"],
            ["1/2568", "คนอื่น", "", "5/1/2568", "4/1/2570"],
            ["2/2568", "ก", "", "31/2/2568", "4/1/2570"],
            ["3/2568", "", "", "5/1/2568", ""],
            ["4/2568", "ข", "", "5/1/2568", "4/1/2567", "ไม่แน่ใจ", "123", "not an address"],
            ["5/2568", "ค", "", "5/1/2568", "4/1/2570"],
            ["5/2568", "ง", "", "5/1/2568", "4/1/2570"],
            ["6/2568", "จ", "", "5/1/2568", "4/1/2570", "", "", "", "x", "ไม่มี"],
            ["1/2568", "เดิม", "", "5/1/2568", "4/1/2570"],
        ),
        office.malee,
        "food-shop",
    )
    told = {(one.row, one.column, one.code) for one in examined.problems}
    assert told == {
        (2, "เลขที่ใบอนุญาต", "number-exists"),
        (3, "วันที่ออก", "day-unreadable"),
        (4, "ผู้รับอนุญาต", "cell-empty"),
        (4, "วันสิ้นอายุ", "cell-empty"),
        (5, "วันสิ้นอายุ", "ends-before-start"),
        (5, "สถานะ", "status-unknown"),
        (5, "เลขประจำตัว", "identity-wrong"),
        (5, "อีเมล", "email-wrong"),
        (7, "เลขที่ใบอนุญาต", "number-twice"),
        (8, "ประเภทใบอนุญาต", "service-unknown"),
        (9, "เลขที่ใบอนุญาต", "number-twice"),
    }
    for texts in LANGUAGES:
        assert all({**texts.tables["refusals"], **texts.tables["licence_problems"]}[code] for _, _, code in told)
    assert examined.ignored == ("หมายเหตุ",)
    assert [one.number for one in office.licences()] == ["1/2568"]


def test_a_dry_run_changes_nothing(importer: LicenceImport, office: Office) -> None:
    examined = importer.examine(workbook(HEADING, ["1/2568", "ก", "", "5/1/2568", "4/1/2570"]), "food-shop")
    assert (len(examined.new), examined.problems) == (1, ())
    assert office.licences() == []


def test_a_workbook_brought_in_again_adds_what_is_new_alone(importer: LicenceImport, office: Office) -> None:
    rows = [HEADING, *([f"{n}/2568", f"คน {n}", "", "5/1/2568", "4/1/2570"] for n in range(1, 4))]
    importer.run(workbook(*rows[:3]), office.malee, "food-shop")
    again = importer.run(workbook(*rows), office.malee, "food-shop")
    assert (len(again.new), again.known) == (1, 2)
    assert [one.number for one in office.licences()] == ["1/2568", "2/2568", "3/2568"]


def test_a_missing_column_is_named(importer: LicenceImport) -> None:
    examined = importer.examine(workbook(["ผู้รับอนุญาต"], ["ก"]))
    assert {(one.row, one.column, one.code) for one in examined.problems} == {
        (1, "เลขที่ใบอนุญาต", "column-missing"),
        (1, "วันที่ออกใบอนุญาต", "column-missing"),
        (1, "ประเภทใบอนุญาต", "column-missing"),
    }


@pytest.mark.parametrize("content", [b"", b"number;holder\n", b"PK\x03\x04 broken"])
def test_what_is_no_workbook_is_said_to_be_none(importer: LicenceImport, content: bytes) -> None:
    with pytest.raises(UnreadableError, match=r"\.xlsx"):
        importer.examine(io.BytesIO(content), "food-shop")


def test_the_blank_workbook_is_one_that_can_be_brought_in(importer: LicenceImport, office: Office) -> None:
    """Every column of it is known; filled in, it is taken over; every cell is a text."""
    out = io.BytesIO()
    importer.blank(out, "food-shop")
    book = load_workbook(out)
    sheet = book.active
    assert sheet is not None
    heading = [cell.value for cell in next(sheet.iter_rows())]
    assert len(heading) == len(IMPORT_COLUMNS) + 1
    facts = {"เลขที่ใบอนุญาต": "9/2568", "ชื่อผู้รับอนุญาต": "ก", "วันที่ออกใบอนุญาต": "5 ม.ค. 68", "วันสิ้นอายุ": "4 ม.ค. 70"}
    for name, value in facts.items():
        sheet.cell(2, heading.index(name) + 1, value)
    assert sheet.cell(2, 1).number_format == "@"
    filled = io.BytesIO()
    book.save(filled)
    examined = importer.run(filled, office.malee, "food-shop")
    assert (len(examined.new), examined.problems, examined.ignored) == (1, (), ())


PAPERS = ["ชื่อผู้รับอนุญาต", "อีเมล", "จำนวนที่นั่ง"]


def test_a_bulk_run_of_thirty_goes_on_half_way_without_a_double(bulk: BulkPreparation, office: Office) -> None:
    """Prepared, submitted, approved and released in parts, the workbook given again each time."""
    rows = [PAPERS, *([f"คน {n}", f"p{n}@citizen.example", n] for n in range(30))]
    bulk.prepare_many(workbook(*rows[:14]), "food-shop", "ตลาด", office.malee)
    prepared = bulk.prepare_many(workbook(*rows), "food-shop", "ตลาด", office.malee)
    assert (len(prepared.papers), prepared.new) == (30, 17)
    ids = [one.id for one in prepared.papers]
    office.issuing.submit_many(ids[:11], office.malee, signatory="head")
    done = office.issuing.submit_many(ids, office.malee, signatory="head")
    assert {error.code for error in done.refused.values()} == {"paper-submitted"}
    office.clock.advance(days=1)
    assert bulk.prepare_many(workbook(*rows), "food-shop", "ตลาด", office.malee).new == 0
    seen = {one: office.paper(one).rendition or "" for one in ids}
    office.issuing.approve_many(seen, office.head)
    assert len(office.issuing.release(limit=13, batch="ตลาด").issued) == 13
    office.join()
    assert len(office.issuing.release(batch="ตลาด").issued) == 17
    assert [one.number for one in office.licences()] == [f"{n}/2569" for n in range(1, 31)]
    assert [one.content.holder for one in office.licences()] == [f"คน {n}" for n in range(30)]
    assert sorted(one.to for one in office.letters()) == sorted(f"p{n}@citizen.example" for n in range(30))


def test_what_a_row_leaves_out_follows_from_the_service(bulk: BulkPreparation, office: Office) -> None:
    (paper,) = bulk.prepare_many(workbook(PAPERS, ["ก", "a@b.example", 4]), "food-shop", "x", office.malee).papers
    assert (paper.content.fee, paper.content.conditions) == ("500.00", ("รักษาความสะอาดของสถานที่",))
    assert (paper.content.issued_on, paper.content.expires_on) == (date(2026, 1, 5), date(2027, 1, 4))
    assert paper.batch == "x#2"


def test_a_changed_row_of_the_same_run_is_refused(bulk: BulkPreparation, office: Office) -> None:
    """Otherwise it would silently not be issued."""
    bulk.prepare_many(workbook(PAPERS, ["ก", "a@b.example", 4]), "food-shop", "x", office.malee)
    with pytest.raises(RefusedActionError, match="batch-differs: 2"):
        bulk.prepare_many(workbook(PAPERS, ["ข", "a@b.example", 4]), "food-shop", "x", office.malee)
    with pytest.raises(RefusedActionError, match="batch-name"):
        bulk.prepare_many(workbook(PAPERS, ["ข", "a@b.example", 4]), "food-shop", "x#1", office.malee)


def test_faulty_rows_are_told_before_any_paper_is_prepared(bulk: BulkPreparation, office: Office) -> None:
    prepared = bulk.prepare_many(
        workbook(PAPERS, ["", "a@b.example", 4], ["ก", "", 4], ["ข", "x", 4], ["ค", "c@d.example", None]),
        "food-shop",
        "x",
        office.malee,
    )
    assert [(one.row, one.column, one.code) for one in prepared.problems] == [
        (2, "ชื่อผู้รับอนุญาต", "item-missing"),
        (3, "อีเมล", "email-missing"),
        (4, "อีเมล", "email-wrong"),
        (5, "จำนวนที่นั่ง", "item-missing"),
    ]
    with office.books.look() as uow:
        assert uow.issuances.counts()["prepared"] == 0
    assert datetime(2026, 1, 5, 3, 0, tzinfo=UTC) == office.clock.now()
