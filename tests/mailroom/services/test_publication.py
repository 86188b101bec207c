"""The public licence database: what is published, what is masked, and its files."""

import csv
import io
import json
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from mailroom.domain.licence import FIELDS, Act, FieldDecision, LicenceStatus
from mailroom.ports import Books
from mailroom.services.open_data import DataFormat, description
from mailroom.services.public_licence import COLUMNS, PublicLicence
from mailroom.services.publication import Selection, canonical_code
from mailroom.testing import MemoryBooks
from storage.unit_of_work import SqlBooks
from tests.support.public_pages import FOOD, NOON, TEXTS, PublicHall, add_licence, change, code, content

SECRETS = ("1103700123456", "1000.00", "บร. 55/2569", "0812345678", "private.example", "ห้ามเผยแพร่", "ลับภายใน", "somsak")
"""Of every licence that `add_licence` makes: what the agency did not decide to publish."""


@pytest.fixture(params=["memory", "database"])
def books(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Books]:
    if request.param == "memory":
        yield MemoryBooks()
        return
    with closing(SqlBooks(f"sqlite:///{tmp_path / 'mailroom.db'}", "klong")) as database:
        yield database


@pytest.fixture
def hall(books: Books, tmp_path: Path) -> PublicHall:
    return PublicHall(books, tmp_path)


def decide(books: Books, field: str, *, public: bool, service: str = "", reason: str = "มติคณะกรรมการ 3/2569") -> None:
    with books.begin() as uow:
        uow.fields.decide(FieldDecision(service, field, public, reason, "somsak", NOON))
        uow.commit()


def found(hall: PublicHall, **wanted: Any) -> list[str]:
    """Numbers of what a search finds, with their year left out."""
    with hall.publication.look() as books:
        hits = books.search(Selection(**wanted), size=100)
    assert hits.total == len(hits.licences)
    return [one.number.partition("/")[0] for one in hits.licences]


def record(hall: PublicHall, number: int) -> PublicLicence:
    with hall.publication.look() as books:
        shown = books.record(code(number))
    assert shown is not None
    return shown[0]


def exported(hall: PublicHall, form: DataFormat, selection: Selection | None = None) -> bytes:
    out = io.BytesIO()
    hall.publication.export(form, out, selection or Selection())
    return out.getvalue()


def rows(content: bytes) -> list[dict[str, str]]:
    assert content.startswith("\ufeff".encode())
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def test_every_printed_item_is_published_or_masked_with_a_reason(hall: PublicHall) -> None:
    """R107: no item of a licence is passed over in silence, those of its type included."""
    add_licence(hall.books, 1)
    shown = record(hall, 1)
    assert [one.key for one in shown.items] == [*FIELDS, "seats", "owner_phone"]
    assert {one.key: bool(one.masked) for one in shown.items if one.masked} == dict.fromkeys(
        ("holder_id", "fee", "receipt", "owner_phone"), True
    )
    assert all(one.value for one in shown.items if not one.masked)
    assert not any(one.value for one in shown.masked)


def test_the_decision_of_the_agency_counts(hall: PublicHall) -> None:
    """A decision for the type counts before one for all types, and both before the default; the reason is shown."""
    add_licence(hall.books, 1)
    decide(hall.books, "holder_id", public=True)
    decide(hall.books, "address", public=False, reason="อยู่ระหว่างคดี")
    decide(hall.books, "premises", public=False)
    decide(hall.books, "premises", public=True, service="food-shop")
    decide(hall.books, "owner_phone", public=True, service="food-shop", reason="")
    shown = record(hall, 1)
    assert shown.value("holder_id") == "1103700123456"
    assert (shown.item("address").value, shown.item("address").masked) == ("", "อยู่ระหว่างคดี")
    assert shown.value("premises")
    assert shown.value("owner_phone") == "0812345678"


def test_an_item_that_the_type_does_not_list_is_masked(hall: PublicHall) -> None:
    """What nobody described nobody decided to publish."""
    add_licence(hall.books, 1, extra={"old_key": "เรื่องเก่า"})
    shown = record(hall, 1).item("old_key")
    assert (shown.value, bool(shown.masked)) == ("", True)


@pytest.mark.parametrize("form", list(DataFormat))
def test_no_file_holds_what_is_not_published(hall: PublicHall, form: DataFormat) -> None:
    """Masked items, internal reasons, clerks' names and private addresses stand in no file."""
    licence = add_licence(hall.books, 1)
    change(hall.books, licence, Act.SUSPEND, status=LicenceStatus.SUSPENDED)
    exported_bytes = exported(hall, form)
    if form is DataFormat.XLSX:
        sheet = openpyxl.load_workbook(io.BytesIO(exported_bytes)).active
        assert sheet is not None
        text = "\n".join(str(cell) for row in sheet.values for cell in row)
    else:
        text = exported_bytes.decode()
    assert "ร้านก๋วยเตี๋ยวเรือป้าแดง" in text
    assert not [secret for secret in SECRETS if secret in text]


def test_search_finds_thai_substrings_numbers_and_places(hall: PublicHall) -> None:
    """Substring, Thai or Arabic digits, with and without spaces, by place, type and status."""
    add_licence(hall.books, 12)
    add_licence(hall.books, 13, premises="โรงแรมริมคลอง", business="โรงแรม", address="ตำบลบ้านใหม่")
    add_licence(hall.books, 14, service="building-permit", premises="", status=LicenceStatus.REVOKED)
    assert found(hall, text="ก๋วยเตี๋ยว เรือ") == ["12"]
    assert found(hall, text="๑๓/๒๕๖๙") == ["13"]
    assert found(hall, text="ถนนสุขาภิบาล 5", service="food-shop") == ["12"]
    assert found(hall, place="บ้านใหม่") == ["13"]
    assert found(hall, service="building-permit") == ["14"]
    assert found(hall, status=LicenceStatus.REVOKED) == ["14"]
    assert found(hall, text="ไม่มี") == []
    assert found(hall, text="1103700123456") == []


def test_a_search_does_not_give_a_masked_item_away(hall: PublicHall) -> None:
    """A match in a masked item alone is no match, in the search as in the extract."""
    add_licence(hall.books, 1)
    decide(hall.books, "holder", public=False, service="food-shop")
    assert found(hall, text="สมหญิง") == []
    assert found(hall, text="ก๋วยเตี๋ยว") == ["1"]
    assert rows(exported(hall, DataFormat.CSV, Selection(text="สมหญิง"))) == []
    decide(hall.books, "address", public=False)
    assert found(hall, place="คลองใหม่") == []


def test_a_licence_that_need_not_be_displayed_is_not_listed(hall: PublicHall) -> None:
    """Who has its code sees its record nevertheless: that is the person who holds the paper."""
    add_licence(hall.books, 1, service="pet-card")
    add_licence(hall.books, 2)
    assert found(hall) == ["2"]
    assert found(hall, service="pet-card") == []
    assert len(rows(exported(hall, DataFormat.CSV))) == 1
    assert not record(hall, 1).listed


def test_what_lapsed_is_shown_as_expired(hall: PublicHall) -> None:
    """Nobody has to do anything: after the last day in Thailand it is expired since that midnight."""
    add_licence(hall.books, 1, expires_on=date(2026, 11, 22))
    assert record(hall, 1).status is LicenceStatus.VALID
    before = hall.publication.state()
    hall.clock.advance(hours=12)
    shown = record(hall, 1)
    assert shown.status is LicenceStatus.EXPIRED
    assert shown.status_since.isoformat() == "2026-11-23T00:00:00+07:00"
    assert hall.publication.state() != before


def test_a_change_is_published_at_once(hall: PublicHall) -> None:
    """The next look shows it, and the name of the state tells caches so (R30)."""
    licence = add_licence(hall.books, 1)
    before = hall.publication.state()
    assert hall.publication.state() == before
    change(hall.books, licence, Act.REVOKE, status=LicenceStatus.REVOKED)
    assert record(hall, 1).status is LicenceStatus.REVOKED
    assert rows(exported(hall, DataFormat.CSV))[0]["สถานะ"] == "เพิกถอน"
    changed = hall.publication.state()
    assert changed != before
    decide(hall.books, "holder", public=False)
    assert hall.publication.state() != changed


def test_the_csv_has_stable_columns_and_says_as_of_when(hall: PublicHall) -> None:
    """The columns that the rules propose, days ISO 8601, masked items marked and explained."""
    add_licence(hall.books, 1)
    [row] = rows(exported(hall, DataFormat.CSV))
    assert list(row) == [TEXTS.label("public_columns", column) for column in COLUMNS]
    assert row["เลขที่ใบอนุญาต"] == "1/2569"
    assert row["วันสิ้นอายุ"] == "2027-10-31"
    assert row["ผู้อนุญาต (ตำแหน่ง)"] == "นายกองค์การบริหารส่วนตำบลคลองใหม่"
    assert row["รายการอื่นในใบอนุญาต"] == "จำนวนที่นั่ง: 40"
    assert row["เลขประจำตัวผู้รับอนุญาต"] == "ไม่เผยแพร่"
    assert "เลขประจำตัวผู้รับอนุญาต: ข้อมูลส่วนบุคคล" in row["รายการที่ไม่เผยแพร่และเหตุผล"]
    assert row["ข้อมูล ณ"] == "2026-11-22T12:00:00+07:00"


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "+1", "@SUM(A1)", " =1+1", "\t-2", "＝1"])
def test_no_cell_is_a_formula(hall: PublicHall, name: str) -> None:
    """What a holder calls a shop cannot run in a clerk's or a citizen's spreadsheet."""
    add_licence(hall.books, 1, premises=name)
    [row] = rows(exported(hall, DataFormat.CSV))
    assert row["ชื่อสถานประกอบการ"].startswith("'")
    sheet = openpyxl.load_workbook(io.BytesIO(exported(hall, DataFormat.XLSX))).active
    assert sheet is not None
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


def test_the_workbook_reads_as_people_write(hall: PublicHall) -> None:
    """Days in พ.ศ., and the moment in a column of every row."""
    add_licence(hall.books, 1)
    sheet = openpyxl.load_workbook(io.BytesIO(exported(hall, DataFormat.XLSX))).active
    assert sheet is not None
    heading, row = list(sheet.values)
    cells = dict(zip(heading, row, strict=True))
    assert cells["วันสิ้นอายุ"] == "31 ต.ค. 2570"
    assert cells["ข้อมูล ณ"] == "22 พ.ย. 2569 12.00 น."


def test_the_json_says_why_an_item_is_null(hall: PublicHall) -> None:
    """Null where masked, with the reason beside it; as of when, and what the columns mean."""
    add_licence(hall.books, 1)
    data = json.loads(exported(hall, DataFormat.JSON))
    assert data["as_of"] == "2026-11-22T12:00:00+07:00"
    assert set(data["columns"]) == set(COLUMNS)
    [licence] = data["licences"]
    assert licence["holder_id"] is None
    assert licence["masked"]["holder_id"].startswith("ข้อมูลส่วนบุคคล")
    assert licence["extra"] == {"seats": "40"}
    assert licence["url"] == f"https://licences.klongmai.example/l/{code(1)}"
    assert licence["conditions"] == ["ต้องมีถังดักไขมัน", "ปิดภายในเวลา 22.00 น."]


def test_linked_data_describes_itself(hall: PublicHall) -> None:
    """A DCAT data set with four distributions, and every licence a GovernmentPermit of schema.org."""
    add_licence(hall.books, 1)
    add_licence(hall.books, 2, expires_on=None)
    graph = json.loads(exported(hall, DataFormat.JSONLD))["@graph"]
    dataset = next(node for node in graph if "dcat:Dataset" in node["@type"])
    assert [one["dcat:downloadURL"].rpartition(".")[2] for one in dataset["dcat:distribution"]] == [
        "csv",
        "xlsx",
        "json",
        "jsonld",
    ]
    permits = [node for node in graph if node["@type"] == "GovernmentPermit"]
    assert [one["identifier"] for one in permits] == ["1/2569", "2/2569"]
    assert [one["validUntil"] for one in permits] == ["2027-10-31", None]
    with hall.publication.look() as books:
        alone = description(books.dataset())
    assert [node["@id"] for node in alone["@graph"]] == [node["@id"] for node in graph[:2]]  # type: ignore[index, union-attr, call-overload]


@pytest.mark.parametrize("form", list(DataFormat))
def test_an_empty_database_makes_whole_files(hall: PublicHall, form: DataFormat) -> None:
    """An agency that begins has files without rows, not broken ones."""
    whole = exported(hall, form)
    if form in {DataFormat.JSON, DataFormat.JSONLD}:
        json.loads(whole)
    assert whole


def test_files_are_made_once_for_each_state(hall: PublicHall) -> None:
    """The second visitor gets the first one's file; after a change there is a new one, and few old ones stay."""
    add_licence(hall.books, 1)
    path, state = hall.files.file(DataFormat.CSV)
    made = path.stat().st_mtime_ns
    assert hall.files.file(DataFormat.CSV) == (path, state)
    assert path.stat().st_mtime_ns == made
    for number in range(2, 6):
        licence = add_licence(hall.books, number)
        change(hall.books, licence, Act.AMEND, updated_at=NOON + timedelta(minutes=number))
        path, _ = hall.files.file(DataFormat.CSV)
        assert len(rows(path.read_bytes())) == number
    assert len(list(path.parent.iterdir())) == 2


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("c0de-0000 0001", "C0DE00000001"),
        ("CODEOOOOOOOI", "C0DE00000001"),
        ("C0DE๐๐๐๐๐๐๐๑", "C0DE00000001"),
        ("C0DE0000000", None),
        ("C0DE0000000U", None),
        ("C0DE0000000ก", None),
        ("../../../etc", None),
        ("", None),
    ],
)
def test_a_code_is_read_as_people_type_it(typed: str, meant: str | None) -> None:
    """Case, hyphens, spaces, Thai digits, O for 0 and I for 1 do not matter; what cannot be a code is none."""
    assert canonical_code(typed) == meant


def test_steps_of_a_life_name_nobody(hall: PublicHall) -> None:
    """What happened and when, latest first; neither who did it nor why."""
    licence = add_licence(hall.books, 1)
    change(hall.books, licence, Act.SUSPEND, status=LicenceStatus.SUSPENDED)
    with hall.publication.look() as books:
        shown = books.record(licence.code)
    assert shown is not None
    assert [step.act for step in shown[1]] == [Act.SUSPEND, Act.ISSUE]
    assert not {"actor", "reason"} & set(type(shown[1][0]).__slots__)


def test_the_policy_lists_every_item_of_every_type(hall: PublicHall) -> None:
    """What the page on open data shows: item by item, published or the reason why not."""
    with hall.publication.look() as books:
        policy = dict(books.policy())
    assert len(policy) == 2
    assert [bool(one.masked) for one in policy[FOOD]].count(True) == 4
    assert content().holder_id == SECRETS[0]
