"""An announcement or order as text: the very words of its PDF, for a web page that everyone can read."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from mailroom.domain.instrument import Instrument, InstrumentKind
from mailroom.services.instrument_papers import TEMPLATES, InstrumentPapers
from mailroom.settings_files import read_toml
from mailroom.stages.thai import to_thai_digits

Cells = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Clause:
    """ข้อ: a sentence, and what stands below it."""

    text: str
    number: str = field(default="", kw_only=True)
    """As printed, `ข้อ 1`."""
    points: tuple[str, ...] = ()
    heads: Cells = ()
    rows: tuple[Cells, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentText:
    """In the order in which it is printed."""

    kind: str
    number: str
    title: str
    preamble: tuple[str, ...]
    clauses: tuple[Clause, ...]
    closing: tuple[str, ...]
    gazette: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """The fixed words of a template with the data that fill them."""

    texts: Mapping[str, str]
    data: Mapping[str, Any]
    thai_digits: bool = False

    def say(self, key: str, **facts: str) -> str:
        """A sentence with facts in its braces: those given, else those of the data. Digits of facts stay as they are."""
        text = to_thai_digits(self.texts[key]) if self.thai_digits else self.texts[key]
        known = {name: fact for name, fact in self.data.items() if isinstance(fact, str)} | facts
        for name, fact in known.items():
            text = text.replace("{" + name + "}", fact)
        return text

    def figure(self, number: int) -> str:
        return to_thai_digits(str(number)) if self.thai_digits else str(number)

    def table(self, text: str, keys: Sequence[str], rows: Sequence[Mapping[str, str]], always: int) -> Clause:
        """A clause with a table; of its columns the first `always`, and the others where any row has something."""
        used = [key for at, key in enumerate(keys) if at < always or any(row.get(key) for row in rows)]
        cells = tuple(tuple(row.get(key, "") for key in used) for row in rows)
        return Clause(text, heads=tuple(self.say(key) for key in used), rows=cells)


class InstrumentTexts:
    """Reads the words that the templates print, so that page and PDF say the same."""

    def __init__(self, config: Path, papers: InstrumentPapers) -> None:
        """`config` holds `templates/pdf`."""
        self._papers = papers
        self._wording = cache(lambda kind: wording(config, kind))

    def text(self, instrument: Instrument) -> InstrumentText:
        """Raises ConfigurationError when the words of its template cannot be read."""
        data = self._papers.printed(instrument)
        words = Words(self._wording(instrument.kind), data, self._papers.thai_digits)
        is_order = instrument.kind is InstrumentKind.SYSTEM
        number = str(data["number"])
        effective = (words.say("effective"),) if is_order and data["effective_on"] else ()
        return InstrumentText(
            kind=words.say("kind"),
            number=words.say("number") if is_order else number,
            title=str(data["title"]),
            preamble=(words.say("why"), words.say("power")),
            clauses=tuple(_numbered(words, _CLAUSES[instrument.kind](words))),
            closing=(*effective, words.say("ordered" if is_order else "announced")),
            gazette=words.say("gazette", **words.data["gazette"]) if "gazette" in data else "",
        )


def wording(config: Path, kind: InstrumentKind) -> dict[str, str]:
    """The words of a kind's template over those that all templates share. Raises ConfigurationError."""
    folder, template = config / "templates" / "pdf", TEMPLATES[kind]
    common = folder / f"common.{template.partition('.')[2]}.toml"
    return {**read_toml(common)["texts"], **read_toml(folder / f"{template}.toml")["texts"]}


def _numbered(words: Words, clauses: Iterator[Clause]) -> Iterator[Clause]:
    for at, clause in enumerate(clauses, start=1):
        yield replace(clause, number=words.say("clause", number=words.figure(at)))


def _channels(words: Words) -> Iterator[Clause]:
    data = words.data
    keys = ("channel", "address", "unit", "services", "period")
    yield words.table(words.say("channels"), keys, data["channels"], always=2)
    if data["phones"]:
        yield Clause(words.say("phones", phones=", ".join(data["phones"])))
    yield Clause(words.say("screenshot"))
    if data["hours"]:
        yield Clause(words.say("hours"))
    yield from map(Clause, data["more"])
    if data["effective_on"]:
        yield Clause(words.say("effective"))


def _system(words: Words) -> Iterator[Clause]:
    data = words.data
    yield Clause(words.say("system"))
    if data["uses"]:
        yield Clause(words.say("uses"), points=tuple(data["uses"]))
    if data["responsible"]:
        yield words.table(words.say("responsible"), ("person", "duty"), data["responsible"], always=2)
    if data["signatures"]:
        yield words.table(words.say("signatures"), ("document", "level"), data["signatures"], always=2)
    if data["backup"]:
        yield Clause(words.say("backup"))
    yield from map(Clause, data["more"])


def _display(words: Words) -> Iterator[Clause]:
    data = words.data
    rows = [{"order": words.figure(at), **row} for at, row in enumerate(data["licences"], start=1)]
    yield words.table(words.say("meaning"), ("order", "licence", "law"), rows, always=3)
    yield Clause(words.say("ways"), points=(words.say("picture"), words.say("qr_way"), *data["ways"]))
    yield Clause(words.say("legible"))
    yield Clause(words.say("show"))
    yield from map(Clause, data["more"])
    yield Clause(words.say("effective" if data["effective_on"] else "effective_gazette"))


_CLAUSES: Mapping[InstrumentKind, Callable[[Words], Iterator[Clause]]] = MappingProxyType(
    {InstrumentKind.CHANNELS: _channels, InstrumentKind.SYSTEM: _system, InstrumentKind.DISPLAY: _display}
)
