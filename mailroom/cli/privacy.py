"""`privacy`: who read what, incidents, and the record of processing; what is decided is decided on the pages of the desk."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from mailroom import bootstrap
from mailroom.bootstrap.parts import wording
from mailroom.bootstrap.privacy import privacy_office
from mailroom.cli.exports import OutputOption
from mailroom.cli.files import target
from mailroom.cli.keeping_parts import moment, say
from mailroom.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from mailroom.cli.read_table import note_read
from mailroom.domain.agency import BANGKOK
from mailroom.domain.breach import Breach
from mailroom.domain.privacy import DataRequest, Read
from mailroom.services.records.breach_alarms import breach_codes
from mailroom.services.records.office import PrivacyOffice
from mailroom.services.records.processing import FORMATS
from mailroom.services.records.reach import reach as reach_of
from mailroom.services.records.reads import Wanted, every, found, write_reads

privacy = typer.Typer(
    help="Personal data: who read what, requests, incidents, record of processing.", no_args_is_help=True
)

WhoOption = Annotated[str, typer.Option("--who", help="User name, or cli:USER for commands.")]
SinceOption = Annotated[
    datetime | None, typer.Option(help="First moment, Thai time, common era.", formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"])
]
UntilOption = Annotated[
    datetime | None, typer.Option(help="First moment after.", formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"])
]
BreachArgument = Annotated[int, typer.Argument(help="Number of the incident, as `privacy breaches` shows it.")]


def add_to(app: typer.Typer) -> None:
    app.add_typer(privacy, name="privacy")


@contextmanager
def _office(config: Path) -> Iterator[PrivacyOffice]:
    loaded = bootstrap.load(config)
    with bootstrap.open_books(loaded) as books:
        yield privacy_office(loaded, books)


@privacy.command()
def reads(
    who: WhoOption = "",
    what: Annotated[str, typer.Option(help="message, licence, export and others.")] = "",
    key: Annotated[str, typer.Option(help="Row, digest or sheet; lists that showed the row are found as well.")] = "",
    since: SinceOption = None,
    until: UntilOption = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many are printed; a file has all.")] = 100,
    output: OutputOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Who was shown personal data, latest first; with --output all of it as CSV."""
    wanted = Wanted(actor=who, what=what, key=key, since=_thai(since), until=_thai(until))
    with _office(config) as office:
        note_read(office.books, "privacy reads", key if key.isdigit() else "list")
        if output is not None:
            closed = replace(wanted, until=wanted.until or office.clock.now())
            with target(output) as out:
                write_reads(every(office.books, closed), wording(thai_digits=False), out)
            return
        lines = found(office.books, wanted, limit=limit)
    say([_read_object(one) for one in lines], [_read_line(one) for one in lines], as_json=as_json)


@privacy.command()
def requests(config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """What people asked about their data, open ones first."""
    with _office(config) as office:
        with office.books.look() as uow:
            hidden = {one.number for one in uow.privacy.restrictions()}
            asked = [one for one in uow.privacy.requests() if one.number not in hidden]
        note_read(office.books, "privacy requests", "list")
    say([_request_object(one) for one in asked], [_request_line(one) for one in asked], as_json=as_json)


@privacy.command()
def breaches(config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """Incidents with their periods. Exit code 1 while one of them is late."""
    with _office(config) as office:
        with office.books.look() as uow:
            known = list(uow.privacy.breaches())
        note_read(office.books, "privacy breaches", "list")
        codes = breach_codes([one for one in known if one.closed_at is None], office.clock.now())
    say([_breach_object(one) for one in known], [_breach_line(one) for one in known], as_json=as_json)
    if any(code.endswith("late") for code in codes):
        raise typer.Exit(1)


@privacy.command()
def notice(
    breach: BreachArgument,
    output: Annotated[Path, typer.Option("--output", "-o", dir_okay=False, help="File to write.")],
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """The notice form of an incident for the commission, as a PDF (R100, R101)."""
    with _office(config) as office:
        note_read(office.books, "privacy notice", str(breach))
        content = office.notice(breach)
    with target(output) as out:
        out.write(content)


@privacy.command()
def reach(
    who: WhoOption,
    since: SinceOption,
    until: UntilOption,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Whose data an account was shown within a time: whom an incident with it concerns."""
    first, last = _thai(since), _thai(until)
    if first is None or last is None:
        raise typer.BadParameter("name both moments")
    with _office(config) as office:
        note_read(office.books, "privacy reach", who if who.isascii() and " " not in who else "list")
        touched = reach_of(office.books, actor=who, since=first, until=last)
    value = {
        "messages": sorted(touched.messages),
        "licences": sorted(touched.licences),
        "people": [{"name": one.name, "address": one.address, "channel": one.channel} for one in touched.people],
        "unreachable": touched.unreachable,
        "exports": list(touched.exports),
    }
    lines = [f"{one.address}  {one.name}" for one in touched.people]
    lines += [f"exported as a whole: {one}" for one in touched.exports]
    lines.append(
        f"{len(touched.messages)} messages, {len(touched.licences)} licences, {len(touched.people)} addresses, "
        f"{touched.unreachable} without one"
    )
    say(value, lines, as_json=as_json)


@privacy.command()
def processing(
    form: Annotated[str, typer.Option("--format", help="csv, xlsx or json.")] = "json",
    output: OutputOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """บันทึกรายการกิจกรรมการประมวลผล, from what is configured and kept today (R105)."""
    if form not in FORMATS:
        raise typer.BadParameter(f"write one of {', '.join(FORMATS)}")
    with _office(config) as office, target(output) as out:
        office.processing.write(form, out, office.clock.now())


def _thai(at: datetime | None) -> datetime | None:
    return at.replace(tzinfo=BANGKOK) if at else None


def _read_object(one: Read) -> dict[str, object]:
    return {
        "at": one.at.isoformat(),
        "actor": one.actor,
        "what": one.what,
        "key": one.key,
        "how": one.how,
        "listed": list(one.listed),
    }


def _read_line(one: Read) -> str:
    rows = f"  ({len(one.listed)} rows)" if one.listed else ""
    return f"{moment(one.at)}  {one.actor:<16}  {one.how:<8}  {one.what} {one.key}{rows}"


def _request_object(one: DataRequest) -> dict[str, object]:
    return {
        "id": one.id,
        "kind": one.kind,
        "case": str(one.number) if one.number else None,
        "name": one.name,
        "received_at": one.received_at.isoformat(),
        "state": one.state,
        "answered_at": one.answered_at.isoformat() if one.answered_at else None,
        "letter": one.letter or None,
    }


def _request_line(one: DataRequest) -> str:
    return (
        f"{one.id:>4}  {one.state:<8}  {one.kind:<11}  {one.number or '-'!s:<10}  {moment(one.received_at)}  {one.name}"
    )


def _breach_object(one: Breach) -> dict[str, object]:
    times = ("known_at", "notify_by", "excuse_by", "notified_at", "told_at", "closed_at")
    dated = {name: at.isoformat() if (at := getattr(one, name)) else None for name in times}
    return {"id": one.id, "title": one.title, "risk": one.facts.risk, "kinds": sorted(one.facts.kinds), **dated}


def _breach_line(one: Breach) -> str:
    if one.closed_at:
        state = "closed"
    elif one.is_due:
        state = f"tell the commission by {moment(one.notify_by)}, late with reasons by {moment(one.excuse_by)}"
    else:
        state = "told" if one.notified_at else "nobody has to be told"
    people = "; tell the people without delay" if one.is_untold else ""
    return f"{one.id:>4}  {moment(one.known_at)}  risk {one.facts.risk:<8}  {one.title}: {state}{people}"
