"""`licence items`, `publish-item`: which items of licences are published, decided and recorded (R107)."""

from typing import Annotated

import typer

from mailroom.cli.licence_parts import (
    AsOption,
    PasswordOption,
    ServiceOption,
    approver,
    office,
    say_json,
)
from mailroom.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from mailroom.ports import Json
from mailroom.services.field_decisions import DecidedItem


def add_to(app: typer.Typer) -> None:
    app.command()(items)
    app.command(name="publish-item")(publish_item)


def items(config: ConfigOption = DEFAULT_CONFIG, service: ServiceOption = "", as_json: JsonOption = False) -> None:
    """Every item of each type of licence, and whether it is published; why, by whom and when it was decided."""
    with office(config) as joined:
        types = [service] if service else [one.key for one in joined.fields.types()]
        found = [item for key in types for item in joined.fields.items(key)]
    if as_json:
        say_json([_object(one) for one in found])
        return
    for one in found:
        typer.echo(_line(one))


def publish_item(
    service: Annotated[str, typer.Argument(help="Key of the service, the type of the licence.")],
    item: Annotated[str, typer.Argument(help="Key of the item, as `licence items` shows it.")],
    public: Annotated[bool, typer.Option("--public/--masked", help="Whether it is published from now on.")],
    as_user: AsOption,
    reason: Annotated[str, typer.Option(help="Why; the public reads it where the item is masked.")],
    config: ConfigOption = DEFAULT_CONFIG,
    password_stdin: PasswordOption = False,
) -> None:
    """Decide as an approver whether an item is published; the reason of a masked item is public. Holds at once."""
    with office(config) as joined:
        clerk = approver(joined, as_user, password_stdin=password_stdin)
        joined.fields.decide(service, item, public=public, clerk=clerk, reason=reason)
    typer.echo(f"{service}: {item} is {_word(public=public)} from now on")


def _word(*, public: bool) -> str:
    return "public" if public else "masked"


def _line(item: DecidedItem) -> str:
    decision = item.decision
    why = decision.reason if decision else item.masked
    who = f"  ({decision.decided_by}, {decision.decided_at.isoformat(timespec='seconds')})" if decision else ""
    return f"{item.service:<20}  {item.key:<16}  {_word(public=item.public)}  {why}{who}".rstrip()


def _object(item: DecidedItem) -> dict[str, Json]:
    decision = item.decision
    return {
        "service": item.service,
        "item": item.key,
        "label": item.label,
        "public": item.public,
        "masked": item.masked or None,
        "reason": decision.reason if decision else None,
        "decided_by": decision.decided_by if decision else None,
        "decided_at": decision.decided_at.isoformat() if decision else None,
    }
