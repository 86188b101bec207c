"""The same request twice: who is compared with whom, what links two, and what a run does again or not."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from mailroom.domain.attachment_reading import AttachmentReading, ReadingState
from mailroom.domain.chat import ChatPerson
from mailroom.domain.clerk import Clerk
from mailroom.domain.decision import Classification, Decision, Kind, Outcome, Secrecy
from mailroom.domain.errors import RefusedActionError
from mailroom.domain.match import MatchKey, MatchState, SameRequest
from mailroom.domain.message import Address
from mailroom.domain.register import RegisterNumber
from mailroom.services import matching
from mailroom.services.match_decisions import settle
from mailroom.services.matching import Matching
from tests.mailroom.stages.facts.test_slip_codes import TRANSFER
from tests.support.web_site import AGENCY, Office, letter, marked

MAIL = "ข้าพเจ้าขออนุญาตเปิดร้านก๋วยเตี๋ยวเรือที่ตึกแถวตรงข้ามโรงเรียนวัดคลองใหม่ พื้นที่ ๔๐ ตารางเมตร จะเริ่มขายเดือนหน้า"
CHAT = "สวัสดีค่ะ หนูขออนุญาตเปิดร้านก๋วยเตี๋ยวเรือ ที่ตึกแถวตรงข้ามโรงเรียนวัดคลองใหม่ พื้นที่ 40 ตารางเมตร จะเริ่มขายเดือนหน้าค่ะ"
REWORDED = "อยากขายก๋วยเตี๋ยวเรือตรงข้ามโรงเรียนวัดคลองใหม่ เป็นตึกแถว พื้นที่ 40 ตารางเมตร ต้องขอใบอนุญาตเปิดร้านอย่างไรคะ"
OTHER = "ขอให้ตัดต้นไม้ใหญ่ที่ล้ำเข้าไปในสายไฟหน้าบ้านเลขที่ 99 ซอยสุขใจ เกรงว่าจะหักทับหลังคา"
ELSEWHERE = Address("นิดา", "nida@example.com")
LINE = ("line", "@klong", "event-1")
SOMYING = Clerk(1, "somying", "สมหญิง")


@pytest.fixture
def office() -> Office:
    return Office()


def run(office: Office, days: int = 30, **more: Any) -> list[SameRequest]:
    """All pairs after a run."""
    agency = replace(AGENCY, phone="โทร. 0 2123 4567")
    Matching(books=office.books, clock=office.clock, agency=agency, days=days, **more).run()
    return list(office.books.shelf.matches.values())


def chat(text: str, person: str = "Uabc") -> Any:
    return letter("", text, sender=Address("มาลี", person), is_chat=True)


def test_alike_words_are_proposed(office: Office) -> None:
    """By mail and by LINE, in other words: proposed with a score, and nothing else happens to either."""
    office.receive(letter("", MAIL))
    office.receive(chat(CHAT), came=LINE)
    office.receive(letter("", OTHER, sender=ELSEWHERE))
    before = office.record(1), office.record(2)
    [found] = run(office)
    assert (found.message_id, found.other_id, found.state, found.keys) == (2, 1, MatchState.PROPOSED, ())
    assert 0.6 <= found.score <= 1
    assert (office.record(1), office.record(2)) == before
    assert [one for one in office.events if one[0].startswith("match.")] == []


@pytest.mark.parametrize(
    ("first", "second", "key"),
    [
        ({"text": MAIL + " โทร 081-234-5678"}, {"text": CHAT + " เบอร์ ๐๘๑๒๓๔๕๖๗๘"}, MatchKey.PHONE),
        ({"text": MAIL + " 3-1006-00445-63-5"}, {"text": CHAT + " บัตร 3100600445635"}, MatchKey.IDENTITY),
        ({"text": MAIL + " ใบอนุญาตเลขที่ 7/2568"}, {"text": CHAT + " ใบอนุญาตที่ ๗/๒๕๖๘"}, MatchKey.CASE_NUMBER),
        ({"text": MAIL + " รหัสอ้างอิง 20260115123456"}, {"text": CHAT + " ref 20260115123456"}, MatchKey.SLIP),
        ({"files": (("ก.pdf", "application/pdf", b"x" * 4000),)}, {"files": (("ข.pdf", "application/pdf", b"x" * 4000),)}, MatchKey.ATTACHMENT),
    ],
)  # fmt: skip
def test_a_second_key_links(office: Office, first: dict[str, Any], second: dict[str, Any], key: MatchKey) -> None:
    """Alike words and the same number, slip or file: linked, with the key named, and noted in the event log."""
    office.receive(letter("", first.get("text", MAIL)), files=first.get("files", ()))
    office.receive(chat(second.get("text", CHAT)), came=LINE, files=second.get("files", ()))
    [found] = run(office)
    assert (found.state, found.keys) == (MatchState.AGREED, (key,))
    assert ("match.linked", 2, "", f"1 {found.score:.2f} {key}") in office.events


def test_the_same_sender_links_words_that_are_less_alike(office: Office) -> None:
    """Sent twice in new words: with a second key less likeness is enough, without one it is not."""
    office.receive(letter("", MAIL))
    office.receive(letter("", REWORDED))
    office.receive(letter("", REWORDED.replace("คะ", "ครับ"), sender=ELSEWHERE))
    pairs = {(one.message_id, one.other_id): one for one in run(office)}
    assert pairs[2, 1].keys == (MatchKey.SENDER,)
    assert matching.ALIKE_WITH_KEY <= pairs[2, 1].score < matching.ALIKE
    assert (3, 1) not in pairs
    assert pairs[3, 2].state is MatchState.PROPOSED


def test_a_proven_address_links_chat_and_mail(office: Office) -> None:
    """Whose LINE account has proven the address of the mail's sender wrote both; an address that was only given counts not."""
    office.receive(letter("", MAIL, sender=Address("มาลี", "Malee@example.com")))
    office.receive(chat(CHAT), came=LINE)
    office.receive(chat(CHAT, "Uxyz"), came=("line", "@klong", "event-2"))
    with office.books.begin() as uow:
        people = uow.chats("line", "@klong")
        people.save_person(ChatPerson(id="Uabc", email="malee@example.com", email_proven_at=office.clock.at))
        people.save_person(ChatPerson(id="Uxyz", email="malee@example.com"))
        uow.commit()
    pairs = {(one.message_id, one.other_id): one.keys for one in run(office)}
    assert pairs[2, 1] == (MatchKey.PROVEN_EMAIL,)
    assert pairs[3, 1] == ()


def test_the_codes_of_slips_link(office: Office) -> None:
    """Two pictures of one slip, read before: the same reference, however each picture was taken."""
    office.receive(letter("", MAIL), files=(("1.jpg", "image/jpeg", b"1"),))
    office.receive(chat(CHAT), came=LINE, files=(("2.jpg", "image/jpeg", b"2"),))
    with office.books.begin() as uow:
        for row in (1, 2):
            uow.attachments.put(row, 0, AttachmentReading(ReadingState.READ, codes=(TRANSFER,)), office.clock.at)
        uow.commit()
    assert run(office)[0].keys == (MatchKey.SLIP,)


@pytest.mark.parametrize(
    "text",
    [
        "โทร 02-123-4567",
        "บัตร 3-1006-00445-63-4",
        "\n> โทร 081-234-5678",
    ],
)
def test_what_many_have_or_nobody_checked_is_no_key(office: Office, text: str) -> None:
    """The agency's own telephone, a wrong check digit, what is quoted: words alone propose."""
    office.receive(letter("", f"{MAIL} {text}"))
    office.receive(letter("", f"{CHAT} {text}", sender=ELSEWHERE))
    assert [one.state for one in run(office)] == [MatchState.PROPOSED]


@pytest.mark.parametrize(
    "more",
    [
        {"classification": marked(Kind.REQUEST, secrecy=Secrecy.CONFIDENTIAL)},
        {"classification": Classification(Kind.ENQUIRY)},
        {"decision": Decision(Outcome.IGNORE, "clerk", register=True)},
        {"decision": Decision(Outcome.IGNORE, "clerk", register=False)},
        {"follows": RegisterNumber(2569, 1)},
    ],
    ids=["secret", "enquiry", "set-aside", "unregistered", "same-case"],
)
def test_some_are_never_compared(office: Office, more: dict[str, Any]) -> None:
    """Secret ones, other kinds, what was set aside, what has no number, and what belongs to that case anyhow."""
    office.receive(letter("", MAIL))
    office.receive(letter("", CHAT), **more)
    assert run(office) == []


def test_only_the_last_days_are_compared(office: Office) -> None:
    """A request of the year before is another one."""
    office.receive(letter("", MAIL))
    office.clock.at += timedelta(days=31)
    office.receive(letter("", CHAT))
    assert run(office) == []


def test_each_is_compared_once(office: Office) -> None:
    """A later run takes what is new; what a clerk said of a pair stays."""
    office.receive(letter("", MAIL))
    office.receive(letter("", CHAT, sender=ELSEWHERE))
    run(office)
    settle(office.books, office.clock, 1, 1, state=MatchState.DISMISSED, seen="proposed", clerk=SOMYING)
    assert [one.state for one in run(office)] == [MatchState.DISMISSED]
    office.receive(letter("", MAIL + " นะ", sender=Address("", "third@example.com")))
    states = {(one.message_id, one.other_id): one.state for one in run(office)}
    assert states == {(2, 1): MatchState.DISMISSED, (3, 1): MatchState.PROPOSED, (3, 2): MatchState.PROPOSED}


def test_a_text_that_goes_round_gives_few_pairs(office: Office) -> None:
    """A hundred neighbours send one petition: each is proposed with a few, not with all."""
    for number in range(20):
        office.receive(letter("", MAIL, sender=Address("", f"n{number}@example.com")))
    found = run(office)
    assert max(sum(one.message_id == row for one in found) for row in range(1, 21)) == matching.MOST


def test_a_run_that_is_stopped_goes_on_later(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches are committed one by one; the same pairs come of it as of one run."""
    monkeypatch.setattr(matching, "BATCH", 2)
    for number in range(7):
        office.receive(letter("", MAIL if number % 3 == 0 else OTHER, sender=Address("", f"n{number}@example.com")))
    answers = iter([False, True])
    some = run(office, stopping=lambda: next(answers))
    assert office.books.shelf.match_cursor == [RegisterNumber(2569, 2)]
    assert len(some) < len(run(office))
    pairs = {(one.message_id, one.other_id) for one in office.books.shelf.matches.values()}
    office.books.shelf.matches.clear()
    office.books.shelf.match_cursor.clear()
    monkeypatch.setattr(matching, "BATCH", 200)
    assert {(one.message_id, one.other_id) for one in run(office)} == pairs


def test_what_was_taken_back_is_forgotten(office: Office) -> None:
    """One that runs on compares the words as they stand now (R117)."""
    office.receive(chat(CHAT), came=LINE)
    kept = Matching(books=office.books, clock=office.clock, agency=AGENCY, days=30)
    kept.run()
    record = office.record(1)
    assert record.message is not None
    office.books.shelf.messages[1] = replace(record, message=replace(record.message, subject="[✕]", text="[✕]"))
    office.receive(letter("", MAIL))
    kept.run()
    assert office.books.shelf.matches == {}


def test_the_first_clerk_decides_and_the_second_is_told(office: Office) -> None:
    """Both messages get the entry in the event log; a pair of other messages is none of theirs."""
    office.receive(letter("", MAIL))
    office.receive(letter("", CHAT, sender=ELSEWHERE))
    [found] = run(office)
    settle(office.books, office.clock, found.id, 2, state=MatchState.CONFIRMED, seen="proposed", clerk=SOMYING)
    told = [one for one in office.events if one[0] == "match.confirmed"]
    assert told == [
        ("match.confirmed", 2, "somying", f"1 {found.score:.2f}"),
        ("match.confirmed", 1, "somying", f"2 {found.score:.2f}"),
    ]
    with pytest.raises(RefusedActionError, match="decided-meanwhile"):
        settle(office.books, office.clock, found.id, 2, state=MatchState.DISMISSED, seen="proposed", clerk=SOMYING)
    with pytest.raises(RefusedActionError, match="no-such-match"):
        settle(office.books, office.clock, found.id, 3, state=MatchState.DISMISSED, seen="confirmed", clerk=SOMYING)
