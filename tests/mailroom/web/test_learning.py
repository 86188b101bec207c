"""What a clerk sees of why a message was taken for what it is, the form that sets it right, and the blind audit."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from mailroom.domain.decision import Classification, Decision, Kind, Outcome, Reason
from mailroom.domain.learning import Head, HeadState
from mailroom.primer import FilePrimer
from tests.mailroom.web.conftest import SignedIn, signed_in, visitor
from tests.support.web_site import CATALOGUE, Office, letter, marked

FOOD = Classification(Kind.REQUEST, "food-shop", reasons=(Reason("service-words", "จำหน่ายอาหาร"),))
ACCEPTED = Decision(Outcome.ACCEPT, "citizens-matter", (Reason("no-objection"),), register=True)
TEXT = "ข้าพเจ้าขออนุญาตเปิดใบอนุญาตจัดตั้งสถานที่จำหน่ายอาหารในตลาด"


def receive(office: Office, found: Classification = FOOD) -> int:
    """Yesterday."""
    office.clock.at -= timedelta(days=1)
    row = office.receive(letter("ขายอาหาร", TEXT), classification=found, decision=ACCEPTED)
    office.clock.at += timedelta(days=1)
    return row


async def set_right(clerk: SignedIn, row: int, found: str = "request.food-shop", **form: str) -> int:
    said = {"kind": "complaint", "service": "building-permit", "found": found} | form
    return (await clerk.post(f"/messages/{row}/classification", **said)).status_code


async def test_the_page_tells_why_with_the_words_in_their_place(office: Office, clerk: SignedIn) -> None:
    """Kind, service, reasons in words, candidates, and the phrase marked within what stands around it."""
    row = receive(office)
    page = (await clerk.get(f"/messages/{row}")).text
    assert "เพราะเหตุใด" in page
    assert "ตอบโดยกฎและถ้อยคำในรายการบริการ" in page
    assert re.search(r"<mark>[^<]*จัดตั้งสถานที่จำหน่ายอาหาร</mark>", page)
    assert "เหตุที่จัดประเภทเช่นนี้" not in page


async def test_the_page_says_that_the_primer_had_a_part() -> None:
    """A clerk knows whose answer it is."""
    office = Office(catalogue=replace(CATALOGUE, primer=FilePrimer()))
    async with visitor(office) as client:
        clerk = await signed_in(client, token=office.sign_in.new_link("somying"))
        page = (await clerk.get(f"/messages/{receive(office)}")).text
    assert "ตอบโดยกฎ ถ้อยคำในรายการบริการ และแบบจำลองที่มากับโปรแกรม" in page


async def test_one_form_sets_kind_service_and_agency_right(office: Office, clerk: SignedIn) -> None:
    """It is shown from then on, recorded with who and when, and the decision stays."""
    row = receive(office)
    assert await set_right(clerk, row) == 303
    record = office.record(row)
    assert record.classification is not None
    assert (record.classification.kind, record.classification.service) == (Kind.COMPLAINT, "building-permit")
    assert record.decision == ACCEPTED
    assert [(one.head, one.value, one.was, one.by) for one in office.books.shelf.corrections] == [
        (Head.KIND, "complaint", "request", "somying"),
        (Head.SERVICE, "building-permit", "food-shop", "somying"),
        (Head.AGENCY, "", "", "somying"),
    ]
    page = (await clerk.get(f"/messages/{row}", done="reclassified")).text
    for words in ("แก้การจัดประเภทแล้ว", "เจ้าหน้าที่ระบุไว้", "เรื่องร้องเรียน / ร้องทุกข์", "แก้การจัดประเภท</"):
        assert words in page, words


async def test_a_form_that_says_too_little_or_comes_too_late_changes_nothing(office: Office, clerk: SignedIn) -> None:
    """It comes back with what is missing; the first of two clerks sets it right, the second is told."""
    row = receive(office)
    for form in ({"kind": ""}, {"service": ""}, {"service": "gone"}, {"kind": "dsn"}, {"found": "complaint."}):
        assert await set_right(clerk, row, **{"found": "request.food-shop"} | form) == 409, form
    assert await set_right(clerk, row, kind="wrong-agency", service="", agency="กรมใหม่") == 409
    assert office.books.shelf.corrections == []
    assert await set_right(clerk, row) == 303
    assert await set_right(clerk, row) == 409
    assert await set_right(clerk, 99) == 404


async def test_what_is_secret_is_neither_explained_nor_learned_from(office: Office, clerk: SignedIn) -> None:
    """No card, no form, no drawing."""
    office.clock.at -= timedelta(days=1)
    row = office.receive(letter(), classification=marked(secrecy="secret"), decision=ACCEPTED)
    office.clock.at += timedelta(days=1)
    page = await clerk.get(f"/messages/{row}")
    assert "เพราะเหตุใด" not in page.text
    assert await set_right(clerk, row) in (403, 404)
    assert office.audit.draw() == 0


async def test_the_audit_shows_the_message_and_not_the_answer(office: Office, clerk: SignedIn) -> None:
    """Text and files; neither what it was taken for nor what was decided, nothing chosen beforehand."""
    receive(office, Classification(Kind.REQUEST, "building-permit", reasons=(Reason("service-words", "คำเฉพาะ"),)))
    assert office.audit.draw() == 1
    home = (await clerk.get("/audit")).text
    assert "<strong>1</strong> เรื่องรอตรวจสอบ" in home
    page = (await clerk.get("/audit/1")).text
    assert TEXT in page
    assert "selected" not in page
    for words in ("คำเฉพาะ", "รับเรื่อง<", "เพราะเหตุใด", "1/2569"):
        assert words not in page
    assert [(one.what, one.key, one.listed) for one in office.books.shelf.reads][-1] == ("audit", "1", (1,))


@pytest.mark.parametrize(
    ("service", "heading"), [("food-shop", "ตรงกับคำตอบของระบบ"), ("building-permit", "ต่างจากคำตอบของระบบ")]
)
async def test_the_answer_is_told_afterwards(office: Office, clerk: SignedIn, service: str, heading: str) -> None:
    """With the way to the message where the two differ; what was said once is not said again."""
    row = receive(office)
    office.audit.draw()
    assert (await clerk.post("/audit/1", kind="request", service="")).status_code == 409
    assert (await clerk.post("/audit/1", kind="request", service=service)).status_code == 303
    page = (await clerk.get("/audit/1")).text
    assert heading in page
    assert (f'href="/messages/{row}"' in page) is (service != "food-shop")
    assert (await clerk.post("/audit/1", kind="request", service="-")).status_code == 303
    assert [one.value for one in office.books.shelf.corrections if one.audit] == [service]
    assert (await clerk.get("/audit/9")).status_code == 404
    assert (await clerk.post("/audit/9", kind="request", service="-")).status_code == 404


async def test_nobody_audits_without_signing_in(office: Office) -> None:
    """Nor is the queue of the audit shown."""
    async with visitor(office) as stranger:
        assert (await stranger.get("/audit")).status_code == 303
        assert (await stranger.post("/audit/1", data={"kind": "request"})).status_code in (303, 403)


async def test_a_question_that_is_switched_off_is_told_on_both_pages(office: Office, clerk: SignedIn) -> None:
    """In words, in the queue and where the audit stands."""
    with office.books.begin() as uow:
        off = HeadState(head=Head.AGENCY, version=0, asks=True, at=office.clock.at, by="", why="audit 3/40")
        uow.learning.set_state(off)
        uow.commit()
    office.problems.append("audit-agency-asks")
    assert "ระบบแจ้งหน่วยงานอื่นผิดเกินเกณฑ์" in (await clerk.get("/")).text
    assert "รอเจ้าหน้าที่ทุกเรื่อง" in (await clerk.get("/audit")).text
    assert "ไม่มีเรื่องรอตรวจสอบ" in (await clerk.get("/audit")).text
