"""From a message to what it seems to be, and why: by rules and by the catalogue's own words."""

from dataclasses import dataclass, replace

from mailroom.domain.agency import Agency
from mailroom.domain.decision import NOBODYS, SHOW_NOW, Classification, Kind, LetterMarks, Reason, Secrecy, Urgency
from mailroom.domain.learning import Head
from mailroom.domain.message import Message
from mailroom.domain.record import History
from mailroom.domain.service import Catalogue
from mailroom.stages.alarm import find_alarm
from mailroom.stages.classify_case import MessageCase
from mailroom.stages.danger import find_macros
from mailroom.stages.finders import AUTOMATIC_OR_BROKEN, FINDERS, remainder
from mailroom.stages.models import Models
from mailroom.stages.second_opinion import responsible, second_opinion
from mailroom.stages.weighing import ranked

_NO_HISTORY = History()
CANDIDATES = 3
"""So many services are named to a clerk who has to choose."""
LEAST_IN_LETTER = 10.0
"""A letter between offices speaks of many things: a short word in it asks for no service of ours."""
_NO_PERSONS_MATTER = NOBODYS | {Kind.MALWARE}


@dataclass(frozen=True, slots=True)
class Classifier:
    """What an agency knows a message by, to be handed to whoever reads it."""

    agency: Agency
    catalogue: Catalogue
    models: Models | None = None
    """What clerks taught it; without them rules and catalogue alone answer."""

    def classify(self, message: Message, history: History = _NO_HISTORY) -> Classification:
        """What a message seems to be; by itself, unless a history is given. Pure."""
        case = MessageCase(message, history, self.agency, self.catalogue)
        found = by_rules(case)
        return self.models.applied(found, case) if self.models else found


def classify(message: Message, history: History, agency: Agency, catalogue: Catalogue) -> Classification:
    """What a message seems to be by rules and catalogue. Pure; every classification has at least one reason."""
    return by_rules(MessageCase(message, history, agency, catalogue))


def by_rules(case: MessageCase) -> Classification:
    """What a message seems to be by rules and catalogue. Pure; every classification has at least one reason.

    The first finder that speaks decides. A request is what remains: the law knows no mail that is nothing (R2).
    """
    for find in AUTOMATIC_OR_BROKEN:
        if finding := find(case):
            return Classification(finding[0], reasons=finding[1])
    finding = next((finding for find in FINDERS if (finding := find(case))), None) or remainder(case)
    kind, reasons = second_opinion(finding, case)
    found = Classification(kind, marks=case.marks, reasons=(*reasons, *_mark_reasons(case.marks)))
    return _with_alarm(_with_party(found, case), case)


def _with_party(found: Classification, case: MessageCase) -> Classification:
    """With the service or the other agency that is meant, and what else a clerk should know."""
    notes = tuple(find_macros(case.message))
    if case.chosen and found.kind is Kind.REQUEST:
        return replace(found, service=case.chosen.key, reasons=(*found.reasons, *notes))
    if found.kind is Kind.WRONG_AGENCY:
        return replace(found, agency=_responsible(found, case), reasons=(*found.reasons, *notes))
    if found.kind in _NO_PERSONS_MATTER:
        return found
    service = case.service
    if found.kind is Kind.OFFICIAL_LETTER and service and service.points < LEAST_IN_LETTER:
        return replace(found, reasons=(*found.reasons, *notes))
    return replace(
        found, service=service.key if service else None, reasons=(*found.reasons, *_service_reasons(case), *notes)
    )


def _responsible(found: Classification, case: MessageCase) -> str | None:
    """The name of the one agency to which the matter belongs; of a local authority also where nothing else is known."""
    if found.reasons[0].code == "local-authority":
        return case.authority.name if case.authority else None
    winner = case.scores.agency
    by_rules = winner.key if winner and found.reasons[0].code == "agency-words" else None
    return responsible(case, by_rules)


def _service_reasons(case: MessageCase) -> tuple[Reason, ...]:
    """By which words a service was found, or what the text is like; else the likeliest for the clerk to choose from."""
    winner = case.service
    if winner and winner.phrases:
        return (Reason("service-words", " · ".join(winner.phrases[:3])),)
    if winner and case.opinion and winner.key in case.service_weights:
        name, words = _names([winner.key], case), case.opinion.words(Head.SERVICE, winner.key)
        return (Reason("primer-service", f"{name}: {words}"),)
    if winner:
        return (Reason("service-alike", _names([winner.key], case)),)
    if likely := ranked(case.service_weights)[:CANDIDATES]:
        return (Reason("perhaps-services", _names(likely, case)),)
    if services := [one.key for one in case.scores.services[:CANDIDATES]]:
        return (Reason("several-services", _names(services, case)),)
    alike = [one.owner[1] for one in case.alike[:CANDIDATES] if one.owner[0] == "service"]
    return (Reason("perhaps-services", _names(alike, case)),) if alike and case.said.strip() else ()


def _names(keys: list[str], case: MessageCase) -> str:
    return " · ".join(service.name for key in keys if (service := case.catalogue.service(key)))


def _mark_reasons(marks: LetterMarks) -> tuple[Reason, ...]:
    found = []
    if marks.urgency is not Urgency.NORMAL:
        found.append(Reason(f"urgency-{marks.urgency}", marks.urgent_within))
    if marks.secrecy is not Secrecy.NONE:
        found.append(Reason(f"secrecy-{marks.secrecy}"))
    return tuple(found)


def _with_alarm(found: Classification, case: MessageCase) -> Classification:
    """A sign of danger goes before all other reasons; a claim of haste stands behind them."""
    if found.kind in _NO_PERSONS_MATTER or found.kind is Kind.OFFICIAL_LETTER:
        return found
    alarm = find_alarm(case.said)
    now = tuple(one for one in alarm if one.code == SHOW_NOW)
    return replace(found, reasons=(*now, *found.reasons, *(one for one in alarm if one not in now)))
