"""LINE, end to end: signed deliveries to the running program, the stand-in of LINE's API, mail beside it."""

import itertools
import re
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

import pytest

from tests.support import line_events as say
from tests.support.dovecot import Dovecot
from tests.support.installation import Installation
from tests.support.line_end import BOT_USER_ID, CHANNEL_SECRET, Status, monthly_limit
from tests.support.line_office import LineOffice, choice, line_office
from tests.support.smtp_end import SmtpEnd
from tests.support.waiting import until

REQUEST = "อยากขอใบอนุญาตขายก๋วยเตี๋ยวหน้าตลาดครับ ขอยื่นคำขอเลย"
_users = itertools.count(1_000_000)
JPEG = b"\xff\xd8\xff\xe0" + b"picture of an identity card" * 50


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, dovecot: Dovecot) -> Iterator[LineOffice]:
    """One that many people write to; at the end it stops cleanly, and the independent check finds nothing."""
    with SmtpEnd() as smtp:
        installation = Installation(tmp_path_factory.mktemp("line") / "agency", dovecot, smtp, "saraban-of-line")
        with line_office(installation) as running:
            yield running
            running.stop()
        installation.verify()


@pytest.fixture
def own_office(installation: Installation) -> Iterator[LineOffice]:
    """One that a test may kill, lock and stop."""
    with line_office(installation) as running:
        yield running


@pytest.fixture
def user() -> str:
    """Somebody who has not written before."""
    return f"U{next(_users):032x}"


def _submit(office: LineOffice, user: str, words: str = REQUEST) -> str:
    """Somebody writes and submits; the number on their receipt."""
    office.says(words, user)
    (receipt,) = office.says("ส่งเรื่อง", user)
    (number,) = [line.split()[-1] for line in receipt.texts[0].splitlines() if line.startswith("เลขรับ")]
    return number


def test_a_guided_request_with_documents_is_registered_and_acknowledged_by_free_replies(
    office: LineOffice, user: str
) -> None:
    """Service, documents one by one, name, e-mail, confirm: one entry with its files, and nothing was pushed."""
    office.answered(office.event(say.replied("follow", user=user, follow={"isUnblocked": False})), user)
    (services,) = office.says("เลือกบริการ", user)
    (asked,) = office.taps(str(services.choices[0]["data"]), user)
    assert "สำเนาบัตรประจำตัวประชาชน" in str(asked.messages)
    office.sends("image", JPEG, user, contentProvider={"type": "line"})
    office.says("สมศรี ใจดี", user)
    (summary,) = office.says("somsri@citizen.test", user)
    (receipt,) = office.taps(choice(summary, "ส่งเรื่อง"), user)
    (entry,) = office.entries(user)
    assert (entry["kind"], entry["service"], entry["outcome"]) == ("request", "food-shop", "accept")
    assert entry["register_number"] in receipt.texts[0]
    assert [(one["media_type"], one["size"]) for one in entry["attachments"]] == [("image/jpeg", len(JPEG))]
    assert entry["from_name"] == "สมศรี ใจดี"
    assert not [one for one in office.line.pushed if one.to == user]


def test_a_delivery_that_comes_a_hundred_times_at_once_is_one_entry(office: LineOffice, user: str) -> None:
    """L01: each copy is answered 200, and the matter has one number and one receipt."""
    content = say.body(office.event(say.text(REQUEST, user=user)), destination=BOT_USER_ID)
    with ThreadPoolExecutor(20) as people:
        statuses = list(people.map(lambda _: office.post(content), range(100)))
    assert statuses == [200] * 100
    until(lambda: bool(office.seen(user)))
    office.says("ส่งเรื่อง", user)
    (entry,) = office.entries(user)
    assert entry["register_number"]
    assert entry["text"].count(REQUEST) == 1


def test_one_broken_and_one_unknown_event_hurt_no_other_of_the_batch(own_office: LineOffice) -> None:
    """L05: of a hundred events 98 are submissions, and a clerk sees the two others."""
    office, users = own_office, [f"U{number:032x}" for number in range(1, 99)]
    good = [office.event(say.text(f"{REQUEST} คนที่ {n}", user=user)) for n, user in enumerate(users)]
    broken = office.event(say.text("ไม่มีผู้ส่ง"))
    del broken["source"]
    unknown = office.event(say.event("somethingNew", user="U" + "e" * 32))
    office.deliver(*good[:50], broken, unknown, *good[50:])
    for user in users:
        office.deliver(office.event(say.text("ส่งเรื่อง", user=user)))
    until(lambda: len(office.entries()) == 100, 120)
    entries = office.entries()
    assert sum(one["outcome"] == "accept" for one in entries) == 98
    odd = [one for one in entries if one["outcome"] == "hold"]
    assert sorted(one["defects"][0].partition(":")[0] for one in odd) == ["event-malformed", "event-unknown"]
    office.stop()
    office.installation.verify()


@pytest.mark.parametrize("spoil", ["wrong", "missing", "altered"])
def test_an_unsigned_delivery_leaves_nothing_behind(office: LineOffice, user: str, spoil: str) -> None:
    """L03: 401, and no event of it is in the books."""
    content = say.body(office.event(say.text(REQUEST, user=user)), destination=BOT_USER_ID)
    headers = say.signed(content, CHANNEL_SECRET if spoil != "wrong" else "f" * 32)
    if spoil == "missing":
        del headers[say.SIGNATURE]
    assert office.post(content + b" " if spoil == "altered" else content, headers) == 401
    office.says("สวัสดี", user)
    assert _events_of(office, user) == 1


def _events_of(office: LineOffice, user: str) -> int:
    with closing(sqlite3.connect(office.installation.database)) as books:
        return int(books.execute("SELECT count(*) FROM chat_event WHERE person = ?", (user,)).fetchone()[0])


def test_a_killed_program_loses_no_delivery_that_it_answered(own_office: LineOffice) -> None:
    """P03: SIGKILL right after 200, redelivery after the restart: one entry."""
    office, made = own_office, own_office.event(say.text(REQUEST))
    office.deliver(made)
    office.kill()
    office.start()
    office.deliver({**made, "deliveryContext": {"isRedelivery": True}})
    until(lambda: bool(office.seen()))
    office.says("ส่งเรื่อง")
    (entry,) = office.entries()
    assert entry["text"].count(REQUEST) == 1
    office.stop()
    office.installation.verify()


def test_the_webhook_answers_while_the_database_is_locked(office: LineOffice, user: str) -> None:
    """L12: 200 within 900 ms all through the lock, and everything is in the books afterwards."""
    office.says("สวัสดี", user)
    with _locked(office):
        took = [_seconds(office, user, number) for number in range(20)]
    assert max(took) < 0.9
    until(lambda: _events_of(office, user) == 21)
    office.says("ส่งเรื่อง", user)
    until(lambda: bool(office.entries(user)))
    (entry,) = office.entries(user)
    assert all(f"{REQUEST} {number}" in entry["text"] for number in range(20))


@contextmanager
def _locked(office: LineOffice) -> Iterator[None]:
    with closing(sqlite3.connect(office.installation.database, isolation_level=None)) as books:
        books.execute("PRAGMA busy_timeout = 20000")
        books.execute("BEGIN IMMEDIATE")
        yield
        books.execute("ROLLBACK")


def _seconds(office: LineOffice, user: str, number: int) -> float:
    begun = time.monotonic()
    office.deliver(office.event(say.text(f"{REQUEST} {number}", user=user)))
    return time.monotonic() - begun


def test_a_later_message_joins_the_case_and_status_tells_of_own_cases_alone(office: LineOffice, user: str) -> None:
    """What comes after the receipt has no number of its own; another person's number tells a stranger nothing."""
    number = _submit(office, user)
    (told,) = office.says("ลืมแนบรูปหน้าร้านครับ เดี๋ยวส่งตามไป", user)
    assert number in told.texts[0]
    office.deliver(office.event(say.text("ส่งเรื่อง", user=user)))
    until(lambda: len(office.entries(user)) == 2)
    first, second = office.entries(user)
    assert (first["register_number"], second["register_number"]) == (number, None)
    assert second["outcome"] == "accept"
    (own,) = office.says(number, user)
    assert "จำหน่ายอาหาร" in str(own.messages)
    stranger = f"U{next(_users):032x}"
    office.says("สวัสดี", stranger)
    (strange,) = office.says(number, stranger)
    (nothing,) = office.says("999/2569", stranger)
    assert str(strange.messages).replace(number, "") == str(nothing.messages).replace("999/2569", "")


def test_what_is_taken_back_is_hidden_and_stays_on_record(office: LineOffice, user: str) -> None:
    """L07: after the registration the words are gone from ordinary view; digest and number stay."""
    office.says(REQUEST, user)
    secret = office.event(say.text("เลขบัตรประชาชนของผมคือ 1234", user=user))
    office.answered(secret, user)
    office.says("ส่งเรื่อง", user)
    (before,) = office.entries(user)
    office.deliver(office.event(say.event("unsend", user=user, unsend={"messageId": secret["message"]["id"]})))
    until(lambda: "1234" not in office.entries(user)[0]["text"])
    (after,) = office.entries(user)
    assert (after["digest"], after["register_number"]) == (before["digest"], before["register_number"])
    assert REQUEST in after["text"]


def test_an_address_is_proven_by_a_code_and_letters_go_there_when_the_quota_is_used_up(
    own_office: LineOffice,
) -> None:
    """L09: the code goes by mail, comes back by LINE; a receipt that can be neither replied nor pushed is mailed."""
    office = own_office
    (known,) = office.says("somsri@citizen.test")
    office.taps(choice(known, "ยืนยันอีเมล"))
    office.installation.smtp.wait_for(1)
    (code,) = set(re.findall(r"(?<!\d)\d{6}(?!\d)", _words(office, 0)))
    (proven,) = office.says(code)
    assert "somsri@citizen.test" in proven.texts[0]
    office.says(REQUEST)
    office.line.always("reply", Status(400, "Invalid reply token"))
    office.line.always("push", monthly_limit())
    office.deliver(office.event(say.text("ส่งเรื่อง")))
    office.installation.smtp.wait_for(2)
    (entry,) = office.entries()
    assert entry["register_number"] in _words(office, 1)
    office.stop()
    office.installation.verify()


def _words(office: LineOffice, number: int) -> str:
    """The plain text of a letter that went by mail."""
    letter = office.installation.letters()[number]
    (plain,) = [part for part in letter.walk() if part.get_content_type() == "text/plain"]
    return bytes(plain.get_payload(decode=True)).decode()


def test_nothing_personal_of_a_conversation_is_logged(own_office: LineOffice) -> None:
    """No word, name, user id or address stands in any line."""
    own_office.line.profiles[say.USER] = "นกขมิ้น เหลืองอ่อน"
    _submit(own_office, say.USER, f"{REQUEST} canary-words canary@citizen.test")
    own_office.stop()
    for canary in ("canary", "citizen.test", "นกขมิ้น", "ก๋วยเตี๋ยว", say.USER):
        assert canary not in own_office.log
