"""Pure rules of licences: periods, being late, identity numbers, drafts from what a citizen wrote, cells of a workbook."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from mailroom.domain.decision import Classification, Kind
from mailroom.domain.errors import RefusedActionError
from mailroom.domain.licence import Act, Licence, LicenceStatus
from mailroom.domain.message import Address, Envelope, LoggedMessage, Message, Place
from mailroom.domain.record import MessageRecord
from mailroom.stages.identity import has_check_digit, identity_numbers
from mailroom.stages.licence_content import tidied_content
from mailroom.stages.licence_items import item_keys, with_items
from mailroom.stages.licence_rows import Cell, written_day
from mailroom.stages.licence_rules import acts_now, days_late, last_day, renewed_period, renews_by_payment
from mailroom.stages.prefill import next_content, prefill
from tests.support.licence_office import FOOD, PERMIT, START, TODAY, content

LICENCE = Licence(
    id=1,
    service=FOOD.key,
    number="1/2568",
    code="7K3M9QXR2V5T",
    status=LicenceStatus.VALID,
    status_since=START,
    version=1,
    content=content(),
    updated_at=START,
)


def record(text: str, name: str = "Malee S.", kind: Kind = Kind.REQUEST) -> MessageRecord:
    message = Message(sender=Address(name, "malee@citizen.example"), subject="ขอใบอนุญาต", text=text)
    logged = LoggedMessage(1, Envelope("email", "saraban", "1", START), "d" * 64, 1, Place("m", 0, 1))
    return MessageRecord(logged, START, message, Classification(kind))


@pytest.mark.parametrize(
    ("first", "months", "last"),
    [
        (date(2026, 1, 5), 12, date(2027, 1, 4)),
        (date(2026, 1, 1), 12, date(2026, 12, 31)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 8, 15), 36, date(2029, 8, 14)),
        (date(2026, 1, 5), 0, None),
    ],
)
def test_a_period_ends_the_day_before_its_return(first: date, months: int, last: date | None) -> None:
    assert last_day(first, months) == last


def test_a_renewed_licence_follows_on_the_period_before_it() -> None:
    """What lapsed meanwhile begins anew today; what never lapses too."""
    assert renewed_period(LICENCE, FOOD, date(2026, 12, 1)) == (date(2027, 1, 5), date(2028, 1, 4))
    assert renewed_period(LICENCE, FOOD, date(2027, 1, 4)) == (date(2027, 1, 5), date(2028, 1, 4))
    assert renewed_period(LICENCE, FOOD, date(2027, 2, 1)) == (date(2027, 2, 1), date(2028, 1, 31))


def test_an_application_mailed_on_the_last_day_after_hours_is_late() -> None:
    """Deemed received on the next working day (R16), unless the agency accepts by entry time."""
    last = date(2026, 1, 9)
    entered = datetime(2026, 1, 9, 16, 59, tzinfo=UTC)
    deemed = datetime(2026, 1, 12, 1, 30, tzinfo=UTC)
    assert days_late(last, entered, deemed, by_entry=False) == 3
    assert days_late(last, entered, deemed, by_entry=True) == 0
    assert days_late(last, datetime(2026, 1, 9, 17, 1, tzinfo=UTC), deemed, by_entry=True) == 1
    assert (
        days_late(last, datetime(2026, 1, 8, 3, 0, tzinfo=UTC), datetime(2026, 1, 8, 3, 0, tzinfo=UTC), by_entry=False)
        == 0
    )


def test_a_payment_slip_renews_where_the_service_says_so() -> None:
    """R73: the slip is the application; nothing else is."""
    slip = record("โอนแล้ว", kind=Kind.PAYMENT_SLIP)
    assert renews_by_payment(slip, FOOD)
    assert not renews_by_payment(slip, PERMIT)
    assert not renews_by_payment(record("ขอต่ออายุ"), FOOD)
    assert not renews_by_payment(replace(slip, classification=None), FOOD)


def test_what_may_be_done_follows_from_the_status_of_the_day() -> None:
    suspended = replace(LICENCE, status=LicenceStatus.SUSPENDED)
    assert acts_now(suspended, TODAY) == {Act.RESUME, Act.REVOKE, Act.CEASE, Act.RENEW}
    assert acts_now(LICENCE, TODAY) == {
        Act.AMEND,
        Act.SUBSTITUTE,
        Act.TRANSFER,
        Act.RENEW,
        Act.SUSPEND,
        Act.REVOKE,
        Act.CEASE,
    }
    assert acts_now(replace(LICENCE, status=LicenceStatus.REVOKED), date(2030, 1, 1)) == frozenset()


def test_identity_numbers_are_known_by_their_check_digit() -> None:
    assert has_check_digit("1101700230708")
    assert not any(
        has_check_digit(one) for one in ("1101700230709", "110170023070", "11017002307080", "๑๑๐๑๗๐๐๒๓๐๗๐๘", "")
    )
    text = "บัตร 1-1017-00230-70-8 และ 1 1017 00230 70 8 โทร 0812345678 บัญชี 1234567890123 ยาว 11017002307081"
    assert identity_numbers(text) == ("1101700230708",)


def test_a_draft_holds_what_is_plainly_written() -> None:
    """Name, number, shop and its address, each after its label; the period from the service."""
    draft = prefill(
        record(
            "เรียน นายกเทศมนตรี\n\nข้าพเจ้า นางสาวปิ่นแก้ว ญี่ปุ่น อายุ ๓๐ ปี เลขประจำตัวประชาชน ๑-๑๐๑๗-๐๐๒๓๐-๗๐-๘\n"
            "อยู่บ้านเลขที่ 88/9 หมู่ที่ 3 ตำบลตลาด อำเภอเมือง จังหวัดอ่างทอง 14000 โทร 0812345678\n"
            "ขอใบอนุญาต ชื่อร้าน ป้าปุ้ยข้าวแกง ตั้งอยู่เลขที่ 5 หมู่ 1 ต.ตลาด อ.เมือง จ.อ่างทอง ประเภทกิจการ จำหน่ายอาหารปรุงสำเร็จ\n\n"
            "> ข้าพเจ้า นายคนอื่น ไม่เกี่ยว\n"
        ),
        FOOD,
        TODAY,
    )
    assert (draft.holder, draft.holder_id) == ("นางสาวปิ่นแก้ว ญี่ปุ่น", "1101700230708")
    assert draft.premises == "ป้าปุ้ยข้าวแกง"
    assert draft.address == "เลขที่ 5 หมู่ 1 ต.ตลาด อ.เมือง จ.อ่างทอง"
    assert draft.business == "จำหน่ายอาหารปรุงสำเร็จ"
    assert (draft.starts_on, draft.expires_on, draft.fee) == (TODAY, date(2027, 1, 4), "500.00")


@pytest.mark.parametrize(
    ("text", "name", "holder"),
    [
        ("ขอต่ออายุค่ะ\n(นางมาลี  ศรีตัวอย่าง)\n", "malee", "นางมาลี ศรีตัวอย่าง"),
        ("ผู้ขออนุญาต: บริษัท อาหารดี จำกัด โดย นายเอก กรรมการ", "x", "บริษัท อาหารดี จำกัด"),
        ("ขอใบอนุญาตค่ะ", "สมศรี มีสุข", "สมศรี มีสุข"),
        ("ขอใบอนุญาตค่ะ", "somsri@mail.example", ""),
        ("", "", ""),
    ],
)
def test_who_applies_is_who_says_so_else_who_signs_else_who_sends(text: str, name: str, holder: str) -> None:
    assert prefill(record(text, name), FOOD, TODAY).holder == holder


def test_a_draft_guesses_nothing() -> None:
    """Two identity numbers, an address of one part, a telephone: all left to the clerk."""
    draft = prefill(record("บัตร 1101700230708 และ 3101700230704 อยู่เลขที่ 5 โทร 0812345678"), FOOD, TODAY)
    assert (draft.holder_id, draft.address, draft.premises, draft.business) == ("", "", "", "")


def test_a_hostile_text_costs_no_more_than_its_length() -> None:
    for text in ("เลขที่ 1" * 2000, "ข้าพเจ้า นาย" * 2000, "1-" * 8000, "ร้าน" * 4000, "(" * 8000):
        prefill(record(text), FOOD, TODAY)


def test_later_papers_begin_with_what_stands() -> None:
    """A substitute changes nothing; a transfer asks for the new holder; a renewal has the next period and no receipt."""
    before = replace(LICENCE, content=content(receipt="1/69"))
    assert next_content(Act.SUBSTITUTE, before, FOOD, TODAY) == before.content
    renewed = next_content(Act.RENEW, before, FOOD, TODAY)
    assert (renewed.starts_on, renewed.receipt, renewed.holder) == (date(2027, 1, 5), "", before.content.holder)
    assert next_content(Act.TRANSFER, before, FOOD, TODAY).holder == ""


@pytest.mark.parametrize(
    "cell",
    [
        datetime(2026, 1, 5, 12, 0, tzinfo=UTC),
        date(2569, 1, 5),
        "5/1/2569",
        "05-01-2569",
        "๕ ม.ค. ๖๙",
        "5 มกราคม พ.ศ. 2569",
        "5 Jan 2026",
        "2026-01-05",
        "2569-01-05",
        "2026-01-05T00:00:00",
    ],
)
def test_a_day_is_read_in_every_usual_spelling(cell: Cell) -> None:
    assert written_day(cell) == date(2026, 1, 5)


@pytest.mark.parametrize("cell", ["31/2/2569", "เร็ว ๆ นี้", 46027, 1.5, True, None, "2026-13-01", "5/1/9999"])
def test_what_is_no_day_is_none(cell: Cell) -> None:
    assert written_day(cell) is None


def test_items_are_tidied_and_never_break_a_paper() -> None:
    """Control characters, lone surrogates, invisible blanks, two spellings of one vowel."""
    tidy = tidied_content(
        content(
            holder=" นางมาลี\u200b\x00 ศรี\n",
            holder_id="1-1017-00230-70-8",
            address="น\u0e4d\u0e32พุ\ud800",
            fee="1,000.50",
        )
    )
    assert (tidy.holder, tidy.holder_id, tidy.address, tidy.fee) == ("นางมาลี ศรี", "1101700230708", "นำพุ", "1000.50")
    assert tidied_content(tidy) == tidy


def test_items_come_by_key_as_forms_give_them() -> None:
    changed = with_items(
        content(),
        FOOD,
        {"holder": "ก", "seats": "9", "expires_on": "", "starts_on": "1/2/2569", "conditions": "ก\n\nข"},
    )
    assert (changed.holder, changed.extra["seats"], changed.expires_on) == ("ก", "9", None)
    assert (changed.starts_on, changed.conditions) == (date(2026, 2, 1), ("ก", "ข"))
    assert "seats" in item_keys(FOOD)
    assert "seats" not in item_keys(PERMIT)
    for items in ({"wings": "2"}, {"starts_on": ""}, {"expires_on": "soon"}):
        with pytest.raises(RefusedActionError):
            with_items(content(), FOOD, items)
