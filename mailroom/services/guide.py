"""Tells whoever reads and judges mail by what each question is answered now; a switch holds from the next batch on."""

from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import replace

import structlog

from mailroom.domain.errors import ModelDamagedError
from mailroom.domain.learning import Head, HeadState, ModelRecord
from mailroom.domain.message import LoggedMessage
from mailroom.domain.service import Catalogue
from mailroom.ports import Reader, UnitOfWork
from mailroom.services.model_shelf import ModelShelf, code_digest
from mailroom.stages.judge import Judge
from mailroom.stages.lessons import catalogue_digest
from mailroom.stages.models import HeadUse, Models

log = structlog.get_logger(__name__)


def fits(record: ModelRecord, catalogue: Catalogue) -> bool:
    """Whether a model was trained by this code, on this catalogue; else it waits for the next training."""
    return record.code == code_digest() and record.catalogue == catalogue_digest(catalogue)


def models_now(uow: UnitOfWork, shelf: ModelShelf, catalogue: Catalogue) -> Models:
    """By what each question is answered. Raises ModelDamagedError."""
    uses = {}
    for head, state in uow.learning.states().items():
        record = uow.learning.model(state.version) if state.version else None
        if record is None or not fits(record, catalogue):
            uses[head] = HeadUse(asks=state.asks)
            continue
        model = shelf.load(record).heads.get(head.value)
        uses[head] = HeadUse(record.version if model else 0, state.asks, model)
    return Models(**{head.value: use for head, use in uses.items()})


class Guide:
    """One thread at a time asks it: processing decides one batch after another."""

    def __init__(
        self,
        *,
        shelf: ModelShelf,
        catalogue: Catalogue,
        judges: MutableMapping[str, Judge],
        readers: Mapping[str, Reader],
    ) -> None:
        """Judges and readers by channel; both are told."""
        self._shelf = shelf
        self._catalogue = catalogue
        self._judges = judges
        self._readers = readers
        self._known: dict[Head, HeadState] = {}
        self.damaged = False
        """Whether the file of a model that should answer cannot be read: rules and catalogue answer meanwhile."""

    def refresh(self, uow: UnitOfWork, _batch: Sequence[LoggedMessage] = ()) -> None:
        """Look what answers now; costs one small query while nothing was switched."""
        states = uow.learning.states()
        if states == self._known:
            return
        try:
            models, self.damaged = models_now(uow, self._shelf, self._catalogue), False
        except ModelDamagedError as error:
            log.warning("model.damaged", reason=str(error))
            models, self.damaged = _without_models(states), True
        self._tell(models)
        self._known = states
        log.info("models.switched", versions={head.value: models.of(head).version for head in Head})

    def _tell(self, models: Models) -> None:
        for channel, judge in self._judges.items():
            told = replace(judge, models=None if models.is_idle else models)
            self._judges[channel] = told
            self._readers[channel].teach(told.classifier)


def _without_models(states: Mapping[Head, HeadState]) -> Models:
    return Models(**{head.value: HeadUse(asks=state.asks) for head, state in states.items()})
