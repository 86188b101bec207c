"""The full-text index over messages and attachments.

It is derived: made of the log, left out of chain and comparisons of copies, and made anew when it is lost. What is
marked secret never enters it (R58); what its sender took back leaves it in the same transaction (R117).
"""

from collections.abc import Collection
from typing import Protocol

from mailroom.domain.search import Found


class SearchBook(Protocol):
    """Finds messages by any part of what they say."""

    def page(self, view: str, words: str, *, offset: int, limit: int) -> Found:
        """Messages of a view (`QueueBook.page`) that hold `words` somewhere, wherever blanks stand, in its order.

        Looked through are subject, sender's name and address, text, and names and texts of attachments; one or two
        characters are looked for in subject, name and address only. Thai and Arabic digits are alike, and so are small
        and capital letters. A message whose number `words` is (`12`, `12/2569`) stands first. Subject, name, address and
        number are found as soon as a message is decided, the rest once `advance` dealt with it; while the index lacks more
        than a thousand messages, nothing else is looked for.

        Where nothing has `words` as they are written, the first page has the newest whose subject, name or address
        differs from them by one letter (left out, put in, exchanged, or changed places with its neighbour), if `words`
        have four letters at least.

        What is marked secret is found by its number alone (R58), restricted cases not at all (R106). Pages are counted by
        what the index proposes: where it proposed too much, one is shorter than `limit`.
        """

    def advance(self, limit: int) -> int:
        """Take at most `limit` messages into the index that are missing in it, or changed; how many it were.

        Begins the index where there is none. Zero when nothing is left to do, and where the database knows no such index: then
        subject, name and address are all that is searched.
        """

    def again(self, message_ids: Collection[int]) -> None:
        """What is searched of these messages changed, as when their attachments were read.

        They leave the index at once, and `advance` takes them in anew.
        """

    def drop(self) -> None:
        """Forget the index; `advance` makes it anew."""

    def waiting(self) -> int | None:
        """How many messages `advance` has not dealt with yet; None where the database knows no such index."""
