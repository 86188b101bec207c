"""Proof of an e-mail address, and what it opens: limits of codes, and nobody else's cases."""

from pathlib import Path

import pytest

from mailroom.domain.chat import ChatPerson
from mailroom.domain.decision import Letter
from mailroom.services.chat_identity import ChatIdentity, hash_of
from mailroom.stages.chat_words import Verb
from tests.support.chat_house import ACCOUNT, CHANNEL, COMPOSER, ChatHouse
from tests.support.chat_talk import CHAI, SOMSRI, START, Events
from tests.support.stage_values import AGENCY

ADDRESS = "somsri@post.example"


@pytest.fixture
def house(tmp_path: Path) -> ChatHouse:
    place = ChatHouse(tmp_path)
    place.know(greeted_at=START, name="Somsri", email=ADDRESS)
    return place


def ask(house: ChatHouse) -> str:
    house.receive(house.somsri.tapped(Verb.CODE))
    return house.answer


def type_in(house: ChatHouse, code: str) -> str:
    house.receive(house.somsri.said(code))
    return house.answer


def test_a_code_goes_by_mail_and_comes_back_by_chat(house: ChatHouse) -> None:
    """In both languages, to the address alone; the books keep its digest only; it opens no submission."""
    assert ADDRESS in ask(house)
    (mail,) = house.letters("email")
    assert (mail.letter, mail.to, mail.message_id) == (Letter.EMAIL_CODE, ADDRESS, None)
    assert "123456" in mail.text
    assert "123456" in mail.html
    assert "Somebody gave" in mail.text
    assert all("123456" not in one for one in house.prompts())
    assert house.person().code_hash == hash_of(house.person(), ADDRESS, "123456")
    assert "เรียบร้อยแล้ว" in type_in(house, "๑๒๓ ๔๕๖")
    assert house.person().email_proven_at == house.clock.at
    assert house.person().code_hash == ""
    assert house.current() is None


def test_a_wrong_code_says_how_many_tries_are_left(house: ChatHouse) -> None:
    """After five it is void, and the right one comes too late."""
    ask(house)
    for left in (4, 3, 2, 1):
        assert f"อีก {left} ครั้ง" in type_in(house, "000000")
    assert "ลองครบจำนวนแล้ว" in type_in(house, "000000")
    type_in(house, "123456")
    assert house.person().email_proven_at is None


def test_a_code_expires_after_fifteen_minutes(house: ChatHouse) -> None:
    ask(house)
    house.later(minutes=16)
    assert "หมดอายุ" in type_in(house, "123456")
    assert house.person().email_proven_at is None


def test_three_codes_an_hour_are_enough(house: ChatHouse) -> None:
    """The answer says when to try again; after the hour another goes."""
    for _ in range(3):
        ask(house)
        house.later(minutes=5)
    assert "อีก 45 นาที" in ask(house)
    assert len(house.letters("email")) == 3
    house.later(minutes=50)
    ask(house)
    assert len(house.letters("email")) == 4


def test_ten_codes_a_day_are_enough(house: ChatHouse) -> None:
    """The address may be that of somebody who wants none."""
    for _ in range(12):
        ask(house)
        house.later(minutes=61)
    assert len(house.letters("email")) == 10
    house.later(hours=13)
    ask(house)
    assert len(house.letters("email")) == 11


def test_several_accounts_flood_no_address(house: ChatHouse) -> None:
    """Whoever gives it, and however it is written: an address gets three codes an hour."""
    people = [Events(f"U{number}" + "a" * 31) for number in range(1, 5)]
    for number, person in enumerate(people):
        given = ADDRESS if number % 2 else ADDRESS.replace("somsri", "Somsri")
        house.receive(person.said(given))
        house.receive(person.tapped(Verb.CODE))
    assert "อีก 60 นาที" in house.answer
    assert len(house.letters("email")) == 3
    house.later(hours=1)
    people[-1].at = house.clock.at
    house.receive(people[-1].tapped(Verb.CODE))
    assert len(house.letters("email")) == 4


def test_who_has_proven_it_is_told_so(house: ChatHouse) -> None:
    house.know(email_proven_at=START)
    assert "ยืนยันแล้ว" in ask(house)
    assert house.letters("email") == []


def test_without_an_address_one_is_asked_for(house: ChatHouse) -> None:
    house.know(email="")
    assert "อีเมล" in ask(house)
    assert house.letters("email") == []


def test_without_a_mail_channel_nothing_is_promised(house: ChatHouse) -> None:
    house.mails = False
    house.desk = house.fresh()
    assert "ส่งอีเมลไม่ได้" in ask(house)
    assert house.letters("email") == []


def test_a_code_proves_the_address_that_it_went_to(house: ChatHouse) -> None:
    """Another address given meanwhile voids it: its digits are then words like others."""
    ask(house)
    house.receive(house.somsri.said("other@post.example"))
    type_in(house, "123456")
    assert house.person().email_proven_at is None


def test_a_code_of_one_is_no_code_of_another(house: ChatHouse) -> None:
    """It is bound to who asked for it."""
    ask(house)
    house.receive(Events(CHAI).said("123456"))
    assert house.person(CHAI).email_proven_at is None
    assert hash_of(ChatPerson(id=SOMSRI), ADDRESS, "1") != hash_of(ChatPerson(id=CHAI), ADDRESS, "1")


def test_the_code_is_random(house: ChatHouse) -> None:
    """Six digits, and not the same ones each time."""
    identity = ChatIdentity(channel=CHANNEL, account=ACCOUNT, agency=AGENCY, composer=COMPOSER, mails=True)
    codes = set()
    for number in range(20):
        event = house.somsri.tapped(Verb.CODE)
        with house.books.begin() as uow:
            identity.send(uow, event, ChatPerson(id=SOMSRI, email=f"{number}{ADDRESS}"), START)
            uow.commit()
    for mail in house.letters("email"):
        (code,) = [word for word in mail.text.split() if word.isdecimal() and len(word) == 6][:1]
        codes.add(code)
    assert len(codes) > 15
