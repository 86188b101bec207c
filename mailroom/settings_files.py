"""Reads configuration files, and says of each fault in which file and at which key it stands, and the remedy."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from mailroom.domain.errors import ConfigurationError

Model = TypeVar("Model", bound=BaseModel)


def read_toml(path: Path) -> dict[str, Any]:
    """A TOML file as a table. Raises ConfigurationError naming file, line and remedy."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise ConfigurationError(f"{path}: no such file; write one with: mailroom init {path.parent}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: cannot be read ({error}); it must be a UTF-8 text file") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{path}: not valid TOML: {error}; mend that line") from error


def validated(model: type[Model], table: Mapping[str, Any], *, source: Path, prefix: str = "") -> Model:
    """The table as a model. Raises ConfigurationError naming file, key and remedy, one line for each fault."""
    try:
        return model.model_validate(dict(table))
    except ValidationError as error:
        faults = [_fault(item, source, prefix) for item in error.errors(include_url=False, include_context=False)]
        raise ConfigurationError("\n".join(faults)) from error


def _fault(item: Mapping[str, Any], source: Path, prefix: str) -> str:
    key = ".".join([prefix, *map(str, item["loc"])] if prefix else map(str, item["loc"])) or "(whole file)"
    match item["type"]:
        case "extra_forbidden":
            return f"{source}: {key}: unknown key; remove it or correct its spelling (see docs/configuration.md)"
        case "missing":
            return f"{source}: {key}: missing; add it (see docs/configuration.md)"
        case "date_from_datetime_parsing" | "date_parsing" | "date_type" | "date_from_datetime_inexact":
            return f"{source}: {key}: write a day of the common era without quotes, as 2026-01-31"
        case _:
            text = str(item["msg"]).removeprefix("Value error, ")
            return f"{source}: {key}: {text}"
