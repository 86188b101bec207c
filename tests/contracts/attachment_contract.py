"""What the books promise about what was read in attachments."""

from mailroom.domain.attachment_reading import AttachmentReading, FileFinding, ReadingState, UnreadFile
from mailroom.domain.decision import Classification, Kind, LetterMarks, Outcome, Secrecy
from mailroom.domain.privacy import Restriction
from mailroom.domain.register import RegisterEntry
from mailroom.ports import Books
from tests.support.book_values import NOW, arrive, attachment, decide, decision, message, verdict

FULL = AttachmentReading(
    state=ReadingState.READ,
    text="สำเนาโฉนดที่ดิน ๑๒๓",
    pictured_from=6,
    pages=3,
    codes=("https://a.example", "0046000600000101"),
    findings=(FileFinding("pdf-javascript"), FileFinding("virus", "Eicar")),
)


def restriction(entry: RegisterEntry) -> Restriction:
    return Restriction(
        number=entry.number, request=None, reason="r", people=("malee",), placed_at=NOW, placed_by="malee"
    )


def keys(books: Books, limit: int = 10) -> list[tuple[int, int]]:
    with books.look() as uow:
        return [(one.logged.id, one.attachment.part) for one in uow.attachments.unread(limit)]


class AttachmentContract:
    def test_the_latest_message_is_read_first_its_parts_in_order(self, books: Books) -> None:
        """And no more than asked for; what is not decided yet waits."""
        first, second, third = arrive(books, b"a", b"b", b"c")
        with books.begin() as uow:
            for logged in (first, second):
                uow.messages.record(verdict(logged, message(attachments=(attachment(1), attachment(3)))))
            uow.commit()
        assert third.id
        assert keys(books) == [(second.id, 1), (second.id, 3), (first.id, 1), (first.id, 3)]
        assert keys(books, 3) == keys(books)[:3]
        with books.look() as uow:
            assert uow.attachments.unread(1) == [UnreadFile(second, attachment(1))]

    def test_a_reading_comes_back_as_it_was_put_and_replaces_the_earlier_one(self, books: Books) -> None:
        """By part, and what was read is not read again."""
        [logged] = arrive(books, b"a")
        with books.begin() as uow:
            uow.messages.record(verdict(logged, message(attachments=(attachment(1), attachment(3)))))
            uow.attachments.put(logged.id, 3, FULL, NOW)
            uow.attachments.put(logged.id, 1, FULL, NOW)
            uow.attachments.put(logged.id, 1, AttachmentReading(ReadingState.DAMAGED), NOW)
            uow.commit()
        with books.look() as uow:
            assert uow.attachments.of_message(logged.id) == {1: AttachmentReading(ReadingState.DAMAGED), 3: FULL}
            assert uow.attachments.of_message(logged.id + 1) == {}
        assert keys(books) == []

    def test_attempts_are_counted_and_what_was_begun_or_waits_is_read_again(self, books: Books) -> None:
        """A crash leaves it begun; waiting for the scanner is counted apart."""
        [logged] = arrive(books, b"a")
        with books.begin() as uow:
            uow.messages.record(verdict(logged, message(attachments=(attachment(1),))))
            uow.attachments.attempt(logged.id, 1, NOW)
            uow.attachments.attempt(logged.id, 1, NOW)
            uow.commit()
        with books.look() as uow:
            assert uow.attachments.unread(9) == [UnreadFile(logged, attachment(1), attempts=2)]
            assert uow.attachments.of_message(logged.id) == {1: AttachmentReading(ReadingState.BEGUN)}
            assert uow.attachments.waiting() == 0
        with books.begin() as uow:
            uow.attachments.put(logged.id, 1, AttachmentReading(ReadingState.WAITS), NOW)
            uow.commit()
        with books.look() as uow:
            assert uow.attachments.unread(9) == [UnreadFile(logged, attachment(1), attempts=2)]
            assert uow.attachments.waiting() == 1

    def test_what_must_not_be_read_is_never_handed_out(self, books: Books) -> None:
        """Secret (R58), restricted (R106), a copy, or ignored."""
        secret, restricted, copy, ignored = arrive(books, b"a", b"b", b"c", b"d")
        said = message(attachments=(attachment(1),))
        marked = Classification(Kind.REQUEST, marks=LetterMarks(secrecy=Secrecy.CONFIDENTIAL))
        with books.begin() as uow:
            uow.messages.record(verdict(secret, said, classification=marked))
            entry = decide(uow, restricted, said)
            uow.messages.record(verdict(copy, said, duplicate_of="ab" * 32))
            uow.messages.record(verdict(ignored, said, decision=decision(Outcome.IGNORE)))
            uow.commit()
        assert keys(books) == [(restricted.id, 1)]
        with books.begin() as uow:
            uow.privacy.restrict(restriction(entry))
            uow.commit()
        assert keys(books) == []

    def test_what_its_sender_took_back_is_neither_read_nor_given_out(self, books: Books) -> None:
        """Also where it was read before (R117)."""
        [logged] = arrive(books, b"a")
        with books.begin() as uow:
            uow.messages.record(verdict(logged, message(attachments=(attachment(1), attachment(2), attachment(3)))))
            uow.attachments.put(logged.id, 1, FULL, NOW)
            uow.attachments.put(logged.id, 2, FULL, NOW)
            uow.messages.redact(logged.id, text="", subject="", hidden_parts=[1, 3])
            uow.commit()
        with books.look() as uow:
            assert uow.attachments.of_message(logged.id) == {2: FULL}
        assert keys(books) == []
