"""The pages of one agency: the desk behind the login, and what anyone may see."""

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

from mailroom.bootstrap import House, guidance, sign_in
from mailroom.bootstrap.evidence import bundles
from mailroom.bootstrap.keys import open_keyring
from mailroom.bootstrap.papers import draw_qr, published_checkpoints
from mailroom.bootstrap.privacy import privacy_office
from mailroom.bootstrap.retention import retention_office
from mailroom.ports import Asgi
from mailroom.services.health import health
from mailroom.services.licence_office import PublicOffice
from mailroom.web import announcements, evidence, instruments, privacy, retention
from mailroom.web.app import NO_ADDRESSES, Addresses, application
from mailroom.web.documents import document_routes
from mailroom.web.pages import Pages
from mailroom.web.public.pages import PublicPages
from mailroom.web.public.routes import public_routes
from mailroom.web.public.site import PublicSite
from mailroom.web.site import ChatLook, LearningOffice, PaperOffice
from mailroom.web.webhooks import webhook_route

NO_WEBHOOKS: Mapping[str, Asgi] = MappingProxyType({})


def site(
    house: House,
    public: PublicOffice,
    pages: PublicPages,
    *,
    release_soon: Callable[[], None],
    webhooks: Mapping[str, Asgi] = NO_WEBHOOKS,
) -> Callable[..., Any]:
    """One ASGI application. `release_soon` has approved papers signed without waiting for the schedule.

    `webhooks`, by path, are where other platforms send to.
    """
    configuration = house.configuration
    visitors = PublicSite(
        publication=public.publication,
        files=public.files,
        pages=pages,
        verifier=public.verifier,
        checkpoints=published_checkpoints(configuration, house.books),
    )
    return application(
        books=house.books,
        archive=house.archive,
        readers=house.desk_readers,
        desk=house.desk,
        agency=configuration.agency,
        catalogue=configuration.catalogue,
        texts=house.texts,
        settings=configuration.settings.web,
        clock=house.clock,
        health=partial(health, house.books, house.clock, others=house.problems),
        sign_in=sign_in(configuration, house.books, house.clock),
        private={
            **instruments.desk_routes(house.papers.chancery),
            **privacy.desk_routes(privacy_office(configuration, house.books, house.clock)),
            **retention.desk_routes(retention_office(configuration, house.books, house.archive, house.clock)),
            **_bundles(house),
        },
        public=announcements.public_routes(house.papers.chancery, pages, draw_qr),
        mounted=[
            *public_routes(visitors),
            *document_routes(house.papers.links, Pages(agency=configuration.agency, texts=house.texts)),
            *(webhook_route(path, webhook) for path, webhook in webhooks.items()),
        ],
        gaps=partial(instruments.gaps_of, house.papers.chancery),
        alarms=house.papers.alarms.remarks,
        papers=PaperOffice(house=house.papers.licences, release_soon=release_soon),
        incoming=house.papers.incoming,
        chat=_chat_look(house),
        learning=_learning(house),
    )


def _learning(house: House) -> LearningOffice:
    configuration, books, clock = house.configuration, house.books, house.clock
    return LearningOffice(
        understanding=guidance.understanding(configuration),
        corrections=guidance.corrections(configuration, books, clock),
        audit=guidance.audit(configuration, books, clock),
    )


def _bundles(house: House) -> Addresses:
    """Nothing while there is no keyring to sign with."""
    key = open_keyring(house.configuration)
    if key is None:
        return NO_ADDRESSES
    return evidence.desk_routes(bundles(house.configuration, house.books, house.archive, key, house.clock))


def _chat_look(house: House) -> ChatLook | None:
    """What the pages show of the channel that knows turns; there is one at most."""
    for talks in house.talks.values():
        return ChatLook(
            channel=talks.platform.channel,
            account=talks.platform.account,
            refused=talks.platform.refused,
            quota=talks.watch.last_quota,
            last_delivery_at=talks.watch.last_delivery_at,
        )
    return None
