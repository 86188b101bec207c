"""What a person is told of their own cases, and of no others."""

from mailroom.domain.agency import BANGKOK
from mailroom.domain.card import Card, Choice
from mailroom.domain.chat import ChatCase, ChatPerson, Conversation
from mailroom.domain.service import Catalogue
from mailroom.stages.compose import one_line
from mailroom.stages.dialogue_says import choices
from mailroom.stages.dialogue_values import Say, TalkFacts, Voice
from mailroom.stages.thai import english_date, thai_short_date

SHOWN = 8
"""Cases of one answer; the rest is counted."""
SUBJECT_LIMIT = 60


def status(voice: Voice, talk: Conversation | None, person: ChatPerson, facts: TalkFacts, number: str = "") -> Say:
    """All of the person's cases, or one. A number of somebody else is answered like one that does not exist."""
    tap = choices(voice, talk, person, facts)
    found = [one for one in facts.cases if number in ("", one.number)]
    if not found:
        key = "status-unknown" if number else "status-none"
        return Say(voice.say(key, number=number), Card(choices=tap))
    if number:
        return Say(voice.say("status-one", number=number), _one(voice, found[0], facts.catalogue, tap))
    rows = tuple((one.number, _line(voice, one, facts.catalogue)) for one in found[:SHOWN])
    more = len(found) - SHOWN
    note = voice.say("and-more", count=more) if more > 0 else ""
    return Say(voice.say("status-all"), Card(voice.say("status-title"), rows, note=note, choices=tap))


def _line(voice: Voice, case: ChatCase, catalogue: Catalogue) -> str:
    return " · ".join(one for one in (_state(voice, case), _matter(voice, case, catalogue), _day(voice, case)) if one)


def _one(voice: Voice, case: ChatCase, catalogue: Catalogue, tap: tuple[Choice, ...]) -> Card:
    rows = (
        (voice.say("row-state"), _state(voice, case)),
        (voice.say("row-matter"), _matter(voice, case, catalogue)),
        (voice.say("row-entered"), _day(voice, case)),
    )
    title = voice.say("status-number", number=case.number)
    return Card(title, tuple(row for row in rows if row[1]), choices=tap)


def _state(voice: Voice, case: ChatCase) -> str:
    return voice.word("chat_states", case.state)


def _matter(voice: Voice, case: ChatCase, catalogue: Catalogue) -> str:
    service = catalogue.service(case.service)
    return voice.service(service) if service else one_line(case.subject, SUBJECT_LIMIT)


def _day(voice: Voice, case: ChatCase) -> str:
    on = case.entered_system_at.astimezone(BANGKOK).date()
    return thai_short_date(on) if voice.is_thai else english_date(on)
