"""What the primer has to say beside rules and catalogue, and when it is followed.

Rules that speak by more than words, a thread, a place or a choice from our list are beyond its say. Everywhere else it
weighs the whole text: its scores and the evidence of rules and catalogue are added up, in parts that were measured on
messages of authors who had seen neither.
"""

from mailroom.domain.decision import NOBODYS, Kind, Reason
from mailroom.domain.learning import LEARNED_KINDS, Head
from mailroom.domain.primer import Opinion
from mailroom.stages.catalogue_score import PLAIN
from mailroom.stages.classify_case import MessageCase
from mailroom.stages.form_finders import Finding
from mailroom.stages.weighing import foreignness, ranked

ANSWERED = LEARNED_KINDS | {Kind.FOLLOW_UP} | NOBODYS
"""Kinds that it may answer."""
RULE = 0.1
"""What the kind by rules adds to its score."""
FOREIGN = 0.2
"""From this `foreignness` on the matter is taken for somebody else's."""
NAMED = 0.55
"""From here on the likeliest agency is named, so that a letter may send the sender there (R19)."""
_BY_WORDS = frozenset({"word-found", "nothing-recognised", "agency-words", "several-agencies"})


def second_opinion(finding: Finding, case: MessageCase) -> Finding:
    """The kind with its reasons as it stands after the primer was heard."""
    kind, _ = finding
    opinion = case.opinion
    if opinion is None or not _has_a_say(finding, case):
        return finding
    by_rules = kind is Kind.WRONG_AGENCY
    if by_rules and not _knows_agency(case):
        return finding
    if case.agency_weights and foreignness(opinion, by_rules=by_rules) > FOREIGN:
        return finding if by_rules else (Kind.WRONG_AGENCY, (_told(opinion, case),))
    if by_rules:
        return _kind(opinion, None), (Reason("primer-ours"),)
    answer = _kind(opinion, kind)
    if answer is kind:
        return finding
    return answer, (Reason("primer-kind", opinion.words(Head.KIND, answer.value)),)


def responsible(case: MessageCase, by_rules: str | None) -> str | None:
    """The agency to be named for a matter that is not ours: one of which rules and primer do not think differently."""
    opinion = case.opinion
    if opinion is None or not case.agency_weights or (by_rules and by_rules not in case.agency_weights):
        return by_rules
    if by_rules is None and sum(one.points >= PLAIN for one in case.scores.agencies) > 1:
        return None
    likeliest = ranked(case.agency_weights)[0]
    agreed = by_rules in (None, likeliest) and foreignness(opinion, by_rules=by_rules is not None) > NAMED
    return likeliest if agreed else None


def _knows_agency(case: MessageCase) -> bool:
    return not case.scores.agencies or case.scores.agencies[0].key in case.agency_weights


def _told(opinion: Opinion, case: MessageCase) -> Reason:
    likeliest = ranked(case.agency_weights)[0]
    return Reason("primer-agency", f"{likeliest}: {opinion.words(Head.AGENCY, likeliest)}")


def _has_a_say(finding: Finding, case: MessageCase) -> bool:
    kind, reasons = finding
    if kind not in ANSWERED - NOBODYS and kind is not Kind.WRONG_AGENCY:
        return False
    by_words = not reasons or reasons[0].code in _BY_WORDS
    return by_words and not case.history.is_thread and case.chosen is None


def _kind(opinion: Opinion, by_rules: Kind | None) -> Kind:
    scores = {Kind(name): score for name, score in opinion.scores(Head.KIND).items() if name in ANSWERED}
    return max(scores, key=lambda one: (scores[one] + RULE * (one is by_rules), one.value))
