"""Secret matter in exports: number, times and grade are told; neither who wrote, nor of what, nor what came of it (R58)."""

import io
import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from mailroom.domain.agency import Agency
from mailroom.domain.decision import Classification, Kind, Letter, LetterMarks, Outcome, Reason, Secrecy
from mailroom.domain.outgoing import OutgoingDraft
from mailroom.domain.service import Catalogue, Service
from mailroom.paths import CONFIG
from mailroom.services.export import Export, ExportFormat
from mailroom.services.wording import Wording
from mailroom.testing import FakeClock, MemoryBooks
from mailroom.texts import load_texts
from tests.support.book_values import NOW, arrive, attachment, decision, draft, item, message, verdict

WORDS = ("สมชาย", "somchai", "ขออนุญาตก่อสร้าง", "รายชื่อ", "แผนที่", "อท 5230", "กรมอื่น", "ใบอนุญาตก่อสร้าง")
"""Of sender, subject, text, attachment, number of the letter, and of what was decided."""


class Printer:
    """`ports.Renderer` that keeps what it is given."""

    def __init__(self) -> None:
        self.sheets: list[Any] = []

    def render(self, template: str, data: Any, *, at: Any) -> bytes:
        self.sheets.append(data)
        return json.dumps(data, ensure_ascii=False, default=str).encode()


@pytest.fixture(params=[Secrecy.CONFIDENTIAL, Secrecy.TOP_SECRET])
def books(request: pytest.FixtureRequest) -> MemoryBooks:
    """One secret letter with a reply and a letter sent, and one that is none."""
    made = MemoryBooks()
    secret, plain = arrive(made, b"a", b"b")
    with made.begin() as uow:
        marks = LetterMarks(letter_no="อท 52301/12", dated=date(2026, 1, 2), secrecy=request.param)
        said = message("รายชื่อ", attachments=(attachment(),))
        redirected = replace(decision(Outcome.REDIRECT_AGENCY), reasons=(Reason("clerk", "รายชื่อ"),))
        graded = Classification(Kind.OFFICIAL_LETTER, "build", marks=marks)
        uow.messages.record(verdict(secret, said, classification=graded, decision=redirected))
        entered = draft(secret, letter_no="อท 52301/12", dated=date(2026, 1, 2), secrecy=request.param)
        uow.register.enter(replace(entered, subject="ขออนุญาตก่อสร้าง"))
        uow.outbox.put(item(secret.id, letter=Letter.HELD))
        uow.outgoing.enter(
            OutgoingDraft(
                year=2569,
                dated=date(2026, 1, 6),
                sender="อบต.",
                addressee="สมชาย ใจดี",
                subject="ตอบเรื่อง ขออนุญาตก่อสร้าง",
                document="ab" * 32,
                message_id=secret.id,
                registered_at=NOW,
            )
        )
        uow.messages.record(verdict(plain, message("ถามเรื่องภาษี", subject="ภาษีที่ดิน", address="other@x.test")))
        uow.register.enter(draft(plain, subject="ภาษีที่ดิน", sender="คนอื่น"))
        uow.commit()
    return made


def export(books: MemoryBooks) -> Export:
    return Export(
        books,
        agency=Agency("demo", "อบต."),
        catalogue=Catalogue(services=(Service("build", "ใบอนุญาตก่อสร้าง"),), agencies=()),
        wording=Wording(load_texts(CONFIG).tables),
        renderer=Printer,
        clock=FakeClock(NOW),
    )


def written(books: MemoryBooks, sheet: str, form: ExportFormat) -> str:
    out = io.BytesIO()
    getattr(export(books), sheet)(form, out)
    return out.getvalue().decode("utf-8-sig")


@pytest.mark.parametrize("form", [ExportFormat.JSON, ExportFormat.CSV, ExportFormat.PDF])
def test_the_register_tells_number_times_and_grade(books: MemoryBooks, form: ExportFormat) -> None:
    """No gap arises; the line beside it is whole."""
    text = written(books, "register", form)
    assert "1/2569" in text
    assert "เรื่องชั้นความลับ" in text
    assert "ภาษีที่ดิน" in text
    shown = text.replace("ใบอนุญาตก่อสร้าง", "", 1)
    assert not [word for word in WORDS if word in shown]


def test_the_register_says_which_grade(books: MemoryBooks) -> None:
    """For machines in its column, for people in the remark as well."""
    first, second = json.loads(written(books, "register", ExportFormat.JSON))
    assert first["secrecy"] != "none"
    assert first["remark"].startswith("ลับ")
    assert first["letter_no"] == ""
    assert first["dated"] is first["kind"] is first["service"] is first["outcome"] is None
    assert first["entered_system_at"] == "2026-01-05T10:00:00+07:00"
    assert (second["secrecy"], second["subject"]) == ("none", "ภาษีที่ดิน")


@pytest.mark.parametrize("form", [ExportFormat.JSON, ExportFormat.CSV, ExportFormat.PDF])
def test_the_register_of_letters_sent_keeps_its_number(books: MemoryBooks, form: ExportFormat) -> None:
    """Neither addressee, subject nor document are told."""
    text = written(books, "outgoing", form)
    assert "1/2569" in text or "1 / 2569" in text
    assert "เรื่องชั้นความลับ" in text
    assert not [word for word in WORDS if word in text]
    assert "abab" not in text


def test_the_log_has_the_message_without_what_it_says(books: MemoryBooks) -> None:
    """With the same keys as any other, and the grade; the archive and the evidence bundle have all of it."""
    out = io.BytesIO()
    assert export(books).messages(out) == 2
    first, second = json.loads(out.getvalue())
    assert first.keys() == second.keys()
    assert (first["register_number"], first["kind"], first["outcome"]) == (
        "1/2569",
        "official-letter",
        "redirect-agency",
    )
    assert first["secrecy"] != "none"
    assert first["service"] is first["subject"] is first["from_name"] is first["from_address"] is first["text"] is None
    assert first["reasons"] == first["attachments"] == []
    assert first["replies"] == [{"letter": "held", "to": None, "state": "pending"}]
    assert not [word for word in WORDS if word in json.dumps(first, ensure_ascii=False)]
    assert second["subject"] == "ภาษีที่ดิน"
