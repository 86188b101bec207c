"""The journal off this machine, joined for the house and for commands."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import cache

from channels import CHANNELS, Finding
from mailroom.bootstrap.keys import open_keyring
from mailroom.bootstrap.parts import SystemClock, texts
from mailroom.configuration import Configuration
from mailroom.domain.errors import ConfigurationError
from mailroom.domain.journal import JournalPage
from mailroom.domain.message import LoggedMessage
from mailroom.domain.outbox import OutboxItem
from mailroom.ports import Books, Clock, UnitOfWork
from mailroom.ports.evidence import EvidenceKey
from mailroom.ports.journal import Journal
from mailroom.services.acting import AsOwed
from mailroom.services.dispatch import at_once
from mailroom.services.journal.claims import KnownNumbers
from mailroom.services.journal.journalling import Journalling
from mailroom.services.journal.pages import PageDesk
from mailroom.services.processing import Recognise
from mailroom.texts import LANGUAGES


def _all_are_new(_uow: UnitOfWork, _batch: Sequence[LoggedMessage]) -> None:
    """Without a journal nothing is known of a message."""


def _as_it_is(_uow: UnitOfWork, item: OutboxItem, _logged: LoggedMessage) -> OutboxItem:
    """Without a journal nothing is known of a letter."""
    return item


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """What the journal is asked, and when; without a journal nothing is."""

    journal: Journalling | None = None
    before_numbers: Callable[[], None] = at_once
    before_letter: Callable[[], None] = at_once
    recognise: Recognise = _all_are_new
    as_owed: AsOwed = _as_it_is


def join_journal(configuration: Configuration, books: Books, clock: Clock, stack: ExitStack) -> Noted:
    """Connected to nothing yet. Raises ConfigurationError."""
    key = open_keyring(configuration)
    journal = journalling(configuration, books, key, clock) if key is not None else None
    if key is None or journal is None:
        return Noted()
    known = KnownNumbers(key)
    return Noted(
        journal=stack.enter_context(closing(journal)),
        before_numbers=journal.look,
        before_letter=journal.before_letter,
        recognise=known.match,
        as_owed=known.as_sent,
    )


def journalling(
    configuration: Configuration, books: Books, key: EvidenceKey, clock: Clock | None = None
) -> Journalling | None:
    """None where no channel has a place for it, or it is switched off. Raises ConfigurationError."""
    place = _place(configuration)
    if place is None:
        return None
    return Journalling(
        desk=PageDesk(place, key, _words),
        books=books,
        clock=clock or SystemClock(),
        installation=configuration.agency.key,
        beside=configuration.settings.evidence.journal == "beside",
    )


def required_journal(configuration: Configuration, books: Books, key: EvidenceKey | None = None) -> Journalling:
    """Raises ConfigurationError, with the remedy, where numbers are not noted."""
    key = key or open_keyring(configuration)
    journal = journalling(configuration, books, key) if key is not None else None
    if journal is None:
        raise ConfigurationError(f"numbers are not noted off this machine: {_why_not(configuration, key)}")
    return journal


def examine_journal(configuration: Configuration) -> Iterator[Finding]:
    """For `mailroom doctor`. Without a journal the work goes on; a person then states the numbers after a restore."""
    key = open_keyring(configuration)
    place = _place(configuration) if key is not None else None
    if place is None:
        text = f"{_why_not(configuration, key)}; after a restore a person states the last numbers"
        yield Finding("journal", ok=True, text=f"numbers are not noted off this machine: {text}")
        return
    with closing(place):
        yield Finding("journal", ok=True, text=f"numbers are noted in {place.name}, {_order(configuration)}")


def _order(configuration: Configuration) -> str:
    before = configuration.settings.evidence.journal == "before-answer"
    return "before letters go" if before else "letters do not wait for it"


def _why_not(configuration: Configuration, key: EvidenceKey | None) -> str:
    if key is None:
        return "there is no keyring; name one in [keys] keyring and run mailroom keys init"
    if configuration.settings.evidence.journal == "off":
        return 'it is switched off: [evidence] journal = "off"'
    return "no channel has a place for them; add [channels.email]"


def _place(configuration: Configuration) -> Journal | None:
    section = configuration.settings.evidence
    if section.journal == "off":
        return None
    for name, settings in configuration.channels.items():
        made = CHANNELS[name].journal
        if made is not None:
            return made(settings, section.journal_folder)
    return None


@cache
def _titles() -> tuple[str, ...]:
    return tuple(texts(language).label("journal", "title") for language in LANGUAGES)


def _words(page: JournalPage) -> Sequence[str]:
    """The title in both languages, then what the mail is for."""
    title = " · ".join(one.replace("{page}", f"{page.generation}/{page.seq}") for one in _titles())
    return (title, "", *(texts(language).label("journal", "purpose") for language in LANGUAGES))
