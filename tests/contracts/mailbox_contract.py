"""What the books promise about room in mailboxes."""

from datetime import timedelta

from mailroom.domain.mailbox import Clearing, MailboxUse
from mailroom.ports import Books
from tests.support.book_values import ACCOUNT, CHANNEL, NOW, arrive, message, verdict

HOUR = timedelta(hours=1)


def use(used: int, account: str = ACCOUNT) -> MailboxUse:
    return MailboxUse(channel=CHANNEL, account=account, at=NOW, used=used, limit=1 << 40)


def clearing(*rows: int) -> Clearing:
    return Clearing(
        channel=CHANNEL, account=ACCOUNT, at=NOW, actor="admin", folder="mailroom-kept/2569", messages=rows, size=7
    )


class MailboxContract:
    def test_the_last_measure_of_each_mailbox_stands(self, books: Books) -> None:
        """One line for each account."""
        with books.begin() as uow:
            uow.mailbox.note_use(use(1))
            uow.mailbox.note_use(use(2))
            uow.mailbox.note_use(use(3, "zz@agency.example"))
            uow.commit()
        with books.look() as uow:
            assert uow.mailbox.uses() == [use(2), use(3, "zz@agency.example")]

    def test_only_decided_mail_that_was_archived_in_time_can_be_cleared_and_only_once(self, books: Books) -> None:
        """Undecided mail stays, and so does what came after the copies; what was moved is not named again."""
        first, second, third = arrive(books, b"a", b"b", b"c")
        with books.begin() as uow:
            for logged in (first, second):
                uow.messages.record(verdict(logged, message()))
            uow.commit()
        later = NOW + timedelta(days=400)
        with books.begin() as uow:
            found = uow.mailbox.clearable(CHANNEL, ACCOUNT, later, later)
            assert [one.message_id for one in found] == [first.id, second.id]
            assert [one.external_id for one in found] == [first.envelope.external_id, second.envelope.external_id]
            assert uow.mailbox.clearable(CHANNEL, ACCOUNT, later, NOW - timedelta(days=400)) == []
            assert uow.mailbox.clearable(CHANNEL, ACCOUNT, NOW - timedelta(days=400), later) == []
            assert uow.mailbox.clearable(CHANNEL, "zz@agency.example", later, later) == []
            uow.mailbox.add_clearing(clearing(first.id))
            uow.commit()
        with books.look() as uow:
            assert [one.message_id for one in uow.mailbox.clearable(CHANNEL, ACCOUNT, later, later)] == [second.id]
            assert uow.mailbox.clearings() == [clearing(first.id)]
        assert third.id
