"""`mailroom init`: a complete configuration in which every key is explained."""

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import BaseModel

from channels import CHANNELS
from mailroom.domain.errors import ConfigurationError
from mailroom.explain import Key, keys, toml
from mailroom.paths import CONFIG
from mailroom.settings import Secret, Settings

Answers = Mapping[str, object]
"""Values by dotted path, for example `channels.email.imap.host`."""

SECRETS = {
    "channels.email.imap.password": "MAILROOM_IMAP_PASSWORD",
    "channels.email.smtp.password": "MAILROOM_SMTP_PASSWORD",
    "channels.line.channel_secret": "MAILROOM_LINE_SECRET",
}
"""Environment variables that the written configuration names."""

LISTED = frozenset({"backup.target", "retention.class"})
"""Lists whose tables are large enough to be written as such, one of them as a comment."""


def write(folder: Path, answers: Answers) -> list[Path]:
    """Write agency.toml, services.toml and agencies.toml. Raises ConfigurationError if one is there already."""
    folder.mkdir(parents=True, exist_ok=True)
    targets = [folder / name for name in ("agency.toml", "services.toml", "agencies.toml")]
    for target in targets:
        if target.exists():
            raise ConfigurationError(f"{target}: is there already; choose another folder or remove it first")
    targets[0].write_text(agency_toml(answers), encoding="utf-8")
    for target in targets[1:]:
        shutil.copyfile(CONFIG / target.name, target)
    return targets


def agency_toml(answers: Answers) -> str:
    """The text of agency.toml: given keys are set, all others stand as comments with their defaults.

    A channel of which nothing is given stands there as a comment as a whole.
    """
    lines = [
        "# mailroom: settings of one agency. Every key is explained above it; a key that starts with # has its default.",
        '# Secrets are never written here: they are named as { env = "NAME" } or { file = "PATH" }.',
    ]
    lines += _sections(Settings, "", answers)
    for name, channel in CHANNELS.items():
        path = f"channels.{name}"
        table = [f"[{path}]", *_lines(channel.settings, path, answers), *_sections(channel.settings, path, answers)]
        used = any(one.startswith(f"{path}.") for one in answers)
        lines += ["", f"# {channel.settings.__doc__}", *(table if used else map(_unused, table))]
    return "\n".join(lines) + "\n"


def _sections(model: type[BaseModel], prefix: str, answers: Answers) -> Iterator[str]:
    for key in keys(model):
        path = f"{prefix}.{key.name}" if prefix else key.name
        if path in LISTED and key.table is not None:
            yield from _listed(key, key.table, path)
            continue
        if key.table is None or key.table is Secret or key.kind.startswith("list"):
            continue
        unused = not key.required and _optional(model, key) and not any(one.startswith(f"{path}.") for one in answers)
        yield ""
        if key.description:
            yield f"# {key.description}"
        table = [f"[{path}]", *_lines(key.table, path, answers), *_sections(key.table, path, answers)]
        yield from map(_unused, table) if unused else table


def _unused(line: str) -> str:
    """The line of a table that is left out, as a comment."""
    return f"# {line}" if line and not line.startswith("#") else line


def _listed(key: Key, table: type[BaseModel], path: str) -> Iterator[str]:
    """One table of a list, as a comment throughout."""
    yield ""
    yield f"# {key.description}"
    yield f"# [[{path}]]"
    for line in (*_lines(table, path, {}), *_sections(table, path, {})):
        yield f"# {line}" if line and not line.startswith("#") else line


def _optional(model: type[BaseModel], key: Key) -> bool:
    """Whether a table may be left out altogether, so that writing it would switch something on."""
    field = next(field for name, field in model.model_fields.items() if (field.alias or name) == key.name)
    return field.default is None


def _lines(model: type[BaseModel], path: str, answers: Answers) -> Iterator[str]:
    for key in keys(model):
        if (
            key.kind == "tables"
            or f"{path}.{key.name}" in LISTED
            or (key.table not in (None, Secret) and not key.kind.startswith("list"))
        ):
            continue
        yield f"# {key.description}" if key.description else "#"
        yield _assignment(key, f"{path}.{key.name}", answers)


def _assignment(key: Key, path: str, answers: Answers) -> str:
    if path in answers:
        return f"{key.name} = {toml(answers[path])}"
    if key.table is Secret:
        name = SECRETS.get(path)
        return f'{key.name} = {{ env = "{name}" }}' if name else f'# {key.name} = {{ env = "NAME" }}'
    if key.required:
        return f"{key.name} = {'2026-01-01' if key.kind == 'date' else toml('')}"
    return f"# {key.name} = {key.default or '…'}"
