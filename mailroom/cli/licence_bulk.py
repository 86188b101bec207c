"""`licence issue` and `licence import`: many licences from one workbook."""

import asyncio
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from mailroom.cli.display import progress
from mailroom.cli.files import target
from mailroom.cli.licence_parts import (
    AsOption,
    PasswordOption,
    ServiceOption,
    approver,
    office,
    say_json,
    say_problems,
    say_released,
    sentence,
    sole_house,
)
from mailroom.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from mailroom.cli.read_table import note_read
from mailroom.domain.clerk import Clerk
from mailroom.domain.licence import IssuanceState
from mailroom.services.dispatch import send_letters
from mailroom.services.licence_import import Examined
from mailroom.services.licence_office import LicenceOffice

FileArgument = Annotated[Path | None, typer.Argument(exists=True, dir_okay=False, help="Workbook (.xlsx).")]
TemplateOption = Annotated[
    Path | None, typer.Option("--template", dir_okay=False, help="Write a blank workbook to this file, and stop.")
]


def add_to(app: typer.Typer) -> None:
    app.command()(issue)
    app.command(name="import")(import_)


def issue(
    service: ServiceOption,
    file: FileArgument = None,
    as_user: AsOption = "",
    approve_as: Annotated[str, typer.Option(metavar="USER", help="Approver of every row.")] = "",
    batch: Annotated[str, typer.Option(help="Name of the run; that of the file when left out.")] = "",
    template: TemplateOption = None,
    send: Annotated[bool, typer.Option(help="Send the letters as well; otherwise `once` or `run` sends them.")] = True,
    config: ConfigOption = DEFAULT_CONFIG,
    password_stdin: PasswordOption = False,
    as_json: JsonOption = False,
) -> None:
    """The whole road for every row: prepared, submitted, approved, signed, registered, published, sent.

    Break it off at any point and give the same command again: it goes on where it was. Without --approve-as the
    papers wait for their approver.
    """
    if template is not None:
        _write_blank(config, template, service, papers=True)
        return
    if file is None or not as_user:
        raise typer.BadParameter("name a workbook, and with --as who prepares the papers")
    sends = send and bool(approve_as)
    with ExitStack() as stack:
        house = stack.enter_context(sole_house(config)) if sends else None
        joined = house.papers.licences if house else stack.enter_context(office(config, signs=bool(approve_as)))
        clerk = joined.person(as_user)
        head = approver(joined, approve_as, password_stdin=password_stdin) if approve_as else None
        name = batch or file.stem
        with progress("preparing") as report:
            prepared = joined.bulk.prepare_many(file, service, name, clerk, report)
        note_read(joined.books, "licence issue", "list", [one.id for one in prepared.papers])
        if prepared.problems:
            say_problems(prepared.problems, as_json=as_json)
            raise typer.Exit(1)
        _submit(joined, name, clerk, approve_as)
        if head is None:
            typer.echo(f"{len(prepared.papers)} papers of the run {name} wait for their approver")
            return
        _approve(joined, name, head)
        with progress("signing") as report:
            done = joined.issuing.release(batch=name, progress=report)
        sent = asyncio.run(send_letters(house.dispatchers)) if house else None
    say_released(done, sent, as_json=as_json)


def _submit(joined: LicenceOffice, batch: str, clerk: Clerk, signatory: str) -> None:
    waiting = _in_state(joined, batch, IssuanceState.PREPARED)
    with progress("submitting") as report:
        done = joined.issuing.submit_many(list(waiting), clerk, signatory=signatory, progress=report)
    for key, error in done.refused.items():
        typer.echo(f"mailroom: paper {key}: {sentence(error)}", err=True)
    if done.refused:
        raise typer.Exit(1)


def _approve(joined: LicenceOffice, batch: str, head: Clerk) -> None:
    """What stands submitted is what was just rendered from the rows; each is approved by its digest all the same."""
    _, refused = joined.issuing.approve_many(_in_state(joined, batch, IssuanceState.SUBMITTED), head)
    for key, error in refused.items():
        typer.echo(f"mailroom: paper {key}: {sentence(error)}", err=True)
    if refused:
        raise typer.Exit(1)


def _in_state(joined: LicenceOffice, batch: str, state: IssuanceState) -> dict[int, str]:
    """Papers of a run in a state, each with the digest of its rendition."""
    with joined.books.look() as uow:
        papers = uow.issuances.in_state(state, limit=_ALL, batch=batch)
    return {one.id: one.rendition or "" for one in papers}


_ALL = 1_000_000


def import_(
    file: FileArgument = None,
    as_user: AsOption = "",
    service: ServiceOption = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="List every fault; change nothing.")] = False,
    template: TemplateOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Take over licences issued before the system: all rows or, where there is any fault, none.

    Giving the same workbook again adds nothing twice. New numbers go on after the highest of each type and year.
    """
    if template is not None:
        _write_blank(config, template, service, papers=False)
        return
    if file is None or not (as_user or dry_run):
        raise typer.BadParameter("name a workbook, and with --as who takes it over")
    with office(config) as joined:
        if dry_run:
            examined = joined.importer.examine(file, service)
        else:
            with progress("importing") as report:
                examined = joined.importer.run(file, joined.person(as_user), service, report)
        note_read(joined.books, "licence import", "import")
    if examined.problems:
        say_problems(examined.problems, as_json=as_json)
        raise typer.Exit(1)
    _say_imported(examined, dry_run=dry_run, as_json=as_json)


def _say_imported(examined: Examined, *, dry_run: bool, as_json: bool) -> None:
    new, known, ignored = len(examined.new), examined.known, ", ".join(examined.ignored)
    if as_json:
        say_json({"new": new, "known": known, "ignored": list(examined.ignored), "dry_run": dry_run})
        return
    typer.echo(
        f"{new} licences {'would be' if dry_run else ''} taken over, {known} were there already".replace("  ", " ")
    )
    if ignored:
        typer.echo(f"columns passed over: {ignored}")


def _write_blank(config: Path, template: Path, service: str, *, papers: bool) -> None:
    with office(config) as joined, target(template) as out:
        if papers:
            joined.bulk.blank(out, service)
        else:
            joined.importer.blank(out, service)
    typer.echo(f"written: {template}")
