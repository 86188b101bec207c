"""What the primer, a trained model that comes with the program, makes of one text. Loads numpy."""

from collections.abc import Mapping
from functools import cached_property

from mailroom.domain.learning import Head
from mailroom.stages.linear_model import TrainedModel
from mailroom.stages.look import Look, look


class ModelOpinion:
    """What a model makes of one text, each part worked out at most once."""

    def __init__(self, model: TrainedModel, said: str) -> None:
        self._model, self._said = model, said
        self._scores: dict[Head, Mapping[str, float]] = {}

    @cached_property
    def _look(self) -> Look:
        return look(self._said)

    def scores(self, head: Head) -> Mapping[str, float]:
        if head not in self._scores:
            known = self._model.heads[head]
            self._scores[head] = dict(zip(known.classes, known.scores(self._look.vector).tolist(), strict=True))
        return self._scores[head]

    def words(self, head: Head, answer: str) -> str:
        return " · ".join(f"“{one.text}”" for one in self._look.spans(self._model.heads[head], answer))
