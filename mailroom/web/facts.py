"""What was found in a message, beside it and within its text: each entry leads to the place that it was read from."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from stdnum.th import moa, pin

from mailroom.domain.agency import BUDDHIST_ERA
from mailroom.domain.fact import Doubt, Fact, FactKind
from mailroom.domain.record import MessageRecord
from mailroom.stages.facts import find_facts
from mailroom.stages.thai import MONTHS, thai_date
from mailroom.web.chat_exchange import Exchange

SAID_MOST = 60
"""So many turns of a conversation are searched: each costs a page some milliseconds."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a shown text: characters, or the beginning of a fact, or the end of the latest that began."""

    text: str = ""
    begins: int = 0
    """Number of the fact."""
    ends: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that was found, at one place or at several."""

    value: str
    doubt: Doubt
    quoted: bool
    places: tuple[int, ...]
    """Numbers of its facts, in the order of the page."""


@dataclass(frozen=True, slots=True)
class MessageFacts:
    """What the page of a message shows of its facts."""

    groups: tuple[tuple[FactKind, tuple[Entry, ...]], ...]
    subject: tuple[Piece, ...]
    text: tuple[Piece, ...]
    turns: Mapping[str, tuple[Piece, ...]]
    """By the anchor of what was said in a conversation; its text takes the place of `text`."""


def message_facts(record: MessageRecord, exchange: Exchange | None) -> MessageFacts | None:
    """Of the texts that the page shows, and of no others; None of what is not read yet. Nothing of it is stored."""
    message = record.message
    if message is None:
        return None
    numbered: list[tuple[int, Fact]] = []
    said = _said(exchange)
    if said:
        turns = {anchor: _marked(text, _numbered(numbered, find_facts("", text))) for anchor, text in said.items()}
        return MessageFacts(
            _groups(numbered), (Piece(message.subject),), (Piece(message.text),), MappingProxyType(turns)
        )
    found = find_facts(message.subject, message.text)
    subject = _numbered(numbered, [one for one in found if one.in_subject])
    text = _numbered(numbered, [one for one in found if not one.in_subject])
    return MessageFacts(
        _groups(numbered), _marked(message.subject, subject), _marked(message.text, text), MappingProxyType({})
    )


def _said(exchange: Exchange | None) -> dict[str, str]:
    """What the person wrote, by anchor; what was taken back is not there (R117)."""
    if exchange is None:
        return {}
    written = [one for one in exchange.turns if one.event and one.event.message and not one.hidden]
    texts = ((one.anchor, one.event.message.text) for one in written if one.event and one.event.message)
    return {anchor: text for anchor, text in list(texts)[:SAID_MOST] if text}


def _numbered(numbered: list[tuple[int, Fact]], found: Sequence[Fact]) -> list[tuple[int, Fact]]:
    """The facts with the next numbers, from 1 on one page."""
    new = list(enumerate(found, len(numbered) + 1))
    numbered += new
    return new


def _groups(numbered: Sequence[tuple[int, Fact]]) -> tuple[tuple[FactKind, tuple[Entry, ...]], ...]:
    """By kind, in the order in which clerks read kinds; what is found twice is one entry with two places."""
    alike: dict[FactKind, dict[str, list[tuple[int, Fact]]]] = defaultdict(lambda: defaultdict(list))
    for number, fact in numbered:
        alike[fact.kind][fact.value].append((number, fact))
    return tuple((kind, tuple(map(_entry, alike[kind].values()))) for kind in FactKind if kind in alike)


def _entry(same: Sequence[tuple[int, Fact]]) -> Entry:
    first = same[0][1]
    return Entry(
        value=shown_value(first),
        doubt=first.doubt,
        quoted=all(fact.quoted for _, fact in same),
        places=tuple(number for number, _ in same),
    )


def _marked(text: str, facts: Sequence[tuple[int, Fact]]) -> tuple[Piece, ...]:
    """The whole text in pieces. Facts are nested or apart, the outer one first."""
    return tuple(one for one in _pieces(text, facts) if one.text or one.begins or one.ends)


def _pieces(text: str, facts: Sequence[tuple[int, Fact]]) -> Iterator[Piece]:
    at = 0
    ends: list[int] = []
    for number, fact in facts:
        while ends and ends[-1] <= fact.start:
            yield Piece(text[at : ends[-1]])
            yield Piece(ends=True)
            at = ends.pop()
        yield Piece(text[at : fact.start])
        yield Piece(begins=number)
        at = fact.start
        ends.append(fact.end)
    while ends:
        yield Piece(text[at : ends[-1]])
        yield Piece(ends=True)
        at = ends.pop()
    yield Piece(text[at:])


def shown_value(fact: Fact) -> str:
    """The value as people group and write it."""
    match fact.kind:
        case FactKind.THAI_ID:
            return str(pin.format(fact.value))
        case FactKind.JURISTIC_ID:
            return str(moa.format(fact.value))
        case FactKind.PHONE:
            return _phone(fact.value)
        case FactKind.MONEY:
            baht, _, satang = fact.value.partition(".")
            return f"{int(baht):,}" if satang == "00" else f"{int(baht):,}.{satang}"
        case FactKind.DATE | FactKind.LETTER_DATE:
            return " – ".join(map(_day, fact.value.split("/"))) if fact.doubt is not Doubt.NO_SUCH_DAY else fact.value
        case _:
            return fact.value


def _phone(digits: str) -> str:
    if len(digits) == 9:
        return (
            f"{digits[:2]}-{digits[2:5]}-{digits[5:]}"
            if digits.startswith("02")
            else f"{digits[:3]}-{digits[3:6]}-{digits[6:]}"
        )
    return f"{digits[:3]}-{digits[3:6]}-{digits[6:]}"


def _day(value: str) -> str:
    if value.startswith("--"):
        return f"{int(value[5:])} {MONTHS[int(value[2:4]) - 1]}"
    if len(value) == len("2026-01"):
        return f"{MONTHS[int(value[5:]) - 1]} {int(value[:4]) + BUDDHIST_ERA}"
    return thai_date(date.fromisoformat(value))
