"""docs/configuration.md, generated from the settings. `--check` fails when the file on disk differs."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import BaseModel

from channels import CHANNELS
from mailroom.explain import Key, keys
from mailroom.settings import AgenciesFile, Secret, ServicesFile, Settings

HEAD = """# Configuration reference

Generated from the settings themselves by `make docs`; do not edit.

One folder for each agency: `agency.toml`, with `services.toml` and `agencies.toml` beside it. An unknown key stops the
start and is named together with its file. Secrets are never written into these files: where a table below says
*secret*, write `{ env = "NAME" }` or `{ file = "PATH" }`.
"""


def reference() -> str:
    """The whole document, Markdown."""
    parts = [HEAD, "\n## agency.toml\n", *_tables(Settings, "")]
    for name, channel in CHANNELS.items():
        parts += [
            f"\n### [channels.{name}]\n",
            *_table(channel.settings),
            *_tables(channel.settings, f"channels.{name}"),
        ]
    parts += ["\n## services.toml\n", *_tables(ServicesFile, "")]
    parts += ["\n## agencies.toml\n", *_tables(AgenciesFile, "")]
    return "".join(parts)


def _tables(model: type[BaseModel], prefix: str) -> Iterator[str]:
    """The tables below a table, depth first."""
    for key in keys(model):
        if key.table is None or key.table is Secret:
            continue
        path = f"{prefix}.{key.name}" if prefix else key.name
        several = key.kind.startswith("list")
        yield f"\n### {'[[' if several else '['}{path}{']]' if several else ']'}\n"
        if key.description:
            yield f"\n{key.description}\n"
        yield from _table(key.table)
        yield from _tables(key.table, path)


def _table(model: type[BaseModel]) -> Iterator[str]:
    rows = [key for key in keys(model) if key.table in (None, Secret) and key.kind != "tables"]
    if rows:
        yield "\n| key | what it is | kind | default |\n| --- | --- | --- | --- |\n"
        yield from (_row(key) for key in rows)


def _row(key: Key) -> str:
    kind = "secret" if key.table is Secret else key.kind
    default = "**required**" if key.required else (f"`{key.default}`" if key.default else "–")
    cells = (f"`{key.name}`", key.description, kind, default)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def main(arguments: Sequence[str]) -> int:
    """Write the document to a file, or with `--check` compare it."""
    path = Path(arguments[-1])
    text = reference()
    if arguments[0] != "--check":
        path.write_text(text, encoding="utf-8")
        return 0
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return 0
    sys.stderr.write(f"{path} is out of date; run: make docs\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
