"""`export register`, `export messages`, and `verify`: what is kept, for other eyes."""

import json
from pathlib import Path
from typing import Annotated

import typer

from mailroom import bootstrap
from mailroom.cli.files import target
from mailroom.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from mailroom.cli.read_table import note_read
from mailroom.services.export import ExportFormat

export = typer.Typer(help="Write a register or the message log to a file.", no_args_is_help=True)

OutputOption = Annotated[
    Path | None, typer.Option("--output", "-o", help="File to write; standard output when left out.", dir_okay=False)
]

YearOption = Annotated[int | None, typer.Option(help="พ.ศ. year; all years when left out.", min=2400, max=2700)]
FormatOption = Annotated[ExportFormat, typer.Option("--format", help="What to write.")]
CheckpointOption = Annotated[
    list[Path] | None,
    typer.Option(help="File or mail with a checkpoint from elsewhere; may be repeated.", dir_okay=False, exists=True),
]
OUTSIDE = (
    "a chain made anew as a whole shows only beside a checkpoint that was mailed or published: "
    "mailroom verify --checkpoint FILE"
)
DigitsOption = Annotated[bool, typer.Option(help="Print our own numbers and dates in Thai digits.")]


def add_to(app: typer.Typer) -> None:
    app.add_typer(export, name="export")
    app.command()(verify)


@export.command()
def register(
    config: ConfigOption = DEFAULT_CONFIG,
    year: YearOption = None,
    form: FormatOption = ExportFormat.JSON,
    thai_digits: DigitsOption = False,
    output: OutputOption = None,
) -> None:
    """ทะเบียนหนังสือรับ, one row for each entry, in the columns of แบบที่ 13."""
    loaded = bootstrap.load(config)
    with bootstrap.open_books(loaded) as books, target(output) as out:
        note_read(books, "export register", f"register/{year or 'all'}")
        bootstrap.export(loaded, books, thai_digits=thai_digits).register(form, out, year=year)


@export.command()
def outgoing(
    config: ConfigOption = DEFAULT_CONFIG,
    year: YearOption = None,
    form: FormatOption = ExportFormat.JSON,
    thai_digits: DigitsOption = False,
    output: OutputOption = None,
) -> None:
    """ทะเบียนหนังสือส่ง, one row for each letter sent, in the columns of แบบที่ 14."""
    loaded = bootstrap.load(config)
    with bootstrap.open_books(loaded) as books, target(output) as out:
        note_read(books, "export outgoing", f"outgoing/{year or 'all'}")
        bootstrap.export(loaded, books, thai_digits=thai_digits).outgoing(form, out, year=year)


@export.command()
def messages(
    config: ConfigOption = DEFAULT_CONFIG,
    form: Annotated[str, typer.Option("--format", help="json is what there is.")] = "json",
    output: OutputOption = None,
) -> None:
    """Every message ever taken, one JSON object each."""
    if form != "json":
        raise typer.BadParameter("messages are written as json")
    loaded = bootstrap.load(config)
    with bootstrap.open_books(loaded) as books, target(output) as out:
        note_read(books, "export messages", "messages/all")
        bootstrap.export(loaded, books, thai_digits=False).messages(out)


def verify(
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
    checkpoint: CheckpointOption = None,
) -> None:
    """Check archive, books and chain against each other, independently of the code that wrote them.

    Every row and every byte that was changed, removed or put in past the program is named. Who can write everything
    here could make the whole chain anew: only a checkpoint that somebody else kept shows that.
    """
    report = bootstrap.verify(bootstrap.load(config), checkpoint or ())
    if as_json:
        findings = [
            {"severity": str(one.severity), "subject": one.subject, "text": one.text} for one in report.findings
        ]
        typer.echo(
            json.dumps({"ok": report.ok, "counts": dict(report.counts), "findings": findings}, ensure_ascii=False)
        )
    else:
        for one in report.findings:
            typer.echo(f"{one.severity}: {one.subject}: {one.text}")
        counted = ", ".join(f"{count} {name}" for name, count in report.counts.items())
        typer.echo(f"{'in order' if report.ok else 'DIFFERENCES FOUND'}: {counted}")
        if not checkpoint:
            typer.echo(OUTSIDE)
    if not report.ok:
        raise typer.Exit(1)
