"""Slots and choices of a wording, filled for one sender."""

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T")
_CHOICE = re.compile(r"\[([^\[\]]*\|[^\[\]]*)\]")
_SLOT = re.compile(r"\{(\w+)\}")
_EDGE = "\x00"
_TOGETHER = re.compile(r"(?<=[\u0e01-\u0e4e])\x00(?=[0-9])|(?<=[0-9])\x00(?=[\u0e01-\u0e44])")
_OFTEN_ALIKE = frozenset({"i", "me", "me_en", "nick", "phone", "home", "home_en", "soi", "place", "road"})
"""Slots that keep one value in a message: who writes, and from where."""


class Deck(Generic[T]):
    """Things that are drawn in random order; none comes again before all others came."""

    def __init__(self, things: Sequence[T], chance: random.Random) -> None:
        self._things, self._chance = tuple(things), chance
        self._left: list[T] = []

    def draw(self) -> T:
        if not self._left:
            self._left = list(self._things)
            self._chance.shuffle(self._left)
        return self._left.pop()


@dataclass(frozen=True, slots=True)
class Sender:
    """Who writes: by which words he speaks of himself and ends his sentences."""

    male: bool
    style: str
    words: Mapping[str, Sequence[str]]


def sender(style: str, frame: Mapping[str, Any], chance: random.Random) -> Sender:
    """A sender of that style. Foreigners have no Thai particles."""
    male = chance.random() < 0.5
    voices = frame["voice"]["male" if male else "female"]
    return Sender(male, style, voices["plain" if style == "english" else style])


def chosen(text: str, chance: random.Random) -> str:
    """The text with one side taken of each choice."""
    return _CHOICE.sub(lambda found: chance.choice(found[1].split("|")), text)


def filled(text: str, who: Sender, frame: Mapping[str, Any], chance: random.Random) -> str:
    """The text with all its slots filled; digits stand apart from Thai letters. KeyError: an unknown slot."""
    kept: dict[str, str] = {}

    def fill(found: re.Match[str]) -> str:
        slot = found[1]
        value = kept.get(slot) or _value(slot, who, frame["values"], chance)
        if slot in _OFTEN_ALIKE:
            kept[slot] = value
        return f"{_EDGE}{value}{_EDGE}"

    text = _SLOT.sub(fill, text).replace(f"นะ{_EDGE}นะ", f"นะ{_EDGE}")
    return _TOGETHER.sub(" ", text).replace(_EDGE, "")


def _value(slot: str, who: Sender, values: Mapping[str, Sequence[str]], chance: random.Random) -> str:
    pick = chance.choice
    words = {"i": "pronouns", "p": "particles", "q": "questions"}
    if slot in words:
        return pick(who.words[words[slot]])
    if slot in values:
        return pick(values[slot])
    return _made(slot, who, values, chance)


def _made(slot: str, who: Sender, values: Mapping[str, Sequence[str]], chance: random.Random) -> str:
    """A value that is put together. All persons, numbers and places are invented."""
    pick, number = chance.choice, chance.randint
    makers = {
        "me": lambda: f"{pick(values['male' if who.male else 'female'])} {pick(values['last'])}",
        "name": lambda: f"{pick((*values['male'], *values['female']))} {pick(values['last'])}",
        "phone": lambda: _phone(chance),
        "n": lambda: str(number(2, 9)),
        "m": lambda: str(pick((12, 15, 20, 25, 30, 40, 45, 60, 80, 120, 150, 200))),
        "ref": lambda: str(number(101, 9899)),
        "deed": lambda: str(number(1200, 98900)),
        "baht": lambda: f"{number(2, 180) * 50:,}",
        "area": lambda: pick(
            (f"{number(1, 9)} ไร่", f"{number(1, 6)} ไร่ {number(1, 3)} งาน", f"{number(50, 390)} ตารางวา")
        ),
        "area_en": lambda: f"{number(1, 9)} rai",
        "place": lambda: pick((f"หมู่ {number(1, 12)} {pick(values['village'])}", pick(values["village"]))),
        "place_en": lambda: pick(values["village_en"]),
        "home": lambda: f"บ้านเลขที่ {number(1, 299)}/{number(1, 60)} {pick(values['village'])}",
        "home_en": lambda: f"{number(1, 299)}/{number(1, 60)} {pick(values['road_en'])}",
        "soi": lambda: f"{pick(values['soi'])} {number(1, 19)}",
        "date": lambda: _date(values, chance),
        "date_en": lambda: f"{number(1, 28)} {pick(values['month_en'])}",
    }
    return makers[slot]()


def _phone(chance: random.Random) -> str:
    """A number that nobody has been given: 0x0 000 0xxx."""
    first, last = f"0{chance.choice('689')}0", f"0{chance.randint(0, 999):03}"
    return chance.choice((f"{first}-000-{last}", f"{first}000{last}", f"{first} 000 {last}", f"{first}-000{last}"))


def _date(values: Mapping[str, Sequence[str]], chance: random.Random) -> str:
    day, month, year = chance.randint(1, 28), chance.randrange(12), chance.choice((2568, 2569, 2570))
    long, short = values["month"][month], values["month_short"][month]
    return chance.choice(
        (f"{day} {long} {year}", f"{day} {short} {year % 100}", f"{day}/{month + 1}/{year % 100}", f"{day} {short}")
    )
