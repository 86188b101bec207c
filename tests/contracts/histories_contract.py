"""What the books know about messages that are about to be decided."""

from datetime import timedelta

import pytest

from mailroom.domain.decision import Letter
from mailroom.domain.message import LoggedMessage, Message
from mailroom.domain.record import History
from mailroom.ports import Books
from tests.support.book_values import (
    NOW,
    arrive,
    decide,
    item,
    message,
    verdict,
)

DAY = timedelta(days=1)


def histories(books: Books, pairs: list[tuple[LoggedMessage, Message]]) -> list[History]:
    with books.look() as uow:
        return list(uow.messages.histories(pairs, NOW))


class HistoriesContract:
    def test_the_same_bytes_are_a_copy_of_the_first(self, books: Books) -> None:
        """Only the earliest is no copy, in one batch and after it, however long ago."""
        first, second = arrive(books, b"same", b"same", apart=DAY)
        pairs = [(first, message()), (second, message())]
        assert [one.duplicate_of for one in histories(books, pairs)] == [None, first.digest]
        with books.begin() as uow:
            uow.messages.record(verdict(first, message()))
            uow.commit()
        [late] = arrive(books, b"same", at=NOW + 100 * DAY)
        assert [one.duplicate_of for one in histories(books, [(late, message())])] == [first.digest]

    def test_a_copy_that_arrives_late_with_an_earlier_time_is_a_copy(self, books: Books) -> None:
        """Once a message has been decided, no copy of it can become the first."""
        [decided] = arrive(books, b"same")
        with books.begin() as uow:
            uow.messages.record(verdict(decided, message()))
            uow.commit()
        [late] = arrive(books, b"same", at=NOW - DAY)
        assert [one.duplicate_of for one in histories(books, [(late, message())])] == [decided.digest]

    def test_a_redelivered_mail_is_a_copy_for_seven_days(self, books: Books) -> None:
        """Other bytes with the same fingerprint are a copy within seven days, and a new matter after them."""
        said = message(fingerprint="f" * 64)
        first, again, late = arrive(books, b"1", b"2", b"3", apart=5 * DAY)
        found = histories(books, [(first, said), (again, said)])
        assert [one.duplicate_of for one in found] == [None, first.digest]
        with books.begin() as uow:
            uow.messages.record(verdict(first, said))
            uow.messages.record(verdict(again, said, duplicate_of=first.digest))
            uow.commit()
        assert [one.duplicate_of for one in histories(books, [(late, said)])] == [None]

    def test_the_same_message_id_is_no_copy(self, books: Books) -> None:
        """A reused Message-ID with other content is another message; so is one without fingerprint."""
        first, second = arrive(books, b"1", b"2")
        pairs = [(first, message("one", message_id="<same@x>")), (second, message("two", message_id="<same@x>"))]
        assert [one.duplicate_of for one in histories(books, pairs)] == [None, None]

    def test_a_reply_to_our_letter_finds_its_case(self, books: Books) -> None:
        """The id of our letter in In-Reply-To or References leads to the number of what it answered."""
        [logged, unnumbered, reply] = arrive(books, b"a", b"b", b"c")
        with books.begin() as uow:
            entry = decide(uow, logged, message(), 0xA1)
            uow.messages.record(verdict(unnumbered, message("other")))
            uow.outbox.put(item(unnumbered.id, 0xB2))
            uow.commit()
        ids = {key: f"<{key:032x}@agency.test>" for key in (0xA1, 0xB2, 0xC3)}
        pairs = [
            (reply, message(in_reply_to=(ids[0xA1],))),
            (reply, message(references=("<x@y>", ids[0xA1], ids[0xB2]))),
            (reply, message(in_reply_to=(ids[0xB2],))),
            (reply, message(in_reply_to=(ids[0xC3],))),
        ]
        found = [(one.thread, one.replies_to_us) for one in histories(books, pairs)]
        assert found == [(entry.number, True), (entry.number, True), (None, True), (None, False)]

    @pytest.mark.parametrize(
        ("subject", "text", "known"),
        [
            ("ติดตามเรื่อง เลขรับ 1/2569", "", True),
            ("ติดตาม", "ตามเลขทะเบียนรับที่ ๑/๒๕๖๙ นั้น", True),
            ("ติดตาม", "เลขที่รับ 1 / 2569", True),
            ("Registration No. 1/2569", "", True),
            ("ติดตาม", "บ้านเลขที่ 1/2569", False),
            ("ติดตาม", "เลขรับ 2/2569", False),
            ("ติดตาม", "เลขรับ 1/25690", False),
        ],
    )
    def test_a_quoted_number_is_found_for_its_sender(self, books: Books, subject: str, text: str, known: bool) -> None:
        """An existing number counts when it was given to this sender, and when it is called a register number."""
        [logged, later] = arrive(books, b"a", b"b")
        with books.begin() as uow:
            entry = decide(uow, logged, message(address="Somchai@example.test"))
            uow.commit()
        own = message(text, "somchai@example.test", subject=subject)
        other = message(text, "other@example.test", subject=subject)
        found = [one.mentioned for one in histories(books, [(later, own), (later, other)])]
        assert found == [entry.number if known else None, None]

    @pytest.mark.parametrize(
        ("subject", "address", "after", "known"),
        [
            ("Re: ขอถังขยะหน้าตลาด", "Somchai@example.test", DAY, True),
            ("ตอบกลับ: ขอถังขยะ หน้าตลาด", "somchai@example.test", 89 * DAY, True),
            ("ขอถังขยะหน้าตลาด", "somchai@example.test", DAY, False),
            ("Re: ขอถังขยะหน้าวัด", "somchai@example.test", DAY, False),
            ("Re: ขอถังขยะหน้าตลาด", "other@example.test", DAY, False),
            ("Re: ขอถังขยะหน้าตลาด", "somchai@example.test", 91 * DAY, False),
        ],
        ids=["answer", "in Thai", "sent anew", "another subject", "somebody else", "long after"],
    )
    def test_an_answer_to_a_mail_of_ones_own_goes_on_with_it(
        self, books: Books, subject: str, address: str, after: timedelta, known: bool
    ) -> None:
        """Same sender and same subject, answered within ninety days: the number of the first."""
        [logged, later] = arrive(books, b"a", b"b", apart=after)
        with books.begin() as uow:
            entry = decide(uow, logged, message(address="somchai@example.test", subject="ขอถังขยะหน้าตลาด"))
            uow.commit()
        [found] = histories(books, [(later, message("ยังไม่ได้เลยครับ", address, subject=subject))])
        assert found.mentioned == (entry.number if known else None)

    def test_an_answer_under_a_subject_that_names_nothing_is_something_new(self, books: Books) -> None:
        """ "Re: สอบถาม" may go on with anything."""
        [logged, later] = arrive(books, b"a", b"b", apart=DAY)
        with books.begin() as uow:
            decide(uow, logged, message(address="somchai@example.test", subject="สอบถาม"))
            uow.commit()
        [found] = histories(books, [(later, message("ครับ", "somchai@example.test", subject="Re: สอบถาม"))])
        assert found.mentioned is None

    def test_letters_of_the_last_day_are_counted_by_address(self, books: Books) -> None:
        """Letters older than 24 hours, and those to others, do not count; capitals make no difference."""
        [logged] = arrive(books, b"a")
        with books.begin() as uow:
            uow.outbox.put(item(logged.id, 1, created_at=NOW - timedelta(hours=23)))
            uow.outbox.put(item(logged.id, 2, created_at=NOW - timedelta(hours=25), letter=Letter.HELD))
            uow.outbox.put(item(logged.id, 3, to="other@example.test"))
            uow.commit()
        [found] = histories(books, [(logged, message(address="SOMCHAI@example.test"))])
        assert (found.letters_today, found.notices_today) == (1, frozenset({Letter.ACKNOWLEDGEMENT}))

    def test_letters_for_earlier_members_of_a_batch_count(self, books: Books) -> None:
        """A hundred mails of one robot in one batch meet the same limits as a hundred batches of one."""
        rows = arrive(books, b"1", b"2", b"3")
        pairs = [(logged, message("ข้อความเดิม")) for logged in rows]
        found = []
        with books.begin() as uow:
            for (logged, said), history in zip(pairs, uow.messages.histories(pairs, NOW), strict=True):
                found.append((history.letters_today, history.text_answered))
                decide(uow, logged, said, logged.id)
        assert found == [(0, False), (1, True), (2, True)]

    def test_a_repeated_text_that_was_answered_is_known(self, books: Books) -> None:
        """The same words of the same sender count once a letter answered them; no address has no words."""
        [first, second] = arrive(books, b"a", b"b")
        with books.begin() as uow:
            decide(uow, first, message("สวัสดี ครับ"), 1)
            uow.commit()
        pairs = [
            (second, message("สวัสดีครับ")),
            (second, message("สวัสดีค่ะ")),
            (second, message("สวัสดีครับ", "other@example.test")),
            (second, message("สวัสดีครับ", "")),
        ]
        assert [one.text_answered for one in histories(books, pairs)] == [True, False, False, False]
