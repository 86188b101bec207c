"""How `announce` prints announcements and orders, for people and for machines."""

import json

import typer

from mailroom.domain.instrument import Instrument, InstrumentKind
from mailroom.ports import Json
from mailroom.services.chancery import Chancery
from mailroom.services.instrument_json import instrument_json
from mailroom.stages.announced import standing
from mailroom.stages.instrument_checks import remarks


def print_list(chancery: Chancery, *, as_json: bool) -> None:
    """Every one, by kind, the latest first."""
    with chancery.books.look() as uow:
        every = [one for kind in InstrumentKind for one in uow.instruments.every(kind)]
    if as_json:
        typer.echo(json.dumps([_object(chancery, one) for one in every], ensure_ascii=False))
        return
    for one in every:
        number = one.number or "-"
        dated = one.dated.isoformat() if one.dated else "-"
        typer.echo(f"{one.id:>4}  {one.kind:<9} {_stands(chancery, one):<11} {number}  {dated}  {one.title}")


def print_instrument(chancery: Chancery, instrument: Instrument, *, as_json: bool) -> None:
    """Its text as it is printed, and what is worth a second look."""
    if as_json:
        typer.echo(json.dumps(_object(chancery, instrument), ensure_ascii=False))
        return
    text = chancery.wordings.text(instrument)
    typer.echo(f"{instrument.id} {instrument.kind} {_stands(chancery, instrument)} {instrument.code}")
    for line in (text.kind, text.number, text.title, *text.preamble):
        typer.echo(line)
    for clause in text.clauses:
        typer.echo(f"{clause.number} {clause.text}")
        for point in clause.points:
            typer.echo(f"    - {point}")
        for row in clause.rows:
            typer.echo("    " + " | ".join(row))
    for line in text.closing:
        typer.echo(line)
    if person := instrument.signatory:
        typer.echo(" ".join(part for part in (person.name, person.position, person.capacity, person.on_behalf) if part))
    for remark in remarks(instrument):
        typer.echo(f"warning: {remark.code} {remark.detail}".rstrip())


def printed_json(value: Json) -> bytes:
    """Indented, with an end of line."""
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def _object(chancery: Chancery, one: Instrument) -> dict[str, Json]:
    with chancery.books.look() as uow:
        same_kind = uow.instruments.every(one.kind)
    page, now = chancery.papers.address(one), chancery.clock.now()
    found = instrument_json(one, same_kind, chancery.catalogue, page=page, now=now)
    return {"id": one.id, "rendition": one.rendition} | found


def _stands(chancery: Chancery, one: Instrument) -> str:
    with chancery.books.look() as uow:
        same_kind = uow.instruments.every(one.kind)
    return str(standing(one, same_kind, chancery.clock.now()) or one.state)
