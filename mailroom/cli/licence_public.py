"""`licence verify`, `search`, `extract`, `publish`, `push`: what anyone may see, and where it is published."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from mailroom import bootstrap
from mailroom.cli.files import target
from mailroom.cli.licence_parts import ServiceOption, say_json
from mailroom.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from mailroom.configuration import Configuration
from mailroom.domain.errors import ConfigurationError, UnreadableError
from mailroom.domain.licence import LicenceStatus
from mailroom.domain.signature import Soundness
from mailroom.paths import CONFIG
from mailroom.ports import Json
from mailroom.services.licence_office import PublicOffice
from mailroom.services.open_data import DataFormat
from mailroom.services.public_licence import PublicLicence
from mailroom.services.publication import Selection
from mailroom.services.verification import Answer, Verification
from mailroom.texts import load_texts

PlaceOption = Annotated[str, typer.Option(help="A part of the address.")]
StatusOption = Annotated[LicenceStatus | None, typer.Option(help="As it stands today.")]


def add_to(app: typer.Typer) -> None:
    for command in (verify, search, extract, publish, push):
        app.command()(command)


def verify(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The PDF that somebody holds.")],
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Whether a PDF is one of ours, unaltered, current, and in force today. Exit code 0 only if it is all of that."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise UnreadableError(f"{file}: cannot be read ({error.strerror}); name another file") from error
    with _public(bootstrap.load(config)) as public:
        found = public.verifier.verify(content)
    if as_json:
        say_json(_verification_object(found))
    else:
        _say_verification(found)
    if not _in_order(found):
        raise typer.Exit(1)


def _in_order(found: Verification) -> bool:
    """Ours, current and in force, with a signature that speaks against nothing; what is ours the books know by digest."""
    return found.answer in _IN_ORDER and found.verdict.soundness in _INTACT


_INTACT = frozenset({Soundness.SOUND, Soundness.UNDECIDED})
_IN_ORDER = frozenset({Answer.CURRENT, Answer.INSTRUMENT_CURRENT, Answer.PAPER})


def _say_verification(found: Verification) -> None:
    texts = load_texts(CONFIG, "en")
    typer.echo(texts.label("public_answers", found.answer))
    if found.demo:
        typer.echo("signed with a certificate of the demonstration: worth nothing outside it")
    if found.licence is not None:
        one = found.licence
        typer.echo(f"{one.type_name} {one.number}: {one.status}, {one.value('holder')}")
    typer.echo(f"signatures: {texts.label('soundness', found.verdict.soundness)}")
    for signature in found.verdict.signatures:
        who = signature.certificate.subject if signature.certificate else "nobody known"
        at = signature.stamped_at or signature.claimed_at
        typer.echo(f"  {who}, {at.isoformat() if at else 'no time'}, {signature.level or 'no level'}")
    typer.echo(f"SHA-256 {found.digest}")


def _verification_object(found: Verification) -> dict[str, Json]:
    return {
        "answer": found.answer,
        "in_order": _in_order(found),
        "demo": found.demo,
        "digest": found.digest,
        "soundness": found.verdict.soundness,
        "licence": found.licence.as_object() if found.licence else None,
        "signatures": [
            {
                "soundness": one.soundness,
                "signer": one.certificate.subject if one.certificate else None,
                "chain": list(one.chain),
                "claimed_at": one.claimed_at.isoformat() if one.claimed_at else None,
                "stamped_at": one.stamped_at.isoformat() if one.stamped_at else None,
                "level": one.level,
            }
            for one in found.verdict.signatures
        ],
    }


def search(
    text: Annotated[str, typer.Argument(help="A part of holder, premises, address, business or number.")] = "",
    config: ConfigOption = DEFAULT_CONFIG,
    service: ServiceOption = "",
    place: PlaceOption = "",
    status: StatusOption = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 50,
    as_json: JsonOption = False,
) -> None:
    """Search the public record, as anyone may; latest issue first."""
    selection = Selection(text=text, service=service, place=place, status=status)
    with _public(bootstrap.load(config)) as public, public.publication.look() as books:
        found, as_of = books.search(selection, size=limit), books.as_of
    if as_json:
        say_json({"total": found.total, "as_of": as_of, "licences": [one.as_object() for one in found.licences]})
        return
    for one in found.licences:
        typer.echo(_line(one))
    typer.echo(f"{len(found.licences)} of {found.total}; {as_of}")


def _line(one: PublicLicence) -> str:
    return f"{one.number:<14}  {one.status:<10}  {one.value('holder')}  {one.type_name}"


def extract(
    text: Annotated[str, typer.Argument(help="A part of a name or number; everything when left out.")] = "",
    config: ConfigOption = DEFAULT_CONFIG,
    service: ServiceOption = "",
    place: PlaceOption = "",
    status: StatusOption = None,
    form: Annotated[DataFormat, typer.Option("--format", help="csv, xlsx, json or jsonld.")] = DataFormat.CSV,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", dir_okay=False, help="File; standard output when left out.")
    ] = None,
) -> None:
    """Licence data that somebody asked for, due within three days and free of charge (R31)."""
    selection = Selection(text=text, service=service, place=place, status=status)
    with _public(bootstrap.load(config)) as public, target(output) as out:
        public.publication.export(form, out, selection)


def publish(
    folder: Annotated[
        Path | None, typer.Argument(file_okay=False, help="Folder; licences.publish_to when left out.")
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Write the public record as a folder of files for any web host."""
    loaded = bootstrap.load(config)
    named = loaded.settings.licences.publish_to
    where = folder or (loaded.path.parent / named if named else None)
    if where is None:
        raise ConfigurationError(f"{config}: licences.publish_to: no folder is named; set it, or name one")
    with _public(loaded) as public:
        report = public.site.write_site(where)
    if as_json:
        say_json({"licences": report.licences, "written": report.written, "removed": report.removed})
    else:
        typer.echo(f"{where}: {report.licences} licences; {report.written} files written, {report.removed} removed")


def push(config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """List the public record at the configured CKAN site (GD Catalog), or bring its entry up to date."""
    with _public(bootstrap.load(config)) as public:
        if public.push is None:
            raise ConfigurationError(f"{config}: licences.ckan_url: no site is named; set it")
        report = public.push.push()
    if as_json:
        say_json({"created": report.created, "uploaded": report.uploaded, "unchanged": report.unchanged})
    else:
        told = "listed" if report.created else "brought up to date"
        typer.echo(f"{told}: {report.uploaded} files uploaded, {report.unchanged} unchanged")


@contextmanager
def _public(configuration: Configuration) -> Iterator[PublicOffice]:
    from mailroom.bootstrap import papers
    from mailroom.web.public.look import FolderLook, public_pages

    with papers.open_public(configuration, FolderLook(public_pages(configuration.agency))) as public:
        yield public
