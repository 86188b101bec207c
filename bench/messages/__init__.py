"""Labelled Thai messages, written by hand for this project: what an office gets, and what it is right to say of each.

Files and fields. `seen-*.toml` may improve rules and catalogue; from them and from `taught-*.toml` the primer learns, whose
authors knew no rules; `blind-*.toml` are only ever measured. Each has `[[message]]`: `id`; `from`, `subject`, `text` as a mail has them; `attachments`, names of files; `headers`, more of
them; `report`, the report type of a mail system's own mail; `raw` in place of all that, for what is no mail. Labels:
`kind`, `service` (key of config/services.toml), `agency` (as in config/agencies.toml), `urgency`, `secrecy`,
`outcome`: one value, or a list of which each is right; "" says none. What is absent is not judged. `tags` say what is
peculiar.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
FILES = ("seen", "taught", "blind", "all")
LABELS = ("kind", "service", "agency", "urgency", "secrecy", "outcome")
_FIELDS = frozenset({"id", "from", "subject", "text", "attachments", "headers", "report", "raw", "tags", *LABELS})


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledMessage:
    """One message, and what is right to say of it."""

    id: str
    sender: str
    """As From has it; empty for none."""
    subject: str
    text: str
    attachments: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    report: str = ""
    """`delivery-status` or `disposition-notification` for a mail system's report; else empty."""
    raw: str | None = None
    """The whole file, of what is no mail."""
    labels: Mapping[str, tuple[str, ...]]
    """By the names in `LABELS`: each value is right, an empty one says none. Absent: not judged."""
    tags: frozenset[str] = frozenset()

    @property
    def file(self) -> str:
        """Name of the file that it is written to."""
        return f"{self.id}.eml"


def messages(files: str = "all", folder: Path = HERE) -> tuple[LabelledMessage, ...]:
    """The messages of the files named: `seen`, `taught`, `blind` or `all`. Raises ValueError naming file, message and fault."""
    if files not in FILES:
        raise ValueError(f"{files}: write one of {', '.join(FILES)}")
    found: list[LabelledMessage] = []
    for path in sorted(folder.glob("*.toml" if files == "all" else f"{files}-*.toml")):
        tables = tomllib.loads(path.read_text(encoding="utf-8"))["message"]
        found += [_message(table, path.name) for table in tables]
    ids = [one.id for one in found]
    if twice := sorted({one for one in ids if ids.count(one) > 1}):
        raise ValueError(f"more than one message is called {', '.join(twice)}")
    return tuple(found)


def expectations(found: tuple[LabelledMessage, ...]) -> dict[str, dict[str, str | list[str]]]:
    """What `mailroom evaluate` expects of each file."""
    return {
        one.file: {name: values[0] if len(values) == 1 else list(values) for name, values in one.labels.items()}
        for one in found
    }


def _message(table: Mapping[str, Any], source: str) -> LabelledMessage:
    place = f"{source}: {table.get('id', 'a message without id')}"
    if unknown := sorted(set(table) - _FIELDS):
        raise ValueError(f"{place}: {', '.join(unknown)}: no such field")
    if missing := [name for name in ("id", "from", "subject", "kind") if name not in table]:
        raise ValueError(f"{place}: {', '.join(missing)} is missing")
    return LabelledMessage(
        id=table["id"],
        sender=table["from"],
        subject=table["subject"],
        text=table.get("text", ""),
        attachments=tuple(table.get("attachments", ())),
        headers=dict(table.get("headers", {})),
        report=table.get("report", ""),
        raw=table.get("raw"),
        labels={name: _values(table[name]) for name in LABELS if name in table},
        tags=frozenset(table.get("tags", ())),
    )


def _values(label: str | list[str]) -> tuple[str, ...]:
    return (label,) if isinstance(label, str) else tuple(label)
