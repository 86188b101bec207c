"""`licence`: papers on their road, from the clerk's form to the holder's mailbox."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from mailroom.cli import licence_bulk, licence_items, licence_life, licence_public
from mailroom.cli.display import progress
from mailroom.cli.files import target
from mailroom.cli.licence_parts import (
    AsOption,
    PasswordOption,
    ReasonOption,
    ServiceOption,
    approver,
    licence_object,
    office,
    paper_line,
    paper_object,
    refuse_hidden,
    say_json,
    say_object,
    say_released,
    sentence,
)
from mailroom.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from mailroom.cli.read_table import note_read
from mailroom.domain.agency import BANGKOK
from mailroom.domain.errors import RefusedActionError
from mailroom.domain.licence import Act, Issuance, IssuanceState, Licence
from mailroom.services.licence_office import LicenceOffice
from mailroom.services.paper_checks import OPEN, licensing
from mailroom.stages.licence_items import with_items

app = typer.Typer(help="Licences: prepared, approved, signed, sent and published.", no_args_is_help=True)
licence_bulk.add_to(app)
licence_items.add_to(app)
licence_life.add_to(app)
licence_public.add_to(app)

PaperArgument = Annotated[int, typer.Argument(help="Id of the paper, as `licence list` shows it.")]
PapersArgument = Annotated[list[int], typer.Argument(help="Ids of papers, as `licence list` shows them.")]


def add_to(root: typer.Typer) -> None:
    root.add_typer(app, name="licence")


@app.command()
def prepare(
    as_user: AsOption,
    service: ServiceOption,
    config: ConfigOption = DEFAULT_CONFIG,
    act: Annotated[Act, typer.Option(help="issue, amend, substitute, renew or transfer.")] = Act.ISSUE,
    licence: Annotated[str, typer.Option(help="Number or code of the licence that is changed.")] = "",
    message: Annotated[int | None, typer.Option(help="Message that asked for it; it fills in what it says.")] = None,
    item: Annotated[
        list[str] | None,
        typer.Option("--item", metavar="KEY=TEXT", help="An item, as holder=… or seats=20; repeat it."),
    ] = None,
    email: Annotated[str, typer.Option(help="Where the paper goes; the sender of the message when left out.")] = "",
    follows: Annotated[str, typer.Option(help="What was amended, or why there is a substitute.")] = "",
    again: Annotated[bool, typer.Option(help="Although its message led to such a paper already.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Draft a paper; what is not named follows from the message, the licence or the service."""
    with office(config) as joined:
        kind = licensing(joined.catalogue, service)
        changed = joined.licence(licence, service) if licence else None
        draft = joined.draft(act, kind, licence=changed, message_id=message)
        draft = replace(
            draft,
            content=with_items(draft.content, kind, _items(item or [])),
            email=email or draft.email,
            follows=follows,
        )
        paper = joined.issuing.prepare(draft, joined.person(as_user), again=again)
        late = _late(joined, changed, message) if act is Act.RENEW else 0
        note_read(joined.books, "licence prepare", str(paper.id))
    if as_json:
        say_json({**paper_object(paper), "days_late": late})
    else:
        if late:
            typer.echo(
                f"warning: the request was received {late} days after the last day of the licence (R16)", err=True
            )
        typer.echo(f"paper {paper.id} is drafted; look at it with `licence show {paper.id}`, then submit it")


def _late(joined: LicenceOffice, licence: Licence | None, message: int | None) -> int:
    """By how many days the request came after the last day of the licence (R16)."""
    with joined.books.look() as uow:
        record = uow.messages.get(message) if message is not None else None
    return joined.proposals.late(record, licence) if record and licence else 0


def _items(given: list[str]) -> dict[str, str]:
    """Of each `KEY=TEXT`."""
    pairs = [one.partition("=") for one in given]
    for key, sign, text in pairs:
        if not sign:
            raise typer.BadParameter(f"{key + text!r}: write KEY=TEXT")
    return {key.strip(): text for key, _, text in pairs}


@app.command()
def show(
    reference: Annotated[str, typer.Argument(help="Id of a paper, or number or public code of a licence.")],
    config: ConfigOption = DEFAULT_CONFIG,
    service: ServiceOption = "",
    as_json: JsonOption = False,
) -> None:
    """Everything about a paper or a licence."""
    with office(config) as joined:
        if reference.isdigit() and len(reference) < _CODE:
            paper = joined.paper(int(reference))
            refuse_hidden(joined, _message_of(joined, paper))
            note_read(joined.books, "licence show", f"paper/{paper.id}")
            say_object(paper_object(paper), as_json=as_json)
            return
        licence = joined.licence(reference, service)
        refuse_hidden(joined, licence.message_id)
        note_read(joined.books, "licence show", str(licence.id))
        day = joined.clock.now().astimezone(BANGKOK).date()
        say_object(licence_object(licence, status=licence.status_on(day)), as_json=as_json)


def _message_of(joined: LicenceOffice, paper: Issuance) -> int | None:
    """Row of the message to whose case a paper belongs."""
    if paper.message_id is not None or paper.licence_id is None:
        return paper.message_id
    with joined.books.look() as uow:
        licence = uow.licences.get(paper.licence_id)
    return licence.message_id if licence else None


_CODE = 12
"""Characters of a public code."""


@app.command(name="list")
def list_(
    config: ConfigOption = DEFAULT_CONFIG,
    state: Annotated[
        list[IssuanceState] | None, typer.Option(help="State; repeat it. All that are open if none.")
    ] = None,
    batch: Annotated[str, typer.Option(help="Of one bulk run.")] = "",
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 100,
    as_json: JsonOption = False,
) -> None:
    """Papers on their road; the last column is the beginning of the digest that an approver states."""
    with office(config) as joined:
        with joined.books.look() as uow:
            hidden = uow.privacy.restricted_messages()
            found = uow.issuances.in_state(*(state or sorted(OPEN)), limit=limit, batch=batch)
        papers = [one for one in found if not hidden or _message_of(joined, one) not in hidden]
        note_read(joined.books, "licence list", "list", [one.id for one in papers])
    if as_json:
        say_json([paper_object(one) for one in papers])
    else:
        for one in papers:
            typer.echo(paper_line(one))


@app.command()
def pdf(
    paper: PaperArgument,
    output: Annotated[Path, typer.Option("--output", "-o", dir_okay=False, help="File to write.")],
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Write a paper as it stands, to look at it: signed if it is issued. Prints the digest to approve it by."""
    with office(config) as joined:
        one = joined.paper(paper)
        refuse_hidden(joined, _message_of(joined, one))
        digest = one.document or one.rendition
        if digest is None:
            raise RefusedActionError("paper-prepared", str(paper))
        content = joined.document(digest)
        note_read(joined.books, "licence pdf", str(paper))
    with target(output) as out:
        out.write(content)
    typer.echo(digest)


@app.command()
def submit(
    papers: PapersArgument,
    as_user: AsOption,
    config: ConfigOption = DEFAULT_CONFIG,
    approver_name: Annotated[
        str,
        typer.Option("--for", metavar="USER", help="Approver whose name the paper prints, where there are several."),
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Give a paper number and PDF, and put it before the approver."""
    with office(config) as joined, progress("submitting") as report:
        done = joined.issuing.submit_many(papers, joined.person(as_user), signatory=approver_name, progress=report)
        note_read(joined.books, "licence submit", "list", papers)
    if as_json:
        say_json([paper_object(one) for one in done.papers])
    else:
        for one in done.papers:
            typer.echo(paper_line(one))
    _say_refused(done.refused)


@app.command()
def approve(
    papers: Annotated[
        list[str], typer.Argument(metavar="ID:DIGEST...", help="Paper, and at least 12 digits of its digest as seen.")
    ],
    as_user: AsOption,
    config: ConfigOption = DEFAULT_CONFIG,
    password_stdin: PasswordOption = False,
    as_json: JsonOption = False,
) -> None:
    """Approve the very PDF that was looked at; `licence release` signs and sends it."""
    with office(config) as joined:
        clerk = approver(joined, as_user, password_stdin=password_stdin)
        seen = dict(_seen(joined, text) for text in papers)
        approved, refused = joined.issuing.approve_many(seen, clerk)
        note_read(joined.books, "licence approve", "list", seen)
    if as_json:
        say_json([paper_object(one) for one in approved])
    else:
        for one in approved:
            typer.echo(paper_line(one))
    _say_refused(refused)


_DIGEST_LEAST = 12


def _seen(joined: LicenceOffice, text: str) -> tuple[int, str]:
    """Id and whole digest of `12:9f86d081884c`. A beginning that does not fit is passed on, and refused as it is."""
    number, _, digest = text.partition(":")
    if not number.isdigit() or len(digest) < _DIGEST_LEAST:
        raise typer.BadParameter(f"{text!r}: write ID:DIGEST, with at least {_DIGEST_LEAST} digits of the digest")
    rendition = joined.paper(int(number)).rendition or ""
    return int(number), rendition if rendition.startswith(digest.lower()) else digest


def _say_refused(refused: dict[int, RefusedActionError]) -> None:
    for key, error in refused.items():
        typer.echo(f"mailroom: paper {key}: {sentence(error)}", err=True)
    if refused:
        raise typer.Exit(1)


@app.command(name="return")
def return_(
    paper: PaperArgument, as_user: AsOption, reason: ReasonOption, config: ConfigOption = DEFAULT_CONFIG
) -> None:
    """Send a submitted or approved paper back to the clerks; it keeps its number."""
    with office(config) as joined:
        joined.issuing.send_back(paper, joined.person(as_user), reason)
    typer.echo(f"paper {paper} is returned")


@app.command()
def cancel(
    paper: PaperArgument, as_user: AsOption, reason: ReasonOption, config: ConfigOption = DEFAULT_CONFIG
) -> None:
    """Give a paper up; its number stays given and is never used again."""
    with office(config) as joined:
        joined.issuing.cancel(paper, joined.person(as_user), reason)
    typer.echo(f"paper {paper} is cancelled")


@app.command()
def release(
    config: ConfigOption = DEFAULT_CONFIG,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Sign what is approved, and put it into the register, the public record and the outbox."""
    with office(config, signs=True) as joined, progress("signing") as report:
        done = joined.issuing.release(limit=limit, progress=report)
        note_read(joined.books, "licence release", "list", [one.id for one in (*done.issued, *done.returned)])
    say_released(done, as_json=as_json)
