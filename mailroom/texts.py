"""Loads the catalogues of texts and the letter templates, and refuses incomplete ones before anything is sent."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from mailroom.domain.decision import TEMPLATED
from mailroom.domain.errors import ConfigurationError
from mailroom.domain.texts import Texts
from mailroom.settings_files import read_toml
from mailroom.stages.compose import Composer, stationery

__all__ = ["LANGUAGES", "Texts", "load_composer", "load_templates", "load_texts"]

TABLES = (
    "reasons",
    "kinds",
    "outcomes",
    "urgency",
    "secrecy",
    "letters",
    "subjects",
    "states",
    "channels",
    "defects",
    "refusals",
    "events",
)
"""Tables that every language has."""
LANGUAGES = ("th", "en")
"""The first is the language of letters, the second stands below it."""


def load_texts(config: Path, language: str = LANGUAGES[0]) -> Texts:
    """The catalogue of a language: `texts/th.toml`, with every `texts/*.th.toml` beside it.

    Raises ConfigurationError naming file, table or key, and remedy.
    """
    return _catalogue(config, language)


@cache
def _catalogue(config: Path, language: str) -> Texts:
    """Read once in a process: letters, queue and public pages share it."""
    path = config / "texts" / f"{language}.toml"
    tables: dict[str, dict[str, str]] = {}
    for source in (*sorted(path.parent.glob(f"*.{language}.toml")), path):
        for name, table in read_toml(source).items():
            tables.setdefault(name, {}).update(_sentences(source, name, table))
    for name in TABLES:
        if name not in tables:
            raise ConfigurationError(f"{path}: the table [{name}] is missing; restore it from the example")
    return Texts(language, MappingProxyType({name: MappingProxyType(table) for name, table in tables.items()}))


def _sentences(source: Path, name: str, table: Any) -> Mapping[str, str]:
    if not isinstance(table, dict):
        raise ConfigurationError(f"{source}: {name}: must stand in a table; put it below its [heading]")
    for key, text in table.items():
        if not isinstance(text, str):
            raise ConfigurationError(f"{source}: {name}.{key}: must be a text in quotes")
    return table


def load_templates(config: Path) -> Mapping[str, str]:
    """Every letter template by its path below `templates`. Raises ConfigurationError when one is missing."""
    folder = config / "templates"
    try:
        found = {
            path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
            for language in LANGUAGES
            for path in sorted((folder / language).glob("*.*"))
        }
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{folder}: cannot be read ({error}); templates are UTF-8 text files") from error
    for letter in TEMPLATED:
        for name in (f"{language}/{letter}.{ending}" for language in LANGUAGES for ending in ("txt", "html")):
            if name not in found:
                raise ConfigurationError(f"{folder / name}: this letter is missing; restore it from the example")
    return MappingProxyType(found)


def load_composer(config: Path) -> Composer:
    """A composer of letters with the templates and texts of a configuration folder."""
    return Composer(stationery(load_templates(config), *(load_texts(config, language) for language in LANGUAGES)))
