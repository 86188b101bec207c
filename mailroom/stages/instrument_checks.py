"""What an announcement or order must say before the head can sign it, and what is allowed but worth a second look."""

from collections.abc import Iterator
from dataclasses import dataclass

from mailroom.domain.errors import RefusedActionError
from mailroom.domain.instrument import ChannelRule, Instrument, InstrumentKind
from mailroom.domain.service import Catalogue

CHANNELS = ("email", "line", "web", "other")
"""Channels that a channel table may name; this program reads the first two (R112)."""
FREE_MAIL = frozenset(
    {"gmail.com", "hotmail.com", "outlook.com", "outlook.co.th", "yahoo.com", "yahoo.co.th", "icloud.com"}
)
"""Private mail services: a warning, never a refusal (R39, R62)."""


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that people should know. `code` is a key of the table `instrument-remarks` of the texts."""

    code: str
    detail: str = ""


def check_rule(rule: ChannelRule, catalogue: Catalogue) -> None:
    """Raises RefusedActionError for a line of the channel table that could not be kept or found."""
    if rule.channel not in CHANNELS:
        raise RefusedActionError("rule-channel", rule.channel)
    if not rule.address.strip():
        raise RefusedActionError("rule-address-missing")
    if rule.channel == "email" and not _is_mailbox(rule.address):
        raise RefusedActionError("rule-no-mailbox", rule.address)
    if rule.channel == "web" and not rule.address.startswith(("https://", "http://")):
        raise RefusedActionError("rule-no-web-address", rule.address)
    for key in rule.services:
        if catalogue.service(key) is None:
            raise RefusedActionError("no-such-service", key)
    if rule.starts_on and rule.ends_on and rule.ends_on < rule.starts_on:
        raise RefusedActionError("rule-days", rule.address)


def check_complete(instrument: Instrument, catalogue: Catalogue) -> None:
    """Raises RefusedActionError naming what is missing before it can be put before the head."""
    details = dict(instrument.details)
    if not instrument.title.strip():
        raise RefusedActionError("instrument-no-title")
    if instrument.signatory is None or not instrument.signatory.name.strip():
        raise RefusedActionError("instrument-no-signatory")
    if instrument.dated and instrument.effective_on and instrument.effective_on < instrument.dated:
        raise RefusedActionError("instrument-day-before")
    if instrument.kind is InstrumentKind.CHANNELS and not instrument.rules:
        raise RefusedActionError("instrument-no-channels")
    if instrument.kind is InstrumentKind.SYSTEM and not instrument.number.strip():
        raise RefusedActionError("instrument-no-number")
    if instrument.kind is InstrumentKind.SYSTEM and not details.get("system"):
        raise RefusedActionError("instrument-no-system")
    if instrument.kind is InstrumentKind.DISPLAY and not details.get("licences"):
        raise RefusedActionError("instrument-no-licences")
    for rule in instrument.rules:
        check_rule(rule, catalogue)


def remarks(instrument: Instrument) -> tuple[Remark, ...]:
    """What is allowed but worth a second look before it is signed."""
    return tuple(_remarks(instrument))


def _remarks(instrument: Instrument) -> Iterator[Remark]:
    if instrument.kind is not InstrumentKind.CHANNELS:
        return
    if not instrument.phones:
        yield Remark("no-phone")
    for rule in instrument.rules:
        domain = rule.address.rpartition("@")[2].lower()
        if rule.channel == "email" and domain in FREE_MAIL:
            yield Remark("free-mail", rule.address)
        elif rule.channel == "email" and not rule.address.lower().startswith("saraban"):
            yield Remark("no-saraban-name", rule.address)
        if rule.channel == "line" and not rule.address.startswith("@"):
            yield Remark("no-official-account", rule.address)


def _is_mailbox(address: str) -> bool:
    local, at, domain = address.partition("@")
    return bool(local and at and "." in domain and "@" not in domain) and not any(c.isspace() for c in address)
