"""`fence`: the way back to giving numbers after a restore."""

import getpass
import os
import re
from collections.abc import Collection, Mapping
from contextlib import closing
from datetime import UTC, datetime
from typing import Annotated

import typer

from mailroom import bootstrap
from mailroom.bootstrap.noting import required_journal
from mailroom.cli.keeping_parts import say
from mailroom.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from mailroom.domain.agency import buddhist_year
from mailroom.domain.backup import Fence
from mailroom.domain.journal import ANOTHER_HOST, Claim
from mailroom.domain.outgoing import OUTGOING
from mailroom.domain.register import INCOMING
from mailroom.stages.fence import LICENCE

fence = typer.Typer(help="After a restore: the last numbers that were given.", no_args_is_help=True)

ANOTHER = (
    "another host gives numbers for the same mailbox: it was cloned, or restored from a backup of this one. Stop one of them; "
    "where the work goes on, let the last numbers be found."
)
_STATED = re.compile(r"([a-z][a-z0-9:._-]*)/(\d{4})=(\d{1,9})", re.ASCII)


def add_to(app: typer.Typer) -> None:
    app.add_typer(fence, name="fence")


@fence.command()
def show(config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """Whether numbers have to be stated, and the last ones that the books know."""
    loaded = bootstrap.load(config)
    with bootstrap.open_books(loaded) as books, books.look() as uow:
        point, known, voids = uow.journal.fence_point(), uow.keeping.last_numbers(), uow.keeping.voids()
        claims = uow.journal.claims()
    missing = point is not None
    lines = [f"{name}/{year}: the books know numbers up to {last}" for (name, year), last in sorted(known.items())]
    lines += [f"{one.series}/{one.year}: {one.first} to {one.last} are void: {one.reason}" for one in voids]
    lines += [f"{one.series}/{one.year}: {one.number} was given before a restore, {_wait(one)}" for one in claims]
    if missing:
        types = {f"{LICENCE}{one.key}" for one in loaded.catalogue.services if one.licence}
        stated = " ".join(f"{name}/{year}={last}" for (name, year), last in _to_state(known, types))
        lines += [
            ANOTHER
            if point == ANOTHER_HOST
            else "these books were restored: no number is given until the last ones are known.",
            "where numbers are noted in the mailbox, the last ones are found there:",
            f"  mailroom fence compute --config {config}",
            "otherwise look for the highest number in the letters sent since the copy, raise these where it is higher, and run:",
            f"  mailroom fence set {stated} --config {config}",
        ]
    else:
        lines.append("no number has to be stated")
    found = {
        "missing": missing,
        "known": [{"series": name, "year": year, "last": last} for (name, year), last in sorted(known.items())],
        "voids": [
            {"series": one.series, "year": one.year, "first": one.first, "last": one.last, "reason": one.reason}
            for one in voids
        ],
        "another_host": point == ANOTHER_HOST,
        "claims": [
            {"series": one.series, "year": one.year, "number": one.number, "message": one.message_id} for one in claims
        ],
    }
    say(found, lines, as_json=as_json)


@fence.command()
def compute(config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """Find the last numbers in the journal, and go on after them. The program does so by itself when it starts.

    On a host that was stopped because another one works with its mailbox, this says that here it goes on.
    """
    loaded = bootstrap.load(config)
    with bootstrap.open_books(loaded) as books, closing(required_journal(loaded, books)) as journal:
        taken = journal.takeover.run()
    lines = [f"{name}/{year}: numbers go on after {last}" for (name, year), last in sorted(taken.last.items())]
    lines.append(
        f"{taken.pages} pages of the journal are later than these books: {taken.claims} numbers are given again to the mail that "
        f"had them, {taken.voids} are void, {taken.letters} letters had gone and do not go twice"
    )
    if taken.ignored:
        lines.append(f"{taken.ignored} pages were passed over: forged, or of other keys")
    found = {
        "last": [{"series": name, "year": year, "last": last} for (name, year), last in sorted(taken.last.items())],
        "pages": taken.pages,
        "claims": taken.claims,
        "voids": taken.voids,
        "letters": taken.letters,
        "ignored": taken.ignored,
    }
    say(found, lines, as_json=as_json)


@fence.command(name="set")
def set_(
    numbers: Annotated[list[str], typer.Argument(metavar="SERIES/YEAR=LAST...", help="For example in/2569=241")],
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """State the last number of each series. What lies between becomes void, and numbers go on after it. Not undone."""
    by = _who()
    fences = [_fence(one, by) for one in numbers]
    with bootstrap.open_books(bootstrap.load(config)) as books, books.begin() as uow:
        at = datetime.now(UTC)
        uow.keeping.lift_fence(fences, by, at)
        uow.events.add("fence.stated", at, actor=by, detail=" ".join(numbers))
        voids = [one for one in uow.keeping.voids() if one.at == at]
        uow.commit()
    lines = [f"{one.series}/{one.year}: {one.first} to {one.last} are void: {one.reason}" for one in voids]
    lines.append(
        "stated; numbers are given again: "
        + ", ".join(f"{one.series}/{one.year} from {one.last + 1}" for one in fences)
    )
    say(
        {"stated": numbers, "voids": [[one.series, one.year, one.first, one.last] for one in voids]},
        lines,
        as_json=as_json,
    )


def _wait(claim: Claim) -> str:
    if claim.message_id is None:
        return "and its message is looked for"
    return f"and message {claim.message_id} gets it when a clerk decides that it is registered"


def _to_state(known: Mapping[tuple[str, int], int], types: Collection[str]) -> list[tuple[tuple[str, int], int]]:
    """Each series, those of the configured types too, for each year from the last that the books know to this one."""
    this_year = buddhist_year(datetime.now(UTC))
    first = max((year for _, year in known), default=this_year)
    names = sorted({INCOMING, OUTGOING, *types} | {name for name, _ in known})
    return [((name, year), known.get((name, year), 0)) for name in names for year in range(first, this_year + 1)]


def _who() -> str:
    """The account that runs the command; a number where the machine has no name for it."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def _fence(text: str, by: str) -> Fence:
    found = _STATED.fullmatch(text)
    if not found:
        raise typer.BadParameter(f"{text}: write SERIES/YEAR=LAST, for example in/2569=241")
    return Fence(found[1], int(found[2]), int(found[3]), f"command line, {by}")
