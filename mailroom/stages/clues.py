"""What rules and catalogue say of a message, beside what a model says."""

from mailroom.domain.decision import Classification, Kind
from mailroom.domain.learning import LEARNED_KINDS, NONE, Head
from mailroom.stages.classify_case import MessageCase

SERVICE_ONLY = frozenset({Kind.OFFICIAL_LETTER, Kind.FORWARDED, Kind.FOLLOW_UP})
"""Kinds that other things than words tell; what they are about, words tell all the same."""


def clue(found: Classification) -> str:
    """The kind by rules. What somebody wants done stands in few words, and rules know most of them.

    The catalogue is no clue to a model: a model that is told leans on it and learns less from the text.
    """
    return f"kind {found.kind}"


def without_model(found: Classification) -> dict[Head, str]:
    """What rules and catalogue answer to each question."""
    foreign = found.kind is Kind.WRONG_AGENCY
    return {
        Head.KIND: found.kind.value,
        Head.SERVICE: found.service or NONE,
        Head.AGENCY: (found.agency or NONE) if foreign else NONE,
    }


def is_learned(found: Classification, case: MessageCase) -> bool:
    """Whether words may decide: no robot wrote it, nothing is wrong with it, nobody chose from our list.

    A neighbouring authority that its place alone names is in no list of ours, and was never learned.
    """
    if found.agency and case.catalogue.agency(found.agency) is None:
        return False
    return case.chosen is None and found.kind in {*LEARNED_KINDS, Kind.WRONG_AGENCY}
