"""What lines of the event log mean in the language of registered electronic delivery: one table, and nothing is renamed."""

from mailroom.domain.decision import Letter, Outcome
from mailroom.domain.evidence import EvidenceFamily
from mailroom.domain.record import Event

FAMILIES: dict[str, EvidenceFamily] = {
    "message.opened": EvidenceFamily.HANDED_OVER,
    "message.unsealed": EvidenceFamily.HANDED_OVER,
    "letter.sent": EvidenceFamily.RELAY_ACCEPTED,
    "letter.deferred": EvidenceFamily.RELAY_FAILED,
    "letter.failed": EvidenceFamily.RELAY_REFUSED,
    "letter.bounced": EvidenceFamily.NON_DELIVERY,
    "letter.delayed": EvidenceFamily.RELAY_UNKNOWN,
    "document.downloaded": EvidenceFamily.HANDED_OVER,
}
"""By the name of the event. What is not in it speaks of work inside the agency, and of no delivery."""

REDIRECTIONS = frozenset({Outcome.REDIRECT_AGENCY.value, Outcome.REDIRECT_CHANNEL.value})


def family(event: Event) -> EvidenceFamily | None:
    """Of one line; None where it is none of delivery. A decision is told by its outcome, the first word of its detail."""
    if event.name == "message.decided":
        redirected = event.detail.split(" ", 1)[0].rstrip(":,;") in REDIRECTIONS
        return EvidenceFamily.SUBMISSION_REFUSED if redirected else None
    return FAMILIES.get(event.name)


def family_of_letter(letter: Letter, *, accepted: bool, in_doubt: bool = False) -> EvidenceFamily:
    """Of one attempt at a letter. A letter that brings a link tells its recipient where the document waits."""
    if accepted:
        return EvidenceFamily.NOTIFIED if letter is Letter.LICENCE_LINK else EvidenceFamily.RELAY_ACCEPTED
    return EvidenceFamily.RELAY_UNKNOWN if in_doubt else EvidenceFamily.RELAY_FAILED
