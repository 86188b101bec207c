"""`search`: the full-text index behind the search of the queue."""

import typer

from mailroom import bootstrap, logs
from mailroom.cli.display import progress
from mailroom.cli.keeping_parts import say
from mailroom.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from mailroom.services.indexing import Indexing

search = typer.Typer(help="The full-text index of the queue. It can be made anew at any time.", no_args_is_help=True)

NO_INDEX = (
    "this SQLite knows no such index: numbers, subjects, names and addresses are searched; "
    "install pysqlite3 for Linux on x86-64, or a Python with SQLite 3.43"
)


def add_to(app: typer.Typer) -> None:
    app.add_typer(search, name="search")


@search.command()
def show(config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """How many messages are not in the index yet."""
    loaded = bootstrap.load(config)
    with bootstrap.open_books(loaded) as books:
        waiting = Indexing(books).waiting()
    line = NO_INDEX if waiting is None else f"{waiting} messages are not in the index yet"
    say({"waiting": waiting}, [line], as_json=as_json)


@search.command()
def rebuild(config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """Forget the index and make it anew from the log. Safe beside a running program."""
    loaded = bootstrap.load(config)
    logs.configure("error")
    with bootstrap.open_books(loaded) as books, progress("indexing") as report:
        taken = Indexing(books).rebuild(report)
    say({"indexed": taken}, [f"{taken} messages are in the index"], as_json=as_json)
