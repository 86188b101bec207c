"""The finders of classification: each looks for one kind of message and says why, or says nothing."""

import re
from collections.abc import Callable, Iterator

from mailroom.domain.chat import UNKNOWN_EVENT
from mailroom.domain.decision import Kind, Reason
from mailroom.stages import kinds
from mailroom.stages.asked_act import Wish
from mailroom.stages.automatic import find_automatic, own_address
from mailroom.stages.catalogue_score import LEAST_AGENCY, PLAIN, does
from mailroom.stages.classify_case import MessageCase
from mailroom.stages.courtesy import only_thanks
from mailroom.stages.danger import find_malware, find_phishing, find_spam
from mailroom.stages.marks import face_parts, letter_number
from mailroom.stages.mentions import QUOTED_NUMBER
from mailroom.stages.normalise import compact
from mailroom.stages.quoting import bare_subject

OUTWEIGHS = 1.6
"""Another agency's words against all those of our services together: from here on the matter is taken for theirs."""

SHORT = 150
"""Characters of a text in which"""
LEAST_AGENCY_IN_SHORT = 4.0
"""is enough to think of another agency, though not to name it."""

_BROKEN_DEFECTS = ("unreadable", "event-malformed", "event-id-reused")
"""Defects of what nobody can make sense of."""
_OFFICES = re.compile(r"@(?:[\w-]+\.)*(?:go|mi)\.th$")
_NOTHING = re.compile(r"^\W*(?:\(?(?:no subject|ไม่มีชื่อเรื่อง|ไม่มีหัวเรื่อง|ไม่มีหัวข้อ|none)\)?)?\W*$", re.I)

Finding = tuple[Kind, tuple[Reason, ...]]
Finder = Callable[[MessageCase], Finding | None]


def _automatic(case: MessageCase) -> Finding | None:
    if case.message.is_chat:
        return None  # it was typed: a citizen may quote what robots say
    finding = find_automatic(case.message, case.agency)
    return (finding[0], (finding[1],)) if finding else None


def _unparsed(case: MessageCase) -> Finding | None:
    """Unreadable, or a sign of a chat platform that is broken or unknown and says nothing else."""
    message = case.message
    codes = _BROKEN_DEFECTS if message.text.strip() or message.attachments else (*_BROKEN_DEFECTS, UNKNOWN_EVENT)
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
    reasons = () if case.history.is_thread or case.asks_of_us else find_phishing(case.message, case.text)
    return (Kind.PHISHING, reasons) if reasons else None


def _spam(case: MessageCase) -> Finding | None:
    reasons = () if case.history.is_thread or case.asks_of_us else find_spam(case.message, case.text)
    return (Kind.SPAM, reasons) if reasons else None


def _official_letter(case: MessageCase) -> Finding | None:
    """A letter number on the face, with two more parts of an official letter, or alone in the subject (R54, R56)."""
    number = case.marks.letter_no
    if not number:
        return _office_mail(case)
    in_subject = bool(letter_number(bare_subject(case.message.subject)))
    if face_parts(case.face) + 2 * in_subject < 2:
        return None
    return Kind.OFFICIAL_LETTER, (Reason("letter-number", number),)


def _office_mail(case: MessageCase) -> Finding | None:
    """An office's own address, with four parts of a letter: its number stands in what it encloses."""
    sender = case.message.sender.address.lower()
    if not _OFFICES.search(sender) or own_address(sender, case.agency) or sender in case.agency.officer_addresses:
        return None
    if face_parts(case.face) < 4 or not case.message.attachments:
        return None
    return Kind.OFFICIAL_LETTER, (Reason("letter-of-office", case.message.sender.address),)


def _forwarded(case: MessageCase) -> Finding | None:
    if not case.forwarded:
        return None
    sender = case.message.sender.address
    if sender.lower() in case.agency.officer_addresses:
        return Kind.FORWARDED, (Reason("officer-forwards", sender),)
    return Kind.FORWARDED, (Reason("forward-marks", case.message.subject[:120]),)


def _thanks(case: MessageCase) -> Finding | None:
    if case.message.attachments or not only_thanks(case.subject, case.text):
        return None
    return Kind.THANKS, (Reason("only-thanks"),)


def _words(pattern: re.Pattern[str], kind: Kind) -> Finder:
    """A finder of one kind by its words, in subject and text."""

    def find(case: MessageCase) -> Finding | None:
        return _found(kind, pattern.search(case.said))

    return find


def _found(kind: Kind, match: re.Match[str] | None) -> Finding | None:
    return (kind, (Reason("word-found", match[0].strip()[:80]),)) if match else None


def _follow_up(case: MessageCase) -> Finding | None:
    history = case.history
    if number := history.thread or history.mentioned:
        return Kind.FOLLOW_UP, (Reason("refers-to", str(number)),)
    return (Kind.FOLLOW_UP, (Reason("replies-to-us"),)) if history.replies_to_us else None


def _status(case: MessageCase) -> Finding | None:
    """What has become of something is asked, by words of that, and without anger."""
    return None if kinds.ANGER.search(case.said) else _found(Kind.STATUS_ENQUIRY, kinds.STATUS.search(case.said))


def _waits(case: MessageCase) -> Finding | None:
    """Something was handed in before, and its sender asks what has become of it, without accusing anybody."""
    if kinds.GRIEVANCE.search(case.said) or not kinds.SUBMITTED.search(case.said):
        return None
    return _found(Kind.STATUS_ENQUIRY, kinds.PENDING.search(case.said))


def _answers(case: MessageCase) -> Finding | None:
    """An answer by its subject, to something of ours that had a number."""
    number = QUOTED_NUMBER.search(case.message.subject) if case.is_reply else None
    return _found(Kind.FOLLOW_UP, number)


def _adds(case: MessageCase) -> Finding | None:
    """Something is added to a matter that only the sender's own words tell of: a number, a reply, an earlier letter."""
    if (match := kinds.RECALLS.search(case.said)) and not kinds.GRIEVANCE.search(case.said):
        return _found(Kind.FOLLOW_UP, match)
    match = kinds.ADDS.search(case.said)
    refers = QUOTED_NUMBER.search(f"{case.message.subject}\n{case.text[:4000]}") or case.is_reply
    return _found(Kind.FOLLOW_UP, match) if match and refers else None


def _in_thread(find: Finder) -> Finder:
    return lambda case: find(case) if case.history.is_thread else None


def _elsewhere(case: MessageCase) -> Finding | None:
    """Another local authority is named as the place of a matter that is a municipality's (R19)."""
    place = case.authority
    if place is None or kinds.OUR_DOING.search(case.said):
        return None
    return Kind.WRONG_AGENCY, (
        Reason("local-authority", place.written if place.written == place.name else f"{place.written}: {place.name}"),
    )


def _wrong_agency(case: MessageCase) -> Finding | None:
    """Another agency's words, strong enough, and few of our services' (R19). Several agencies are left to a clerk."""
    scores = case.scores
    ours = sum(one.points for one in scores.services)
    least = LEAST_AGENCY if len(case.said) > SHORT else LEAST_AGENCY_IN_SHORT
    if not scores.agencies or scores.agencies[0].points < max(least, OUTWEIGHS * ours):
        return None
    if kinds.OUR_DOING.search(case.said) or _only_as_papers(case):
        return None
    if scores.agencies[0].points < PLAIN and kinds.MISCONDUCT.search(case.said):
        return None
    if (winner := scores.agency) and winner.points >= LEAST_AGENCY:
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
    """Words of payment, unless the sender complains of what was paid for, or only asks, and shows no slip."""
    if not case.message.attachments and (kinds.ACCUSES.search(case.said) or _asks_about_paying(case)):
        return None
    return _words(kinds.PAYMENT, Kind.PAYMENT_SLIP)(case)


def _asks_about_paying(case: MessageCase) -> bool:
    return bool(kinds.ENQUIRY.search(case.asked)) and "สลิป" not in case.said and "slip" not in case.said


def _complaint(case: MessageCase) -> Finding | None:
    """Words of complaint, a disturbance, or something out of order; unless the message applies for something itself."""
    said = case.said
    if match := kinds.GRIEVANCE.search(said):
        if kinds.APPLY.search(said) and match.start() > 200 and case.service:
            return None
        return _found(Kind.COMPLAINT, match)
    if (match := kinds.THIRD_PARTY.search(said)) and kinds.ASKS_ACTION.search(said):
        return _found(Kind.COMPLAINT, match)
    match = kinds.DISTURBS.search(said) or kinds.BROKEN.search(said)
    if match is None or _wants_work(case) or _wants_paper(case) or _asks_how(case):
        return None
    return _found(Kind.COMPLAINT, match)


def _asks_how(case: MessageCase) -> bool:
    return bool(kinds.ASKS_HOW.search(case.said) and kinds.ENQUIRY.search(case.asked))


def _wants_work(case: MessageCase) -> bool:
    """The work that a service of ours does is asked for, and nobody is accused."""
    return bool(kinds.ASKS_WORK.search(case.said)) and not kinds.THIRD_PARTY.search(case.said)


def _wants_paper(case: MessageCase) -> bool:
    """A licence or a copy is applied for or asked about: of a trade that smells by nature, of what a flood took away."""
    service = case.catalogue.service(case.service.key) if case.service else None
    if service is None:
        return False
    copies = any(does(case.service, wish, case.catalogue) for wish in (Wish.COPY, Wish.DATA, Wish.USE))
    asks = kinds.APPLY.search(case.said) or kinds.ENQUIRY.search(case.asked) or kinds.DOES_IT.search(case.asked)
    return bool((service.licence or copies) and (asks or kinds.HANDS_OUT.search(case.said)))


def _asking(case: MessageCase) -> Finding | None:
    """A question, also one about applying; with papers attached it is the application itself."""
    hands_out = does(case.service, Wish.DATA, case.catalogue)
    if hands_out and kinds.HANDS_OUT.search(case.said) and not kinds.MUST.search(case.asked):
        return None
    match = kinds.ENQUIRY.search(case.asked) or (None if hands_out else kinds.ASKS_FOR_DATA.search(case.asked))
    if match is None or kinds.DOES_IT.search(case.asked):
        return None
    applies = kinds.APPLY.search(case.said)
    if applies and (case.message.attachments or kinds.SENDS_PAPERS.search(case.said)):
        return None
    if applies and not kinds.ASKS_ONLY.search(case.asked):
        return None
    return _found(Kind.ENQUIRY, match)


def remainder(case: MessageCase) -> Finding:
    """A request is what remains: the law knows no mail that is nothing (R2)."""
    if match := kinds.APPLY.search(case.said):
        return Kind.REQUEST, (Reason("word-found", match[0].strip()[:80]),)
    if not kinds.WANTS.search(case.said):
        if match := kinds.AMISS.search(case.said):
            return Kind.COMPLAINT, (Reason("word-found", match[0].strip()[:80]),)
        if case.service and does(case.service, Wish.COMPLAIN, case.catalogue):
            return Kind.COMPLAINT, ()
    return Kind.REQUEST, () if case.service else (Reason("nothing-recognised"),)


AUTOMATIC_OR_BROKEN: tuple[Finder, ...] = (_automatic, _unparsed)
FINDERS: tuple[Finder, ...] = (
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
    _elsewhere,
    _wrong_agency,
    _words(kinds.WITHDRAWAL, Kind.WITHDRAWAL),
    _status,
    _payment,
    _adds,
    _waits,
    _answers,
    _complaint,
    _asking,
)
"""In this order; the first that speaks decides."""
