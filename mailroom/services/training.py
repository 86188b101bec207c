"""Training: the one place where scikit-learn is loaded, in a process of its own. Deterministic; nothing is kept here.

Each question is learned for itself, by a linear support vector machine over pieces of text; the phrases of the catalogue
are documents too. What it would have answered is measured on messages that it did not see.
"""

import hashlib
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.exceptions import ConvergenceWarning
from sklearn.svm import LinearSVC

from mailroom.domain.learning import Head
from mailroom.stages.calibration import fitted_temperature, probabilities
from mailroom.stages.features import SIZE, Vector, pieces, prepared, vector
from mailroom.stages.linear_model import LinearHead
from mailroom.stages.verdicts import Lesson, Measured, Unseen, measured

FOLDS = 5
CATALOGUE_WEIGHT = 0.3
"""Of a phrase of the catalogue against a message that a clerk answered."""
_EXACTNESS = {Head.KIND: 1.0, Head.SERVICE: 1.0, Head.AGENCY: 3.0}
"""How much a wrong example weighs against small weights: of a hundred agencies each has few examples."""
LEAST_EXAMPLES = 20
"""With fewer nothing is learned."""
LEAST_TEXTS = 2
"""A number of a text that stands in fewer of all texts is left out: it can only be learned by heart."""
_SEED = 1
_ROUNDS = 4000
_NEVER = 10.0
"""So far below all others is a class that a part of the examples does not have."""


@dataclass(frozen=True, slots=True)
class Document:
    """A text with the answer to one question."""

    vector: Vector
    answer: str
    weight: float = 1.0
    part: int = -1
    """Of the parts into which examples are divided for measuring; -1 for what every training sees."""


@dataclass(frozen=True, slots=True)
class Learned:
    """What one question came to."""

    model: LinearHead | None
    """None where there is too little to learn from."""
    measured: Measured
    unseen: Sequence[Unseen] = field(default_factory=tuple)
    """Each example as it was answered without having been seen."""


def learn(head: Head, lessons: Sequence[Lesson], phrases: Sequence[tuple[str, str]], target: float) -> Learned:
    """Learn the answers to one question. `phrases` are those of the catalogue with their answers.

    `target` is the share of wrong answers that may be given without a clerk.
    """
    own = [one for one in lessons if head in one.answers]
    answers = {one.answers[head] for one in own}
    if len(own) < LEAST_EXAMPLES or len(answers | {answer for _, answer in phrases}) < 2:
        return Learned(None, Measured(examples=len(own)))
    documents = [Document(_seen(head, one.said, one.clue), one.answers[head], part=_part(one)) for one in own]
    documents += [Document(_seen(head, said), answer, CATALOGUE_WEIGHT) for said, answer in phrases]
    table = _Table(documents, _EXACTNESS[head])
    scores = table.unseen_scores(len(own))
    truth = [table.classes.index(one.answers[head]) for one in own]
    temperature = fitted_temperature(scores, truth)
    likely = probabilities(scores, temperature)
    unseen = [
        Unseen(one, table.classes[int(row.argmax())], float(row.max())) for one, row in zip(own, likely, strict=True)
    ]
    result = measured(head, unseen, target)
    model = table.fitted(temperature, result.threshold)
    return Learned(model, result, unseen)


def fitted(documents: Sequence[Document], exactness: float) -> LinearHead:
    """The model of all documents, which is never sure by itself."""
    return _Table(documents, exactness).fitted(1.0, None)


def _seen(head: Head, said: str, clue: str = "") -> Vector:
    return vector(pieces(prepared(said)), clue if head is Head.KIND else "")


def _part(lesson: Lesson) -> int:
    """Equal texts fall into one part: none is asked of what it was learned from."""
    return int(hashlib.sha256(prepared(lesson.said).encode("utf-8", "replace")).hexdigest()[:8], 16) % FOLDS


class _Table:
    """All documents of one question as a sparse matrix over the columns that are worth a weight."""

    def __init__(self, documents: Sequence[Document], exactness: float) -> None:
        self._exactness = exactness
        self.classes = tuple(sorted({one.answer for one in documents}))
        places = {name: place for place, name in enumerate(self.classes)}
        self._truth = np.array([places[one.answer] for one in documents])
        self._weights = np.array([one.weight for one in documents])
        self._parts = np.array([one.part for one in documents])
        texts = np.zeros(SIZE, dtype=np.int64)
        for one in documents:
            texts[one.vector.indices] += 1
        self._columns = np.flatnonzero(texts >= LEAST_TEXTS)
        self._rows = _matrix(documents, self._columns)

    def unseen_scores(self, examples: int) -> NDArray[np.float64]:
        """Of the first `examples` documents, each by a training that did not see its part."""
        scores = np.zeros((examples, len(self.classes)))
        for part in range(FOLDS):
            asked = np.flatnonzero(self._parts[:examples] == part)
            if not len(asked):
                continue
            weights, bias = self._fit(np.flatnonzero(self._parts != part))
            scores[asked] = self._rows[asked] @ weights + bias
        return scores

    def fitted(self, temperature: float, threshold: float | None) -> LinearHead:
        """The model of all documents."""
        weights, bias = self._fit(np.arange(len(self._truth)))
        kept = np.flatnonzero(np.abs(weights).max(axis=1) > _NOTHING)
        return LinearHead(
            classes=self.classes,
            columns=self._columns[kept].astype(np.int64),
            weights=weights[kept].astype(np.float16),
            bias=bias.astype(np.float32),
            temperature=temperature,
            threshold=threshold,
        )

    def _fit(self, chosen: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Weights of columns by classes, and a bias for each class."""
        weights = np.zeros((len(self._columns), len(self.classes)))
        bias = np.full(len(self.classes), -_NEVER)
        known = np.unique(self._truth[chosen])
        if len(known) < 2:
            bias[known] = 0.0
            return weights, bias
        # Balanced: what most messages are about does not swallow what few are.
        machine = LinearSVC(
            C=self._exactness, dual=True, class_weight="balanced", random_state=_SEED, max_iter=_ROUNDS, tol=1e-3
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            machine.fit(self._rows[chosen], self._truth[chosen], sample_weight=self._weights[chosen])
        if len(known) == 2:  # One table for two classes: what speaks for the one speaks against the other.
            weights[:, known] = np.column_stack((-machine.coef_[0], machine.coef_[0]))
            bias[known] = (-machine.intercept_[0], machine.intercept_[0])
        else:
            weights[:, known] = machine.coef_.T
            bias[known] = machine.intercept_
        return weights, bias


_NOTHING = 1e-4
"""A column no weight of which is greater is left out of a model: float16 holds little less."""


def _matrix(documents: Sequence[Document], columns: NDArray[np.int64]) -> csr_matrix:
    indices, values, ends = [], [], [0]
    for one in documents:
        places = np.minimum(np.searchsorted(columns, one.vector.indices), max(0, len(columns) - 1))
        known = columns[places] == one.vector.indices if len(columns) else np.zeros(len(places), dtype=bool)
        indices.append(places[known])
        values.append(one.vector.values[known])
        ends.append(ends[-1] + int(known.sum()))
    shape = (len(documents), len(columns))
    return csr_matrix((np.concatenate(values), np.concatenate(indices), np.array(ends)), shape=shape)
