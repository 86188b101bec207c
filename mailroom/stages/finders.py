"""What is told by words: each finder looks for one kind of message and says why, or says nothing."""

import re
from collections.abc import Iterator

from mailroom.domain.decision import Kind, Reason
from mailroom.stages import form_finders, kinds, lazy
from mailroom.stages.asked_act import Wish
from mailroom.stages.catalogue_score import LEAST_AGENCY, PLAIN, does
from mailroom.stages.classify_case import MessageCase
from mailroom.stages.form_finders import Finder, Finding
from mailroom.stages.mentions import QUOTED_NUMBER
from mailroom.stages.normalise import compact

OUTWEIGHS = 1.6
"""Another agency's words against all those of our services together: from here on the matter is taken for theirs."""

SHORT = 150
"""Characters of a text in which"""
LEAST_AGENCY_IN_SHORT = 4.0
"""is enough to think of another agency, though not to name it."""

_SLIP = lazy.pattern(r"สลิป|ใบเสร็จ|ใบโอน|หลักฐานการ(?:โอน|ชำระ)|slip|receipt|payment", re.I)
_MONEY = lazy.pattern(r"โอน|ชำระ|จ่าย|บาท|paid\b|payment\b|transfer|fee\b|baht")
"""A file named as a slip is one where money is spoken of."""
SHORT_QUESTION = 120
STATEMENT = 30
"""Fewer characters are a catchword, and tell nothing."""


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
    if does(case.service, Wish.DATA, case.catalogue) and kinds.HANDS_OUT.search(case.said):
        return None
    return None if kinds.ANGER.search(case.said) else _found(Kind.STATUS_ENQUIRY, kinds.STATUS.search(case.said))


def _waits(case: MessageCase) -> Finding | None:
    """Something was handed in before, and its sender asks what has become of it, without accusing anybody."""
    said = case.said
    if kinds.GRIEVANCE.search(said) or kinds.ANGER.search(said):
        return None
    match = kinds.PENDING.search(said) if kinds.SUBMITTED.search(said) else None
    if match is None and kinds.HANDED_IN.search(said) and not kinds.SUPPOSED.search(said):
        match = kinds.WHAT_NOW.search(said)
    return _found(Kind.STATUS_ENQUIRY, match)


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
    if match := kinds.PAYMENT.search(case.said):
        return _found(Kind.PAYMENT_SLIP, match)
    slip = next((name for name in case.files if _SLIP.search(name)), "")
    return (Kind.PAYMENT_SLIP, (Reason("word-found", slip[:80]),)) if slip and _MONEY.search(case.said) else None


def _asks_about_paying(case: MessageCase) -> bool:
    return bool(kinds.ENQUIRY.search(case.asked)) and "สลิป" not in case.said and "slip" not in case.said


def _complaint(case: MessageCase) -> Finding | None:
    """Words of complaint, a disturbance, or something out of order; unless the message applies for something itself."""
    said = case.said
    if match := kinds.GRIEVANCE.search(said):
        if match[0] in kinds.COMPLAINING and _asks_how(case):
            return None
        if kinds.APPLY.search(said) and match.start() > 200 and case.service:
            return None
        return _found(Kind.COMPLAINT, match)
    if (match := kinds.THIRD_PARTY.search(said)) and kinds.ASKS_ACTION.search(said):
        return _found(Kind.COMPLAINT, match)
    match = kinds.DISTURBS.search(said) or kinds.BROKEN.search(said)
    if match is None or _only_asks(case) or _wants_work(case) or _wants_paper(case) or _asks_how(case):
        return None
    return _found(Kind.COMPLAINT, match)


def _only_asks(case: MessageCase) -> bool:
    """A short question that tells of nothing that goes on, and of nobody."""
    said = case.said
    told = kinds.ON_AND_ON.search(said) or kinds.THIRD_PARTY.search(said) or kinds.ASKS_ACTION.search(said)
    return len(said) <= SHORT_QUESTION and not told and bool(kinds.RULES.search(case.asked))


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


def _tells_of_trouble(case: MessageCase) -> Finding | None:
    """Who tells what is amiss and asks for nothing complains of it."""
    said = case.said
    if kinds.WANTS.search(said) or kinds.ASKS_WORK.search(said):
        return None
    if match := kinds.AMISS.search(said):
        return _found(Kind.COMPLAINT, match)
    if does(case.service, Wish.COMPLAIN, case.catalogue):
        return Kind.COMPLAINT, ()
    told = {match[0].strip() for match in kinds.ON_AND_ON.finditer(said)}
    if len(said) < STATEMENT or "ยังไม่ได้" in said or len(told) < (1 if case.service else 2):
        return None
    return Kind.COMPLAINT, (Reason("word-found", " · ".join(sorted(told)[:2])),)


def remainder(case: MessageCase) -> Finding:
    """A request is what remains: the law knows no mail that is nothing (R2)."""
    if match := kinds.APPLY.search(case.said):
        return Kind.REQUEST, (Reason("word-found", match[0].strip()[:80]),)
    if finding := _tells_of_trouble(case):
        return finding
    return Kind.REQUEST, () if case.service else (Reason("nothing-recognised"),)


AUTOMATIC_OR_BROKEN: tuple[Finder, ...] = (form_finders.automatic, form_finders.unparsed)
FINDERS: tuple[Finder, ...] = (
    form_finders.malware,
    form_finders.service_chosen,
    form_finders.empty,
    form_finders.official_letter,
    form_finders.phishing,
    form_finders.spam,
    form_finders.forwarded,
    form_finders.thanks,
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
