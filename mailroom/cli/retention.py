"""`retention`: the yearly list and what goes to the National Archives; what two persons decide is decided on the pages."""

from pathlib import Path
from typing import Annotated

import typer

from mailroom import bootstrap, logs
from mailroom.bootstrap.parts import texts
from mailroom.bootstrap.retention import open_retention
from mailroom.cli.files import target
from mailroom.cli.keeping_parts import moment, say
from mailroom.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from mailroom.cli.read_table import note_read
from mailroom.domain.clerk import Clerk
from mailroom.domain.errors import ConfigurationError, RefusedActionError
from mailroom.domain.retention import DestructionList, Hold
from mailroom.ports import Books

retention = typer.Typer(
    help="How long cases are kept: yearly lists, holds, the National Archives. Nothing is ever deleted.",
    no_args_is_help=True,
)

ByOption = Annotated[str, typer.Option("--by", help="User name of the officer who does it.")]
OutOption = Annotated[Path, typer.Option("--output", "-o", dir_okay=False, help="File to write.")]
ListArgument = Annotated[int, typer.Argument(help="Number of the list, as `retention lists` shows it.")]


def add_to(app: typer.Typer) -> None:
    app.add_typer(retention, name="retention")


@retention.command()
def survey(
    year: Annotated[int, typer.Argument(help="Buddhist year of the survey: what was due before it is listed.")],
    by: ByOption,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Draw up the destruction list of a year, for the committee. Somebody else records what it decides."""
    logs.configure("error")
    with open_retention(bootstrap.load(config)) as office:
        found = office.retention.survey(year, _officer(office.books, by))
    words = texts("en")
    left_out = [(str(number), words.label("left_out", why)) for number, why in found.left_out]
    lines = [f"list {found.made.id}: {len(found.made.items)} cases; print it with: mailroom retention print"]
    lines += [f"left out: case {number}, {why}" for number, why in left_out]
    value = {"list": found.made.id, "year": year, "cases": len(found.made.items), "left_out": dict(left_out)}
    say(value, lines, as_json=as_json)


@retention.command()
def lists(config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """Destruction lists, latest first."""
    with bootstrap.open_books(bootstrap.load(config)) as books, books.look() as uow:
        found = list(uow.retention.lists())
    say([_list_object(one) for one in found], [_list_line(one) for one in found], as_json=as_json)


@retention.command()
def holds(config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """Cases that must not be destroyed, whatever a list says."""
    with bootstrap.open_books(bootstrap.load(config)) as books, books.look() as uow:
        found = list(uow.retention.holds())
    say([_hold_object(one) for one in found], [_hold_line(one) for one in found], as_json=as_json)


@retention.command("print")
def print_list(made: ListArgument, output: OutOption, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """A destruction list as a PDF, as it stands now."""
    logs.configure("error")
    with open_retention(bootstrap.load(config)) as office:
        office.known(made)
        note_read(office.books, "retention print", str(made))
        paper = office.paper(made)
    with target(output) as out:
        out.write(paper)


@retention.command()
def transfer(
    made: ListArgument,
    output: OutOption,
    by: ByOption,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """The package for the National Archives: what the committee sends there of a list, with digests of all files."""
    if output.exists():
        raise ConfigurationError(f"{output} is there already; name another file")
    logs.configure("error")
    words = texts("en")
    with open_retention(bootstrap.load(config)) as office:
        officer = _officer(office.books, by)
        office.known(made)
        note_read(office.books, "retention transfer", str(made))
        written = office.transfers.write(made, output, officer)
    one = written.transfer
    left_out = [(str(number), words.label("left_out", why)) for number, why in written.left_out]
    lines = [
        f"{output}: {one.cases} cases, {one.files} files, profile {one.profile}, manifest {one.manifest}",
        *(f"left out: case {number}, {why}" for number, why in left_out),
        "unpack it, and check it within its folder with: sha256sum -c manifest-sha256.txt",
    ]
    value = {
        "file": str(output),
        "cases": one.cases,
        "files": one.files,
        "profile": one.profile,
        "manifest": one.manifest,
        "left_out": dict(left_out),
    }
    say(value, lines, as_json=as_json)


def _officer(books: Books, by: str) -> Clerk:
    with books.look() as uow:
        officer = uow.clerks.find(by)
    if officer is None:
        raise RefusedActionError("no-such-person", by)
    return officer[0]


def _list_line(one: DestructionList) -> str:
    return f"{one.id}: {one.year}, {texts('en').label('list_states', one.state)}, made {moment(one.made_at)} by {one.made_by}"


def _list_object(one: DestructionList) -> dict[str, object]:
    return {
        "list": one.id,
        "year": one.year,
        "state": one.state.value,
        "made_at": one.made_at.isoformat(),
        "made_by": one.made_by,
    }


def _hold_line(one: Hold) -> str:
    asked = f", {one.asked_by} asks to lift it" if one.asked_at else ""
    return f"{one.number}: since {moment(one.placed_at)}, {one.placed_by}{asked}"


def _hold_object(one: Hold) -> dict[str, object]:
    return {
        "case": str(one.number),
        "placed_at": one.placed_at.isoformat(),
        "placed_by": one.placed_by,
        "lift_asked_by": one.asked_by,
    }
