"""What is told by form: reports, robots, danger, letters between offices, forwards and thanks. Words of wishes come after."""

import re
from collections.abc import Callable

from mailroom.domain.chat import UNKNOWN_EVENT
from mailroom.domain.decision import Kind, Reason
from mailroom.stages import lazy
from mailroom.stages.automatic import find_automatic, own_address
from mailroom.stages.classify_case import MessageCase
from mailroom.stages.courtesy import only_thanks
from mailroom.stages.danger import find_malware, find_phishing, find_spam
from mailroom.stages.marks import face_parts, letter_number
from mailroom.stages.quoting import bare_subject

_BROKEN_DEFECTS = ("unreadable", "event-malformed", "event-id-reused")
"""Defects of what nobody can make sense of."""
_OFFICES = lazy.pattern(r"@(?:[\w-]+\.)*(?:go|mi)\.th$")
_NOTHING = lazy.pattern(r"^\W*(?:\(?(?:no subject|ไม่มีชื่อเรื่อง|ไม่มีหัวเรื่อง|ไม่มีหัวข้อ|none)\)?)?\W*$", re.I)

Finding = tuple[Kind, tuple[Reason, ...]]
Finder = Callable[[MessageCase], Finding | None]
"""Looks for one kind of message and says why, or says nothing."""


def automatic(case: MessageCase) -> Finding | None:
    if case.message.is_chat:
        return None  # it was typed: a citizen may quote what robots say
    finding = find_automatic(case.message, case.agency)
    return (finding[0], (finding[1],)) if finding else None


def unparsed(case: MessageCase) -> Finding | None:
    """Unreadable, or a sign of a chat platform that is broken or unknown and says nothing else."""
    message = case.message
    codes = _BROKEN_DEFECTS if message.text.strip() or message.attachments else (*_BROKEN_DEFECTS, UNKNOWN_EVENT)
    broken = next((defect for defect in message.defects if defect.startswith(codes)), None)
    return (Kind.UNPARSED, (Reason("unreadable", broken.partition(":")[2].strip()),)) if broken else None


def malware(case: MessageCase) -> Finding | None:
    reasons = tuple(dict.fromkeys(find_malware(case.message)))
    return (Kind.MALWARE, reasons[:3]) if reasons else None


def empty(case: MessageCase) -> Finding | None:
    message = case.message
    nothing = _NOTHING.match(case.subject) and _NOTHING.match(case.text) and _NOTHING.match(case.body.quoted)
    attached = message.attachments or "message/rfc822" in message.part_types
    return (Kind.EMPTY, (Reason("nothing-written"),)) if nothing and not attached else None


def service_chosen(case: MessageCase) -> Finding | None:
    """A choice from our own list is no guess: it goes before every other sign but those of danger."""
    return (Kind.REQUEST, (Reason("service-chosen", case.chosen.name),)) if case.chosen else None


def phishing(case: MessageCase) -> Finding | None:
    reasons = () if case.history.is_thread or case.asks_of_us else find_phishing(case.message, case.text)
    return (Kind.PHISHING, reasons) if reasons else None


def spam(case: MessageCase) -> Finding | None:
    reasons = () if case.history.is_thread or case.asks_of_us else find_spam(case.message, case.text)
    return (Kind.SPAM, reasons) if reasons else None


def official_letter(case: MessageCase) -> Finding | None:
    """A letter number on the face, with two more parts of an official letter, or alone in the subject (R54, R56)."""
    number = case.marks.letter_no
    if not number:
        return office_mail(case)
    in_subject = bool(letter_number(bare_subject(case.message.subject)))
    if face_parts(case.face) + 2 * in_subject < 2:
        return None
    return Kind.OFFICIAL_LETTER, (Reason("letter-number", number),)


def office_mail(case: MessageCase) -> Finding | None:
    """An office's own address, with four parts of a letter: its number stands in what it encloses."""
    sender = case.message.sender.address.lower()
    if not _OFFICES.search(sender) or own_address(sender, case.agency) or sender in case.agency.officer_addresses:
        return None
    if face_parts(case.face) < 4 or not case.message.attachments:
        return None
    return Kind.OFFICIAL_LETTER, (Reason("letter-of-office", case.message.sender.address),)


def forwarded(case: MessageCase) -> Finding | None:
    if not case.forwarded:
        return None
    sender = case.message.sender.address
    if sender.lower() in case.agency.officer_addresses:
        return Kind.FORWARDED, (Reason("officer-forwards", sender),)
    return Kind.FORWARDED, (Reason("forward-marks", case.message.subject[:120]),)


def thanks(case: MessageCase) -> Finding | None:
    if case.message.attachments or not only_thanks(case.subject, case.text):
        return None
    return Kind.THANKS, (Reason("only-thanks"),)
