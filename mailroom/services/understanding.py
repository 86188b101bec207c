"""Why a message was taken for what it is: what was recorded, and what is considered now, with words and places."""

from dataclasses import dataclass

import structlog

from mailroom.domain.agency import Agency
from mailroom.domain.decision import Secrecy
from mailroom.domain.errors import ModelDamagedError
from mailroom.domain.learning import Correction
from mailroom.domain.record import History, MessageRecord
from mailroom.domain.service import Catalogue
from mailroom.ports import UnitOfWork
from mailroom.services.guide import models_now
from mailroom.services.model_shelf import ModelShelf
from mailroom.stages.classify_case import MessageCase
from mailroom.stages.explaining import Explained, explain
from mailroom.stages.models import Models

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Understood:
    """One message, and why."""

    record: MessageRecord
    explained: Explained
    corrections: tuple[Correction, ...]
    """What clerks said of it, the oldest first."""


class Understanding:
    """Explains by the models that answer now; what was recorded names those that answered then."""

    def __init__(self, *, agency: Agency, catalogue: Catalogue, shelf: ModelShelf) -> None:
        self._agency = agency
        self._catalogue = catalogue
        self._shelf = shelf
        self._models = Models()
        self._versions: object = None

    def of(self, uow: UnitOfWork, record: MessageRecord) -> Understood | None:
        """None where it was not read yet, or is marked secret (R58)."""
        if record.message is None or record.classification is None:
            return None
        if record.classification.marks.secrecy is not Secrecy.NONE:
            return None
        # The case that it belongs to makes its kind, but not what its words speak of.
        history = History(mentioned=record.follows, duplicate_of=record.duplicate_of)
        case = MessageCase(record.message, history, self._agency, self._catalogue)
        said = tuple(uow.learning.of_message(record.logged.id))
        return Understood(record, explain(case, self._current(uow)), said)

    def _current(self, uow: UnitOfWork) -> Models:
        """Read again only when something was switched."""
        states = uow.learning.states()
        if self._versions != states:
            try:
                self._models = models_now(uow, self._shelf, self._catalogue)
            except ModelDamagedError as error:
                log.warning("model.damaged", reason=str(error))
                self._models = Models()
            self._versions = states
        return self._models
