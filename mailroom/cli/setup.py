"""`init`, `check`, `doctor`: from an empty folder to a working installation."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from mailroom.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from mailroom.configuration import load, warnings


def add_to(app: typer.Typer) -> None:
    app.command()(init)
    app.command()(check)
    app.command()(doctor)


def init(
    folder: Annotated[Path, typer.Argument(help="Folder to write the configuration into.", file_okay=False)],
    key: Annotated[str, typer.Option(help="Short name of the agency: small letters, digits, hyphens.")] = "",
    name: Annotated[str, typer.Option(help="Name of the agency in Thai.")] = "",
    address: Annotated[str, typer.Option(help="Address of the central mailbox.")] = "",
    imap_host: Annotated[str, typer.Option(help="IMAP server.")] = "",
    smtp_host: Annotated[str, typer.Option(help="SMTP server.")] = "",
    phone: Annotated[str, typer.Option(help="Telephone.")] = "",
) -> None:
    """Write a complete configuration in which every key is explained. Asks for what no flag tells."""
    from mailroom import starter

    asks = sys.stdin.isatty()
    answers = {
        "agency.key": key or _ask("Short name of the agency (a-z, 0-9, -)", asks, "agency"),
        "agency.name": name or _ask("Name of the agency in Thai", asks, "เทศบาลตำบลตัวอย่าง"),
        "agency.phone": phone or _ask("Telephone", asks, ""),
        "channels.email.address": address or _ask("Address of the central mailbox", asks, "saraban@agency.example"),
        "channels.email.imap.host": imap_host or _ask("IMAP server", asks, "imap.agency.example"),
        "channels.email.smtp.host": smtp_host or _ask("SMTP server", asks, "smtp.agency.example"),
    }
    mailbox = str(answers["channels.email.address"])
    answers |= {"channels.email.imap.username": mailbox, "channels.email.smtp.username": mailbox}
    for path in starter.write(folder, answers):
        typer.echo(f"written: {path}")
    typer.echo(
        f"next: set MAILROOM_IMAP_PASSWORD and MAILROOM_SMTP_PASSWORD, then mailroom check --config {folder / 'agency.toml'}"
    )


def _ask(question: str, asks: bool, default: str) -> str:
    return str(typer.prompt(question, default=default)) if asks else default


def check(config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """Validate the configuration without connecting to anything."""
    loaded = load(config)
    found = warnings(loaded)
    if as_json:
        typer.echo(json.dumps({"ok": True, "warnings": found}, ensure_ascii=False))
        return
    for text in found:
        typer.echo(f"warning: {text}")
    typer.echo(
        f"{config}: in order; {len(loaded.catalogue.services)} services, {len(loaded.catalogue.agencies)} other agencies"
    )


def doctor(config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """Connect to everything and say what works."""
    from mailroom import bootstrap
    from mailroom.bootstrap.attachments import examine as examine_attachments
    from mailroom.bootstrap.keeping import examine_targets
    from mailroom.bootstrap.keys import examine_keys
    from mailroom.bootstrap.sealing import examine_seals

    loaded = load(config)
    findings = [
        *bootstrap.examine(loaded),
        *examine_targets(loaded),
        *examine_keys(loaded),
        *examine_seals(loaded),
        *examine_attachments(loaded),
    ]
    if as_json:
        rows = [{"what": one.what, "ok": one.ok, "text": one.text} for one in findings]
        typer.echo(json.dumps(rows, ensure_ascii=False))
    else:
        for one in findings:
            typer.echo(f"{'ok  ' if one.ok else 'FAIL'}  {one.what}: {one.text}")
    if not all(one.ok for one in findings):
        raise typer.Exit(1)
