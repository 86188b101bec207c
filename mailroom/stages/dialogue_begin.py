"""How a conversation begins, how long it stays open, and which of several events is answered."""

from dataclasses import replace
from datetime import timedelta

from mailroom.domain.case import CaseState
from mailroom.domain.chat import ChatCase, ChatEvent, ChatMessageKind, Conversation, ConversationState
from mailroom.stages.chat_text import is_said
from mailroom.stages.chat_words import numbers_in
from mailroom.stages.dialogue_values import TalkFacts

JOINS_WITHIN = timedelta(days=90)
"""So long what somebody says without choosing a service is taken to belong to their latest open case."""
_OPEN_CASES = frozenset({CaseState.OPEN.value, CaseState.HELD.value})


def opened(event: ChatEvent, facts: TalkFacts) -> Conversation:
    """A conversation that begins with this event; it joins the case that it quotes, else the person's latest open one."""
    quoted = _quoted(event, facts)
    return Conversation(
        id=event.id,
        person=event.person,
        opened_at=event.occurred_at,
        closes_at=event.occurred_at + facts.quiet,
        answers=_to_join(quoted) if quoted else _latest_case(event, facts),
    )


def quoting(talk: Conversation, event: ChatEvent, facts: TalkFacts) -> Conversation:
    """What is taken to belong to a case belongs to the one whose number is quoted: nobody means another one then.

    Of a matter that is new nothing changes.
    """
    quoted = _quoted(event, facts) if talk.answers else None
    return replace(talk, answers=_to_join(quoted)) if quoted else talk


def _quoted(event: ChatEvent, facts: TalkFacts) -> ChatCase | None:
    """The first case of their own whose เลขรับ stands in the words; that of somebody else is none."""
    text = event.message.text if event.message and event.message.kind is ChatMessageKind.TEXT else ""
    own = {one.number: one for one in facts.cases}
    return next((own[number] for number in numbers_in(text) if number in own), None)


def _to_join(case: ChatCase) -> str:
    """What leads to an open case; one that is over is joined by nothing."""
    return case.acknowledged_by if case.state in _OPEN_CASES else ""


def _latest_case(event: ChatEvent, facts: TalkFacts) -> str:
    since = event.occurred_at - JOINS_WITHIN
    recent = (one for one in facts.cases if one.state in _OPEN_CASES and one.entered_system_at >= since)
    return next((one.acknowledged_by for one in recent if one.acknowledged_by), "")


def extended(talk: Conversation, event: ChatEvent, facts: TalkFacts) -> Conversation:
    """Every word gives more time; without a guide no more than a guided dialogue has, so that what is said gets in."""
    at, opened_at = event.occurred_at, min(talk.opened_at, event.occurred_at)
    unguided = min(at + facts.quiet, opened_at + max(facts.dialogue, facts.quiet))
    until = at + facts.dialogue if talk.service else unguided
    return replace(talk, opened_at=opened_at, closes_at=max(talk.closes_at, until))


def shown(event: ChatEvent) -> Conversation:
    """What cannot be acted on goes to a clerk, by itself and at once."""
    return Conversation(
        id=event.id,
        person=event.person,
        state=ConversationState.CLOSED,
        opened_at=event.occurred_at,
        closes_at=event.occurred_at,
        closed_at=event.occurred_at,
    )


def in_the_middle(event: ChatEvent) -> bool:
    """One picture of several that were sent together, and not the last of them."""
    message = event.message
    return bool(message and message.set_id and message.set_total and message.set_index != message.set_total)


def answers_later(later: ChatEvent) -> bool:
    """Whether an event that came at the same time will be answered, so that an earlier one need not be."""
    return not later.room and is_said(later) and later.unsent_at is None and not in_the_middle(later)
