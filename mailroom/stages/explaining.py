"""Why a message is taken for what it is: candidates with what speaks for them, by catalogue, primer and models."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from mailroom.domain.decision import Classification
from mailroom.domain.learning import Head
from mailroom.domain.primer import Opinion
from mailroom.stages.catalogue_score import Score
from mailroom.stages.classify import by_rules
from mailroom.stages.classify_case import MessageCase
from mailroom.stages.clues import clue, is_learned
from mailroom.stages.highlights import Excerpt, excerpt, excerpts
from mailroom.stages.models import CANDIDATES, HeadUse, Models


class By(StrEnum):
    """Who considered it."""

    CATALOGUE = "catalogue"
    """Its weights are points."""
    PRIMER = "primer"
    """Its weights are scores: about 1 for what is plain, below 0 for what is not."""
    MODEL = "model"
    """Its weights are probabilities."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One answer that was considered."""

    answer: str
    """A kind, the key of a service, or the name of an agency; empty for none of them."""
    weight: float
    """Points, a score or a probability, as `By` says."""
    words: tuple[str, ...] = ()
    """What speaks for it."""


@dataclass(frozen=True, slots=True)
class Considered:
    """What was considered for one question."""

    head: Head
    by: By
    version: int
    """Of the model; 0 for catalogue and primer."""
    candidates: tuple[Candidate, ...]
    threshold: float | None
    """From this probability on a model answers; None for all else, and for a model that is never sure."""
    asks: bool
    """Whether an audit has a clerk asked, whatever the answer."""
    excerpts: tuple[Excerpt, ...]
    """Where the words of the first candidate stand."""


@dataclass(frozen=True, slots=True)
class Explained:
    """A message as it is understood now, and why."""

    now: Classification
    considered: tuple[Considered, ...]


def explain(case: MessageCase, models: Models) -> Explained:
    """Pure; loads numpy only where a model or the primer answers."""
    found = by_rules(case)
    considered = [_of_catalogue(Head.SERVICE, case.scores.services, case.said, models)]
    considered.append(_of_catalogue(Head.AGENCY, case.scores.agencies, case.said, models))
    if is_learned(found, case):
        if case.opinion:
            considered += [_of_primer(head, case.opinion, models) for head in Head]
        considered += [_of_model(head, use, found, case) for head in Head if (use := models.of(head)).model is not None]
    return Explained(models.applied(found, case), tuple(one for one in considered if one.candidates))


def _of_catalogue(head: Head, scores: Sequence[Score], said: str, models: Models) -> Considered:
    candidates = tuple(Candidate(one.key, one.points, one.phrases[:4]) for one in scores[:CANDIDATES])
    places = excerpts(said, candidates[0].words) if candidates else ()
    return Considered(head, By.CATALOGUE, 0, candidates, None, models.of(head).asks, places)


def _of_primer(head: Head, opinion: Opinion, models: Models) -> Considered:
    scores = opinion.scores(head)
    likely = sorted(scores, key=lambda one: (-scores[one], one))[:CANDIDATES]
    words = {likely[0]: (opinion.words(head, likely[0]),)}
    candidates = tuple(Candidate(one, scores[one], words.get(one, ())) for one in likely)
    return Considered(head, By.PRIMER, 0, candidates, None, models.of(head).asks, ())


def _of_model(head: Head, use: HeadUse, found: Classification, case: MessageCase) -> Considered:
    from mailroom.stages.look import look

    assert use.model is not None  # noqa: S101 - the caller looked
    seen = look(case.said, clue(found))
    ranked = use.model.ranked(seen.vector)[:CANDIDATES]
    spans = seen.spans(use.model, ranked[0][0])
    words = {ranked[0][0]: tuple(one.text for one in spans)}
    candidates = tuple(Candidate(answer, weight, words.get(answer, ())) for answer, weight in ranked)
    places = tuple(excerpt(seen.readable, one.start, one.end) for one in sorted(spans, key=lambda one: one.start))
    return Considered(head, By.MODEL, use.version, candidates, use.model.threshold, use.asks, places)
