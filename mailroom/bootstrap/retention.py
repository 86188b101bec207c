"""Joins what keeps cases for as long as they must be kept."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from mailroom.bootstrap.keys import open_archive
from mailroom.bootstrap.parts import SystemClock, open_books, texts
from mailroom.configuration import Configuration
from mailroom.domain.errors import ConfigurationError
from mailroom.domain.retention import DEFAULT, RetentionClass
from mailroom.paths import CONFIG
from mailroom.ports import Archive, Books, Clock, Renderer
from mailroom.services.records.retention import Retention
from mailroom.services.records.retention_office import RetentionOffice
from mailroom.services.records.transfer import Profile, Transfers, profile_fields
from mailroom.settings import RetentionSection
from mailroom.settings_files import read_toml
from mailroom.stages.retention import Schedule
from signing import is_demo

FOLDER = CONFIG / "templates" / "transfer"


def retention_office(
    configuration: Configuration,
    books: Books,
    archive: Archive,
    clock: Clock | None = None,
    renderer: Callable[[], Renderer] | None = None,
) -> RetentionOffice:
    """Raises ConfigurationError when the profile of packages is not sound."""
    clock, agency = clock or SystemClock(), configuration.agency
    default = texts().label("retention", "default-class")
    return RetentionOffice(
        books=books,
        clock=clock,
        agency=agency,
        texts=texts(),
        retention=Retention(books=books, clock=clock, schedule=schedule(configuration.settings.retention, default)),
        transfers=Transfers(books=books, archive=archive, clock=clock, agency=agency, profile=profile(FOLDER)),
        renderer=renderer or _renderer,
        demo=is_demo(configuration.settings.signing, configuration.path.parent),
    )


@contextmanager
def open_retention(configuration: Configuration) -> Iterator[RetentionOffice]:
    """For one command; the program may run beside it. Raises ConfigurationError, StorageError."""
    with open_books(configuration) as books, open_archive(configuration) as archive:
        yield retention_office(configuration, books, archive)


def schedule(settings: RetentionSection, default: str) -> Schedule:
    """The classes of agency.toml; `default` is what the class of all other cases is called."""
    return Schedule(
        default=RetentionClass(key=DEFAULT, name=default, years=settings.default_years),
        classes=tuple(
            RetentionClass(key=one.key, name=one.name, years=one.years, services=one.services)
            for one in settings.class_
        ),
        archives_years=settings.archives_years,
    )


def profile(folder: Path) -> Profile:
    """Raises ConfigurationError naming the file and what is wrong with it."""
    path = folder / "profile.toml"
    tables = read_toml(path)
    about, fields = tables.get("profile", {}), tables.get("fields", {})
    if not (about.get("name") and about.get("version") and fields):
        raise ConfigurationError(f"{path}: [profile] needs name and version, and [fields] what it calls our facts")
    if unknown := ", ".join(profile_fields(fields)):
        raise ConfigurationError(f"{path}: fields: {unknown}: there is no such fact; see docs/records.md")
    if len(set(fields.values())) != len(fields):
        raise ConfigurationError(f"{path}: fields: two facts have one name; give each its own")
    read_me = (folder / "READ-ME.txt").read_text(encoding="utf-8")
    return Profile(name=str(about["name"]), version=str(about["version"]), fields=dict(fields), read_me=read_me)


def _renderer() -> Renderer:
    from signing.render import TypstRenderer

    return TypstRenderer(CONFIG)
