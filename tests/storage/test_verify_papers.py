"""The checker names what differs in licences, papers and what was sent, and is silent about what is in order."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mailroom.domain.decision import Letter
from mailroom.domain.document import Document, DocumentKind, DownloadLink, Enclosed
from mailroom.domain.instrument import InstrumentState
from mailroom.domain.licence import Act, IssuanceState, Licence
from mailroom.domain.outbox import OutboxItem
from mailroom.ports import Archive, UnitOfWork
from storage.archive import SegmentArchive
from storage.sealing.kek import KeyEncryptionKeys
from storage.unit_of_work import SqlBooks
from tests.support.book_values import NOW, YEAR, item
from tests.support.checked_storage import CheckedStorage
from tests.support.paper_values import (
    SERVICE,
    TODAY,
    content,
    document,
    event,
    instrument,
    issuance,
    licence,
    outgoing,
    query,
)


def keep(uow: UnitOfWork, archive: Archive, pdf: bytes, kind: DocumentKind) -> Document:
    [kept] = archive.keep([pdf])
    one = document(kept.digest, kind=kind, size=kept.size, place=kept.place, name=f"{kind}.pdf")
    uow.documents.put(one)
    return one


def letter(key: int, *enclosed: Document) -> OutboxItem:
    enclosures = tuple(Enclosed(one.digest, one.name, one.media_type) for one in enclosed)
    return replace(item(0, key), message_id=None, letter=Letter.LICENCE, text="ส่งใบอนุญาต", enclosures=enclosures)


def issue(uow: UnitOfWork, archive: Archive, *, link: bool = False) -> Licence:
    """Everything that the way of a first paper leaves behind."""
    number = f"{uow.licences.next_number(SERVICE, YEAR)}/{YEAR}"
    pdf = os.urandom(3000)
    rendition = keep(uow, archive, pdf, DocumentKind.RENDITION)
    signed = keep(uow, archive, pdf + os.urandom(500), DocumentKind.LICENCE)
    made = uow.licences.add(licence(number=number, code=number, document=signed.digest))
    uow.licences.note(event(made.id, document=signed.digest))
    entry = uow.outgoing.enter(outgoing(document=signed.digest))
    facts = {"rendition": rendition.digest, "document": signed.digest, "outgoing": entry.number}
    uow.issuances.add(
        issuance(state=IssuanceState.ISSUED, number=number, licence_id=made.id, approved_by="nayok", **facts)
    )
    if link:
        uow.links.put(DownloadLink(digest=signed.digest, token_hash=f"{made.id:064}", expires_at=NOW))
    else:
        uow.outbox.put(letter(made.id, signed))
    return made


@pytest.fixture
def installed(
    tmp_path: Path, database: str, sql_books: SqlBooks, keks: KeyEncryptionKeys | None
) -> Iterator[CheckedStorage]:
    """Licences 119 to 121 from before, 122 to 124 issued, 125 cancelled, 126 prepared; an announcement signed."""
    archive = SegmentArchive(tmp_path / "archive", keks=keks)
    with sql_books.begin() as uow:
        uow.licences.raise_numbers(SERVICE, YEAR, 121)
        for number in (f"119/{YEAR}", f"121/{YEAR}", "0120/๒๕๖๙", f"อท 7/{YEAR}"):
            uow.licences.add(licence(number=number, code=number, version=0, document=None))
        for link in (False, False, True):
            issue(uow, archive, link=link)
        for state in (IssuanceState.CANCELLED, IssuanceState.SUBMITTED):
            rendition = keep(uow, archive, os.urandom(500), DocumentKind.RENDITION)
            number = f"{uow.licences.next_number(SERVICE, YEAR)}/{YEAR}"
            facts = {"rendition": rendition.digest, "document": None, "outgoing": None}
            uow.issuances.add(issuance(state=state, number=number, **facts))
        uow.issuances.add(issuance(number="", rendition=None, document=None, outgoing=None))
        pdf = os.urandom(100)
        rendition = keep(uow, archive, pdf, DocumentKind.RENDITION)
        signed = keep(uow, archive, pdf + b"signed", DocumentKind.INSTRUMENT)
        facts = {"rendition": rendition.digest, "document": signed.digest}
        uow.instruments.add(instrument(state=InstrumentState.PUBLISHED, **facts))
        outside = {"state": InstrumentState.PUBLISHED, "rendition": None, "document": None, "code": ""}
        uow.instruments.add(instrument(**outside))
        uow.commit()
    yield CheckedStorage(tmp_path / "archive", database, archive, keks=keks)
    archive.close()


def test_what_is_in_order_is_said_to_be(installed: CheckedStorage) -> None:
    """No finding, also about records that hold documents, and the counts of what was looked at."""
    report = installed.verify()
    assert report.findings == ()
    sizes = report.counts["bytes"]
    expected = {"documents": 10, "bytes": sizes, "sent": 3, "letters": 2, "licences": 7, "papers": 6, "instruments": 2}
    assert report.counts.items() >= expected.items()


def test_a_flipped_bit_names_its_document(installed: CheckedStorage, sql_books: SqlBooks) -> None:
    """A damaged document is named once; what refers to it is not blamed."""
    with sql_books.look() as uow:
        made = uow.licences.search(query(), offset=0, limit=1)[0]
        damaged = uow.documents.get(made.document or "")
    assert damaged is not None
    path = installed.folder / "segments" / damaged.place.segment
    data = bytearray(path.read_bytes())
    data[damaged.place.offset + damaged.place.length // 2] ^= 1
    path.write_bytes(data)
    [fault] = installed.faults()
    assert fault.startswith(f"document {damaged.digest}: its bytes in")


FAULTS = {
    "outgoing gap": (
        "UPDATE outgoing_entry SET number = 9 WHERE number = 3",
        "outgoing register 2569: gap: 3/2569 to 8/2569 missing",
    ),
    "outgoing counter": (
        "UPDATE register_counter SET last = 7 WHERE register = 'out'",
        "outgoing register 2569: the last entry is 3, but the counter says 7",
    ),
    "outgoing lost": (
        "DELETE FROM outgoing_entry",
        "outgoing register 2569: the last entry is 0, but the counter says 3",
    ),
    "licence lost": (
        "DELETE FROM issuance WHERE state = 'cancelled'",
        "numbers of food 2569: gap: 125/2569 missing",
    ),
    "last number lost": (
        "DELETE FROM issuance WHERE state = 'submitted'",
        "numbers of food 2569: gap: 126/2569 missing",
    ),
    "numbers of before forgotten": (
        "DELETE FROM register_counter WHERE register = 'before:food'",
        "numbers of food 2569: gap: 1/2569 to 118/2569 missing",
    ),
    "counter set back": (
        "UPDATE register_counter SET last = 124 WHERE register = 'licence:food'",
        "numbers of food 2569: the last number is 126, but the counter says 124: numbers will be given twice",
    ),
    "no counter": (
        "DELETE FROM register_counter WHERE register = 'licence:food'",
        "numbers of food 2569: there are such numbers, but no counter",
    ),
    "counter alone": (
        "INSERT INTO register_counter (agency, register, year, last) VALUES ('agency', 'licence:hotel', 2569, 1)",
        "numbers of hotel 2569: gap: 1/2569 missing",
    ),
    "number twice": (
        "UPDATE issuance SET number = '122/2569' WHERE state = 'cancelled'",
        "number 122/2569 of food: given twice: licence 5, paper 4",
    ),
    "earlier number twice": (
        "UPDATE issuance SET number = 'อท 7/2569' WHERE state = 'cancelled'",
        "number อท 7/2569 of food: given twice: licence 4, paper 4",
    ),
    "document not there": (
        "UPDATE licence SET document = 'x' WHERE id = 5",
        "licence 122/2569 of food: its document x is not in the books",
    ),
    "document of another kind": (
        "UPDATE licence SET document = (SELECT rendition FROM issuance WHERE licence_id = 5) WHERE id = 5",
        "licence 122/2569 of food: its document is a rendition",
    ),
    "document of another licence": (
        "UPDATE licence SET document = (SELECT document FROM licence WHERE id = 6) WHERE id = 5",
        "licence 122/2569 of food: no step of its life made its document",
    ),
    "no document": (
        "UPDATE licence SET document = NULL WHERE id = 5",
        "licence 122/2569 of food: it was issued, but has no document",
    ),
    "status": ("UPDATE licence SET status = 'expired' WHERE id = 5", "it has the unknown status expired"),
    "other size": ("UPDATE document SET size = 1", "the archive holds other bytes than the books say"),
    "place": ("UPDATE document SET segment = '000009.seg'", "segment 000009.seg cannot be read"),
    "state": ("UPDATE issuance SET state = 'gone' WHERE id = 1", "paper 1: it has the unknown state gone"),
    "rendition not there": ("UPDATE issuance SET rendition = 'x' WHERE id = 1", "paper 1: its rendition x is not"),
    "no rendition": (
        "UPDATE issuance SET rendition = NULL WHERE id = 5",
        "paper 5: it is submitted, but has no rendition",
    ),
    "no approval": ("UPDATE issuance SET approved_by = '' WHERE id = 1", "paper 1: nobody approved it"),
    "unsigned": (
        "UPDATE issuance SET document = rendition WHERE id = 1",
        "paper 1: its signed document is not in the books",
    ),
    "another was approved": (
        "UPDATE issuance SET rendition = (SELECT rendition FROM issuance WHERE id = 2) WHERE id = 1",
        "paper 1: its signed document does not begin with the bytes that were approved",
    ),
    "no licence": (
        "UPDATE issuance SET licence_id = NULL WHERE id = 1",
        "paper 1: it was issued, but made no licence",
    ),
    "no entry": (
        "UPDATE issuance SET outgoing_number = 8 WHERE id = 1",
        "paper 1: its entry 8/2569 in the register of letters sent is missing",
    ),
    "other entry": (
        "UPDATE issuance SET outgoing_number = 2 WHERE id = 1",
        "paper 1: the register of letters sent names another document",
    ),
    "nothing enclosed": (
        "UPDATE outbox_item SET enclosures = '[]'",
        "paper 1: no letter encloses its signed document, and no link leads to it",
    ),
    "no link": ("DELETE FROM download_link", "paper 3: no letter encloses its signed document"),
    "link to nothing": ("UPDATE download_link SET digest = 'x'", "one-time link: its document x is not in the books"),
    "enclosure not there": (
        """UPDATE outbox_item SET enclosures = '[["x", "a.pdf", "application/pdf"]]'""",
        "the document x that it encloses is not in the books",
    ),
    "rendition enclosed": (
        "UPDATE outbox_item SET enclosures = (SELECT json_array(json_array(rendition, 'a', 'b')) FROM issuance LIMIT 1)",
        "it encloses a document that no issued paper has",
    ),
    "instrument's rendition": (
        "UPDATE instrument SET rendition = 'x' WHERE id = 1",
        "instrument 1: its rendition x is not in the books",
    ),
    "instrument's document": (
        "UPDATE instrument SET document = NULL WHERE id = 1",
        "instrument 1: it is published, but has no signed document",
    ),
    "other instrument": (
        "UPDATE instrument SET rendition = (SELECT rendition FROM issuance LIMIT 1) WHERE id = 1",
        "instrument 1: its signed document does not begin with the bytes that were approved",
    ),
    "instrument's kind": (
        "UPDATE instrument SET document = rendition WHERE id = 1",
        "instrument 1: its signed document is not in the books",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_named(installed: CheckedStorage, fault: str) -> None:
    """What was changed behind the program's back is found, and told in words."""
    statement, text = FAULTS[fault]
    installed.change("PRAGMA foreign_keys = OFF", statement)
    faults = installed.faults()
    assert any(text in one for one in faults), faults


@pytest.mark.parametrize(
    ("table", "row", "text"),
    [
        ("outgoing_entry", "number = 3", "outgoing entry 3/2569: this number was given twice"),
        ("licence", "id = 5", "number 122/2569 of food: given twice: licence 5, licence 99"),
    ],
)
def test_a_number_given_twice_is_named(installed: CheckedStorage, table: str, row: str, text: str) -> None:
    """Even when the table no longer forbids it."""
    installed.change(
        "PRAGMA foreign_keys = OFF",
        f"CREATE TABLE copied AS SELECT * FROM {table}",
        f"DROP TABLE {table}",
        f"ALTER TABLE copied RENAME TO {table}",
        f"CREATE TABLE doubled AS SELECT * FROM {table} WHERE {row}",
        "UPDATE doubled SET id = 99" if table == "licence" else "SELECT 1",
        f"INSERT INTO {table} SELECT * FROM doubled",
    )
    faults = installed.faults()
    assert any(text in one for one in faults), faults


def test_later_papers_bear_the_number_of_their_licence(installed: CheckedStorage, sql_books: SqlBooks) -> None:
    """An amended licence is no doubled number; its earlier paper stays whole."""
    with sql_books.begin() as uow:
        made = uow.licences.by_number(SERVICE, f"122/{YEAR}")
        assert made is not None
        pdf = os.urandom(100)
        rendition = keep(uow, installed.archive, pdf, DocumentKind.RENDITION)
        signed = keep(uow, installed.archive, pdf + b"signed", DocumentKind.LICENCE)
        uow.licences.save(replace(made, version=2, document=signed.digest, content=content(starts_on=TODAY)))
        uow.licences.note(event(made.id, Act.AMEND, version=2, document=signed.digest))
        entry = uow.outgoing.enter(outgoing(document=signed.digest))
        facts = {"rendition": rendition.digest, "document": signed.digest, "outgoing": entry.number, "email": ""}
        later = issuance(act=Act.AMEND, state=IssuanceState.ISSUED, number=made.number, licence_id=made.id, **facts)
        uow.issuances.add(later)
        uow.commit()
    assert installed.verify().findings == ()
