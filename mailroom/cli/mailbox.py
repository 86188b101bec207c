"""`mailbox`: how full it is, and old mail moved out of the way once two verified backups hold it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated

import typer

from mailroom import bootstrap, logs
from mailroom.bootstrap.parts import mailboxes
from mailroom.cli.keeping_parts import moment, say, size
from mailroom.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from mailroom.domain.agency import BANGKOK
from mailroom.domain.mailbox import Clearing, MailboxUse
from mailroom.services.mailbox import Mailboxes, Proposal

mailbox = typer.Typer(help="Room in the mailbox.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    app.add_typer(mailbox, name="mailbox")


@contextmanager
def _known(config: ConfigOption) -> Iterator[Mailboxes]:
    loaded = bootstrap.load(config)
    logs.configure("error")
    with bootstrap.open_books(loaded) as books:
        yield mailboxes(loaded, books)


@mailbox.command()
def show(config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """Ask the server how full each mailbox is."""
    with _known(config) as known:
        uses = known.measure()
    say([_use_object(one) for one in uses], [_use_line(one) for one in uses], as_json=as_json)


@mailbox.command()
def clear(
    before: Annotated[
        datetime, typer.Option(help="Mail that entered before this day, of the common era.", formats=["%Y-%m-%d"])
    ],
    move: Annotated[bool, typer.Option("--move", help="Move it; without this it is only listed.")] = False,
    actor: Annotated[str, typer.Option(help="Who does it, for the books.")] = "",
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Propose old mail that two verified backups hold; with --move it goes to another folder. Nothing is ever removed."""
    if move and not actor:
        raise typer.BadParameter("say who moves it: --actor NAME")
    with _known(config) as known:
        proposals = known.propose(before.replace(tzinfo=BANGKOK))
        if not move:
            say(
                [_proposal_object(one) for one in proposals],
                [_proposal_line(one) for one in proposals],
                as_json=as_json,
            )
            return
        done = [clearing for one in proposals for clearing in known.clear(one, actor)]
    lines = [_clearing_line(one) for one in done] or ["nothing was moved"]
    say([_clearing_object(one) for one in done], lines, as_json=as_json)


def _use_object(use: MailboxUse) -> dict[str, object]:
    return {
        "channel": use.channel,
        "account": use.account,
        "at": use.at.isoformat(),
        "used": use.used,
        "limit": use.limit,
        "percent": use.percent,
    }


def _use_line(use: MailboxUse) -> str:
    if use.limit is None:
        return (
            f"{use.account}: {size(use.used)} in the watched folders; the server tells no limit: "
            f"write it as quota_megabytes into [channels.{use.channel}.imap]"
        )
    return f"{use.account}: {size(use.used)} of {size(use.limit)}, {use.percent} %"


def _proposal_object(one: Proposal) -> dict[str, object]:
    rows = [message.message_id for message in one.messages]
    return {"channel": one.channel, "account": one.account, "messages": rows, "bytes": one.size}


def _proposal_line(one: Proposal) -> str:
    if not one.messages:
        return f"{one.account}: no mail of that time that is decided and in two verified backups"
    first, last = moment(one.messages[0].entered_at), moment(one.messages[-1].entered_at)
    return (
        f"{one.account}: {len(one.messages)} messages, {size(one.size)}, entered {first} to {last}, are in two verified "
        "backups; move them with --move --actor NAME"
    )


def _clearing_object(one: Clearing) -> dict[str, object]:
    return {"account": one.account, "folder": one.folder, "messages": list(one.messages), "bytes": one.size}


def _clearing_line(one: Clearing) -> str:
    return f"{one.account}: {len(one.messages)} messages, {size(one.size)}, moved to {one.folder}"
