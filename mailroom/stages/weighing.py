"""The primer's scores and the points of the catalogue added up: which service, and whose matter.

A point of a phrase adds a part that was measured on messages of authors who had seen neither catalogue nor rules.
"""

from collections.abc import Mapping

from mailroom.domain.learning import NONE, Head
from mailroom.domain.primer import Opinion
from mailroom.domain.service import Catalogue
from mailroom.stages.catalogue_score import PLAIN, Score, Scores

SERVICE_POINT, AGENCY_POINT = 0.02, 0.06
"""What a point adds."""
MOST_POINTS = 15.0
"""More say no more."""
LEAST = 0.2
"""So far a service must be ahead of none at all."""
LEAST_LEAD = 0.2
"""So far it must be ahead of the next one: else two things are asked, and a clerk says which comes first."""

SERVICE_AGAINST, RULES_FOR = 0.3, 0.4
"""What a likely service of ours takes from another agency's lead, and what words of its duties add."""

SEVERAL = 3
"""So many services that are plainly spoken of are asked for together: a clerk says which comes first."""

Weights = Mapping[str, float]


def service_weights(scores: Scores, opinion: Opinion, catalogue: Catalogue) -> Weights:
    """Of each service that the primer knows and the catalogue has; the empty key stands for none."""
    known = {one.key for one in catalogue.services} | {NONE}
    return _weighed(opinion.scores(Head.SERVICE), scores.services, SERVICE_POINT, known)


def agency_weights(scores: Scores, opinion: Opinion, catalogue: Catalogue) -> Weights:
    """Of each other agency that the primer knows and the directory has."""
    known = {one.name for one in catalogue.agencies}
    return _weighed(opinion.scores(Head.AGENCY), scores.agencies, AGENCY_POINT, known)


def foreignness(opinion: Opinion, *, by_rules: bool) -> float:
    """How much a text speaks for a matter of somebody else's; `by_rules`: whether rules take it for one.

    The likeliest other agency is set against us, a service of ours that is likely speaks against it, and rules that find
    words of other agencies' duties speak for it.
    """
    agencies, services = opinion.scores(Head.AGENCY), opinion.scores(Head.SERVICE)
    return _lead(agencies) - SERVICE_AGAINST * _lead(services) + (RULES_FOR if by_rules else 0.0)


def weighed_service(by_catalogue: Score | None, scores: Scores, weights: Weights) -> Score | None:
    """The one service asked for; that of the catalogue where the primer does not know it."""
    if by_catalogue and by_catalogue.key not in weights:
        return by_catalogue
    if by_catalogue is None and sum(one.points >= PLAIN for one in scores.services) >= SEVERAL:
        return None
    likely = ranked(weights)
    if not likely or weights[likely[0]] - weights[NONE] < LEAST:
        return None
    best = likely[0]
    if len(likely) > 1 and weights[best] - weights[likely[1]] < LEAST_LEAD:
        return None
    return next((one for one in scores.services if one.key == best), Score(best, 0.0, ()))


def ranked(weights: Weights) -> list[str]:
    """The answers but for none, likeliest first."""
    return sorted((one for one in weights if one), key=lambda one: (-weights[one], one))


def _lead(scores: Weights) -> float:
    """How far the likeliest answer is ahead of none at all."""
    return max((value for answer, value in scores.items() if answer), default=-1.0) - scores[NONE]


def _weighed(scores: Weights, found: tuple[Score, ...], part: float, known: set[str]) -> Weights:
    points = {one.key: one.points for one in found}
    return {
        answer: value + part * min(points.get(answer, 0.0), MOST_POINTS)
        for answer, value in scores.items()
        if answer in known
    }
