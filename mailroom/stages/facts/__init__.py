"""Facts of a message, each with its place in the text as it is shown. Pure; computed when somebody looks."""

from collections.abc import Iterator
from itertools import chain, islice

from mailroom.domain.fact import Fact, FactKind
from mailroom.stages.facts.contact import find_emails, find_phones
from mailroom.stages.facts.dates import find_dates
from mailroom.stages.facts.identity import find_identity, take_others
from mailroom.stages.facts.letter import find_letter_lines, find_letter_numbers
from mailroom.stages.facts.money import find_money
from mailroom.stages.facts.places import find_places
from mailroom.stages.facts.plain import Plain
from mailroom.stages.facts.reading import Finder, Found, Reading
from mailroom.stages.facts.registers import find_registers
from mailroom.stages.facts.slips import find_slip_references, read_slip_code
from mailroom.stages.facts.wishes import find_wishes
from mailroom.stages.quoting import split_body

__all__ = ["find_facts", "read_slip_code"]

REACH = 100_000
"""Characters of a text that are read; texts of messages are cut to as many."""
MOST = 200
"""So many facts one finder gives at most."""

_APART: tuple[Finder, ...] = (
    find_emails,
    find_registers,
    find_letter_numbers,
    find_identity,
    find_slip_references,
    find_dates,
    find_phones,
    find_money,
    find_places,
)
"""In this order what is more certain comes first; each takes its characters, and no later one sees them."""
_ORDER = {kind: place for place, kind in enumerate(FactKind)}
_AROUND: tuple[Finder, ...] = (find_letter_lines, find_wishes)
"""What these find has other facts within it."""


def find_facts(subject: str, text: str) -> tuple[Fact, ...]:
    """Of the subject, then of the text, each in order of place. Nested, but never half over each other.

    Linear in the length; never fails, also on lone surrogates. Facts of what is quoted are told as such.
    """
    return (*_facts(subject, in_subject=True), *_facts(text, in_subject=False))


def _facts(shown: str, *, in_subject: bool) -> Iterator[Fact]:
    plain = Plain(shown[:REACH])
    quoted = _Quoted(plain.text) if not in_subject else None
    for one in _nested(_found(plain.text)):
        start, end = plain.span(one.start, one.end)
        yield Fact(
            kind=one.kind,
            value=one.value,
            as_written=shown[start:end],
            start=start,
            end=end,
            in_subject=in_subject,
            quoted=quoted is not None and quoted.holds(one),
            doubt=one.doubt,
        )


def _found(text: str) -> list[Found]:
    reading = Reading(text)
    take_others(reading)
    found = chain.from_iterable(islice(find(reading), MOST) for find in (*_APART, *_AROUND))
    return sorted(found, key=lambda one: (one.start, -one.end, _ORDER[one.kind]))


def _nested(found: list[Found]) -> Iterator[Found]:
    """Without those that lie half over an earlier one."""
    open_ends: list[int] = []
    for one in found:
        while open_ends and open_ends[-1] <= one.start:
            open_ends.pop()
        if not open_ends or one.end <= open_ends[-1]:
            open_ends.append(one.end)
            yield one


class _Quoted:
    """Tells which lines of a normalised text are not the sender's own."""

    def __init__(self, text: str) -> None:
        body = split_body(text)
        self._text = text
        self._own = {line.strip() for line in body.own.split("\n")}
        self._carried = {line.strip() for line in body.quoted.split("\n")} if body.quoted else set()

    def holds(self, one: Found) -> bool:
        if not self._carried:
            return False
        first = self._text.rfind("\n", 0, one.start) + 1
        last = self._text.find("\n", one.start)
        line = self._text[first : last if last >= 0 else None].strip()
        return line not in self._own and line.lstrip("> ") in self._carried
