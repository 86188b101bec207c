"""The wordings as they stand in the TOML files beside this module.

Files and fields. Each `services-*.toml` has one `[[service]]` per service of config/services.toml: `key`; `kind` of
what is usually wanted (else request); `matters`, short names of the matter as citizens say them; `due`, what is paid
for it; `subjects`; cores by style in `formal`, `plain`, `chatty`, `english`: what somebody writes who wants the service;
`situations`, sentences of detail; `questions` of enquiries about it and `complaints` about how it was handled. Each
`agencies-*.toml` has `[[agency]]`: `name` as in config/agencies.toml, `subjects`, `cores`. Each `kinds-*.toml` has
`[[kind]]`: `kind`, `name`, `subjects`, `cores` of no service, `about` of any service, `frame` and `tails`; `of-KEY`, more
cores of what that service is usually wanted for; `without`: nothing of the kind is said of a matter in which one of these
stands. The lists of tables with the same `name` are joined. `frame.toml` has what stands around them.

Inside a wording `[a|b]` offers a choice and `{slot}` is filled: {i} the sender's word for himself, {p} and {q} the
particles at the end of a statement and of a question, {matter} and {due} words of the service, all others values.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
STYLES = ("formal", "plain", "chatty", "english")
_THAI = range(0x0E01, 0x0E5C)


@dataclass(frozen=True, slots=True)
class Core:
    """What is wanted, in one sentence or a few. No style: it follows from the words or from chance."""

    text: str
    style: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """Wordings that are drawn together, with the labels of every message that is made of them."""

    name: str
    kind: str
    service: str = ""
    agency: str = ""
    subjects: tuple[str, ...]
    cores: tuple[Core, ...]
    details: tuple[str, ...] = ()
    most_details: int = 3
    matters: tuple[str, ...] = ()
    due: tuple[str, ...] = ()
    frame: str = "letter"
    tails: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """All pools of one service: what is usually wanted of it, enquiries, and everything else that is said of it."""

    key: str
    main: Pool
    enquiries: Pool
    others: tuple[Pool, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wordings:
    services: tuple[Service, ...]
    agencies: tuple[Pool, ...]
    kinds: tuple[Pool, ...]
    frame: Mapping[str, Any] = field(repr=False)


def is_thai(text: str) -> bool:
    """Whether a Thai letter stands in the text."""
    return any(ord(letter) in _THAI for letter in text)


@cache
def wordings() -> Wordings:
    """All files, read once."""
    kinds = _joined(entry for table in _tables("kinds-*.toml") for entry in table["kind"])
    return Wordings(
        services=tuple(_service(entry, kinds) for table in _tables("services-*.toml") for entry in table["service"]),
        agencies=tuple(_agency(entry) for table in _tables("agencies-*.toml") for entry in table["agency"]),
        kinds=tuple(_kind(entry) for entry in kinds),
        frame=next(_tables("frame.toml")),
    )


def _tables(pattern: str) -> Iterator[dict[str, Any]]:
    for path in sorted(HERE.glob(pattern)):
        yield tomllib.loads(path.read_text(encoding="utf-8"))


def _joined(entries: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """One entry for each name, with all that the tables of that name hold."""
    found: dict[str, dict[str, Any]] = {}
    for entry in entries:
        whole = found.setdefault(entry["name"], {})
        for key, value in entry.items():
            whole[key] = [*whole.get(key, ()), *value] if isinstance(value, list) else value
    return list(found.values())


def _service(entry: Mapping[str, Any], kinds: Sequence[Mapping[str, Any]]) -> Service:
    """A service with the wordings of the kinds that can be said of any service."""
    key, situations = entry["key"], tuple(entry["situations"])
    own = [Core(text, style) for style in STYLES for text in entry.get(style, ())]
    added = [Core(text) for kind in kinds for text in kind.get(f"of-{key}", ())]
    main = Pool(
        name=key,
        kind=entry.get("kind", "request"),
        service=key,
        subjects=tuple(entry["subjects"]),
        cores=(*own, *added),
        details=situations,
        matters=tuple(entry["matters"]),
        due=tuple(entry.get("due", ())),
    )
    # What is asked for in a complaint is a complaint.
    fitting = [kind for kind in kinds if kind["kind"] != "request" or main.kind == "request"]
    found = {kind["name"]: _said_of(main, entry, kind) for kind in fitting}
    enquiries = replace(found.pop("enquiry"), details=situations, most_details=1)
    return Service(key=key, main=main, enquiries=enquiries, others=tuple(pool for pool in found.values() if pool.cores))


def _said_of(main: Pool, entry: Mapping[str, Any], kind: Mapping[str, Any]) -> Pool:
    """What of this kind is said of the service: its own questions or complaints, and what can be said of any."""
    own = {"enquiry": entry["questions"], "complaint": entry["complaints"]}.get(kind["name"], [])
    general = [text for text in kind["about"] if main.due or "{due}" not in text]
    unsaid = kind.get("without", ())
    return replace(
        main,
        name=f"{main.service}/{kind['name']}",
        kind=kind["kind"],
        subjects=main.subjects if own else tuple(kind["subjects"]),
        cores=tuple(Core(text) for text in [*own, *general]),
        details=(),
        matters=tuple(matter for matter in main.matters if not any(words in matter for words in unsaid)),
    )


def _agency(entry: Mapping[str, Any]) -> Pool:
    return Pool(
        name=f"agency/{entry['name']}",
        kind="wrong-agency",
        agency=entry["name"],
        subjects=tuple(entry["subjects"]),
        cores=tuple(Core(text) for text in entry["cores"]),
    )


def _kind(entry: Mapping[str, Any]) -> Pool:
    return Pool(
        name=f"kind/{entry['name']}",
        kind=entry["kind"],
        subjects=tuple(entry["subjects"]),
        cores=tuple(Core(text) for text in entry["cores"]),
        frame=entry.get("frame", "letter"),
        tails=tuple(entry.get("tails", ())),
    )
