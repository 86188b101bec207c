"""`backup`, `drill`, `fixity`: copies of everything, and proof that they are good."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated

import typer

from mailroom import bootstrap, logs
from mailroom.bootstrap.keeping import Keeping, keeping
from mailroom.bootstrap.restoring import store_at
from mailroom.cli.display import bytes_progress
from mailroom.cli.keeping_parts import FromOption, PasswordOption, moment, say, size, source, time_taken
from mailroom.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from mailroom.domain.backup import BackupRun, Drill, StoredPoint

backup = typer.Typer(help="Copies of everything, kept elsewhere.", no_args_is_help=True)

TargetArgument = Annotated[str, typer.Argument(help="Name of a [[backup.target]]; all when left out.")]


def add_to(app: typer.Typer) -> None:
    app.add_typer(backup, name="backup")
    app.command()(drill)
    app.command()(fixity)


@contextmanager
def _kept(config: ConfigOption) -> Iterator[Keeping]:
    loaded = bootstrap.load(config)
    logs.configure("error")
    with bootstrap.open_books(loaded) as books:
        yield keeping(loaded, books)


@backup.command(name="run")
def backup_run(
    target: TargetArgument = "",
    new: Annotated[bool, typer.Option("--new", help="The place is new or was emptied: begin there anew.")] = False,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Copy everything to each target now; safe while the program runs."""
    with _kept(config) as kept:
        runs = kept.backups.run(target, bytes_progress, new=new)
    say([_run_object(run) for run in runs], [_run_line(run) for run in runs], as_json=as_json)
    if any(run.error for run in runs):
        raise typer.Exit(1)


@backup.command(name="list")
def backup_list(
    target: TargetArgument = "",
    place: FromOption = "",
    password_file: PasswordOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Copies that our books know; with --from those that a place itself lists, which needs no books."""
    if place:
        with source(place, config, password_file) as wanted, store_at(wanted) as store:
            points = store.points()
        say([_point_object(one) for one in points], [_point_line(one) for one in points], as_json=as_json)
        return
    with bootstrap.open_books(bootstrap.load(config)) as books, books.look() as uow:
        runs = uow.keeping.backups(target)[::-1]
    say([_run_object(run) for run in runs], [_run_line(run) for run in runs], as_json=as_json)


@backup.command(name="check")
def backup_check(
    target: TargetArgument = "",
    part: Annotated[str, typer.Option(help="Read the n-th of so many equal parts, as 1/7.")] = "1/1",
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Have each target read what it holds, and name what is damaged."""
    found = re.fullmatch(r"([1-9]\d{0,3})/([1-9]\d{0,3})", part)
    if not found or int(found[1]) > int(found[2]):
        raise typer.BadParameter("--part: write it as 1/7")
    with _kept(config) as kept:
        damaged = kept.backups.check(target, int(found[1]), int(found[2]))
    objects = [
        {"target": name, "differences": [{"subject": one.subject, "text": one.text} for one in differences]}
        for name, differences in damaged.items()
    ]
    lines = [
        line
        for name, differences in damaged.items()
        for line in ([f"{name}: {one.subject}: {one.text}" for one in differences] or [f"{name}: in order"])
    ]
    say(objects, lines, as_json=as_json)
    if any(damaged.values()):
        raise typer.Exit(1)


def drill(target: TargetArgument = "", config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """Restore the newest copy of each target into a scratch folder and compare it; the scratch is emptied."""
    with _kept(config) as kept:
        drills = kept.drills.run(target, bytes_progress)
    say([_drill_object(one) for one in drills], [line for one in drills for line in _drill_lines(one)], as_json=as_json)
    if not all(one.passed for one in drills):
        raise typer.Exit(1)


def fixity(
    everything: Annotated[bool, typer.Option("--all", help="Read the whole archive, not this night's part.")] = False,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Read the archive again from end to end; what is damaged is put right from a second copy, never removed."""
    with _kept(config) as kept:
        run = kept.fixity.run(bytes_progress, everything=everything)
    found = {
        "at": run.at.isoformat(),
        "seconds": round(run.seconds, 1),
        "segments": list(run.segments),
        "records": run.records,
        "bytes": run.bytes,
        "healed": list(run.healed),
        "damaged": [{"subject": one.subject, "text": one.text} for one in run.damaged],
    }
    lines = [f"healed: {name}; the damaged file lies beside it as {name}.damaged" for name in run.healed]
    lines += [f"DAMAGED: {one.subject}: {one.text}" for one in run.damaged]
    read = f"{len(run.segments)} segments, {run.records} records, {size(run.bytes)}"
    lines.append(
        f"{'DAMAGE FOUND, no whole second copy' if run.damaged else 'in order'}: {read} read in {time_taken(run.seconds)}"
    )
    say(found, lines, as_json=as_json)
    if run.damaged:
        raise typer.Exit(1)


def _run_object(run: BackupRun) -> dict[str, object]:
    return {
        "target": run.target,
        "started_at": run.started_at.isoformat(),
        "ended_at": _iso(run.ended_at),
        "point": run.point or None,
        "messages": run.messages,
        "bytes_read": run.bytes_read,
        "bytes_added": run.bytes_added,
        "error": run.error or None,
        "verified_at": _iso(run.verified_at),
        "forgotten_at": _iso(run.forgotten_at),
    }


def _run_line(run: BackupRun) -> str:
    begun = f"{run.target}: {moment(run.started_at)}"
    if run.ended_at is None:
        return f"{begun}: not finished; it runs, or its process died"
    if run.error:
        return f"{begun}: FAILED: {run.error}"
    marks = [f"tried {moment(run.verified_at)}"] if run.verified_at else ["not tried yet"]
    marks += [f"let go {moment(run.forgotten_at)}"] if run.forgotten_at else []
    taken = time_taken((run.ended_at - run.started_at).total_seconds())
    return (
        f"{begun}: {run.point[:12] if len(run.point) > 40 else run.point}: {run.messages} messages, "
        f"{size(run.bytes_read)} read, {size(run.bytes_added)} added, {taken}; {', '.join(marks)}"
    )


def _point_object(point: StoredPoint) -> dict[str, object]:
    return {"id": point.id, "at": point.at.isoformat(), "installation": point.installation}


def _point_line(point: StoredPoint) -> str:
    return f"{point.id}  {moment(point.at)}  {point.installation}"


def _drill_object(one: Drill) -> dict[str, object]:
    return {
        "target": one.target,
        "point": one.point,
        "at": one.at.isoformat(),
        "seconds": round(one.seconds, 1),
        "messages": one.messages,
        "bytes": one.bytes,
        "passed": one.passed,
        "differences": [{"subject": found.subject, "text": found.text} for found in one.differences],
    }


def _drill_lines(one: Drill) -> Iterator[str]:
    yield from (f"{one.target}: {found.subject}: {found.text}" for found in one.differences)
    counted = f"{one.messages} messages, {size(one.bytes)}, {time_taken(one.seconds)}"
    yield f"{one.target}: {'restored and equal' if one.passed else 'DIFFERENCES FOUND'}: {counted}"


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
