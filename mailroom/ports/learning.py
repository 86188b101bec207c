"""Corrections by clerks, models trained on them, and the audit of both."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from typing import Protocol

from mailroom.domain.decision import Kind
from mailroom.domain.learning import (
    AnsweredDrawing,
    Correction,
    Drawing,
    Found,
    Head,
    HeadState,
    ModelRecord,
)
from mailroom.domain.record import MessageRecord


class LearningBook(Protocol):
    """What clerks set right, what was learned from it, and the audit of what is answered without them."""

    def add(self, correction: Correction) -> None:
        """Nothing is removed: a later one about the same question takes its place when it is learned from.

        Raises RefusedActionError `audited-already` where it answers a drawing that is answered.
        """

    def reclassify(self, message_id: int, kind: Kind, service: str | None) -> None:
        """What the queue shows of the message from now on; what had been found stays beside it."""

    def corrections(self, until: int | None = None) -> list[Correction]:
        """All, in the order in which they were made; with `until` those up to that id."""

    def of_message(self, message_id: int) -> list[Correction]: ...

    def made_after(self, correction: int) -> int:
        """How many have a higher id."""

    def messages(self, message_ids: Collection[int]) -> Iterator[MessageRecord]:
        """Those that are decided and in sight, in order of id; a restricted case (R106) is not."""

    def with_digest(self, start: str) -> list[int]:
        """Rows of messages in sight whose digest begins so, at most ten."""

    def add_model(self, model: ModelRecord) -> None: ...

    def models(self) -> list[ModelRecord]:
        """Latest first."""

    def model(self, version: int) -> ModelRecord | None: ...

    def set_state(self, state: HeadState) -> None: ...

    def states(self) -> dict[Head, HeadState]:
        """The one that holds for each question of which anything was ever said."""

    def found(self, since: datetime, until: datetime) -> Iterator[Found]:
        """What was found of messages that were processed from one instant to before another, in order of id.

        Another copy of a message is left out, and so is what is not in sight.
        """

    def draw(self, drawings: Sequence[Drawing]) -> None:
        """One that was drawn already for the same question is passed over."""

    def drawn_until(self) -> date | None:
        """The last day for which anything was drawn."""

    def drawing(self, drawing: int) -> Drawing | None: ...

    def open_drawings(self) -> list[Drawing]:
        """Those that nobody answered yet and whose message is in sight, oldest first."""

    def answered(self, head: Head, limit: int) -> list[AnsweredDrawing]:
        """The last ones to be answered, latest first."""
