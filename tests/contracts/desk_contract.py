"""What the queue, and the books of clerks, promise."""

from dataclasses import replace
from datetime import timedelta

import pytest

from mailroom.domain.clerk import Role
from mailroom.domain.decision import SHOW_NOW, Classification, Kind, LetterMarks, Outcome, Reason, Urgency
from mailroom.domain.outbox import OutboxState
from mailroom.domain.register import RegisterNumber
from mailroom.ports import Books
from tests.support.book_values import (
    ACCOUNT,
    CHANNEL,
    NOW,
    YEAR,
    arrive,
    decide,
    decision,
    item,
    message,
    verdict,
)

DAY = timedelta(days=1)


class DeskContract:
    def test_views_hold_what_they_say(self, books: Books) -> None:
        """Each message is in the view of its outcome; undelivered letters have their own."""
        rows = arrive(books, *(b"%d" % n for n in range(6)))
        outcomes = (Outcome.HOLD, Outcome.ACCEPT, Outcome.REDIRECT_AGENCY, Outcome.REDIRECT_CHANNEL, Outcome.IGNORE)
        with books.begin() as uow:
            for logged, outcome in zip(rows, outcomes, strict=False):
                uow.messages.record(verdict(logged, message(), decision=decision(outcome)))
            for key, state in enumerate((OutboxState.FAILED, OutboxState.DEFERRED, OutboxState.SENT)):
                uow.outbox.put(item(rows[key // 2].id, key, state=state))
            uow.commit()
        with books.look() as uow:
            counts = {"hold": 1, "accept": 1, "redirect": 2, "ignore": 1, "undelivered": 1, "all": 6}
            assert uow.queue.counts() == counts
            for view, count in counts.items():
                assert len(uow.queue.page(view, offset=0, limit=50)) == count

    def test_the_most_urgent_stands_first_then_the_newest(self, books: Books) -> None:
        """Danger and urgency first, then the time of deemed receipt, page by page without repeats; the undecided stand last."""
        rows = arrive(books, *(b"%d" % n for n in range(6)))
        urgencies = (Urgency.NORMAL, Urgency.NORMAL, Urgency.MOST_URGENT, Urgency.URGENT, Urgency.NORMAL)
        with books.begin() as uow:
            for hours, (logged, urgency) in enumerate(zip(rows, urgencies, strict=False)):
                reasons = (Reason(SHOW_NOW, "ไฟไหม้"),) if hours == 4 else ()
                classified = Classification(Kind.REQUEST, marks=LetterMarks(urgency=urgency), reasons=reasons)
                at = NOW + timedelta(hours=hours)
                uow.messages.record(verdict(logged, message(), classification=classified, deemed_received_at=at))
            uow.commit()
        with books.look() as uow:
            pages = [uow.queue.page("all", offset=offset, limit=2) for offset in (0, 2, 4)]
        shown = [rows.index(record.logged) for page in pages for record in page]
        assert shown == [4, 2, 3, 1, 0, 5]

    @pytest.mark.parametrize(
        ("search", "found"),
        [
            ("1/2569", True),
            ("๑/๒๕๖๙", True),
            ("ก่อสร้าง", True),
            ("เลขที่ ๕", True),
            ("สมชาย", True),
            ("EXAMPLE.test", True),
            ("100%", True),
            ("1_0", False),
            ("100%_", False),
            ("2/2569", False),
            ("", True),
        ],
    )
    def test_the_queue_is_searched(self, books: Books, search: str, found: bool) -> None:
        """A part of number, subject, name or address is enough; digits are alike; no character is a wildcard."""
        [logged] = arrive(books, b"a")
        with books.begin() as uow:
            decide(uow, logged, message(subject="ขออนุญาตก่อสร้าง บ้านเลขที่ 5 ลด 100% แล้ว"))
            uow.commit()
        with books.look() as uow:
            page = uow.search.page("accept", search, offset=0, limit=9)
        assert bool(page.hits and not page.near) == found

    def test_what_joined_a_case_is_found_by_its_number(self, books: Books) -> None:
        """Messages that follow a number and have none of their own, in order of entry; no others."""
        first, later, other, numbered = arrive(books, b"a", b"b", b"c", b"d", apart=DAY)
        with books.begin() as uow:
            number = decide(uow, first, message()).number
            for logged in (other, later):
                without = decision(register=False)
                uow.messages.record(verdict(logged, message(), decision=without, follows=number))
            decide(uow, numbered, message(), follows=number)
            uow.commit()
        with books.look() as uow:
            assert [record.logged.id for record in uow.queue.later(number)] == [later.id, other.id]
            assert uow.queue.later(RegisterNumber(YEAR, 9)) == []

    def test_rows_are_found_by_external_id(self, books: Books) -> None:
        """Of the account that is asked for, and none that is not there."""
        [logged] = arrive(books, b"a")
        wanted = [logged.envelope.external_id, "INBOX/1/999"]
        with books.look() as uow:
            assert uow.queue.rows(CHANNEL, ACCOUNT, wanted) == {logged.envelope.external_id: logged.id}
            assert uow.queue.rows(CHANNEL, "other@agency.test", wanted) == {}

    def test_what_was_said_to_one_address_is_told_in_order(self, books: Books) -> None:
        """Of one channel and address, within the span, the oldest first, at most so many."""
        [logged] = arrive(books, b"a")
        with books.begin() as uow:
            for key, hours in enumerate((3, 1, 2, 9)):
                uow.outbox.put(item(logged.id, key, to="Uabc", created_at=NOW + timedelta(hours=hours)))
            uow.outbox.put(item(logged.id, 8, to="Uother", created_at=NOW + timedelta(hours=1)))
            uow.outbox.put(item(logged.id, 9, to="Uabc", channel="line", created_at=NOW + timedelta(hours=1)))
            uow.commit()
        with books.look() as uow:
            said = uow.outbox.said_to(CHANNEL, "Uabc", NOW, NOW + timedelta(hours=3), 2)
            assert [one.created_at for one in said] == [NOW + timedelta(hours=1), NOW + timedelta(hours=2)]

    def test_a_clerk_is_added_and_changed(self, books: Books) -> None:
        """Adding a known user name changes name and password; the clerk stays the same."""
        with books.begin() as uow:
            added = uow.clerks.add("somsri", "สมศรี", "hash1")
            changed = uow.clerks.add("somsri", "สมศรี ดีใจ", "hash2")
            assert added.id == changed.id
            assert uow.clerks.find("somsri") == (changed, "hash2")
            assert uow.clerks.find("nobody") is None

    def test_a_clerk_is_named_for_secret_matter(self, books: Books) -> None:
        """By an act of its own, which stays through other changes until it is taken back; a role does not do it (R58)."""
        with books.begin() as uow:
            head = uow.clerks.add("head", "หัวหน้า", "", role=Role.APPROVER)
            clerk = uow.clerks.add("somsri", "สมศรี", "hash1")
            uow.clerks.open_session(clerk, "t" * 64, "csrf", NOW)
            uow.clerks.put_link(clerk, "a" * 64, NOW + DAY)
            assert (head.cleared, clerk.cleared) == (False, False)
            assert uow.clerks.clear("somsri", NOW, "cli:root") == replace(clerk, cleared=True)
            assert uow.clerks.clear("nobody", NOW, "cli:root") is None
            assert uow.clerks.add("somsri", "สมศรี ดีใจ", "hash2").cleared
            session, found = uow.clerks.session("t" * 64), uow.clerks.find("somsri")
            assert session is not None
            assert found is not None
            assert (session.clerk.cleared, found[0].cleared) == (True, True)
            assert [(one.username, one.cleared) for one in uow.clerks.every()] == [("head", False), ("somsri", True)]
            used = uow.clerks.use_link("a" * 64, NOW)
            assert used is not None
            assert used.cleared
            uow.clerks.clear("somsri", NOW + DAY, "cli:root", cleared=False)
            session = uow.clerks.session("t" * 64)
            assert session is not None
            assert not session.clerk.cleared

    def test_a_session_lives_until_it_ends(self, books: Books) -> None:
        """A session is found by its token, remembers its last use, and is gone after its end."""
        with books.begin() as uow:
            clerk = uow.clerks.add("somsri", "สมศรี", "hash")
            uow.clerks.open_session(clerk, "t" * 64, "csrf", NOW)
            uow.clerks.touch("t" * 64, NOW + DAY)
            session = uow.clerks.session("t" * 64)
            assert session is not None
            assert (session.clerk, session.csrf) == (clerk, "csrf")
            assert (session.created_at, session.seen_at) == (NOW, NOW + DAY)
            uow.clerks.end_session("t" * 64)
            assert uow.clerks.session("t" * 64) is None

    def test_a_link_works_once_and_in_time(self, books: Books) -> None:
        """A one-time link is used up by its first use, and is nothing after its time or when unknown."""
        with books.begin() as uow:
            clerk = uow.clerks.add("somsri", "สมศรี", "")
            uow.clerks.put_link(clerk, "a" * 64, NOW)
            uow.clerks.put_link(clerk, "b" * 64, NOW)
            assert uow.clerks.use_link("a" * 64, NOW) is None
            assert uow.clerks.use_link("b" * 64, NOW - DAY) == clerk
            assert uow.clerks.use_link("b" * 64, NOW - DAY) is None
            assert uow.clerks.use_link("c" * 64, NOW - DAY) is None

    def test_failed_logins_are_counted_since(self, books: Books) -> None:
        """Failures are counted by user name, known or not, from a time on."""
        with books.begin() as uow:
            for hours in (1, 2, 30):
                uow.clerks.login_failed("somsri", NOW - timedelta(hours=hours))
            assert uow.clerks.failed_logins("somsri", NOW - DAY) == 2
            assert uow.clerks.failed_logins("other", NOW - DAY) == 0
