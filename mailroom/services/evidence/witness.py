"""Letters to witnesses: whoever keeps them can say later what the books were on that day."""

import hashlib
from collections.abc import Sequence

from mailroom.domain.agency import Agency
from mailroom.domain.decision import Letter
from mailroom.domain.evidence import Checkpoint
from mailroom.domain.outbox import OutboxItem
from mailroom.services.delivery import EMAIL
from mailroom.stages.checkpoint import checkpoint_file
from mailroom.stages.compose import Composer
from mailroom.stages.thai import english_date, thai_date


class WitnessLetters:
    """One letter to each witness, with the whole checkpoint in its words."""

    def __init__(self, *, agency: Agency, composer: Composer, addresses: Sequence[str], page: str) -> None:
        """`page` is the public address of the checkpoints; empty where they are not published."""
        self._agency = agency
        self._composer = composer
        self._addresses = tuple(addresses)
        self._page = page

    def __call__(self, checkpoint: Checkpoint) -> list[OutboxItem]:
        values = {
            "agency": self._agency,
            "name": "",
            "number": None,
            "day_th": thai_date(checkpoint.day),
            "day_en": english_date(checkpoint.day),
            "file": checkpoint_file(checkpoint),
            "page": self._page,
        }
        words = self._composer.write(Letter.CHECKPOINT, values)
        return [
            OutboxItem(
                id=letter_id(checkpoint, address),
                channel=EMAIL,
                letter=Letter.CHECKPOINT,
                to=address,
                subject=words.subject,
                text=words.text,
                html=words.html,
                created_at=checkpoint.at,
                due_at=checkpoint.at,
            )
            for address in self._addresses
        ]


def letter_id(checkpoint: Checkpoint, address: str) -> str:
    """The same for the same checkpoint and witness: so its answer is found again."""
    return hashlib.sha256(f"{address}\n{checkpoint.text}".encode()).hexdigest()[:32]
