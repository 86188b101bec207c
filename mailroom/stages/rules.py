"""The policy: a table of small rules. A rule finds and gives reasons; the table says what follows."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from mailroom.domain.agency import BANGKOK, Agency, Announcement
from mailroom.domain.chat import UNKNOWN_EVENT
from mailroom.domain.decision import NOBODYS, Classification, Kind, Letter, Outcome, Reason, Secrecy
from mailroom.domain.message import Envelope, Message
from mailroom.domain.record import History
from mailroom.domain.service import Catalogue, Service
from mailroom.stages.announced import channels_for
from mailroom.stages.normalise import compact


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that a decision may depend on."""

    message: Message
    envelope: Envelope
    classification: Classification
    history: History
    agency: Agency
    catalogue: Catalogue
    announcement: Announcement | None = None
    since: datetime | None = None
    """Mail that entered before this instant is archived and listed only."""
    per_sender_per_day: int = 20
    official_letters: bool = True
    """Whether letters of other agencies are acknowledged."""
    now: datetime

    @property
    def channel(self) -> str:
        return self.envelope.channel

    @property
    def entered_on(self) -> date:
        """The day in Thailand on which the message entered."""
        return self.envelope.entered_system_at.astimezone(BANGKOK).date()


Reasons = tuple[Reason, ...]
Rule = Callable[[Facts], Reasons]
"""Looks at the facts and gives reasons, or none. Touches nothing."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """What follows when a rule speaks."""

    rule: Rule
    outcome: Outcome
    register: bool
    letter: Letter | None = None


def duplicate(facts: Facts) -> Reasons:
    """Another copy of a message that is known: one matter has one number (R51)."""
    digest = facts.history.duplicate_of
    return (Reason("duplicate", digest[:12]),) if digest else ()


def before_since(facts: Facts) -> Reasons:
    """Older than the day from which the agency consented to processing: archived and listed only."""
    since = facts.since
    return (
        (Reason("before-since", since.date().isoformat()),)
        if since and facts.envelope.entered_system_at < since
        else ()
    )


def automatic_message(facts: Facts) -> Reasons:
    """Reports, robots, lists and our own mail: answering one may start a loop (RFC 3834 section 2)."""
    return _of_kind(facts, Kind.DSN, Kind.MDN, Kind.AUTO_REPLY, Kind.MAILING_LIST)


def secret_matter(facts: Facts) -> Reasons:
    """A grade of secrecy: a person decides where it is kept (R58)."""
    secrecy = facts.classification.marks.secrecy
    return (Reason("secret-matter"),) if secrecy is not Secrecy.NONE else ()


def harmful(facts: Facts) -> Reasons:
    """An attachment that runs when opened. The letter around it may still be a citizen's matter."""
    return _of_kind(facts, Kind.MALWARE)


def perhaps_nobodys(facts: Facts) -> Reasons:
    """Mere thanks, spam or phishing by likeness alone: that is not enough to lay a message aside (R2)."""
    alike = any(one.code == "primer-kind" for one in facts.classification.reasons)
    return _of_kind(facts, *NOBODYS) if alike else ()


def unwanted(facts: Facts) -> Reasons:
    """Spam and phishing by two signals: only a clerk finds that something is no official matter."""
    return _of_kind(facts, Kind.SPAM, Kind.PHISHING)


def unclear_sender(facts: Facts) -> Reasons:
    """Nobody, or more than one, signs the message: whom should a letter reach?"""
    message = facts.message
    addresses = {one.address.lower() for one in message.senders if one.address}
    if not message.sender.address:
        return (Reason("no-sender"),)
    if len(addresses) > 1:
        return (Reason("several-senders", ", ".join(sorted(addresses)[:3])),)
    return ()


def impersonation(facts: Facts) -> Reasons:
    """A stranger under our name or one of our addresses."""
    sender, agency = facts.message.sender, facts.agency
    if sender.address.lower() in agency.addresses | agency.officer_addresses:
        return ()
    shown = compact(sender.name)
    claimed = any(name in shown for name in _own_names(agency))
    return (Reason("impersonation", f"{sender.name[:120]} <{sender.address}>"),) if claimed else ()


@lru_cache(maxsize=64)
def _own_names(agency: Agency) -> tuple[str, ...]:
    return tuple(compact(name) for name in (*agency.addresses, agency.name) if name)


def unknown_event(facts: Facts) -> Reasons:
    """A sign of a chat platform that nobody told us of: no person's matter, but a clerk should know (fault 152)."""
    message = facts.message
    found = next((one for one in message.defects if one.startswith(UNKNOWN_EVENT)), None)
    if not message.is_chat or found is None or message.text.strip() or message.attachments:
        return ()
    return (Reason("event-unknown", found.partition(":")[2].strip()),)


def joins_case(facts: Facts) -> Reasons:
    """Said in a chat about a matter in hand: it is added to the case, under the case's own number."""
    number = facts.history.thread
    joins = facts.message.is_chat and number is not None and not facts.message.service
    return (Reason("joins-case", str(number)),) if joins else ()


def unreadable(facts: Facts) -> Reasons:
    return _of_kind(facts, Kind.UNPARSED)


def empty(facts: Facts) -> Reasons:
    return _of_kind(facts, Kind.EMPTY)


def only_thanks(facts: Facts) -> Reasons:
    """Thanks ask for nothing. To answer them would begin an exchange of courtesies between programs."""
    return _of_kind(facts, Kind.THANKS)


def other_agency(facts: Facts) -> Reasons:
    """Another agency is directly responsible, and can be named with a channel of its own (R19)."""
    agency = facts.catalogue.agency(facts.classification.agency)
    if facts.classification.kind is not Kind.WRONG_AGENCY or agency is None or not agency.reachable:
        return ()
    return (Reason("other-agency", agency.name), *facts.classification.reasons)


def unknown_agency(facts: Facts) -> Reasons:
    """Not ours, but nobody can be named for certain: the law allows no notice without a name (R19)."""
    if facts.classification.kind is not Kind.WRONG_AGENCY:
        return ()
    return (Reason("no-agency-to-name", facts.classification.agency or ""), *facts.classification.reasons)


def wrong_channel(facts: Facts) -> Reasons:
    """Not a channel of the announcement in force, or not one on which this service is offered (R20, R21)."""
    announcement = _in_force(facts)
    if announcement is None:
        return ()
    if facts.channel not in channels_for(announcement, None, facts.entered_on):
        return (Reason("channel-not-announced", facts.channel),)
    service = _service_offered_elsewhere(facts, announcement)
    nameable = service and channels_for(announcement, service, facts.entered_on)
    return (Reason("channel-not-for-service", service.name),) if service and nameable else ()


def no_channel_to_name(facts: Facts) -> Reasons:
    """Not offered on this channel, and on none that a notice could name: nobody is sent back to where they came from."""
    announcement = _in_force(facts)
    service = _service_offered_elsewhere(facts, announcement) if announcement else None
    return (Reason("channel-not-for-service", service.name),) if service else ()


def _in_force(facts: Facts) -> Announcement | None:
    """The announcement when the message came; one that lets nobody in any more sends nobody elsewhere."""
    announcement = facts.announcement
    if announcement is None or not announcement.in_force(facts.envelope.entered_system_at):
        return None
    return announcement if channels_for(announcement, None, facts.entered_on) else None


def _service_offered_elsewhere(facts: Facts, announcement: Announcement) -> Service | None:
    """The service that is asked for, if this channel is none of its own. A wrong box or unit is no wrong channel (R36)."""
    service = facts.catalogue.service(facts.classification.service)
    asked = facts.classification.kind is Kind.REQUEST
    if service is None or not asked or facts.channel in channels_for(announcement, service, facts.entered_on):
        return None
    return service


def no_single_service(facts: Facts) -> Reasons:
    """A request for nothing in the catalogue, or for several things at once: a clerk says for which."""
    if facts.classification.kind is not Kind.REQUEST or facts.classification.service:
        return ()
    return (Reason("no-single-service"), *facts.classification.reasons)


def official_letter(facts: Facts) -> Reasons:
    return _of_kind(facts, Kind.OFFICIAL_LETTER)


def citizens_matter(facts: Facts) -> Reasons:
    """Whatever else a person writes is a matter with the right to a number and an answer (R2, R18, R45)."""
    return facts.classification.reasons or (Reason("no-objection"),)


def _of_kind(facts: Facts, *kinds: Kind) -> Reasons:
    return facts.classification.reasons if facts.classification.kind in kinds else ()


POLICY: tuple[Ruling, ...] = (
    Ruling(duplicate, Outcome.IGNORE, register=False),
    Ruling(before_since, Outcome.IGNORE, register=False),
    Ruling(automatic_message, Outcome.IGNORE, register=False),
    Ruling(unknown_event, Outcome.HOLD, register=False),
    Ruling(unreadable, Outcome.HOLD, register=True, letter=Letter.HELD),
    Ruling(secret_matter, Outcome.HOLD, register=True, letter=Letter.HELD),
    Ruling(harmful, Outcome.HOLD, register=True, letter=Letter.HELD),
    Ruling(joins_case, Outcome.ACCEPT, register=False),
    Ruling(perhaps_nobodys, Outcome.HOLD, register=True, letter=Letter.HELD),
    Ruling(unwanted, Outcome.HOLD, register=False),
    Ruling(unclear_sender, Outcome.HOLD, register=True),
    Ruling(impersonation, Outcome.HOLD, register=True),
    Ruling(empty, Outcome.HOLD, register=True, letter=Letter.HELD),
    Ruling(only_thanks, Outcome.IGNORE, register=False),
    Ruling(other_agency, Outcome.REDIRECT_AGENCY, register=True, letter=Letter.REDIRECT_AGENCY),
    Ruling(unknown_agency, Outcome.HOLD, register=True, letter=Letter.HELD),
    Ruling(wrong_channel, Outcome.REDIRECT_CHANNEL, register=False, letter=Letter.REDIRECT_CHANNEL),
    Ruling(no_channel_to_name, Outcome.HOLD, register=True, letter=Letter.HELD),
    Ruling(no_single_service, Outcome.HOLD, register=True, letter=Letter.HELD),
    Ruling(official_letter, Outcome.ACCEPT, register=True, letter=Letter.ACKNOWLEDGEMENT),
    Ruling(citizens_matter, Outcome.ACCEPT, register=True, letter=Letter.ACKNOWLEDGEMENT),
)
"""From top to bottom; the first rule that gives a reason decides. The last always speaks."""
