"""What flags and files of `announce` say of the content of an announcement or order."""

import json
import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from mailroom.domain.errors import ConfigurationError
from mailroom.domain.instrument import ChannelRule, InstrumentKind
from mailroom.services.instrument_content import Content, read_day, with_file
from mailroom.settings.instrument import InstrumentFile
from mailroom.settings_files import validated

FileOption = Annotated[
    Path | None, typer.Option("--from", help="TOML or JSON file with the content.", exists=True, dir_okay=False)
]
NumberOption = Annotated[str | None, typer.Option(help="Number as people quote it, 1/2569.")]
TitleOption = Annotated[str | None, typer.Option(help="Title, in Thai.")]
DatedOption = Annotated[str | None, typer.Option(help="The day that it bears, 2026-01-31.")]
EffectiveOption = Annotated[str | None, typer.Option("--effective", help="The day it takes effect, 2026-01-31.")]
PhoneOption = Annotated[list[str] | None, typer.Option("--phone", help="Telephone; may be repeated.")]
SignatoryOption = Annotated[str | None, typer.Option(help="User name of the approver who will sign it.")]
ChannelOption = Annotated[
    list[str] | None, typer.Option("--channel", help="KIND=ADDRESS, for every service; may be repeated.")
]


def said(
    number: str | None,
    title: str | None,
    dated: str | None,
    effective: str | None,
    phones: list[str] | None,
    signatory: str | None,
    channels: list[str] | None,
) -> dict[str, Any]:
    """What flags say of the content, by the names of its fields."""
    flags: dict[str, Any] = {
        "number": number,
        "title": title,
        "dated": read_day(dated) if dated else None,
        "effective_on": read_day(effective) if effective else None,
        "phones": tuple(phones) if phones else None,
        "signatory": signatory,
        "rules": tuple(map(_rule, channels)) if channels else None,
    }
    return {name: value for name, value in flags.items() if value is not None}


def _rule(flag: str) -> ChannelRule:
    channel, equals, address = flag.partition("=")
    if not equals:
        raise typer.BadParameter(f"{flag}: write KIND=ADDRESS, for example email=saraban@agency.example")
    return ChannelRule(channel=channel.strip(), address=address.strip())


def content_of_command(kind: InstrumentKind, before: Content, file: Path | None, flags: dict[str, Any]) -> Content:
    """What was there, with what the file says, with what the flags say. Raises ConfigurationError."""
    if kind is not InstrumentKind.CHANNELS:
        flags = {name: value for name, value in flags.items() if name != "title"}
    if file is not None:
        before = with_file(kind, before, validated(InstrumentFile, _table(file), source=file))
    return replace(before, **flags)


def _table(file: Path) -> dict[str, Any]:
    """Raises ConfigurationError for a file that is neither TOML nor JSON."""
    try:
        text = file.read_text(encoding="utf-8-sig")
        table = json.loads(text, object_hook=_with_days) if file.suffix == ".json" else tomllib.loads(text)
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise ConfigurationError(f"{file}: cannot be read ({error}); write TOML or JSON in UTF-8") from error
    if not isinstance(table, dict):
        raise ConfigurationError(f"{file}: must hold a table; see docs/announcements.md")
    return table


def _with_days(table: dict[str, Any]) -> dict[str, Any]:
    """JSON has no days: those of the known keys are read here."""
    days = {name: date.fromisoformat(table[name]) for name in _DAYS if isinstance(table.get(name), str)}
    return table | days


_DAYS = ("dated", "effective_on", "starts_on", "ends_on")
