"""The check of letters as they were handed over; that their bytes are whole is seen where the archive is read."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from storage.findings import Finding, fault

COPIES = """
SELECT s.item, s.attempt, s.accepted, o.id, o.attempts, o.state
FROM sent_copy s LEFT JOIN outbox_item o ON o.id = s.item AND o.agency = s.agency WHERE s.agency = :agency
"""
UNKEPT = """
SELECT o.id FROM outbox_item o WHERE o.agency = :agency AND o.state = 'sent'
  AND o.created_at >= (SELECT min(at) FROM sent_copy WHERE agency = :agency)
  AND NOT EXISTS (SELECT 1 FROM sent_copy s WHERE s.agency = o.agency AND s.item = o.id AND s.accepted)
"""
"""Letters from before copies were kept have none."""


class SentCheck:
    """Part of one run of `verify`, on its connection."""

    def __init__(self, connection: Any, agency: str, counts: Counter[str]) -> None:
        self._connection = connection
        self._agency = agency
        self._counts = counts

    @property
    def looks(self) -> tuple[Callable[[], Iterator[Finding]], ...]:
        return (self._copies, self._unkept)

    def _rows(self, query: str) -> Iterator[Any]:
        yield from self._connection.execute(query, {"agency": self._agency})

    def _copies(self) -> Iterator[Finding]:
        for row in self._rows(COPIES):
            for text in _copy_faults(row):
                yield fault(f"letter {row['item']} as sent, attempt {row['attempt']}", text)

    def _unkept(self) -> Iterator[Finding]:
        for row in self._rows(UNKEPT):
            yield fault(f"letter {row['id']}", "it was sent, but no copy of it as sent was kept")


def _copy_faults(row: Any) -> Iterator[str]:
    if row["id"] is None:
        yield "its letter is not in the outbox"
    elif not 1 <= row["attempt"] <= row["attempts"]:
        yield f"the outbox counts {row['attempts']} attempts"
    elif row["accepted"] and row["state"] in {"pending", "sending"}:
        yield f"the other side took it, but the letter is {row['state']}"
