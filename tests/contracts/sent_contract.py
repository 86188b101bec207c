"""What the books promise about letters as they were handed over."""

from datetime import timedelta
from typing import Any

import pytest

from mailroom.domain.errors import StorageError
from mailroom.domain.evidence import SentCopy
from mailroom.ports import Books
from tests.support.book_values import NOW, arrive, item

ITEM = "1".zfill(32)


def sent_copy(attempt: int = 1, **more: Any) -> SentCopy:
    values: dict[str, Any] = {
        "item": ITEM,
        "attempt": attempt,
        "at": NOW + timedelta(minutes=attempt),
        "digest": "ab" * 32,
        "size": 1 << 33,
        "segment": "000001.seg",
        "offset": 1 << 34,
        "stored_length": 1 << 32,
        "reply": "250 ส่งแล้ว",
        "accepted": True,
    }
    return SentCopy(**(values | more))


def add(books: Books, copy: SentCopy) -> None:
    with books.begin() as uow:
        uow.sent.add(copy)
        uow.commit()


class SentContract:
    def test_attempts_at_a_letter_are_told_in_order(self, books: Books) -> None:
        """Each whole, with what the other side said; of another letter there are none."""
        first, second = sent_copy(1, reply="450 later", accepted=False), sent_copy(2)
        [logged] = arrive(books, b"a")
        with books.begin() as uow:
            uow.outbox.put(item(logged.id))
            uow.sent.add(second)
            uow.sent.add(first)
            uow.commit()
        with books.look() as uow:
            assert uow.sent.of_item(ITEM) == [first, second]
            assert uow.sent.of_item("another") == []

    def test_an_attempt_is_written_once(self, books: Books) -> None:
        """A second account of it is refused, and the first one stays."""
        [logged] = arrive(books, b"a")
        with books.begin() as uow:
            uow.outbox.put(item(logged.id))
            uow.sent.add(sent_copy())
            uow.commit()
        with pytest.raises(StorageError):
            add(books, sent_copy(reply="other"))
        with books.look() as uow:
            assert uow.sent.of_item(ITEM) == [sent_copy()]
