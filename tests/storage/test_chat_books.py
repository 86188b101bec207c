"""Books of conversations on SQLite: what only a database can get wrong."""

from dataclasses import replace

import pytest

from mailroom.domain.chat import ChatMessageKind, Location
from mailroom.domain.errors import StorageError
from storage.unit_of_work import SqlBooks
from tests.support.book_values import NOW
from tests.support.chat_values import ACCOUNT, CHANNEL, PERSON, conversation, event, full_person, person, picture, said


def test_agencies_do_not_see_each_others_conversations(database: str) -> None:
    """The same account in two agencies has events, people, conversations and a cursor for each."""
    ours, theirs = SqlBooks(database, "ours"), SqlBooks(database, "theirs")
    with ours.begin() as uow:
        chats = uow.chats(CHANNEL, ACCOUNT)
        chats.add([picture()])
        chats.save(conversation())
        chats.save_person(full_person())
        chats.unsend("m1", NOW)
        chats.advance("place")
        uow.commit()
    with theirs.begin() as uow:
        chats = uow.chats(CHANNEL, ACCOUNT)
        assert (chats.cursor(), chats.recent(9), chats.wanted(NOW, 9), chats.unhandled(9)) == ("", [], [], [])
        assert (chats.open(), chats.current(PERSON), chats.person(PERSON)) == ([], None, person())
        assert set(uow.health.chats().values()) == {0, None}
        assert chats.add([picture()]) == [picture()]
        uow.commit()
    ours.close()
    theirs.close()


def test_text_that_no_database_holds_is_kept_visibly(sql_books: SqlBooks) -> None:
    """Lone surrogates and NUL are shown as what they are; what is told to be written is what is read back."""
    broken = event(person="U\0", data="\ud800", message=said("m\udfff", "a\0ข"), raw='{"text":"\udce0"}')
    with sql_books.begin() as uow:
        [written] = uow.chats(CHANNEL, ACCOUNT).add([broken])
        assert uow.chats(CHANNEL, ACCOUNT).add([broken]) == []
        uow.commit()
    with sql_books.look() as uow:
        assert uow.chats(CHANNEL, ACCOUNT).recent(9) == [written]
        assert uow.chats(CHANNEL, ACCOUNT).latest("U\0", 9) == [written]
    assert (written.person, written.data, written.message) == ("U\ufffd", "\ufffd", said("m\ufffd", "a\ufffdข"))


def test_coordinates_come_back_to_the_last_bit(sql_books: SqlBooks) -> None:
    """Also those that are no numbers, for which the JSON of a database has no word."""
    places = [
        Location("", "", 0.1 + 0.2, -0.0),
        Location("", "", float("inf"), 1e-300),
        Location("", "", float("nan"), 0),
    ]
    events = [
        event(n, message=replace(said(f"m{n}"), kind=ChatMessageKind.LOCATION, location=place))
        for n, place in enumerate(places)
    ]
    with sql_books.begin() as uow:
        uow.chats(CHANNEL, ACCOUNT).add(events)
        found = [uow.chats(CHANNEL, ACCOUNT).message(f"m{n}") for n in range(3)]
    assert [repr(one and one.message and one.message.location) for one in found[:2]] == [
        repr(one) for one in places[:2]
    ]
    assert found[2] is not None


def test_two_writers_open_one_conversation(database: str) -> None:
    """Of two processes that open one for the same person, the second is told."""
    first, second = SqlBooks(database, "agency"), SqlBooks(database, "agency")
    with first.begin() as uow:
        uow.chats(CHANNEL, ACCOUNT).save(conversation(1))
        uow.commit()
    with second.begin() as uow, pytest.raises(StorageError, match="nothing was changed"):
        uow.chats(CHANNEL, ACCOUNT).save(conversation(2))
    first.close()
    second.close()


def test_any_number_of_events_is_added_at_once(sql_books: SqlBooks) -> None:
    """More than one statement may ask for, and each is known afterwards."""
    events = [event(n) for n in range(1500)]
    with sql_books.begin() as uow:
        assert len(uow.chats(CHANNEL, ACCOUNT).add(events)) == 1500
        assert uow.chats(CHANNEL, ACCOUNT).add(events) == []
