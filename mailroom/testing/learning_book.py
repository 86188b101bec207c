"""Corrections, models and the audit, in memory."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime

from mailroom.domain.decision import Kind
from mailroom.domain.errors import RefusedActionError
from mailroom.domain.learning import AnsweredDrawing, Correction, Drawing, Found, Head, HeadState, ModelRecord
from mailroom.domain.record import MessageRecord
from mailroom.testing.message_books import MemoryMessageBook
from mailroom.testing.privacy_books import MemoryPrivacyBook
from mailroom.testing.shelf import Shelf


class MemoryLearningBook:
    """`ports.LearningBook`."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def add(self, correction: Correction) -> None:
        answered = {(one.audit, one.head) for one in self._shelf.corrections if one.audit is not None}
        if (correction.audit, correction.head) in answered:
            raise RefusedActionError("audited-already")
        self._shelf.corrections.append(replace(correction, id=len(self._shelf.corrections) + 1))

    def reclassify(self, message_id: int, kind: Kind, service: str | None) -> None:
        record = self._shelf.messages.get(message_id)
        if record is None or record.classification is None:
            raise RefusedActionError("no-such-message")
        found = replace(record.classification, kind=kind, service=service)
        self._shelf.messages[message_id] = replace(record, classification=found)

    def corrections(self, until: int | None = None) -> list[Correction]:
        return [one for one in self._shelf.corrections if until is None or one.id <= until]

    def of_message(self, message_id: int) -> list[Correction]:
        return [one for one in self._shelf.corrections if one.message_id == message_id]

    def made_after(self, correction: int) -> int:
        return sum(one.id > correction for one in self._shelf.corrections)

    def messages(self, message_ids: Collection[int]) -> Iterator[MessageRecord]:
        book = MemoryMessageBook(self._shelf)
        for row in sorted(message_ids):
            record = book.get(row)
            if record is not None and record.decision is not None and self._in_sight(row):
                yield record

    def _in_sight(self, message_id: int) -> bool:
        return MemoryPrivacyBook(self._shelf).restriction_of_message(message_id) is None

    def with_digest(self, start: str) -> list[int]:
        rows = sorted(row for row, one in self._shelf.messages.items() if one.logged.digest.startswith(start))
        return [row for row in rows if self._in_sight(row)][:10]

    def add_model(self, model: ModelRecord) -> None:
        self._shelf.models[model.version] = model

    def models(self) -> list[ModelRecord]:
        return [self._shelf.models[version] for version in sorted(self._shelf.models, reverse=True)]

    def model(self, version: int) -> ModelRecord | None:
        return self._shelf.models.get(version)

    def set_state(self, state: HeadState) -> None:
        self._shelf.head_states.append(state)

    def states(self) -> dict[Head, HeadState]:
        return {one.head: one for one in self._shelf.head_states}

    def found(self, since: datetime, until: datetime) -> Iterator[Found]:
        for row, record in sorted(self._shelf.messages.items()):
            if record.processed_at is None or record.duplicate_of is not None or not self._in_sight(row):
                continue
            if since <= record.processed_at < until:
                yield Found(row, record.logged.digest, self._shelf.found[row])

    def draw(self, drawings: Sequence[Drawing]) -> None:
        known = {(one.message_id, one.head) for one in self._shelf.drawings.values()}
        for one in drawings:
            if (one.message_id, one.head) not in known:
                number = len(self._shelf.drawings) + 1
                self._shelf.drawings[number] = replace(one, id=number)

    def drawn_until(self) -> date | None:
        return max((one.day for one in self._shelf.drawings.values()), default=None)

    def drawing(self, drawing: int) -> Drawing | None:
        return self._shelf.drawings.get(drawing)

    def open_drawings(self) -> list[Drawing]:
        answered = {(one.audit, one.head) for one in self._shelf.corrections}
        found = [one for one in self._shelf.drawings.values() if (one.id, one.head) not in answered]
        return sorted((one for one in found if self._in_sight(one.message_id)), key=lambda one: (one.day, one.id))

    def answered(self, head: Head, limit: int) -> list[AnsweredDrawing]:
        found = [
            AnsweredDrawing(drawing=drawing.id, answer=drawing.answer, value=one.value)
            for one in self._shelf.corrections
            if one.audit is not None and (drawing := self._shelf.drawings[one.audit]).head is head is one.head
        ]
        return found[::-1][:limit]
