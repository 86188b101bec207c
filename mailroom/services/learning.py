"""Learning from clerks: when it is due, the training, and which model answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version as version_of
from typing import TYPE_CHECKING, Any

from mailroom.domain.agency import BANGKOK, Agency
from mailroom.domain.errors import RefusedActionError
from mailroom.domain.learning import Head, HeadState, ModelRecord
from mailroom.domain.service import Catalogue
from mailroom.ports import Books, Clock, UnitOfWork
from mailroom.services.guide import fits
from mailroom.services.model_shelf import ModelShelf, code_digest
from mailroom.settings import LearningSection
from mailroom.stages.lessons import catalogue_digest, corpus_digest, lessons, phrases
from mailroom.stages.verdicts import Lesson, Measured

if TYPE_CHECKING:
    from mailroom.stages.linear_model import TrainedModel

NIGHT = 1
"""From this hour in Thailand on, what came the day before is learned."""
CATALOGUE = 0
"""As a version: rules and catalogue answer."""


@dataclass(frozen=True, slots=True)
class Verified:
    """A training repeated."""

    same: bool
    code: bool
    """Whether code, catalogue and messages are those of the first time; where they are not, neither is the model."""
    catalogue: bool
    messages: bool


@dataclass(frozen=True, slots=True)
class _Trained:
    model: "TrainedModel"
    measured: Mapping[Head, Measured]


class Learning:
    """The table of corrections is all that it remembers; each training begins anew."""

    def __init__(
        self,
        *,
        books: Books,
        clock: Clock,
        agency: Agency,
        catalogue: Catalogue,
        settings: LearningSection,
        shelf: ModelShelf,
    ) -> None:
        self._books = books
        self._clock = clock
        self._agency = agency
        self._catalogue = catalogue
        self._settings = settings
        self._shelf = shelf

    def due(self) -> bool:
        """Whether to train now: after so many corrections, each night, and when what answers is of use no more."""
        if not self._settings.automatic:
            return False
        with self._books.look() as uow:
            last = next(iter(uow.learning.models()), None)
            fresh = uow.learning.made_after(last.until if last else 0)
            lost = any(not self._is_of_use(uow, one.version) for one in uow.learning.states().values())
        if last is None:
            return fresh >= self._settings.retrain_after
        if lost or not fits(last, self._catalogue):
            return True
        now = self._clock.now().astimezone(BANGKOK)
        by_night = now.hour >= NIGHT and last.made_at.astimezone(BANGKOK).date() < now.date()
        return fresh >= self._settings.retrain_after or (by_night and fresh > 0)

    def train(self) -> ModelRecord:
        """Train, keep, and let answer what proved better. Raises StorageError."""
        with self._books.look() as uow:
            known = uow.learning.models()
            corrections = uow.learning.corrections()
            until = corrections[-1].id if corrections else 0
            found = self._lessons(uow, until)
        version = known[0].version + 1 if known else 1
        trained = self._trained(version, until, found)
        record = ModelRecord(
            version=version,
            made_at=self._clock.now(),
            examples=len(found),
            until=until,
            digest=self._shelf.save(version, trained.model),
            code=code_digest(),
            catalogue=catalogue_digest(self._catalogue),
            report={head.value: one.as_object() for head, one in trained.measured.items()},
        )
        with self._books.begin() as uow:
            uow.learning.add_model(record)
            for head, one in trained.measured.items():
                self._switch(uow, record, head, one)
            uow.commit()
        return record

    def _lessons(self, uow: UnitOfWork, until: int) -> list[Lesson]:
        corrections = uow.learning.corrections(until)
        records = list(uow.learning.messages({one.message_id for one in corrections}))
        return lessons(records, corrections, self._agency, self._catalogue)

    def _trained(self, version: int, until: int, found: list[Lesson]) -> _Trained:
        from mailroom.services.training import learn
        from mailroom.stages.linear_model import TrainedModel

        learned = {head: learn(head, found, phrases(head, self._catalogue), self._target(head)) for head in Head}
        header: dict[str, Any] = {
            "version": version,
            "until": until,
            "examples": len(found),
            "code": code_digest(),
            "catalogue": catalogue_digest(self._catalogue),
            "messages": corpus_digest(found),
            "targets": {head.value: self._target(head) for head in Head},
            "libraries": {name: version_of(name) for name in ("numpy", "scikit-learn")},
        }
        heads = {head.value: one.model for head, one in learned.items() if one.model is not None}
        return _Trained(TrainedModel(heads, header), {head: one.measured for head, one in learned.items()})

    def _target(self, head: Head) -> float:
        return self._settings.error_redirect if head is Head.AGENCY else self._settings.error_service

    def _switch(self, uow: UnitOfWork, record: ModelRecord, head: Head, measured: Measured) -> None:
        """What proved better answers, unless a person switched it off; what fits no more answers no more."""
        state = uow.learning.states().get(head)
        off = state is not None and state.version == CATALOGUE and bool(state.by)
        if measured.answers and self._settings.automatic and not off:
            self._set(uow, head, record.version, by="", why=measured.why)
        elif state is not None and not self._is_of_use(uow, state.version):
            self._set(uow, head, CATALOGUE, by="", why="of-no-use")

    def _is_of_use(self, uow: UnitOfWork, version: int) -> bool:
        """Whether it was trained by this program on this catalogue, and its file is there."""
        if version == CATALOGUE:
            return True
        record = uow.learning.model(version)
        return record is not None and fits(record, self._catalogue) and self._shelf.holds(record)

    def _set(self, uow: UnitOfWork, head: Head, version: int, *, by: str, why: str) -> None:
        state = uow.learning.states().get(head)
        asks = state.asks if state else False
        now = self._clock.now()
        uow.learning.set_state(HeadState(head=head, version=version, asks=asks, at=now, by=by, why=why))
        uow.events.add("model.switched", now, actor=by, detail=f"{head.value} {version} {why}")

    def use(self, version: int, by: str) -> list[Head]:
        """A person lets a model answer where it is sure of anything; the questions.

        Raises RefusedActionError `no-such-model`, `model-fits-no-more` or `model-never-sure`, ModelDamagedError.
        """
        with self._books.begin() as uow:
            record = uow.learning.model(version)
            if record is None:
                raise RefusedActionError("no-such-model", str(version))
            if not fits(record, self._catalogue):
                raise RefusedActionError("model-fits-no-more", str(version))
            heads = self._shelf.load(record).heads
            sure = [head for head in Head if head.value in heads and heads[head.value].threshold is not None]
            if not sure:
                raise RefusedActionError("model-never-sure", str(version))
            for head in sure:
                self._set(uow, head, version, by=by, why="chosen")
            uow.commit()
        return sure

    def off(self, by: str) -> None:
        """A person lets rules and catalogue alone answer, until a person chooses a model again."""
        with self._books.begin() as uow:
            for head in Head:
                self._set(uow, head, CATALOGUE, by=by, why="off")
            uow.commit()

    def verify(self, version: int) -> Verified:
        """Train anew what was trained, and compare. Raises RefusedActionError `no-such-model`, ModelDamagedError."""
        with self._books.look() as uow:
            record = uow.learning.model(version)
            if record is None:
                raise RefusedActionError("no-such-model", str(version))
            found = self._lessons(uow, record.until)
        first = self._shelf.load(record).header
        again = self._trained(version, record.until, found).model
        from mailroom.stages.model_file import digest_of

        return Verified(
            same=digest_of(again) == record.digest,
            code=(first["code"], first["libraries"]) == (again.header["code"], again.header["libraries"]),
            catalogue=first["catalogue"] == again.header["catalogue"],
            messages=first["messages"] == again.header["messages"],
        )

    def status(self) -> "Status":
        with self._books.look() as uow:
            models = uow.learning.models()
            last = models[0].until if models else 0
            return Status(
                now=self._clock.now(),
                models=tuple(models),
                states=uow.learning.states(),
                corrections=uow.learning.made_after(0),
                fresh=uow.learning.made_after(last),
            )


@dataclass(frozen=True, slots=True)
class Status:
    """What is known of learning."""

    now: datetime
    models: tuple[ModelRecord, ...]
    """Latest first."""
    states: Mapping[Head, HeadState]
    corrections: int
    fresh: int
    """Corrections since the last training."""
