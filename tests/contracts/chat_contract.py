"""What the books of conversations promise."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import pytest

from mailroom.domain.chat import (
    ChatContent,
    ChatEvent,
    ChatEventKind,
    ContentState,
    ConversationState,
    Step,
)
from mailroom.domain.errors import StorageError
from mailroom.ports import Books, ChatBook
from tests.support.book_values import NOW
from tests.support.chat_values import (
    ACCOUNT,
    CHANNEL,
    OTHER,
    PERSON,
    SECOND,
    conversation,
    event,
    full_conversation,
    full_event,
    full_person,
    person,
    picture,
    said,
)

Found = TypeVar("Found")


def added(books: Books, *events: ChatEvent) -> list[ChatEvent]:
    with books.begin() as uow:
        found = uow.chats(CHANNEL, ACCOUNT).add(events)
        uow.commit()
    return found


def look(books: Books, ask: Callable[[ChatBook], Found]) -> Found:
    with books.look() as uow:
        return ask(uow.chats(CHANNEL, ACCOUNT))


def change(books: Books, do: Callable[[ChatBook], object]) -> None:
    with books.begin() as uow:
        do(uow.chats(CHANNEL, ACCOUNT))
        uow.commit()


def ids(events: list[ChatEvent]) -> str:
    return " ".join(one.id for one in events)


class ChatEventContract:
    def test_an_event_is_read_back_whole(self, books: Books) -> None:
        """Everything that was decoded comes back as it was written."""
        events = [event(), picture(2), full_event(), event(3, message=None, person="", kind=ChatEventKind.UNKNOWN)]
        assert added(books, *events) == events
        assert look(books, lambda chats: chats.recent(9)) == sorted(events, key=lambda one: one.occurred_at)[::-1]

    def test_an_event_is_written_once(self, books: Books) -> None:
        """What comes again, in one batch or later, is passed over; only what is new is told."""
        assert ids(added(books, event(1), event(1), event(2))) == "e1 e2"
        assert ids(added(books, event(2), event(3))) == "e3"
        with books.look() as uow:
            assert len(uow.chats(CHANNEL, ACCOUNT).recent(9)) == 3

    def test_a_redelivery_is_known_although_its_text_says_that_it_is_one(self, books: Books) -> None:
        """It bears the mark of a redelivery, maybe another reply token, and comes from another delivery."""
        again = event(redelivered=True, raw='{"isRedelivery":true}', reply_token="new", delivery="d" * 64)
        added(books, event())
        assert added(books, again, replace(again, raw='{"third":true}')) == []
        late = replace(again, id="e2", message=said("m2"))
        assert added(books, late, replace(event(2), message=said("m2"))) == [late]

    def test_an_id_that_is_used_again_for_something_else_is_shown(self, books: Books) -> None:
        """It is written as malformed under an id of its own, once, whether it claims to be a redelivery or not."""
        forged = event(message=said("m1", "โอนเงินมา"), raw='{"forged":1}')
        [written] = added(books, event(), forged, forged)[1:]
        digest = hashlib.sha256(forged.raw.encode()).hexdigest()
        shown = replace(forged, id=f"e1~{digest}", kind=ChatEventKind.MALFORMED, defect="event-id-reused: e1")
        assert written == shown
        assert added(books, forged, event()) == []
        claiming = replace(forged, redelivered=True, raw='{"forged":2}')
        assert [one.defect for one in added(books, claiming)] == ["event-id-reused: e1"]
        with books.look() as uow:
            assert len(uow.chats(CHANNEL, ACCOUNT).recent(9)) == 3
            assert uow.chats(CHANNEL, ACCOUNT).message("m1") == event()

    def test_unhandled_events_come_in_order_of_occurrence(self, books: Books) -> None:
        """Of one instant in order of arrival; what was handled is not among them, nor what is beyond the limit."""
        same = [event(n, occurred_at=NOW) for n in (7, 5, 6)]
        added(books, event(3), event(1), *same, event(2))
        assert ids(look(books, lambda chats: chats.unhandled(9))) == "e7 e5 e6 e1 e2 e3"
        change(books, lambda chats: [chats.handled(one) for one in ("e5", "e1", "nothing")])
        assert ids(look(books, lambda chats: chats.unhandled(3))) == "e7 e6 e2"

    def test_what_was_handled_belongs_to_its_conversation(self, books: Books) -> None:
        """In order of occurrence, with what was taken back; what belongs to none is in none."""
        added(books, event(3), event(1), event(2), event(4))
        with books.begin() as uow:
            chats = uow.chats(CHANNEL, ACCOUNT)
            for number in (1, 2, 3):
                chats.handled(f"e{number}", "e1")
            chats.handled("e4")
            chats.unsend("m2", NOW)
            uow.commit()
        with books.look() as uow:
            chats = uow.chats(CHANNEL, ACCOUNT)
            found = chats.events_of("e1")
            assert ids(found) == "e1 e2 e3"
            assert [one.unsent_at for one in found] == [None, NOW, None]
            assert {one.conversation for one in found} == {"e1"}
            assert chats.events_of("") == chats.events_of("e4") == []

    def test_a_message_is_found_by_the_id_of_the_platform(self, books: Books) -> None:
        """The event that brought it; of none nothing is found."""
        added(books, event(1), picture(2))
        assert look(books, lambda chats: chats.message("m2")) == picture(2)
        assert look(books, lambda chats: chats.message("m3")) is None

    def test_what_is_taken_back_is_marked_before_and_after_it_comes(self, books: Books) -> None:
        """The first time stands; everything else of the message stays (R117)."""
        added(books, event(1))
        change(books, lambda chats: [chats.unsend(one, NOW) for one in ("m1", "m2")])
        change(books, lambda chats: [chats.unsend(one, NOW + SECOND) for one in ("m1", "m2")])
        assert added(books, event(2), event(3)) == [event(2, unsent_at=NOW), event(3)]
        found = look(books, lambda chats: [chats.message(f"m{n}") for n in (1, 2)])
        assert found == [event(1, unsent_at=NOW), event(2, unsent_at=NOW)]

    def test_wanted_contents_come_when_they_are_due(self, books: Books) -> None:
        """Those that are due longest first; what is kept, gone or not due yet is not among them."""
        wanted = {n: ChatContent(state=ContentState.WANTED, due_at=NOW + n * SECOND) for n in (1, 2, 9)}
        added(books, event(4), picture(3), *(picture(n, content=content) for n, content in wanted.items()))
        added(books, picture(5, content=ChatContent(state=ContentState.EXTERNAL)))
        due = NOW + 2 * SECOND
        assert ids(look(books, lambda chats: chats.wanted(due, 9))) == "e3 e1 e2"
        assert ids(look(books, lambda chats: chats.wanted(due, 1))) == "e3"
        kept_content = ChatContent(state=ContentState.KEPT, file="e1", size=3, sha256="a" * 64, media_type="image/png")
        change(books, lambda chats: chats.save_content("e1", kept_content))
        change(books, lambda chats: chats.save_content("e3", ChatContent(state=ContentState.GONE, note="404")))
        assert ids(look(books, lambda chats: chats.wanted(due, 9))) == "e2"
        assert look(books, lambda chats: chats.message("m1")) == picture(1, content=kept_content)

    def test_the_latest_events_stand_first(self, books: Books) -> None:
        """Of one person, and of everybody; within the limit."""
        added(books, event(2), event(1), event(3, person=OTHER), event(4, person="", message=None))
        assert ids(look(books, lambda chats: chats.latest(PERSON, 9))) == "e2 e1"
        assert ids(look(books, lambda chats: chats.latest(PERSON, 1))) == "e2"
        assert ids(look(books, lambda chats: chats.recent(3))) == "e4 e3 e2"
        assert look(books, lambda chats: chats.latest("", 9)) == []

    def test_each_account_has_books_of_its_own(self, books: Books) -> None:
        """The same ids in another account are other events, people and conversations."""
        with books.begin() as uow:
            for account in (ACCOUNT, "@other"):
                chats = uow.chats(CHANNEL, account)
                assert (chats.cursor(), chats.recent(9), chats.open()) == ("", [], [])
                assert chats.add([event()]) == [event()]
                chats.save(conversation())
                chats.save_person(full_person())
                chats.advance("place")
                chats.unsend("m5", NOW)
                chats.handled("e1", "e1")
            third = uow.chats("other", ACCOUNT)
            assert (third.events_of("e1"), third.current(PERSON), third.cursor()) == ([], None, "")
            assert third.person(PERSON) == person()
            assert third.add([event(5)])[0].unsent_at is None

    def test_what_waits_in_conversations_is_counted(self, books: Books) -> None:
        """Events that nothing followed from, contents to fetch and lost, and people who blocked us."""
        nothing = {"oldest_unhandled_at": None, "unhandled": 0, "contents_wanted": 0, "contents_gone": 0, "blocked": 0}
        with books.look() as uow:
            assert uow.health.chats() == nothing
        lost = (ContentState.GONE, ContentState.TOO_LARGE, ContentState.KEPT)
        added(books, picture(1), *(picture(n, content=ChatContent(state=one)) for n, one in enumerate(lost, 2)))
        change(books, lambda chats: chats.handled("e1"))
        change(books, lambda chats: [chats.save_person(one) for one in (full_person(), person(OTHER))])
        with books.look() as uow:
            waiting = {"oldest_unhandled_at": NOW + 2.5 * SECOND, "unhandled": 3}
            assert uow.health.chats() == waiting | {"contents_wanted": 1, "contents_gone": 2, "blocked": 1}


class ConversationContract:
    def test_the_cursor_goes_on(self, books: Books) -> None:
        """Empty at first; then the last place that was told."""
        assert look(books, lambda chats: chats.cursor()) == ""
        for place in ("000001.seg:10", "000001.seg:20"):
            change(books, lambda chats, place=place: chats.advance(place))
        assert look(books, lambda chats: chats.cursor()) == "000001.seg:20"

    def test_a_person_is_remembered_whole(self, books: Books) -> None:
        """Somebody new is a person with nothing known; what is saved takes the place of what was."""
        assert look(books, lambda chats: chats.person(PERSON)) == person()
        for known in (full_person(), person(email="other@example.test")):
            change(books, lambda chats, known=known: chats.save_person(known))
            assert look(books, lambda chats: chats.person(PERSON)) == known

    def test_a_conversation_is_read_back_whole(self, books: Books) -> None:
        """By its id; what is saved takes the place of what was."""
        assert look(books, lambda chats: chats.conversation("e1")) is None
        for state in (full_conversation(), conversation(step=Step.SERVICE, awaited=0)):
            change(books, lambda chats, state=state: chats.save(state))
            assert look(books, lambda chats: chats.conversation("e1")) == state

    def test_a_person_has_one_open_conversation(self, books: Books) -> None:
        """A second is refused with all that was written beside it, and taken once the first is closed."""
        change(books, lambda chats: chats.save(conversation(1)))
        with pytest.raises(StorageError):
            change(books, lambda chats: [chats.advance("lost"), chats.save(conversation(2))])
        assert look(books, lambda chats: chats.cursor()) == ""
        assert look(books, lambda chats: chats.current(PERSON)) == conversation(1)
        second = conversation(2)
        closed = conversation(1, state=ConversationState.CLOSED)
        change(books, lambda chats: [chats.save(closed), chats.save(second), chats.save(conversation(3, person=OTHER))])
        assert look(books, lambda chats: chats.current(PERSON)) == second
        assert look(books, lambda chats: chats.current("")) is None

    def test_conversations_are_listed_by_state(self, books: Books) -> None:
        """Open ones by the time of their closing, closed ones by that of their opening; others in neither list."""
        opened = [conversation(n, person=str(n), closes_at=NOW + (9 - n) * SECOND) for n in (1, 2, 3)]
        closed = [conversation(n, person=str(n), state=ConversationState.CLOSED) for n in (5, 4)]
        over = [
            conversation(n, state=state) for n, state in ((6, ConversationState.TAKEN), (7, ConversationState.DROPPED))
        ]
        # What nobody sent has no person, and may stand beside others of its kind.
        nobody = [conversation(n, person="", closes_at=NOW + n * SECOND) for n in (10, 11)]
        change(books, lambda chats: [chats.save(one) for one in (*opened, *closed, *over, *nobody)])
        assert look(books, lambda chats: chats.open()) == [*opened[::-1], *nobody]
        assert look(books, lambda chats: chats.closed()) == closed[::-1]
