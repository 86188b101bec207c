"""`evaluate`: how often the program is right about messages of which somebody knows what is right."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from mailroom import bootstrap, logs
from mailroom.bootstrap.evaluating import Memory, open_evaluation
from mailroom.bootstrap.parts import texts
from mailroom.cli.display import progress
from mailroom.cli.evaluate_print import as_object, class_lines, summary, wrong_lines
from mailroom.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from mailroom.configuration import Configuration
from mailroom.domain.errors import ConfigurationError
from mailroom.services.evaluating import Evaluation
from mailroom.services.evaluating import evaluate as evaluated
from mailroom.services.expectations import FILE, Expectations, read_expectations

FolderArgument = Annotated[
    Path,
    typer.Argument(metavar="DIR", help=f"Folder with .eml files and {FILE}.", exists=True, file_okay=False),
]
VerboseOption = Annotated[bool, typer.Option("--verbose", "-v", help="Precision and recall of each answer.")]
WrongOption = Annotated[bool, typer.Option("--wrong", help="Each wrong message, with the reasons in words.")]


def add_to(app: typer.Typer) -> None:
    app.command()(evaluate)


def evaluate(
    folder: FolderArgument,
    config: ConfigOption = DEFAULT_CONFIG,
    verbose: VerboseOption = False,
    wrong: WrongOption = False,
    as_json: JsonOption = False,
) -> None:
    """Read and decide a folder of labelled mails as in service, and say how often that is right.

    Agency, services and other agencies are those of the configuration. Nothing is kept, sent or connected.

    DIR/expectations.json is an object: by name of the file, what is right, for example
    {"a.eml": {"kind": "request", "service": "food-premises"}, "b.eml": {"kind": ["complaint", "request"], "service": ""}}.
    There may be kind, service (a key of services.toml), agency (a name as in agencies.toml), urgency, secrecy and
    outcome. A list names several of which each is right; "" says none; what is absent is not judged.
    docs/classification.md tells what is counted.
    """
    loaded = bootstrap.load(config)
    logs.configure("error")
    files = _mails(folder)
    expectations = _expectations(folder, files, loaded)
    memory = Memory()
    evaluation = _evaluated(files, expectations, loaded, memory)
    unlisted = expectations.unlisted_agencies(loaded.catalogue)
    if as_json:
        typer.echo(json.dumps(as_object(evaluation, memory, unlisted, texts("en")), ensure_ascii=False))
        return
    lines = summary(evaluation, memory, unlisted)
    if verbose:
        lines += class_lines(evaluation)
    if wrong:
        lines += wrong_lines(evaluation, texts("en"))
    for line in lines:
        typer.echo(line)


def _mails(folder: Path) -> list[Path]:
    try:
        files = sorted(one for one in folder.iterdir() if one.name.lower().endswith(".eml"))
    except OSError as error:
        raise ConfigurationError(f"{folder}: {error.strerror}; name a folder that you may read") from error
    if not files:
        raise ConfigurationError(f"{folder}: there are no .eml files in it; put the messages there")
    return files


def _expectations(folder: Path, files: list[Path], loaded: Configuration) -> Expectations:
    try:
        content = (folder / FILE).read_bytes()
    except FileNotFoundError as error:
        raise ConfigurationError(
            f"{folder / FILE} is missing; write it as `mailroom evaluate --help` shows, or {{}} to judge nothing"
        ) from error
    except OSError as error:
        raise ConfigurationError(f"{folder / FILE}: {error.strerror}; make it a file that you may read") from error
    return read_expectations(content, {one.name for one in files}, loaded.catalogue)


def _evaluated(files: list[Path], expectations: Expectations, loaded: Configuration, memory: Memory) -> Evaluation:
    with open_evaluation(loaded) as (reader, judge), progress("reading") as report:

        def after_each(done: int) -> None:
            memory.look()
            report(done, len(files))

        return evaluated(files, expectations, reader=reader, judge=judge, now=datetime.now(UTC), after_each=after_each)
