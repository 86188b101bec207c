"""Problems for the health page."""

from datetime import timedelta

from mailroom.domain.journal import ANOTHER_HOST, JOURNAL
from mailroom.ports import Books, Clock

LATE = timedelta(minutes=15)
"""So long letters may wait for the journal before somebody is told."""
OPEN = timedelta(hours=24)
"""So long messages are looked for, or wait for a clerk's decision, before somebody is told."""
SHOWN = timedelta(days=14)
"""So long clerks are told of numbers that are lost; the register shows them for ever."""

CODES = ("another-host", "journal-late", "numbers-open", "numbers-lost")
"""Worst first; each has words in the clerks' banner and a line in docs/backup.md."""


def journal_codes(books: Books, clock: Clock) -> list[str]:
    """Codes of what is late or wrong."""
    now = clock.now()
    with books.look() as uow:
        state, claims, voids = uow.journal.state(), uow.journal.claims(), uow.keeping.voids()
        wrong = {
            "another-host": uow.journal.fence_point() == ANOTHER_HOST,
            "journal-late": state.failing_since is not None and now - state.failing_since > LATE,
            "numbers-open": bool(claims) and state.reckoned_at is not None and now - state.reckoned_at > OPEN,
            "numbers-lost": any(void.by == JOURNAL and now - void.at <= SHOWN for void in voids),
        }
    return [code for code in CODES if wrong[code]]
