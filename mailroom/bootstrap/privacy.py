"""Joins what answers for personal data: requests, incidents, and the record of processing."""

from collections.abc import Callable

from mailroom.bootstrap.parts import SystemClock, composer, texts, wording
from mailroom.configuration import Configuration
from mailroom.paths import CONFIG
from mailroom.ports import Books, Clock, Renderer
from mailroom.services.delivery import EMAIL
from mailroom.services.records.breaches import Breaches
from mailroom.services.records.office import PrivacyOffice
from mailroom.services.records.processing import Kept, ProcessingRecord
from mailroom.services.records.requests import DataRequests


def privacy_office(
    configuration: Configuration,
    books: Books,
    clock: Clock | None = None,
    renderer: Callable[[], Renderer] | None = None,
) -> PrivacyOffice:
    """Joined. Raises ConfigurationError."""
    clock, agency = clock or SystemClock(), configuration.agency
    contact = configuration.settings.privacy.contact
    return PrivacyOffice(
        books=books,
        clock=clock,
        agency=agency,
        contact=contact,
        texts=texts(),
        requests=DataRequests(books=books, clock=clock, agency=agency, composer=composer(), contact=contact),
        breaches=Breaches(books=books, clock=clock, agency=agency, composer=composer(), contact=contact),
        processing=ProcessingRecord(
            books,
            agency=agency,
            catalogue=configuration.catalogue,
            wording=wording(thai_digits=False),
            kept=_kept(configuration),
        ),
        renderer=renderer or _renderer,
    )


def _kept(configuration: Configuration) -> Kept:
    settings = configuration.settings
    outside = any(one.kind != "mirror" for one in settings.backup.target)
    return Kept(
        channels=tuple(configuration.channels),
        default_years=settings.retention.default_years,
        classes=tuple((one.name, one.years) for one in settings.retention.class_),
        contact=settings.privacy.contact,
        purpose=settings.privacy.purpose,
        processors=(
            *(name for name in configuration.channels if name != EMAIL),
            *((EMAIL,) if EMAIL in configuration.channels else ()),
            *(("backup",) if outside else ()),
            *(("portal",) if settings.licences.ckan_url else ()),
        ),
        sealed=settings.keys.keyring is not None,
    )


def _renderer() -> Renderer:
    from signing.render import TypstRenderer

    return TypstRenderer(CONFIG)
