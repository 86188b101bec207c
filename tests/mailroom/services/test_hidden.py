"""A restricted case in exports and in public: its number stays, what it is about is nowhere (R51, R106)."""

import io
import json
from dataclasses import replace
from datetime import date

import pytest

from mailroom.domain.outgoing import OutgoingDraft
from mailroom.domain.privacy import Restriction
from mailroom.services.export import Export, ExportFormat
from mailroom.services.open_data import DataFormat
from mailroom.services.publication import Publication, Selection
from mailroom.services.wording import Wording
from mailroom.testing import FakeClock
from mailroom.texts import load_texts
from tests.support.exports import RecordingRenderer
from tests.support.privacy_office import AGENCY, HEAD, NUMBER, START, PrivacyOffice
from tests.support.public_pages import CATALOGUE
from tests.support.stage_values import CONFIG

NAMES = ("สมชาย", "somchai", "ขออนุญาตก่อสร้าง", "มาลี", "malee")
WORDING = Wording(load_texts(CONFIG).tables)


@pytest.fixture
def office() -> PrivacyOffice:
    """The only case is restricted; a letter was sent and a licence issued in it."""
    office = PrivacyOffice()
    logged, licence = office.case()
    sent = OutgoingDraft(
        year=2569,
        dated=date(2026, 11, 23),
        sender="อบต.",
        addressee="สมชาย ใจดี",
        subject="ขออนุญาตก่อสร้าง",
        document="ab" * 32,
        message_id=logged.id,
        registered_at=START,
    )
    with office.books.begin() as uow:
        uow.outgoing.enter(sent)
        uow.licences.save(replace(licence, service=CATALOGUE.services[0].key))
        uow.privacy.restrict(
            Restriction(number=NUMBER, request=None, reason="x", people=("head",), placed_at=START, placed_by="head")
        )
        uow.commit()
    return office


def export(office: PrivacyOffice, renderer: RecordingRenderer | None = None) -> Export:
    return Export(
        office.books,
        agency=AGENCY,
        catalogue=CATALOGUE,
        wording=WORDING,
        renderer=lambda: renderer or RecordingRenderer(),
        clock=FakeClock(START),
    )


@pytest.mark.parametrize("form", [ExportFormat.JSON, ExportFormat.CSV])
@pytest.mark.parametrize("sheet", ["register", "outgoing"])
def test_registers_keep_the_number_alone(office: PrivacyOffice, sheet: str, form: ExportFormat) -> None:
    """No gap arises, and no word of the matter is told; lifted, the line is as before."""
    out = io.BytesIO()
    assert getattr(export(office), sheet)(form, out) == 1
    text = out.getvalue().decode("utf-8-sig")
    assert "1/2569" in text
    assert "จำกัดการเข้าถึงตามคำขอ" in text
    assert not [name for name in NAMES if name in text]
    office.requests.lift(NUMBER, HEAD, "ครบกำหนด")
    again = io.BytesIO()
    getattr(export(office), sheet)(form, again)
    assert "สมชาย" in again.getvalue().decode("utf-8-sig")


def test_the_log_leaves_its_messages_out(office: PrivacyOffice) -> None:
    """Messages have no numbers without a gap."""
    out = io.BytesIO()
    assert export(office).messages(out) == 0
    assert json.loads(out.getvalue()) == []


def test_the_public_finds_it_nowhere(office: PrivacyOffice) -> None:
    """Not in search, list or files; who holds the paper learns by its code whether it is in force, and nothing else."""
    publication = Publication(office.books, agency=AGENCY, catalogue=CATALOGUE, wording=WORDING, clock=FakeClock(START))
    with office.books.look() as uow:
        licence = uow.licences.get(1)
    restricted = publication.state()
    with publication.look() as books:
        assert books.search(Selection()).total == 0
        assert (books.count(), list(books.every())) == (0, [])
        found = books.record(licence.code)
    assert found is not None
    shown, _ = found
    assert shown.shown == ()
    assert {one.masked for one in shown.masked} >= {"จำกัดการเข้าถึงตามคำขอของเจ้าของข้อมูลส่วนบุคคล"}
    assert (shown.number, shown.listed, shown.status) == (licence.number, False, licence.status_on(START.date()))
    assert shown.document == licence.document
    out = io.BytesIO()
    assert publication.export(DataFormat.JSON, out) == 0
    office.requests.lift(NUMBER, HEAD, "ครบกำหนด")
    assert publication.state() != restricted
    with publication.look() as books:
        assert books.search(Selection()).total == 1
