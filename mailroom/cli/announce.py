"""`announce`: the head's announcements and orders, step by step (R20, R27, R34-R40)."""

import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from mailroom import bootstrap
from mailroom.cli.announce_content import (
    ChannelOption,
    DatedOption,
    EffectiveOption,
    FileOption,
    NumberOption,
    PhoneOption,
    SignatoryOption,
    TitleOption,
    content_of_command,
    said,
)
from mailroom.cli.announce_print import print_instrument, print_list, printed_json
from mailroom.cli.exports import OutputOption
from mailroom.cli.files import target
from mailroom.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from mailroom.domain.clerk import Clerk
from mailroom.domain.errors import RefusedActionError
from mailroom.domain.instrument import GazetteReference, Instrument, InstrumentKind
from mailroom.services.chancery import Chancery
from mailroom.services.instrument_content import content_of, read_day
from mailroom.services.instrument_json import channels_json

announce = typer.Typer(help="The head's announcements and orders.", no_args_is_help=True)

IdArgument = Annotated[int, typer.Argument(metavar="ID", help="Number in the list.")]
AsOption = Annotated[str, typer.Option("--as", help="User name of the clerk who acts.")]
DigestOption = Annotated[str, typer.Option(help="Digest of the PDF that was seen, as preview prints it; 12 digits do.")]
ReasonOption = Annotated[str, typer.Option(help="Why.")]
PasswordOption = Annotated[
    bool, typer.Option("--password-stdin", help="Read the approver's password from standard input.")
]
DIGEST_DIGITS = 12


def add_to(app: typer.Typer) -> None:
    app.add_typer(announce, name="announce")


@contextmanager
def _opened(config: Path, *, signing: bool = False) -> Iterator[Chancery]:
    from mailroom.bootstrap import papers

    with papers.open_chancery(bootstrap.load(config), signing=signing) as chancery:
        yield chancery


@announce.command()
def draft(
    kind: Annotated[InstrumentKind, typer.Argument(help="What to draft.")],
    actor: AsOption,
    file: FileOption = None,
    number: NumberOption = None,
    title: TitleOption = None,
    dated: DatedOption = None,
    effective: EffectiveOption = None,
    phone: PhoneOption = None,
    signatory: SignatoryOption = None,
    channel: ChannelOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Begin a draft, filled from the configuration; flags and file say what is different."""
    flags = said(number, title, dated, effective, phone, signatory, channel)
    with _opened(config) as chancery:
        content = content_of_command(kind, chancery.suggestions.content(kind), file, flags)
        _told(chancery.instruments.draft(kind, content, _clerk(chancery, actor)))


@announce.command()
def change(
    instrument: IdArgument,
    actor: AsOption,
    file: FileOption = None,
    number: NumberOption = None,
    title: TitleOption = None,
    dated: DatedOption = None,
    effective: EffectiveOption = None,
    phone: PhoneOption = None,
    signatory: SignatoryOption = None,
    channel: ChannelOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Change a draft; what is not said stays."""
    flags = said(number, title, dated, effective, phone, signatory, channel)
    with _opened(config) as chancery:
        before = _existing(chancery, instrument)
        content = content_of_command(before.kind, content_of(before), file, flags)
        _told(chancery.instruments.change(instrument, content, _clerk(chancery, actor)))


@announce.command("list")
def list_(config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """Every announcement and order, and how it stands."""
    with _opened(config) as chancery:
        print_list(chancery, as_json=as_json)


@announce.command()
def show(instrument: IdArgument, config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """One of them in full."""
    with _opened(config) as chancery:
        print_instrument(chancery, _existing(chancery, instrument), as_json=as_json)


@announce.command()
def preview(instrument: IdArgument, output: OutputOption = None, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Write the PDF as it is now; the digest to sign by goes to standard error."""
    with _opened(config) as chancery, target(output) as out:
        one = _existing(chancery, instrument)
        out.write(chancery.instruments.preview(instrument))
    if one.rendition and not one.document:
        typer.echo(f"digest: {one.rendition}", err=True)


@announce.command()
def submit(instrument: IdArgument, actor: AsOption, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Put a draft before the head."""
    with _opened(config) as chancery:
        _told(chancery.instruments.submit(instrument, _clerk(chancery, actor)))


@announce.command("send-back")
def send_back(
    instrument: IdArgument, actor: AsOption, reason: ReasonOption, config: ConfigOption = DEFAULT_CONFIG
) -> None:
    """Give what was submitted back to be changed."""
    with _opened(config) as chancery:
        _told(chancery.instruments.send_back(instrument, _clerk(chancery, actor), reason))


@announce.command()
def sign(
    instrument: IdArgument,
    actor: AsOption,
    digest: DigestOption,
    password_stdin: PasswordOption = False,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Sign what was submitted, as the approver whom it names; they prove it with their password."""
    with _opened(config, signing=True) as chancery:
        _proven(config, chancery, actor, password_stdin=password_stdin)
        rendition = _existing(chancery, instrument).rendition or ""
        seen = rendition if len(digest) >= DIGEST_DIGITS and rendition.startswith(digest.lower()) else digest
        _told(chancery.instruments.sign(instrument, _clerk(chancery, actor), seen))


@announce.command()
def record(
    instrument: IdArgument,
    actor: AsOption,
    pdf: Annotated[Path | None, typer.Option(help="Scan or signed PDF.", exists=True, dir_okay=False)] = None,
    volume: str = "",
    part: str = "",
    page: str = "",
    gazetted: Annotated[str, typer.Option(help="Day of the gazette.")] = "",
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Take up a draft that was signed on paper, and publish it."""
    content = pdf.read_bytes() if pdf else b""
    reference = _reference(volume, part, page, gazetted)
    with _opened(config) as chancery:
        clerk = _clerk(chancery, actor)
        _told(chancery.instruments.record(instrument, clerk, pdf=content, gazette=reference))


@announce.command()
def gazette(
    instrument: IdArgument,
    actor: AsOption,
    volume: Annotated[str, typer.Option(help="เล่ม.")] = "",
    part: Annotated[str, typer.Option(help="ตอน.")] = "",
    page: Annotated[str, typer.Option(help="หน้า.")] = "",
    dated: Annotated[str, typer.Option(help="Day of the gazette, 2026-01-31.")] = "",
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Note that it was sent to the Royal Gazette or, with all four, where it was printed."""
    reference = _reference(volume, part, page, dated)
    with _opened(config) as chancery:
        _told(chancery.instruments.gazette(instrument, _clerk(chancery, actor), reference))


@announce.command()
def publish(
    instrument: IdArgument,
    actor: AsOption,
    effective: EffectiveOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
) -> None:
    """Put it on the public pages."""
    with _opened(config) as chancery:
        clerk = _clerk(chancery, actor)
        _told(chancery.instruments.publish(instrument, clerk, read_day(effective or "")))


@announce.command()
def withdraw(
    instrument: IdArgument, actor: AsOption, reason: ReasonOption, config: ConfigOption = DEFAULT_CONFIG
) -> None:
    """Withdraw it; what it had replaced does not come back."""
    with _opened(config) as chancery:
        _told(chancery.instruments.withdraw(instrument, _clerk(chancery, actor), reason))


@announce.command("replace")
def replace_(instrument: IdArgument, actor: AsOption, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """Draft one that is to come in the place of a published one."""
    with _opened(config) as chancery:
        _told(chancery.instruments.replace(instrument, _clerk(chancery, actor)))


@announce.command()
def export(output: OutputOption = None, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """The machine-readable file that is published as /announcements/channels.json."""
    with _opened(config) as chancery, target(output) as out:
        with chancery.books.look() as uow:
            announced = chancery.announcements.known(uow)
        now = chancery.clock.now()
        out.write(printed_json(channels_json(announced, chancery.agency, chancery.catalogue, now)))


@announce.command()
def compliance(output: OutputOption = None, as_json: JsonOption = False, config: ConfigOption = DEFAULT_CONFIG) -> None:
    """The compliance sheet as PDF, or as JSON (R40)."""
    with _opened(config) as chancery, target(output) as out:
        out.write(printed_json(chancery.sheet.as_json()) if as_json else chancery.sheet.pdf())


def _reference(volume: str, part: str, page: str, dated: str) -> GazetteReference | None:
    """All of it or nothing. Raises RefusedActionError for a part."""
    day, parts = read_day(dated), (volume.strip(), part.strip(), page.strip())
    if day is None and not any(parts):
        return None
    if day is None or not all(parts):
        raise RefusedActionError("gazette-incomplete")
    return GazetteReference(volume=parts[0], part=parts[1], page=parts[2], dated=day)


def _clerk(chancery: Chancery, username: str) -> Clerk:
    with chancery.books.look() as uow:
        found = uow.clerks.find(username)
    if found is None:
        raise RefusedActionError("no-such-clerk", username)
    return found[0]


def _proven(config: Path, chancery: Chancery, username: str, *, password_stdin: bool) -> None:
    """Whoever has this terminal need not be the head."""
    asked = sys.stdin.readline().rstrip("\n") if password_stdin else getpass.getpass(f"Password of {username}: ")
    sign_in = bootstrap.sign_in(bootstrap.load(config), chancery.books)
    token = sign_in.with_password(username, asked)
    if token is None:
        raise RefusedActionError("wrong-password")
    sign_in.leave(token)


def _existing(chancery: Chancery, instrument_id: int) -> Instrument:
    with chancery.books.look() as uow:
        found = uow.instruments.get(instrument_id)
    if found is None:
        raise RefusedActionError("no-such-instrument", str(instrument_id))
    return found


def _told(instrument: Instrument) -> None:
    sys.stdout.write(f"{instrument.id} {instrument.kind} {instrument.state}\n")
