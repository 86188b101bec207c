"""What became of each mail, as a table for a terminal of a hundred columns or for a file."""

import io
import re
import sys
from collections import Counter
from collections.abc import Sequence

from rich import box
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from mailroom.demo.compare import Matched
from mailroom.domain.decision import Outcome
from mailroom.domain.record import MessageRecord

WIDTH = 100
COLOURS = {
    Outcome.ACCEPT: "green",
    Outcome.REDIRECT_AGENCY: "cyan",
    Outcome.REDIRECT_CHANNEL: "cyan",
    Outcome.HOLD: "yellow",
    Outcome.IGNORE: "bright_black",
}
_CHARSET = re.compile(rb"""charset=["']?([\w.:-]+)|=\?([\w.:-]+)\?[bq]\?|filename\*\d*\*?=([\w-]+)''""", re.IGNORECASE)
_MARKS_ONLY = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2066-\u2069]")


def console() -> Console:
    """Colours in a terminal, plain text anywhere else, a hundred columns at most.

    A locale that cannot write Thai gets question marks, never an error.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    wide = Console()
    return Console(width=min(wide.width, WIDTH) if wide.is_terminal else WIDTH, highlight=False)


def table(matched: Sequence[Matched]) -> Table:
    """One row for each mail: its number, what it is, what became of it, and why."""
    rows = Table(box=box.SIMPLE_HEAD, padding=0, show_edge=False, expand=True)
    rows.add_column("เลขรับ", no_wrap=True, width=8)
    rows.add_column("mail: subject · from · charset · why", ratio=1)
    rows.add_column("kind · service", no_wrap=True, width=22)
    rows.add_column("outcome · letter", no_wrap=True, width=16)
    for one in matched:
        rows.add_row(*_row(one))
    return rows


def _row(one: Matched) -> tuple[Text | Group, ...]:
    record = one.record
    if record is None or record.classification is None or record.decision is None:
        return Text("–"), Text(one.sample.name), Text("–"), Text("LOST", style="bold red")
    found, decision = record.classification, record.decision
    colour = COLOURS[decision.outcome]
    letters = ", ".join(reply.letter.value for reply in record.replies)
    return (
        Text(str(record.number) if record.number else "–", style=colour),
        _mail(one, record),
        Group(Text(found.kind.value), Text(found.service or "", style="dim")),
        Group(Text(decision.outcome.value, style=colour), Text(letters or "no letter", style="dim")),
    )


def _mail(one: Matched, record: MessageRecord) -> Group:
    message = record.message
    assert message is not None  # noqa: S101 - what is classified was read
    sender = message.sender.name or message.sender.address
    lines = [
        _line(message.subject or "(no subject)", "bold"),
        _line(f"{sender} · {charset(one.sample.raw)}", ""),
        _line(" · ".join(map(str, record.decision.reasons)) if record.decision else "", "dim"),
    ]
    if one.differences:
        lines.append(_line("NOT AS EXPECTED, see below", "bold red"))
    return Group(*(line for line in lines if line.plain))


def _line(words: str, style: str) -> Text:
    """One line of text; marks that turn the direction of writing are taken out, they would disturb the table."""
    return Text(_MARKS_ONLY.sub("", " ".join(words.split())), style=style, overflow="ellipsis", no_wrap=True)


def charset(raw: bytes) -> str:
    """The first charset that a mail declares, as it writes it."""
    found = _CHARSET.search(raw)
    return next((group.decode("ascii").lower() for group in found.groups() if group), "") if found else "undeclared"


def summary(matched: Sequence[Matched]) -> str:
    """One line of counts."""
    records = [one.record for one in matched if one.record]
    outcomes = Counter(record.decision.outcome for record in records if record.decision)
    counts = (
        ("taken", len(records)),
        ("registered", sum(record.number is not None for record in records)),
        ("answered", sum(bool(record.replies) for record in records)),
        ("redirected", outcomes[Outcome.REDIRECT_AGENCY] + outcomes[Outcome.REDIRECT_CHANNEL]),
        ("held", outcomes[Outcome.HOLD]),
        ("ignored", outcomes[Outcome.IGNORE]),
        ("lost", len(matched) - len(records)),
    )
    return " · ".join(f"{name} {count}" for name, count in counts)
