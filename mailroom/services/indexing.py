"""Keeps the full-text index up with the log, behind the mail: in small transactions, and wherever it was broken off."""

import time
from collections.abc import Callable

from mailroom.ports import Books
from mailroom.services.custody import Progress, no_progress

BATCH = 50
"""Messages of one transaction; a tenth of a second at most, while nobody else writes."""
PAUSE_SECONDS = 0.01
"""Between two of them: others that wait to write come in."""


class Indexing:
    """Takes messages into the index until none is left."""

    def __init__(
        self,
        books: Books,
        *,
        stopping: Callable[[], bool] = lambda: False,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        """`stopping` is asked between two transactions."""
        self._books = books
        self._stopping = stopping
        self._pause = pause

    def run(self, progress: Progress = no_progress) -> int:
        """How many messages were dealt with. Raises StorageError; what was taken in until then stays."""
        with self._books.look() as uow:
            total = uow.search.waiting() or 0
        done = 0
        while not self._stopping():
            with self._books.begin() as uow:
                taken = uow.search.advance(BATCH)
                uow.commit()
            if not taken:
                break
            done += taken
            progress(done, max(done, total))
            self._pause(PAUSE_SECONDS)
        return done

    def waiting(self) -> int | None:
        """How many messages are not in the index yet; None where the database knows no such index."""
        with self._books.look() as uow:
            return uow.search.waiting()

    def rebuild(self, progress: Progress = no_progress) -> int:
        """Forget the index and make it anew; until it is done, texts that are missing in it are not found."""
        with self._books.begin() as uow:
            uow.search.drop()
            uow.commit()
        return self.run(progress)
