"""From a message to what it seems to be, and why: by rules and by the catalogue's own words."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from mailroom.domain.agency import Agency
from mailroom.domain.chat import UNKNOWN_EVENT
from mailroom.domain.decision import Classification, Kind, LetterMarks, Reason, Secrecy, Urgency
from mailroom.domain.message import Message
from mailroom.domain.record import History
from mailroom.domain.service import Catalogue
from mailroom.stages import kinds
from mailroom.stages.automatic import find_automatic
from mailroom.stages.catalogue_score import LEAST_AGENCY
from mailroom.stages.classify_case import MessageCase
from mailroom.stages.danger import find_macros, find_malware, find_phishing, find_spam
from mailroom.stages.marks import face_parts, letter_number
from mailroom.stages.models import Models
from mailroom.stages.normalise import compact
from mailroom.stages.quoting import bare_subject

_NO_HISTORY = History()
_BROKEN = ("unreadable", "event-malformed", "event-id-reused")
"""Defects of what nobody can make sense of."""
_NOTHING = re.compile(r"^\W*(?:\(?(?:no subject|ไม่มีชื่อเรื่อง|ไม่มีหัวเรื่อง|ไม่มีหัวข้อ|none)\)?)?\W*$", re.I)

Finding = tuple[Kind, tuple[Reason, ...]]


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
    for find in _AUTOMATIC_OR_BROKEN:
        if finding := find(case):
            return Classification(finding[0], reasons=finding[1])
    kind, reasons = next((finding for find in _FINDERS if (finding := find(case))), None) or _remainder(case)
    found = Classification(kind, marks=case.marks, reasons=(*reasons, *_mark_reasons(case.marks)))
    return _with_party(found, case)


def _with_party(found: Classification, case: MessageCase) -> Classification:
    """With the service or the other agency that is meant, and what else a clerk should know."""
    notes = tuple(find_macros(case.message))
    if case.chosen and found.kind is Kind.REQUEST:
        return replace(found, service=case.chosen.key, reasons=(*found.reasons, *notes))
    if found.kind is Kind.WRONG_AGENCY:
        winner = case.scores.agency
        return replace(found, agency=winner.key if winner else None, reasons=(*found.reasons, *notes))
    if found.kind in (Kind.SPAM, Kind.PHISHING, Kind.MALWARE, Kind.THANKS):
        return found
    service = case.scores.service
    return replace(
        found, service=service.key if service else None, reasons=(*found.reasons, *_service_reasons(case), *notes)
    )


def _service_reasons(case: MessageCase) -> tuple[Reason, ...]:
    winner, services = case.scores.service, case.scores.services
    if winner:
        return (Reason("service-words", " · ".join(winner.phrases[:3])),)
    if services:
        names = [service.name for one in services[:3] if (service := case.catalogue.service(one.key))]
        return (Reason("several-services", " · ".join(names)),)
    return ()


def _mark_reasons(marks: LetterMarks) -> tuple[Reason, ...]:
    found = []
    if marks.urgency is not Urgency.NORMAL:
        found.append(Reason(f"urgency-{marks.urgency}", marks.urgent_within))
    if marks.secrecy is not Secrecy.NONE:
        found.append(Reason(f"secrecy-{marks.secrecy}"))
    return tuple(found)


def _automatic(case: MessageCase) -> Finding | None:
    if case.message.is_chat:
        return None  # it was typed: a citizen may quote what robots say
    finding = find_automatic(case.message, case.agency)
    return (finding[0], (finding[1],)) if finding else None


def _unparsed(case: MessageCase) -> Finding | None:
    """Unreadable, or a sign of a chat platform that is broken or unknown and says nothing else."""
    message = case.message
    codes = _BROKEN if message.text.strip() or message.attachments else (*_BROKEN, UNKNOWN_EVENT)
    broken = next((defect for defect in message.defects if defect.startswith(codes)), None)
    return (Kind.UNPARSED, (Reason("unreadable", broken.partition(":")[2].strip()),)) if broken else None


def _malware(case: MessageCase) -> Finding | None:
    reasons = tuple(dict.fromkeys(find_malware(case.message)))
    return (Kind.MALWARE, reasons[:3]) if reasons else None


def _empty(case: MessageCase) -> Finding | None:
    message = case.message
    nothing = _NOTHING.match(case.subject) and _NOTHING.match(case.text) and _NOTHING.match(case.body.quoted)
    attached = message.attachments or "message/rfc822" in message.part_types
    return (Kind.EMPTY, (Reason("nothing-written"),)) if nothing and not attached else None


def _service_chosen(case: MessageCase) -> Finding | None:
    """A choice from our own list is no guess: it goes before every other sign but those of danger."""
    return (Kind.REQUEST, (Reason("service-chosen", case.chosen.name),)) if case.chosen else None


def _phishing(case: MessageCase) -> Finding | None:
    reasons = () if case.history.is_thread or case.scores.services else find_phishing(case.message, case.text)
    return (Kind.PHISHING, reasons) if reasons else None


def _spam(case: MessageCase) -> Finding | None:
    reasons = () if case.history.is_thread or case.scores.services else find_spam(case.message, case.text)
    return (Kind.SPAM, reasons) if reasons else None


def _official_letter(case: MessageCase) -> Finding | None:
    """A letter number on the face, with two more parts of an official letter, or alone in the subject (R54, R56)."""
    number = case.marks.letter_no
    if not number:
        return None
    in_subject = bool(letter_number(bare_subject(case.message.subject)))
    if face_parts(case.text) + 2 * in_subject < 2:
        return None
    return Kind.OFFICIAL_LETTER, (Reason("letter-number", number),)


def _forwarded(case: MessageCase) -> Finding | None:
    if not case.forwarded:
        return None
    sender = case.message.sender.address
    if sender.lower() in case.agency.officer_addresses:
        return Kind.FORWARDED, (Reason("officer-forwards", sender),)
    return Kind.FORWARDED, (Reason("forward-marks", case.message.subject[:120]),)


def _thanks(case: MessageCase) -> Finding | None:
    if case.message.attachments or not kinds.only_thanks(case.subject, case.text):
        return None
    return Kind.THANKS, (Reason("only-thanks"),)


def _words(pattern: re.Pattern[str], kind: Kind) -> Callable[[MessageCase], Finding | None]:
    """A finder of one kind by its words, in subject and text."""

    def find(case: MessageCase) -> Finding | None:
        match = pattern.search(case.said)
        return (kind, (Reason("word-found", match[0].strip()[:80]),)) if match else None

    return find


def _follow_up(case: MessageCase) -> Finding | None:
    history = case.history
    if number := history.thread or history.mentioned:
        return Kind.FOLLOW_UP, (Reason("refers-to", str(number)),)
    return (Kind.FOLLOW_UP, (Reason("replies-to-us"),)) if history.replies_to_us else None


def _in_thread(find: Callable[[MessageCase], Finding | None]) -> Callable[[MessageCase], Finding | None]:
    def only_there(case: MessageCase) -> Finding | None:
        return find(case) if case.history.is_thread else None

    return only_there


def _wrong_agency(case: MessageCase) -> Finding | None:
    """Another agency's words, strong enough, and none of our services (R19). Several agencies are left to a clerk."""
    scores = case.scores
    if scores.services or not scores.agencies or scores.agencies[0].points < LEAST_AGENCY:
        return None
    if kinds.OUR_DOING.search(case.said) or _only_as_papers(case):
        return None
    if winner := scores.agency:
        return Kind.WRONG_AGENCY, (Reason("agency-words", f"{winner.key}: {' · '.join(winner.phrases[:3])}"),)
    return Kind.WRONG_AGENCY, (Reason("several-agencies", " · ".join(one.key for one in scores.agencies[:3])),)


def _only_as_papers(case: MessageCase) -> bool:
    """Whether the other agency's words only name a paper that the sender has, or what one of ours is needed for."""
    said = compact(case.said)
    phrases = [phrase for score in case.scores.agencies for phrase in score.phrases]
    places = [said[max(0, found.start() - 32) : found.start()] for phrase in phrases for found in _places(phrase, said)]
    return bool(places) and all(kinds.AS_PAPER.search(before) for before in places)


def _places(phrase: str, said: str) -> Iterator[re.Match[str]]:
    return re.finditer(re.escape(phrase), said)


def _payment(case: MessageCase) -> Finding | None:
    """Words of payment, unless the sender complains of what was paid for and shows no slip."""
    if kinds.ACCUSES.search(case.said) and not case.message.attachments:
        return None
    return _words(kinds.PAYMENT, Kind.PAYMENT_SLIP)(case)


def _asking(case: MessageCase) -> Finding | None:
    """A question, also one about applying; with papers attached it is the application itself."""
    match = kinds.ENQUIRY.search(case.said)
    if match is None:
        return None
    applies = kinds.APPLY.search(case.said)
    if applies and (case.message.attachments or kinds.SENDS_PAPERS.search(case.said)):
        return None
    if applies and not kinds.ASKS_ONLY.search(case.said):
        return None
    return Kind.ENQUIRY, (Reason("word-found", match[0].strip()[:80]),)


def _complaint(case: MessageCase) -> Finding | None:
    """Words of complaint, unless the message applies for something and complains of nothing in its first words."""
    match = kinds.COMPLAINT.search(case.said)
    if match is None:
        return None
    if kinds.APPLY.search(case.said) and match.start() > 200 and case.scores.service:
        return None
    return Kind.COMPLAINT, (Reason("word-found", match[0].strip()[:80]),)


def _remainder(case: MessageCase) -> Finding:
    if match := kinds.APPLY.search(case.said):
        return Kind.REQUEST, (Reason("word-found", match[0].strip()[:80]),)
    return Kind.REQUEST, () if case.scores.service else (Reason("nothing-recognised"),)


_AUTOMATIC_OR_BROKEN = (_automatic, _unparsed)
_FINDERS: tuple[Callable[[MessageCase], Finding | None], ...] = (
    _malware,
    _service_chosen,
    _empty,
    _official_letter,
    _phishing,
    _spam,
    _forwarded,
    _thanks,
    _in_thread(_words(kinds.WITHDRAWAL, Kind.WITHDRAWAL)),
    _in_thread(_words(kinds.STATUS, Kind.STATUS_ENQUIRY)),
    _in_thread(_words(kinds.PAYMENT, Kind.PAYMENT_SLIP)),
    _follow_up,
    _wrong_agency,
    _words(kinds.WITHDRAWAL, Kind.WITHDRAWAL),
    _words(kinds.STATUS, Kind.STATUS_ENQUIRY),
    _payment,
    _complaint,
    _asking,
)
