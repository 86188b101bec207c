"""What the books promise about requests that seem to be the same."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from mailroom.domain.decision import Classification, Decision, Kind, LetterMarks, Outcome, Secrecy
from mailroom.domain.match import MatchKey, MatchState, SameRequest
from mailroom.domain.message import Attachment, LoggedMessage
from mailroom.domain.privacy import Restriction
from mailroom.domain.register import RegisterNumber
from mailroom.ports import Books
from tests.support.book_values import NOW, YEAR, arrive, draft, message, verdict

LONG_AGO = NOW - timedelta(days=400)


def registered(books: Books, *raw: bytes, **more: Any) -> list[LoggedMessage]:
    """Requests with numbers; `more` changes what was found."""
    rows = arrive(books, *raw)
    with books.begin() as uow:
        for logged in rows:
            found = verdict(logged, more.get("message") or message())
            kind = more.get("classification") or Classification(Kind.REQUEST)
            decision = more.get("decision") or Decision(Outcome.ACCEPT, "policy", register=True)
            uow.messages.record(
                replace(found, classification=kind, decision=decision, duplicate_of=more.get("duplicate_of"))
            )
            uow.register.enter(draft(logged))
        uow.commit()
    return rows


def pair(later: LoggedMessage, earlier: LoggedMessage, score: float = 0.75, *keys: MatchKey) -> SameRequest:
    state = MatchState.AGREED if keys else MatchState.PROPOSED
    return SameRequest(message_id=later.id, other_id=earlier.id, score=score, keys=keys, state=state, found_at=NOW)


def compared(books: Books, since: datetime = LONG_AGO) -> list[int]:
    with books.look() as uow:
        return [one.message_id for one in uow.matches.comparable(since)]


class MatchContract:
    def test_the_cursor_stands_where_it_was_put(self, books: Books) -> None:
        """None at first; the last place counts. The last entry may be asked for by when its message entered."""
        registered(books, b"1", b"2")
        with books.begin() as uow:
            assert uow.matches.cursor() is None
            uow.matches.advance(RegisterNumber(YEAR, 1))
            uow.matches.advance(RegisterNumber(YEAR, 2))
            uow.commit()
        with books.look() as uow:
            assert uow.matches.cursor() == RegisterNumber(YEAR, 2)
            assert uow.matches.last_entry() == RegisterNumber(YEAR, 2)
            assert uow.matches.last_entry(LONG_AGO) is None

    def test_requests_with_numbers_take_part_in_order(self, books: Books) -> None:
        """With what is compared of them; what entered earlier than asked for is left out."""
        first, second = registered(books, b"1", b"2", message=message("ขอใบอนุญาต", "Somchai@example.test"))
        assert compared(books) == [first.id, second.id]
        assert compared(books, NOW + timedelta(days=1)) == []
        with books.look() as uow:
            one = uow.matches.comparable(LONG_AGO)[0]
        assert (one.number, one.channel, one.sender) == (RegisterNumber(YEAR, 1), "email", "Somchai@example.test")
        assert (one.subject, one.text, one.follows) == ("ขออนุญาตก่อสร้าง", "ขอใบอนุญาต", None)

    def test_what_is_hidden_set_aside_or_something_else_takes_no_part(self, books: Books) -> None:
        """Secret, restricted, copies, enquiries and what a clerk set aside are compared with nothing (R58, R106)."""
        secret = Classification(Kind.REQUEST, marks=LetterMarks(secrecy=Secrecy.CONFIDENTIAL))
        registered(books, b"1", classification=secret)
        registered(books, b"2", classification=Classification(Kind.ENQUIRY))
        registered(books, b"3", decision=Decision(Outcome.IGNORE, "clerk", register=True))
        registered(books, b"4", duplicate_of="ab" * 32)
        [complaint] = registered(books, b"5", classification=Classification(Kind.COMPLAINT))
        [restricted] = registered(books, b"6")
        assert compared(books) == [complaint.id, restricted.id]
        with books.begin() as uow:
            uow.matches.add([pair(restricted, complaint)])
            uow.commit()
        restrict(books, RegisterNumber(YEAR, 6))
        assert compared(books) == [complaint.id]
        with books.look() as uow:
            assert uow.matches.of_message(complaint.id) == []
            assert uow.matches.of_message(restricted.id) == []

    def test_a_pair_is_kept_once_and_shown_on_both_pages(self, books: Books) -> None:
        """Each side sees the other; linked pairs come first, then the likest."""
        first, second, third = registered(books, b"1", b"2", b"3")
        with books.begin() as uow:
            uow.matches.add([pair(third, first, 0.9), pair(third, second, 0.7, MatchKey.PHONE, MatchKey.SLIP)])
            uow.matches.add([pair(third, first, 0.1)])
            uow.commit()
        with books.look() as uow:
            shown = uow.matches.of_message(third.id)
            [seen_by_first] = uow.matches.of_message(first.id)
        assert [(one.other_id, one.match.score) for one in shown] == [(second.id, 0.7), (first.id, 0.9)]
        assert shown[0].match.keys == (MatchKey.PHONE, MatchKey.SLIP)
        assert (shown[0].number, shown[0].channel) == (RegisterNumber(YEAR, 2), "email")
        assert (seen_by_first.other_id, seen_by_first.number) == (third.id, RegisterNumber(YEAR, 3))
        assert seen_by_first.entered_at == third.envelope.entered_system_at

    def test_what_a_clerk_says_is_kept(self, books: Books) -> None:
        """State, clerk and time; the rest of the pair stays."""
        first, second = registered(books, b"1", b"2")
        with books.begin() as uow:
            uow.matches.add([pair(second, first)])
            uow.commit()
        with books.begin() as uow:
            [view] = uow.matches.of_message(first.id)
            uow.matches.settle(view.match.id, MatchState.DISMISSED, "somying", NOW)
            uow.commit()
        with books.look() as uow:
            settled = uow.matches.get(view.match.id)
            assert uow.matches.get(view.match.id + 1) is None
        assert settled == replace(view.match, state=MatchState.DISMISSED, decided_by="somying", decided_at=NOW)

    def test_files_that_tell_something_are_named(self, books: Books) -> None:
        """Neither small ones, nor pictures within the text, nor what was taken back (R117)."""

        def file(part: int, **more: Any) -> Attachment:
            one = Attachment("ก.pdf", "application/pdf", "application/pdf", 5000, f"{part}" * 64, False, part)
            return replace(one, **more)

        files = (file(1), file(2, size=10), file(3, inline=True), file(4, withdrawn=True))
        [logged] = registered(books, b"1", message=message(attachments=files))
        with books.look() as uow:
            assert uow.matches.files(logged.id, 2048) == {"1" * 64}


def restrict(books: Books, number: RegisterNumber) -> None:
    with books.begin() as uow:
        uow.privacy.restrict(
            Restriction(
                number=number, request=None, reason="คดีเด็ก", people=("somying",), placed_at=NOW, placed_by="boss"
            )
        )
        uow.commit()
