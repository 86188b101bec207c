"""`learn`: what was learned from clerks, training, and which model answers."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from mailroom import bootstrap, logs
from mailroom.bootstrap import guidance
from mailroom.bootstrap.parts import SystemClock
from mailroom.cli.keeping_parts import moment, say
from mailroom.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from mailroom.cli.read_table import actor
from mailroom.domain.learning import Head, HeadState, ModelRecord
from mailroom.services.audit import Standing
from mailroom.services.learning import CATALOGUE, Learning, Status, Verified

learn = typer.Typer(help="What the program learned from clerks.", no_args_is_help=True)

NICE = 10
"""Training gives way to mail and clerks."""

WHY: Mapping[str, str] = {
    "better": "answers: measurably better than the catalogue",
    "too-few": "the catalogue answers: too few answers of clerks to learn from",
    "not-certain": "the catalogue answers: no certainty keeps the error within its bound yet",
    "not-better": "the catalogue answers: the model is not measurably better",
    "worse-on-audit": "the catalogue answers: on audited messages the model is wrong more often",
}


def add_to(app: typer.Typer) -> None:
    app.add_typer(learn, name="learn")


@contextmanager
def _learning(config: ConfigOption) -> Iterator[tuple[Learning, list[Standing]]]:
    loaded = bootstrap.load(config)
    logs.configure("error")
    with bootstrap.open_books(loaded) as books:
        clock = SystemClock()
        yield guidance.learning(loaded, books, clock), guidance.audit(loaded, books, clock).standings()


@learn.command()
def status(config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """Corrections, models with what was measured of them, what answers, and the audit."""
    with _learning(config) as (learning, standings):
        found = learning.status()
    say(_status_object(found, standings), _status_lines(found, standings), as_json=as_json)


@learn.command()
def train(
    verify: Annotated[
        int | None, typer.Option(metavar="VERSION", help="Train this version once more, and compare it byte by byte.")
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Train a model on everything that clerks ever said. Where it proved better, it answers from the next batch on."""
    with _learning(config) as (learning, _):
        if verify is not None:
            again = learning.verify(verify)
            say(_verified_object(again), [_verified_line(verify, again)], as_json=as_json)
            if not again.same:
                raise typer.Exit(1)
            return
        os.nice(NICE)
        record = learning.train()
    say(_model_object(record), _model_lines(record), as_json=as_json)


@learn.command()
def use(
    version: Annotated[int, typer.Argument(help="Version of a model, as `learn status` lists it.")],
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Let a model answer where it is sure, from the next batch on, until a later one proves better."""
    with _learning(config) as (learning, _):
        heads = learning.use(version, actor())
    said = f"model {version} answers: {', '.join(heads)}"
    say({"version": version, "heads": [head.value for head in heads]}, [said], as_json=as_json)


@learn.command()
def off(config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """Let rules and catalogue alone answer, until somebody says `learn use` again."""
    with _learning(config) as (learning, _):
        learning.off(actor())
    say({"version": CATALOGUE}, ["rules and catalogue answer; models are trained, and wait"], as_json=as_json)


def _status_object(found: Status, standings: list[Standing]) -> dict[str, Any]:
    return {
        "corrections": found.corrections,
        "since_training": found.fresh,
        "answers": {head.value: _state_object(found.states.get(head)) for head in Head},
        "audit": [
            {"head": one.head, "audited": one.audited, "wrong": one.wrong, "bound": one.bound, "target": one.target}
            for one in standings
        ],
        "models": [_model_object(one) for one in found.models],
    }


def _state_object(state: HeadState | None) -> dict[str, Any]:
    if state is None:
        return {"version": CATALOGUE, "asks": False}
    at = state.at.isoformat()
    return {"version": state.version, "asks": state.asks, "since": at, "by": state.by, "why": state.why}


def _model_object(record: ModelRecord) -> dict[str, Any]:
    return {
        "version": record.version,
        "made_at": record.made_at.isoformat(),
        "examples": record.examples,
        "until": record.until,
        "digest": record.digest,
        "report": dict(record.report),
    }


def _status_lines(found: Status, standings: list[Standing]) -> list[str]:
    lines = [f"{found.corrections} answers of clerks, {found.fresh} since the last training"]
    for head in Head:
        state = found.states.get(head)
        by = f"model {state.version}" if state and state.version else "rules and catalogue"
        asks = "; a clerk is asked: the audit found too many wrong" if state and state.asks else ""
        lines.append(f"{head:8} {by}{_since(state)}{asks}")
    for one in standings:
        audited = f"at most {one.bound:.2%} wrong, {one.target:.2%} may be" if one.audited else "nothing audited yet"
        lines.append(f"audit of {one.head}: {one.wrong} of {one.audited} wrong; {audited}")
    for record in found.models[:5]:
        lines += _model_lines(record)
    return lines


def _since(state: HeadState | None) -> str:
    if state is None:
        return ""
    return f" since {moment(state.at)}" + (f", by {state.by}" if state.by else "")


def _model_lines(record: ModelRecord) -> list[str]:
    lines = [f"model {record.version} of {moment(record.made_at)}: {record.examples} messages, {record.digest[:12]}"]
    for name, one in record.report.items():
        count = one["examples"]
        shares = (
            f"{one['right'] / count:.1%} right, catalogue {one['by_catalogue'] / count:.1%}" if one["right"] else ""
        )
        certain = f", sure from {one['threshold']:.3f}: {one['answered']} of {count}" if one["threshold"] else ""
        measured = f" ({count} messages: {shares}{certain})" if shares else f" ({count} messages)"
        lines.append(f"  {name:8} {WHY[one['why']]}{measured}")
    return lines


def _verified_object(again: Verified) -> dict[str, bool]:
    return {
        "same": again.same,
        "code": again.code,
        "catalogue": again.catalogue,
        "messages": again.messages,
    }


def _verified_line(version: int, again: Verified) -> str:
    if again.same:
        return f"model {version}: trained anew, byte by byte the same"
    others = {"the program": again.code, "the catalogue": again.catalogue, "what messages may be read": again.messages}
    changed = ", ".join(name for name, same in others.items() if not same)
    return f"model {version}: trained anew, not the same" + (
        f"; since then these changed: {changed}" if changed else ""
    )
