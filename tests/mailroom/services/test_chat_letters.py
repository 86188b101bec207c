"""Letters in a chat: the receipt as a card, graded matter by mail alone, and what cannot be carried another way."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from mailroom.domain.agency import Announcement
from mailroom.domain.card import Card
from mailroom.domain.decision import (
    Classification,
    Decision,
    Kind,
    Letter,
    LetterMarks,
    Outcome,
    Secrecy,
)
from mailroom.domain.errors import (
    PermanentChannelError,
    QuotaExhaustedError,
    TemporaryChannelError,
)
from mailroom.domain.message import Address, Envelope, Message
from mailroom.domain.outbox import OutboxItem, OutboxState
from mailroom.domain.record import Verdict
from mailroom.services.acting import Actor
from mailroom.services.chat_fallback import ChatFallback
from mailroom.services.dispatch import Dispatcher
from mailroom.services.letters import Letters
from mailroom.stages.chat_words import Tap, Verb, tapped
from mailroom.testing import MemoryArchive, RecordingSender
from tests.support.chat_house import ACCOUNT, CHANNEL, COMPOSER, ChatHouse
from tests.support.chat_talk import CATALOGUE, SOMSRI, START, both_texts
from tests.support.stage_values import AGENCY

TOWN = replace(AGENCY, base_url="https://town.example", phone="035-555-0100 ต่อ 12, 035-555-0101")
MAILBOX = "somsri@post.example"


@pytest.fixture
def house(tmp_path: Path) -> ChatHouse:
    place = ChatHouse(tmp_path)
    place.know(greeted_at=START, name="Somsri")
    return place


def carried_out(
    house: ChatHouse,
    letter: Letter = Letter.ACKNOWLEDGEMENT,
    *,
    secrecy: Secrecy = Secrecy.NONE,
    token: str = "token",
    announcement: Announcement | None = None,
) -> int:
    """A submission of the chat, decided and acted on; its row."""
    actor = Actor(agency=TOWN, letters=Letters(agency=TOWN, catalogue=CATALOGUE, composer=COMPOSER))
    with house.books.begin() as uow:
        envelope = Envelope(CHANNEL, ACCOUNT, "talk", START + timedelta(hours=10))
        uow.messages.log([(envelope, MemoryArchive().keep([b"raw"])[0])], START)
        (logged,) = uow.messages.pending(count=1, size=1)
        sender = Address("Somsri", SOMSRI)
        redirect = letter is Letter.REDIRECT_CHANNEL
        actor.carry_out(
            Verdict(
                logged=logged,
                message=Message(sender, "เปิดร้าน", "เปิดร้าน", senders=(sender,), is_chat=True, reply_token=token),
                classification=Classification(Kind.REQUEST, "food", marks=LetterMarks(secrecy=secrecy)),
                decision=Decision(
                    Outcome.REDIRECT_CHANNEL if redirect else Outcome.ACCEPT, "x", register=not redirect, letter=letter
                ),
                deemed_received_at=START + timedelta(hours=22, minutes=30),
                processed_at=START,
                announcement=announcement,
            ),
            uow,
        )
        uow.commit()
    return logged.id


def dispatcher(house: ChatHouse, sender: RecordingSender, *, mails: bool = True) -> Dispatcher:
    return Dispatcher(
        CHANNEL,
        sender=sender,
        books=house.books,
        archive=MemoryArchive(),
        clock=house.clock,
        fallback=ChatFallback(channel=CHANNEL, account=ACCOUNT, texts=both_texts()[0], mails=mails),
    )


# The receipt


def test_the_receipt_is_short_words_and_a_card(house: ChatHouse) -> None:
    """Number, both times and the service; buttons for status, call and website; it uses the reply token (R24)."""
    carried_out(house)
    (item,) = house.letters()
    assert (item.to, item.in_reply_to, item.letter) == (SOMSRI, "token", Letter.ACKNOWLEDGEMENT)
    assert item.subject == "ได้รับเรื่องของท่านแล้ว เลขรับ 1/2569"
    assert "เลขรับ: 1/2569" in item.text
    assert "มิใช่การอนุมัติ" in item.text
    assert "not an approval" in item.text
    assert "SHA-256" not in item.text
    assert len(item.text) < 1500
    assert isinstance(item.card, Card)
    assert dict(item.card.rows) == {
        "เลขรับ": "1/2569",
        "เข้าสู่ระบบ": "5 ม.ค. 2569 20.00 น.",
        "ถือว่าได้รับ": "6 ม.ค. 2569 08.30 น.",
        "บริการ": "ใบอนุญาตร้านอาหาร",
    }
    assert tapped(item.card.buttons[0].data) == Tap(Verb.STATUS, detail="1/2569")
    assert [one.url for one in item.card.buttons[1:]] == ["tel:0355550100", "https://town.example"]


def test_a_receipt_without_a_fresh_token_is_pushed(house: ChatHouse) -> None:
    carried_out(house, token="")
    assert house.letters()[0].in_reply_to == ""


def test_a_notice_of_the_channel_has_no_number(house: ChatHouse) -> None:
    """It names the announced channels (R21)."""
    announced = Announcement(date(2023, 8, 1), ("email",), phones=("02 123 4567",))
    carried_out(house, Letter.REDIRECT_CHANNEL, announcement=announced)
    (item,) = house.letters()
    assert "อีเมล: saraban@tuayang.go.th" in item.text
    assert "ยังไม่ได้ลงทะเบียนรับ" in item.text
    assert item.card
    assert item.card.rows == ()
    assert item.card.buttons[0].url == "tel:021234567"


def test_mail_has_no_card(house: ChatHouse) -> None:
    """And answers the Message-ID, as before."""
    letters = Letters(agency=TOWN, catalogue=CATALOGUE, composer=COMPOSER)
    carried_out(house)
    with house.books.look() as uow:
        record = uow.messages.get(1)
    assert record
    assert record.message
    assert record.classification
    assert record.decision
    mail = replace(record.message, is_chat=False, message_id="<a@b>")
    verdict = Verdict(
        replace(record.logged, envelope=replace(record.logged.envelope, channel="email")),
        mail,
        record.classification,
        record.decision,
        START,
        START,
    )
    item = letters.item(Letter.ACKNOWLEDGEMENT, verdict, None)
    assert (item.card, item.in_reply_to) == (None, "<a@b>")


def test_graded_matter_never_goes_over_a_chat(house: ChatHouse) -> None:
    """By mail where an address is known; else a clerk is told (R58, R118)."""
    row = carried_out(house, Letter.HELD, secrecy=Secrecy.SECRET)
    assert house.letters() == []
    with house.books.look() as uow:
        assert "letter.omitted" in [one.name for one in uow.events.of_message(row)]


def test_graded_matter_goes_by_mail_where_an_address_is_known(house: ChatHouse) -> None:
    house.know(email=MAILBOX)
    carried_out(house, Letter.HELD, secrecy=Secrecy.SECRET)
    assert house.letters() == []
    (mail,) = house.letters("email")
    assert (mail.to, mail.card, mail.in_reply_to) == (MAILBOX, None, "")
    assert "เปิดร้าน" not in mail.text


# When a chat cannot carry it


async def test_a_letter_that_is_refused_goes_by_mail(house: ChatHouse) -> None:
    """In the same transaction; the letter is settled, and says so (R114)."""
    for error in (PermanentChannelError("400 not a friend"), QuotaExhaustedError("the month's messages are used up")):
        house.know(email=MAILBOX)
        carried_out_again(house)
        sender = RecordingSender(failures=[error])
        assert await dispatcher(house, sender).run() == 0
        settled, mail = house.letters()[-1], house.letters("email")[-1]
        assert settled.state is OutboxState.SETTLED
        assert str(error) in settled.reply
        assert "ทางอีเมล" in settled.reply
        assert (mail.to, mail.state, mail.text, mail.letter) == (
            MAILBOX,
            OutboxState.PENDING,
            settled.text,
            Letter.ACKNOWLEDGEMENT,
        )
        assert mail.html
        assert mail.message_id == settled.message_id
        assert mail.card is None


def carried_out_again(house: ChatHouse) -> None:
    """One more receipt that waits."""
    item = OutboxItem(
        id=f"{len(house.letters()):032x}",
        channel=CHANNEL,
        letter=Letter.ACKNOWLEDGEMENT,
        to=SOMSRI,
        subject="ได้รับ",
        text="ได้รับแล้ว",
        html="<p>ได้รับแล้ว</p>",
        card=Card("x"),
        in_reply_to="token",
        created_at=START + timedelta(seconds=len(house.letters())),
        due_at=START,
    )
    with house.books.begin() as uow:
        uow.outbox.put(item)
        uow.commit()


@pytest.mark.parametrize("mails", [True, False])
async def test_without_an_address_it_fails_and_is_seen(house: ChatHouse, *, mails: bool) -> None:
    """L09: also where there is no mail channel to send it by."""
    house.know(email="" if mails else MAILBOX)
    carried_out_again(house)
    sender = RecordingSender(failures=[PermanentChannelError("400")])
    await dispatcher(house, sender, mails=mails).run()
    assert [one.state for one in house.letters()] == [OutboxState.FAILED]
    assert house.letters("email") == []


async def test_who_blocked_us_is_pushed_nothing(house: ChatHouse) -> None:
    """L13: pushes would vanish, and be counted: letters go by mail, prompts are settled, others are sent."""
    house.know(email=MAILBOX)
    carried_out_again(house)
    house.receive(house.somsri.said("ไฟถนนดับ"))
    house.know(blocked_at=START)
    sender = RecordingSender()
    assert await dispatcher(house, sender).run() == 0
    assert sender.sent == []
    assert [one.state for one in house.letters()] == [OutboxState.SETTLED, OutboxState.SETTLED]
    assert [one.letter for one in house.letters("email")] == [Letter.ACKNOWLEDGEMENT]


async def test_who_blocked_us_finds_their_number_when_they_come_back(house: ChatHouse) -> None:
    """L13: the receipt did not reach them and is shown as failed; the case stands, and the status tells of it."""
    row = carried_out(house)
    house.know(blocked_at=START)
    await dispatcher(house, RecordingSender()).run()
    assert [one.state for one in house.letters()] == [OutboxState.FAILED]
    with house.books.look() as uow:
        record = uow.messages.get(row)
    assert record
    assert record.number
    house.receive(house.somsri.said("สถานะ"))
    assert house.person().blocked_at is None
    card = house.letters()[-1].card
    assert card
    assert card.rows[0][0] == str(record.number)


async def test_who_blocked_us_holds_up_nobody(house: ChatHouse) -> None:
    carried_out_again(house)
    with house.books.begin() as uow:
        (first,) = uow.outbox.claim(CHANNEL, house.clock.at, 1)
        uow.outbox.put(replace(first, id="f" * 32, to="U" + "9" * 32, state=OutboxState.PENDING, attempts=0))
        uow.outbox.save(replace(first, state=OutboxState.PENDING, attempts=0))
        uow.commit()
    house.know(blocked_at=START)
    sender = RecordingSender()
    assert await dispatcher(house, sender).run() == 1
    assert [one.to for one in sender.sent] == ["U" + "9" * 32]


async def test_a_prompt_that_fails_bothers_nobody(house: ChatHouse) -> None:
    """It is never mailed, and is no failed letter."""
    house.know(email=MAILBOX)
    house.receive(house.somsri.said("ไฟถนนดับ"))
    await dispatcher(house, RecordingSender(failures=[PermanentChannelError("400")])).run()
    assert [one.state for one in house.letters()] == [OutboxState.SETTLED]
    assert house.letters("email") == []


async def test_a_prompt_is_not_sent_hours_later(house: ChatHouse) -> None:
    """Two failures are enough for words that only make sense now."""
    house.receive(house.somsri.said("ไฟถนนดับ"))
    await dispatcher(house, RecordingSender(failures=[TemporaryChannelError("500")])).run()
    assert [one.state for one in house.letters()] == [OutboxState.DEFERRED]
    house.clock.advance(minutes=7)
    await dispatcher(house, RecordingSender(failures=[TemporaryChannelError("500")])).run()
    assert [one.state for one in house.letters()] == [OutboxState.SETTLED]


async def test_without_a_fallback_nothing_changes(house: ChatHouse) -> None:
    """As for mail: it fails, and a clerk sees it."""
    carried_out_again(house)
    sender = RecordingSender(failures=[PermanentChannelError("400")])
    bare = Dispatcher(CHANNEL, sender=sender, books=house.books, archive=MemoryArchive(), clock=house.clock)
    await bare.run()
    assert [one.state for one in house.letters()] == [OutboxState.FAILED]
