"""`fence`: the way back to giving numbers after a restore."""

import getpass
import os
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated

import typer

from mailroom import bootstrap
from mailroom.cli.keeping_parts import say
from mailroom.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from mailroom.domain.agency import buddhist_year
from mailroom.domain.backup import Fence
from mailroom.domain.outgoing import OUTGOING
from mailroom.domain.register import INCOMING

fence = typer.Typer(help="After a restore: the last numbers that were given.", no_args_is_help=True)

_STATED = re.compile(r"([a-z][a-z0-9:._-]*)/(\d{4})=(\d{1,9})", re.ASCII)


def add_to(app: typer.Typer) -> None:
    app.add_typer(fence, name="fence")


@fence.command()
def show(config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """Whether numbers have to be stated, and the last ones that the books know."""
    with bootstrap.open_books(bootstrap.load(config)) as books, books.look() as uow:
        missing, known, voids = uow.keeping.fence_missing(), uow.keeping.last_numbers(), uow.keeping.voids()
    lines = [f"{name}/{year}: the books know numbers up to {last}" for (name, year), last in sorted(known.items())]
    lines += [f"{one.series}/{one.year}: {one.first} to {one.last} are void: {one.reason}" for one in voids]
    if missing:
        stated = " ".join(f"{name}/{year}={last}" for (name, year), last in _to_state(known))
        lines += [
            "these books were restored: no number is given until the last ones are stated.",
            "look for the highest number in the letters sent since the copy, raise these where it is higher, and run:",
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


def _to_state(known: Mapping[tuple[str, int], int]) -> list[tuple[tuple[str, int], int]]:
    """Each series, for each year from the last that the books know to this one."""
    this_year = buddhist_year(datetime.now(UTC))
    first = max((year for _, year in known), default=this_year)
    names = sorted({INCOMING, OUTGOING} | {name for name, _ in known})
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
