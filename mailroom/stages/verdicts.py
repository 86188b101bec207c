"""Whether a model may answer: measured on what clerks said of messages that it had not seen, against the catalogue.

An answer is right, wrong, or none: then a clerk is asked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from types import MappingProxyType
from typing import Any

from mailroom.domain.learning import NONE, Head
from mailroom.stages.certified import certified_threshold, chance_of

CHANCE = 0.05
"""What would come about by chance no oftener than this is a difference."""
AUDITED = 600
"""So many audited messages are looked back on."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """A message as it is learned from."""

    said: str
    """Normalised: subject and own text."""
    answers: Mapping[Head, str]
    """What clerks say of it last."""
    clue: str = ""
    """The kind by rules, as `clues.clue` names it."""
    rules: Mapping[Head, str] = field(default_factory=lambda: MappingProxyType({}))
    """What rules and catalogue answer."""
    audited: Mapping[Head, str] = field(default_factory=lambda: MappingProxyType({}))
    """What had been answered when it was audited, where it was."""


@dataclass(frozen=True, slots=True)
class Unseen:
    """An example, and what a model answered that had not seen it."""

    lesson: Lesson
    answer: str
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What was measured of one question, and what follows."""

    examples: int
    right: int = 0
    """Of all, answered without being asked for certainty."""
    by_catalogue: int = 0
    """Of all, by rules and catalogue."""
    threshold: float | None = None
    answered: int = 0
    """With enough certainty."""
    wrong: int = 0
    """Of those."""
    bound: float = 1.0
    better: int = 0
    """Right by the model and not by the catalogue."""
    worse: int = 0
    chance: float = 1.0
    """That the model is no better, and the difference came about all the same."""
    audited: int = 0
    audited_wrong: int = 0
    """Of the audited messages, wrong by this model."""
    audited_wrong_then: int = 0
    """Of the same, wrong by what answered then."""
    calibration_error: float = 0.0

    @property
    def why(self) -> str:
        """`better`, or what stands against answering."""
        if self.threshold is None:
            return "too-few" if self.right == 0 else "not-certain"
        if self.chance >= CHANCE:
            return "not-better"
        return "worse-on-audit" if self.audited_wrong > self.audited_wrong_then else "better"

    @property
    def answers(self) -> bool:
        """Whether it may answer in place of the catalogue."""
        return self.why == "better"

    def as_object(self) -> dict[str, Any]:
        """For the report that is kept."""
        rounded = {name: round(value, 6) if isinstance(value, float) else value for name, value in asdict(self).items()}
        return rounded | {"why": self.why}


def measured(head: Head, unseen: Sequence[Unseen], target: float) -> Measured:
    """What the answers to examples that were not seen come to. `target` is the share of wrong ones that may be."""
    from mailroom.stages.calibration import calibration_error  # loads numpy

    true = [one.answer == one.lesson.answers[head] for one in unseen]
    acting = [(one, good) for one, good in zip(unseen, true, strict=True) if head is Head.KIND or one.answer != NONE]
    sure = certified_threshold([one.confidence for one, _ in acting], [good for _, good in acting], target)
    threshold = sure.threshold if sure else None
    given = [answered(head, one, threshold) for one in unseen]
    better = worse = by_catalogue = 0
    for one, now in zip(unseen, true, strict=True):
        before = one.lesson.rules[head] == one.lesson.answers[head]
        better += now and not before
        worse += before and not now
        by_catalogue += before
    looked = [(one, answer) for one, answer in zip(unseen, given, strict=True) if head in one.lesson.audited][-AUDITED:]
    return Measured(
        examples=len(unseen),
        right=sum(true),
        by_catalogue=by_catalogue,
        threshold=threshold,
        answered=sure.answered if sure else 0,
        wrong=sure.wrong if sure else 0,
        bound=sure.bound if sure else 1.0,
        better=better,
        worse=worse,
        chance=chance_of(better, worse),
        audited=len(looked),
        audited_wrong=sum(answer not in (None, one.lesson.answers[head]) for one, answer in looked),
        audited_wrong_then=sum(one.lesson.audited[head] != one.lesson.answers[head] for one, _ in looked),
        calibration_error=calibration_error([one.confidence for one in unseen], true),
    )


def answered(head: Head, one: Unseen, threshold: float | None) -> str | None:
    """What would have been answered; None where a clerk would have been asked."""
    sure = threshold is not None and one.confidence >= threshold
    if head is Head.KIND:
        return one.answer if sure else one.lesson.rules[head]
    if one.answer == NONE:
        return NONE if head is Head.AGENCY else None
    return one.answer if sure else None
