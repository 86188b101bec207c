"""What there is to learn from: messages with the answers of clerks, and the phrases of the catalogue."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence

from mailroom.domain.agency import Agency
from mailroom.domain.decision import Secrecy
from mailroom.domain.learning import LEARNED_KINDS, NONE, Correction, Head, Source
from mailroom.domain.record import History, MessageRecord
from mailroom.domain.service import Catalogue
from mailroom.stages.classify import by_rules
from mailroom.stages.classify_case import MessageCase
from mailroom.stages.clues import SERVICE_ONLY, clue, is_learned, without_model
from mailroom.stages.normalise import normalised
from mailroom.stages.verdicts import Lesson

_ALONE = History()
_GAP = "…"
"""Stands within a phrase for other words."""


def may_learn(record: MessageRecord) -> bool:
    """Whether anything may be learned from it: not from what is marked secret (R58), nor twice from one matter."""
    found = record.classification
    readable = record.message is not None and found is not None and record.duplicate_of is None
    return readable and found is not None and found.marks.secrecy is Secrecy.NONE


def lessons(
    records: Sequence[MessageRecord], corrections: Sequence[Correction], agency: Agency, catalogue: Catalogue
) -> list[Lesson]:
    """A lesson for each message of which a clerk said anything that words can tell, in order of id.

    `corrections` come in the order in which they were made: the last word of clerks on a question holds.
    """
    last: dict[int, dict[Head, Correction]] = {}
    drawn: dict[int, dict[Head, str]] = {}
    for one in corrections:
        last.setdefault(one.message_id, {})[one.head] = one
        if one.source is Source.AUDIT and one.audit is not None:
            drawn.setdefault(one.message_id, {})[one.head] = one.was
    found = (
        _lesson(record, last[record.logged.id], drawn.get(record.logged.id, {}), agency, catalogue)
        for record in sorted(records, key=lambda one: one.logged.id)
        if record.logged.id in last and may_learn(record)
    )
    return [one for one in found if one is not None]


def _lesson(
    record: MessageRecord,
    said: Mapping[Head, Correction],
    drawn: Mapping[Head, str],
    agency: Agency,
    catalogue: Catalogue,
) -> Lesson | None:
    if record.message is None:
        return None
    case = MessageCase(record.message, _ALONE, agency, catalogue)
    found = by_rules(case)
    answers = {head: one.value for head, one in said.items() if _is_answer(one, catalogue)}
    if not is_learned(found, case):
        kept = {Head.SERVICE} if found.kind in SERVICE_ONLY and case.chosen is None else set()
        answers = {head: value for head, value in answers.items() if head in kept}
    if not answers or not case.said.strip():
        return None
    return Lesson(
        case.said, answers, clue(found), without_model(found), {one: drawn[one] for one in drawn if one in answers}
    )


def _is_answer(one: Correction, catalogue: Catalogue) -> bool:
    """What is in the catalogue no more is learned no more."""
    match one.head:
        case Head.KIND:
            return one.value in LEARNED_KINDS
        case Head.SERVICE:
            return one.value == NONE or catalogue.service(one.value) is not None
        case Head.AGENCY:
            return one.value == NONE or catalogue.agency(one.value) is not None


def phrases(head: Head, catalogue: Catalogue) -> list[tuple[str, str]]:
    """What the catalogue says, each phrase with the answer to one question."""
    found = [*_of_services(head, catalogue), *_of_agencies(head, catalogue)]
    return list(dict.fromkeys(found)) if head is not Head.KIND else []


def _of_services(head: Head, catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    for one in catalogue.services:
        for phrase in filter(None, (one.name, one.name_en, *one.words)):
            yield _said(phrase), one.key if head is Head.SERVICE else NONE


def _of_agencies(head: Head, catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    for one in catalogue.agencies:
        for phrase in (one.name, *one.words):
            yield _said(phrase), one.name if head is Head.AGENCY else NONE


def _said(phrase: str) -> str:
    return normalised(phrase.replace(_GAP, " ")).casefold()


def catalogue_digest(catalogue: Catalogue) -> str:
    """SHA-256 over everything of the catalogue that a model learned from."""
    services = [(one.key, one.name, one.name_en, one.words) for one in catalogue.services]
    agencies = [(one.name, one.words) for one in catalogue.agencies]
    return _digest([services, agencies])


def corpus_digest(found: Sequence[Lesson]) -> str:
    """SHA-256 over all lessons: equal where the same was learned."""
    return _digest([[one.said, sorted(one.answers.items()), one.clue, sorted(one.audited.items())] for one in found])


def _digest(value: object) -> str:
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
