"""Joins what makes papers, announces, and publishes."""

import base64
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from mailroom.bootstrap.keys import open_archive
from mailroom.bootstrap.parts import (
    SystemClock,
    announcements,
    composer,
    open_books,
    record_address,
    sign_in,
    texts,
    wording,
)
from mailroom.ckan import CkanSite
from mailroom.configuration import Configuration
from mailroom.domain.errors import ConfigurationError
from mailroom.domain.signature import SignatureSpec
from mailroom.paths import CONFIG
from mailroom.ports import Archive, Books, Clock, Examiner, Json, Renderer, Signer
from mailroom.services.catalogue_push import CataloguePush
from mailroom.services.chancery import Chancery
from mailroom.services.data_files import DataFiles
from mailroom.services.delivery import Delivery
from mailroom.services.evidence.shelf import CheckpointShelf
from mailroom.services.instruments import Signing
from mailroom.services.licence_office import LicenceOffice, PublicOffice
from mailroom.services.papers import Style
from mailroom.services.publication import Publication
from mailroom.services.receiving_stamp import ReceivingDesk
from mailroom.services.static_site import SiteLook, StaticSite
from mailroom.services.verification import Verifier
from signing import is_demo, open_examiner, open_signer
from signing.late_signer import LateSigner
from signing.pictures import qr_svg as draw_qr
from signing.render import TypstRenderer
from signing.stamp import ConfinedPdfs

__all__ = [
    "Workshop",
    "draw_qr",
    "join_chancery",
    "join_licences",
    "join_public",
    "join_receiving",
    "late_signer",
    "open_chancery",
    "open_licences",
    "open_public",
    "workshop",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """What papers are made with. Parts that are not needed cost nothing: each joined whole takes what it wants."""

    configuration: Configuration
    books: Books
    archive: Archive
    clock: Clock
    renderer: Renderer
    signer: Signer | None
    """None where no key is configured, or none is wanted."""
    style: Style
    stopping: Callable[[], bool] = lambda: False


@contextmanager
def open_workshop(configuration: Configuration, *, signs: bool) -> Iterator[Workshop]:
    """For one command. The daemon may run beside it. Raises ConfigurationError, SigningError, StorageError."""
    with ExitStack() as stack:
        books = stack.enter_context(open_books(configuration))
        archive = stack.enter_context(open_archive(configuration))
        signer = _signer(configuration, stack) if signs else None
        yield workshop(configuration, books, archive, SystemClock(), signer)


def workshop(
    configuration: Configuration,
    books: Books,
    archive: Archive,
    clock: Clock,
    signer: Signer | None,
    stopping: Callable[[], bool] = lambda: False,
) -> Workshop:
    """Raises ConfigurationError when the emblem or a certificate cannot be read."""
    return Workshop(
        configuration=configuration,
        books=books,
        archive=archive,
        clock=clock,
        renderer=TypstRenderer(CONFIG),
        signer=signer,
        style=_style(configuration),
        stopping=stopping,
    )


def _signer(configuration: Configuration, stack: ExitStack) -> Signer:
    return stack.enter_context(closing(open_signer(configuration.settings.signing, configuration.path.parent)))


def late_signer(configuration: Configuration, stack: ExitStack) -> LateSigner | None:
    """For the daemon: the key is opened when the first paper is signed. None where none is configured."""
    settings, folder = configuration.settings.signing, configuration.path.parent
    if settings.key is None:
        return None
    return stack.enter_context(closing(LateSigner(lambda: open_signer(settings, folder))))


def _style(configuration: Configuration) -> Style:
    settings = configuration.settings
    folder = configuration.path.parent
    return Style(
        thai_digits=settings.licences.thai_digits,
        emblem=_emblem(folder / settings.licences.emblem) if settings.licences.emblem else None,
        demo=is_demo(settings.signing, folder),
    )


def _emblem(path: Path) -> Mapping[str, Json]:
    try:
        if path.suffix.lower() == ".svg":
            return {"svg": path.read_text(encoding="utf-8")}
        return {"png": base64.b64encode(path.read_bytes()).decode("ascii")}
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"licences.emblem: {path} cannot be read ({error}); name an SVG or PNG file"
        ) from error


def _spec(configuration: Configuration) -> SignatureSpec:
    signing = configuration.settings.signing
    name = signing.signatory.name if signing.signatory else configuration.agency.name
    return SignatureSpec(level=signing.level, name=name, reason=signing.reason, location=signing.location)


@contextmanager
def open_licences(configuration: Configuration, *, signs: bool = False) -> Iterator[LicenceOffice]:
    """Licences and their papers, for one command; with the key where papers are to be signed."""
    with open_workshop(configuration, signs=signs) as opened:
        yield join_licences(opened)


def join_licences(shop: Workshop) -> LicenceOffice:
    configuration = shop.configuration
    return LicenceOffice.join(
        books=shop.books,
        archive=shop.archive,
        renderer=shop.renderer,
        signer=shop.signer,
        spec=_spec(configuration),
        delivery=_delivery(configuration),
        agency=configuration.agency,
        catalogue=configuration.catalogue,
        texts=(texts(), texts("en")),
        clock=shop.clock,
        two_person=configuration.settings.licences.release == "two-person",
        sign_in=sign_in(configuration, shop.books, shop.clock),
        style=shop.style,
        stopping=shop.stopping,
        by_entry=configuration.settings.licences.renew_by == "entered",
    )


def _delivery(configuration: Configuration) -> Delivery:
    licences = configuration.settings.licences
    return Delivery(
        agency=configuration.agency,
        catalogue=configuration.catalogue,
        composer=composer(),
        status_url=record_address(configuration),
        largest_enclosure=int(licences.largest_enclosure_mb * 1_000_000),
        link_days=licences.link_days,
    )


@contextmanager
def open_chancery(configuration: Configuration, *, signing: bool = False) -> Iterator[Chancery]:
    """The head's announcements and orders, for one command."""
    with open_workshop(configuration, signs=signing) as opened:
        yield join_chancery(opened)


def join_chancery(shop: Workshop) -> Chancery:
    configuration = shop.configuration
    return Chancery.join(
        books=shop.books,
        archive=shop.archive,
        renderer=shop.renderer,
        signing=Signing(signer=shop.signer, spec=_spec(configuration)) if shop.signer else None,
        agency=configuration.agency,
        catalogue=configuration.catalogue,
        hours=configuration.hours,
        in_use=_in_use(configuration),
        announcements=announcements(configuration),
        texts=texts(),
        config=CONFIG,
        clock=shop.clock,
        style=shop.style,
    )


def join_receiving(shop: Workshop, stack: ExitStack) -> ReceivingDesk:
    """For PDFs that came in."""
    pdfs = stack.enter_context(closing(ConfinedPdfs(shop.renderer)))
    return ReceivingDesk(pdfs, agency=shop.configuration.agency, wording=wording(thai_digits=shop.style.thai_digits))


def _in_use(configuration: Configuration) -> list[tuple[str, str]]:
    """Channel and address of what the agency uses, whether this program reads it or not."""
    found = [(name, channel.public_address) for name, channel in configuration.channels.items()]
    announced = configuration.announcement
    return [*found, *([("line", announced.line_id)] if announced and announced.line_id else [])]


@contextmanager
def open_public(configuration: Configuration, look: SiteLook) -> Iterator[PublicOffice]:
    """What anyone may see, for one command; `look` is how the published folder looks."""
    with open_workshop(configuration, signs=False) as opened, ExitStack() as stack:
        yield join_public(opened, look, stack)


def join_public(shop: Workshop, look: SiteLook, stack: ExitStack) -> PublicOffice:
    configuration = shop.configuration
    publication = Publication(
        shop.books,
        agency=configuration.agency,
        catalogue=configuration.catalogue,
        wording=wording(thai_digits=False),
        clock=shop.clock,
        authority=configuration.settings.licences.authority,
    )
    files = DataFiles(publication, configuration.data_dir / "published")
    return PublicOffice(
        publication=publication,
        files=files,
        verifier=Verifier(publication, examiner=_examiner(configuration, stack), clock=shop.clock),
        site=StaticSite(
            publication,
            files=files,
            look=look,
            document=join_licences(shop).document,
            checkpoints=published_checkpoints(configuration, shop.books),
        ),
        push=_push(configuration, publication, files, stack),
    )


def published_checkpoints(configuration: Configuration, books: Books) -> CheckpointShelf | None:
    """Where there are some, and they are for everybody."""
    settings = configuration.settings
    return CheckpointShelf(books) if settings.evidence.publish and settings.keys.keyring is not None else None


def _examiner(configuration: Configuration, stack: ExitStack) -> Examiner:
    return stack.enter_context(closing(open_examiner(configuration.settings.signing, configuration.path.parent)))


def _push(
    configuration: Configuration, publication: Publication, files: DataFiles, stack: ExitStack
) -> CataloguePush | None:
    licences = configuration.settings.licences
    if not licences.ckan_url:
        return None
    key = licences.ckan_key.reveal() if licences.ckan_key else ""
    portal = stack.enter_context(closing(CkanSite(licences.ckan_url, key)))
    return CataloguePush(publication, files=files, portal=portal, organisation=licences.ckan_organisation)
