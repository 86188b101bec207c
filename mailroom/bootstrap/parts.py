"""Small pieces that more than one joined whole needs."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from types import MappingProxyType
from typing import TYPE_CHECKING

from channels import CHANNELS
from mailroom.configuration import Configuration
from mailroom.paths import CONFIG
from mailroom.ports import Archive, Books, Clock, Reader
from mailroom.services.announcements import Announcements
from mailroom.services.delivery import EMAIL
from mailroom.services.dispatch import Dispatcher, at_once
from mailroom.services.mailbox import Mailboxes
from mailroom.services.reminders import Reminders
from mailroom.services.sign_in import SignIn
from mailroom.services.wording import Wording
from mailroom.stages.classify import Classifier
from mailroom.stages.compose import Composer
from mailroom.texts import LANGUAGES, Texts, load_composer, load_texts
from signing import open_mail_signer
from storage.unit_of_work import SqlBooks

if TYPE_CHECKING:
    from mailroom.services.chat_fallback import ChatFallback


class SystemClock:
    """The clock of this machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@contextmanager
def open_books(configuration: Configuration) -> Iterator[Books]:
    """The books alone, for commands that change nothing at a server. Raises StorageError."""
    configuration.data_dir.mkdir(parents=True, exist_ok=True)
    with closing(SqlBooks(configuration.database, configuration.agency.key)) as books:
        yield books


NO_CLASSIFIERS: Mapping[str, Classifier] = MappingProxyType({})


def readers(
    configuration: Configuration, stack: ExitStack, classifiers: Mapping[str, Classifier] = NO_CLASSIFIERS
) -> Mapping[str, Reader]:
    """Readers by channel, of their own: a batch holds those of processing throughout."""
    return {
        name: stack.enter_context(closing(CHANNELS[name].reader(settings, classifiers.get(name))))
        for name, settings in configuration.channels.items()
    }


def announcements(configuration: Configuration) -> Announcements:
    return Announcements(configuration.announcement, base_url=configuration.base_url)


def dispatchers(
    configuration: Configuration,
    books: Books,
    archive: Archive,
    clock: Clock,
    before_letter: Callable[[], None] = at_once,
) -> tuple[Dispatcher, ...]:
    """One for each channel. `before_letter` may keep letters waiting."""
    return tuple(
        Dispatcher(
            name,
            sender=CHANNELS[name].sender(settings, configuration.agency.name, _mail_signer(configuration, name)),
            books=books,
            archive=archive,
            clock=clock,
            fallback=_fallback(configuration, name),
            before_letter=before_letter,
        )
        for name, settings in configuration.channels.items()
    )


def _fallback(configuration: Configuration, channel: str) -> "ChatFallback | None":
    """What becomes of letters that a channel of turns cannot carry; mail has nowhere else to go."""
    if CHANNELS[channel].chat is None:
        return None
    from mailroom.services.chat_fallback import ChatFallback

    return ChatFallback(
        channel=channel,
        account=configuration.channels[channel].public_address.lower(),
        texts=texts(),
        mails=EMAIL in configuration.channels,
    )


def _mail_signer(configuration: Configuration, channel: str) -> Callable[[bytes], bytes] | None:
    """The key is opened for the first mail: a token that is not plugged in keeps no acknowledgement back."""
    settings = configuration.settings.signing
    if channel != EMAIL or settings.key is None or not settings.sign_mail:
        return None
    signers: list[Callable[[bytes], bytes]] = []

    def sign_mail(raw: bytes) -> bytes:
        if not signers:
            signers.append(open_mail_signer(settings, configuration.path.parent).sign_mail)
        return signers[0](raw)

    return sign_mail


def sign_in(configuration: Configuration, books: Books, clock: Clock | None = None) -> SignIn:
    """Signing in under the limits of [web]."""
    web = configuration.settings.web
    return SignIn(
        books=books,
        clock=clock or SystemClock(),
        idle=timedelta(minutes=web.session_idle_minutes),
        absolute=timedelta(hours=web.session_hours),
    )


def login_address(configuration: Configuration, token: str) -> str:
    """Where a one-time token signs in. It stands in the fragment, which browsers send to nobody."""
    return f"{configuration.base_url}/login/link#{token}"


def texts(language: str = LANGUAGES[0]) -> Texts:
    """The catalogue of a language. Raises ConfigurationError."""
    return load_texts(CONFIG, language)


@cache
def composer() -> Composer:
    """Letter templates, made ready once in a process. Raises ConfigurationError."""
    return load_composer(CONFIG)


def wording(*, thai_digits: bool) -> Wording:
    return Wording(texts().tables, thai_digits=thai_digits)


def record_address(configuration: Configuration) -> Callable[[str], str]:
    """Of a code, the address of its public record."""
    return lambda code: f"{configuration.base_url}/l/{code}"


def reminders(configuration: Configuration, books: Books, clock: Clock) -> Reminders:
    return Reminders(
        books=books,
        clock=clock,
        agency=configuration.agency,
        catalogue=configuration.catalogue,
        hours=configuration.hours,
        composer=composer(),
        status_url=record_address(configuration),
        days=configuration.settings.licences.remind_days,
    )


def mailboxes(configuration: Configuration, books: Books, clock: Clock | None = None) -> Mailboxes:
    """Of channels whose messages stay with a provider; connected to nothing yet."""
    spaces = {}
    for name, settings in configuration.channels.items():
        space = CHANNELS[name].space
        if space is not None:
            spaces[name] = partial(space, settings)
    targets = [one.name for one in configuration.settings.backup.target]
    return Mailboxes(books=books, spaces=spaces, targets=targets, clock=clock or SystemClock())
