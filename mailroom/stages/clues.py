"""What rules and catalogue say of a message, as clues for a model: it learns how far to believe them."""

import math
from collections.abc import Mapping

from mailroom.domain.decision import Classification, Kind
from mailroom.domain.learning import LEARNED_KINDS, NONE, Head
from mailroom.stages.catalogue_score import Score
from mailroom.stages.classify_case import MessageCase

_LEADING = 5
"""So many services or agencies are told, best first."""
_SCALE = 8.0
"""Points of a long phrase give a clue about as strong as the whole text."""


def clues(found: Classification, case: MessageCase) -> Mapping[str, float]:
    """Clues with their strength. `found` is what rules and catalogue make of the case."""
    told = {f"kind {found.kind}": 0.5, "files" if case.message.attachments else "no files": 0.2}
    for party, scores in (("service", case.scores.services), ("agency", case.scores.agencies)):
        told |= _scored(party, scores)
    if found.service:
        told[f"found service {found.service}"] = 0.5
    if found.agency:
        told[f"found agency {found.agency}"] = 0.5
    return told


def _scored(party: str, scores: tuple[Score, ...]) -> Mapping[str, float]:
    """A clue for each, as strong as its part of all points, and as there are points."""
    total = sum(one.points for one in scores)
    return {
        f"{party} {one.key}": one.points / total * math.log1p(one.points / _SCALE)
        for one in scores[:_LEADING]
        if total > 0
    }


def without_model(found: Classification) -> dict[Head, str]:
    """What rules and catalogue answer to each question."""
    foreign = found.kind is Kind.WRONG_AGENCY
    return {
        Head.KIND: found.kind.value,
        Head.SERVICE: found.service or NONE,
        Head.AGENCY: (found.agency or NONE) if foreign else NONE,
    }


def is_learned(found: Classification, case: MessageCase) -> bool:
    """Whether words may decide anything: no robot wrote it, nothing is wrong with it, nobody chose from our list."""
    return case.chosen is None and found.kind in {*LEARNED_KINDS, Kind.WRONG_AGENCY}


SERVICE_ONLY = frozenset({Kind.OFFICIAL_LETTER, Kind.FORWARDED, Kind.FOLLOW_UP})
"""Kinds that other things than words tell; what they are about, words tell all the same."""
