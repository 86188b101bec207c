"""The page of conversations: what is going on, what came, and how the channel is; what was said is read elsewhere.

It repeats nobody's words: a conversation is read on the page of its message, where opening it is on record, and where
what is secret or was taken back is kept out of sight (R58, R117).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from starlette.responses import Response

from mailroom.domain.chat import ChatEvent, ContentState, Conversation, Quota, Step
from mailroom.domain.service import Service
from mailroom.ports import UnitOfWork
from mailroom.ports.chat import ChatBook
from mailroom.web.chat_exchange import Identity, identity, is_strange
from mailroom.web.queue import addresses, page_number
from mailroom.web.site import ChatLook, Site, Visit

VIEWS = ("all", "odd")
PAGE_SIZE = 50
LOOKED_THROUGH = 1000
"""So many events are listed, the latest; older ones are in the messages that they became."""
SCARCE = 0.1
"""Share of the month's messages; with less left it is shown as a warning."""
STEPS = tuple(one for one in Step if one is not Step.FREE)
_LOST = frozenset({ContentState.GONE, ContentState.TOO_LARGE})


@dataclass(frozen=True, slots=True)
class Going:
    """A conversation that is not in the log yet."""

    conversation: Conversation
    who: Identity
    said: int
    """How many messages it holds so far."""
    files: int
    taken_back: int
    service: Service | None
    step: int
    """Which step of the guide it stands at, from 1; 0 without a guide."""


@dataclass(frozen=True, slots=True)
class Line:
    """One event as the list shows it."""

    event: ChatEvent
    who: Identity | None
    row: int | None
    """Of the message that it became part of, once that is in custody."""
    odd: bool
    sealed: bool = False
    """It became part of secret matter: who sent it is not shown (R58)."""


def chats_page(site: Site, visit: Visit) -> Response:
    look = site.talks
    view = visit.query.get("view", "") if visit.query.get("view") in VIEWS else VIEWS[0]
    page = page_number(visit)
    with site.books.look() as uow:
        chats = uow.chats(look.channel, look.account)
        events = _in_sight(uow, look, chats.recent(LOOKED_THROUGH))
        odd = [one for one in events if is_odd(one)]
        wanted = odd if view == "odd" else events
        lines = _lines(uow, look, chats, wanted[page * PAGE_SIZE : (page + 1) * PAGE_SIZE])
        going = [_going(site, chats, one) for one in (*chats.open(), *chats.closed())]
        counts = uow.health.chats()
    visit.listed.extend({one.row: None for one in lines if one.row is not None})
    return site.pages.show(
        "chats.html",
        session=visit.session,
        look=look,
        quota=look.quota(),
        scarce=is_scarce(look.quota()),
        refused=look.refused(),
        silent_for=_age(site, look),
        counts=counts,
        going=going,
        lines=lines,
        views={"all": len(events), "odd": len(odd)},
        view=view,
        page=page,
        more=len(wanted) > (page + 1) * PAGE_SIZE,
        steps=len(STEPS),
        address=addresses("/chats", view=view),
    )


def _in_sight(uow: UnitOfWork, look: ChatLook, events: Sequence[ChatEvent]) -> list[ChatEvent]:
    """Without those that became part of a restricted case (R106)."""
    hidden = uow.privacy.restricted_messages()
    if not hidden:
        return list(events)
    rows = uow.queue.rows(look.channel, look.account, {one.conversation for one in events if one.conversation})
    return [one for one in events if rows.get(one.conversation) not in hidden]


def is_odd(event: ChatEvent) -> bool:
    """Whether a clerk should look: nobody can make sense of it, or its file is lost."""
    return is_strange(event) or event.content.state in _LOST


def is_scarce(quota: Quota | None) -> bool:
    return quota is not None and quota.limit is not None and quota.limit - quota.used < quota.limit * SCARCE


def _age(site: Site, look: ChatLook) -> int | None:
    """Seconds since the last delivery."""
    at = look.last_delivery_at()
    return max(0, int((site.clock.now() - at).total_seconds())) if at else None


def _going(site: Site, chats: ChatBook, conversation: Conversation) -> Going:
    events = [one for one in chats.events_of(conversation.id) if one.message]
    return Going(
        conversation=conversation,
        who=identity(chats.person(conversation.person), conversation),
        said=len(events),
        files=sum(one.content.state is not ContentState.NONE for one in events),
        taken_back=sum(one.unsent_at is not None for one in events),
        service=site.catalogue.service(conversation.service),
        step=0 if conversation.step is Step.FREE else STEPS.index(conversation.step) + 1,
    )


def _lines(uow: UnitOfWork, look: ChatLook, chats: ChatBook, events: Sequence[ChatEvent]) -> list[Line]:
    rows = uow.queue.rows(look.channel, look.account, {one.conversation for one in events if one.conversation})
    people = {one: identity(chats.person(one), None) for one in _people(events)}
    secret = uow.messages.secret()
    return [_line(one, people.get(one.person), rows.get(one.conversation), secret) for one in events]


def _line(event: ChatEvent, who: Identity | None, row: int | None, secret: frozenset[int]) -> Line:
    sealed = row in secret
    return Line(_wordless(event), None if sealed else who, row, is_odd(event), sealed)


def _people(events: Iterable[ChatEvent]) -> set[str]:
    return {one.person for one in events if one.person}


def _wordless(event: ChatEvent) -> ChatEvent:
    """The event without what was said: the page cannot show what it is not given."""
    message = event.message and replace(event.message, text="", file_name="", location=None, url="")
    return replace(event, message=message, raw="", data="", reply_token="")
