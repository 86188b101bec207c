"""From facts to what follows: the first rule of the policy that gives a reason decides."""

from dataclasses import replace

from mailroom.domain.decision import Classification, Decision, Kind, Outcome
from mailroom.stages.answering import obstacles
from mailroom.stages.rules import POLICY, Facts, Reasons, Ruling

__all__ = ["Facts", "decide"]


def decide(facts: Facts) -> tuple[Classification, Decision]:
    """What follows, and the classification as it then stands. Pure; every decision has a rule and reasons.

    A message on a channel that was not announced is of the kind wrong-channel, whatever it asks for (R21).
    """
    ruling, reasons = next((one, found) for one in POLICY if (found := one.rule(facts)))
    decision = _decision(facts, ruling, reasons)
    if decision.outcome is Outcome.REDIRECT_CHANNEL:
        return replace(facts.classification, kind=Kind.WRONG_CHANNEL), decision
    return facts.classification, decision


def _decision(facts: Facts, ruling: Ruling, reasons: Reasons) -> Decision:
    against = obstacles(facts, ruling.letter) if ruling.letter else ()
    return Decision(
        outcome=ruling.outcome,
        rule=ruling.rule.__name__.replace("_", "-"),
        reasons=(*reasons, *against),
        register=ruling.register,
        letter=None if against else ruling.letter,
        agency=facts.classification.agency if ruling.outcome is Outcome.REDIRECT_AGENCY else None,
    )
