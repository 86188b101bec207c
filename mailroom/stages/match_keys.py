"""What two messages have in common beside their words, by which one may be told to repeat the other."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from mailroom.domain.fact import Fact, FactKind
from mailroom.domain.match import MatchKey
from mailroom.stages.facts import find_facts

_BY_KIND: Mapping[FactKind, MatchKey] = MappingProxyType(
    {
        FactKind.PHONE: MatchKey.PHONE,
        FactKind.THAI_ID: MatchKey.IDENTITY,
        FactKind.JURISTIC_ID: MatchKey.IDENTITY,
        FactKind.REGISTER_NUMBER: MatchKey.CASE_NUMBER,
        FactKind.LICENCE_NUMBER: MatchKey.CASE_NUMBER,
        FactKind.SLIP_REFERENCE: MatchKey.SLIP,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """Of one message, for comparing only: nothing of it is kept."""

    sender: str = ""
    """Channel and account with the sender's address or id; empty where nobody is known."""
    address: str = ""
    """The address of a mail, in small letters; empty for a chat."""
    proven: str = ""
    """The address that who wrote in a chat has proven to own, in small letters."""
    values: Mapping[MatchKey, frozenset[str]]


def said_traits(subject: str, text: str, *, ours: Iterable[str] = ()) -> dict[MatchKey, frozenset[str]]:
    """Numbers in the sender's own words. What is in doubt, or quoted, or `ours` (telephones of the agency) is none."""
    found: dict[MatchKey, set[str]] = {}
    for fact in find_facts(subject, text):
        key = _BY_KIND.get(fact.kind)
        if key is not None and fact.confirmed and not fact.quoted:
            found.setdefault(key, set()).add(_value(fact))
    left_out = frozenset(ours)
    return {key: frozenset(values - left_out) for key, values in found.items()}


def _value(fact: Fact) -> str:
    """Numbers of our register and of licences look alike."""
    return f"{fact.kind} {fact.value}" if _BY_KIND[fact.kind] is MatchKey.CASE_NUMBER else fact.value


def telephones(text: str) -> frozenset[str]:
    """All that a text names."""
    return frozenset(fact.value for fact in find_facts("", text) if fact.kind is FactKind.PHONE)


def shared(first: Traits, second: Traits) -> tuple[MatchKey, ...]:
    """What both have, in the order of `MatchKey`."""
    found = {key for key, values in first.values.items() if values & second.values.get(key, frozenset())}
    if first.sender and first.sender == second.sender:
        found.add(MatchKey.SENDER)
    if (first.proven and first.proven == second.address) or (second.proven and second.proven == first.address):
        found.add(MatchKey.PROVEN_EMAIL)
    return tuple(key for key in MatchKey if key in found)
