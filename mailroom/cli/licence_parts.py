"""What the commands on licences share: who acts, and how papers, licences and faults are shown."""

import getpass
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from mailroom import bootstrap, logs
from mailroom.bootstrap import House
from mailroom.domain.clerk import Clerk
from mailroom.domain.errors import RefusedActionError
from mailroom.domain.licence import Issuance, Licence, LicenceContent
from mailroom.paths import CONFIG
from mailroom.ports import Json
from mailroom.services.licence_office import LicenceOffice
from mailroom.services.release import Released
from mailroom.stages.codes import grouped
from mailroom.stages.licence_rows import Problem
from mailroom.texts import load_texts

AsOption = Annotated[str, typer.Option("--as", metavar="USER", help="User name of the clerk who does this.")]
ServiceOption = Annotated[str, typer.Option("--service", help="Key of the service, the type of the licence.")]
PasswordOption = Annotated[
    bool, typer.Option("--password-stdin", help="Read the approver's password from standard input.")
]
ReasonOption = Annotated[str, typer.Option(help="Why; it is kept, and shown to the clerks.")]


@contextmanager
def office(config: Path, *, signs: bool = False) -> Iterator[LicenceOffice]:
    """Everything that commands on licences work with; with the key where papers are to be signed."""
    from mailroom.bootstrap import papers

    loaded = bootstrap.load(config)
    logs.configure("error")
    with papers.open_licences(loaded, signs=signs) as joined:
        yield joined


@contextmanager
def sole_house(config: Path) -> Iterator[House]:
    """All of it in the one process that works on the data folder: only such a one may send letters.

    Raises AlreadyRunningError while the daemon runs.
    """
    loaded = bootstrap.load(config)
    logs.configure("error")
    with bootstrap.open_house(loaded) as house:
        yield house


def approver(joined: LicenceOffice, username: str, *, password_stdin: bool) -> Clerk:
    """Who approves. Under two-person release they prove it: whoever has this terminal is but one person (G18)."""
    clerk = joined.person(username)
    if joined.two_person:
        asked = sys.stdin.readline().rstrip("\n") if password_stdin else getpass.getpass(f"Password of {username}: ")
        joined.prove(username, asked)
    return clerk


def refuse_hidden(joined: LicenceOffice, message_id: int | None) -> None:
    """A terminal has no name that could be named. Raises RefusedActionError for what belongs to a restricted case (R106)."""
    with joined.books.look() as uow:
        if message_id is not None and message_id in uow.privacy.restricted_messages():
            raise RefusedActionError("case-restricted")


def sentence(error: RefusedActionError) -> str:
    """A refusal in words."""
    return load_texts(CONFIG, "en").label("refusals", error.code).replace("{detail}", error.detail)


def problem_sentence(problem: Problem) -> str:
    """`row 4, วันที่ออก: no date (31/2/2568); …`."""
    texts = load_texts(CONFIG, "en")
    table = "licence_problems" if problem.code in texts.tables["licence_problems"] else "refusals"
    where = f"row {problem.row}, {problem.column}" if problem.column else f"row {problem.row}"
    return f"{where}: {texts.label(table, problem.code).replace('{detail}', problem.detail)}"


def say_problems(problems: Sequence[Problem], *, as_json: bool) -> None:
    """All of them on standard error, or one JSON array on standard output."""
    if as_json:
        say_json(
            [
                {
                    "row": one.row,
                    "column": one.column,
                    "code": one.code,
                    "detail": one.detail,
                    "text": problem_sentence(one),
                }
                for one in problems
            ]
        )
        return
    for one in problems:
        typer.echo(problem_sentence(one), err=True)


def say_json(value: Json) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False))


def say_released(done: Released, sent: int | None = None, *, as_json: bool) -> None:
    """What a release did; the exit code tells whether anything is left to do."""
    if as_json:
        say_json(
            {
                "issued": [paper_object(one) for one in done.issued],
                "returned": [paper_object(one) for one in done.returned],
                "failed": {str(key): text for key, text in done.failed.items()},
                "waiting": done.waiting or None,
                "sent": sent,
            }
        )
    else:
        letters = "" if sent is None else f", {sent} letters sent"
        typer.echo(f"{len(done.issued)} issued, {len(done.returned)} returned{letters}")
        for one in done.returned:
            typer.echo(f"mailroom: paper {one.id}: {one.note}", err=True)
        for key, text in done.failed.items():
            typer.echo(f"mailroom: paper {key}: {text}", err=True)
        if done.waiting:
            typer.echo(f"mailroom: not signed yet, run it again later: {done.waiting}", err=True)
    if done.failed or done.waiting:
        raise typer.Exit(1)


def paper_object(paper: Issuance) -> dict[str, Json]:
    return {
        "id": paper.id,
        "act": paper.act,
        "service": paper.service,
        "state": paper.state,
        "number": paper.number,
        "code": grouped(paper.code),
        "email": paper.email,
        "channel": paper.channel,
        "licence_id": paper.licence_id,
        "message_id": paper.message_id,
        "follows": paper.follows,
        "prepared_by": paper.prepared_by,
        "submitted_by": paper.submitted_by,
        "signatory": paper.signatory,
        "approved_by": paper.approved_by,
        "note": paper.note,
        "rendition": paper.rendition,
        "document": paper.document,
        "outgoing": str(paper.outgoing) if paper.outgoing else None,
        "batch": paper.batch,
        "changed_at": paper.changed_at.isoformat(),
        "content": content_object(paper.content),
    }


def licence_object(licence: Licence, *, status: str) -> dict[str, Json]:
    return {
        "id": licence.id,
        "service": licence.service,
        "number": licence.number,
        "code": grouped(licence.code),
        "status": status,
        "status_since": licence.status_since.isoformat(),
        "status_reason": licence.status_reason,
        "version": licence.version,
        "document": licence.document,
        "email": licence.email,
        "channel": licence.channel,
        "content": content_object(licence.content),
    }


def content_object(content: LicenceContent) -> dict[str, Json]:
    return {
        "holder": content.holder,
        "holder_id": content.holder_id,
        "premises": content.premises,
        "address": content.address,
        "business": content.business,
        "conditions": list(content.conditions),
        "fee": content.fee,
        "receipt": content.receipt,
        "issued_on": content.issued_on.isoformat(),
        "starts_on": content.starts_on.isoformat(),
        "expires_on": content.expires_on.isoformat() if content.expires_on else None,
        "extra": dict(content.extra),
    }


def paper_line(paper: Issuance) -> str:
    """One paper in a list."""
    digest = f"  {paper.rendition[:12]}" if paper.rendition else ""
    number = paper.number or "-"
    return f"{paper.id:>6}  {paper.state:<9}  {paper.act:<10}  {number:<12}  {paper.content.holder}{digest}"


def say_object(value: dict[str, Json], *, as_json: bool) -> None:
    """A value as JSON, or line by line for a person."""
    if as_json:
        say_json(value)
        return
    for key, item in value.items():
        if isinstance(item, dict):
            for name, text in item.items():
                typer.echo(f"  {name}: {_plain(text)}")
        elif item not in (None, ""):
            typer.echo(f"{key}: {_plain(item)}")


def _plain(value: Json) -> str:
    if isinstance(value, str) or value is None:
        return value or ""
    return json.dumps(value, ensure_ascii=False)
