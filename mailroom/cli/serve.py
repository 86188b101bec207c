"""The daemon beside the web: one process, the web in a thread of its own."""

import asyncio
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from functools import partial
from pathlib import Path

import structlog
import uvicorn

from mailroom.bootstrap import House, attachments, evidence, journal, keeping, learning, mailbox, matches, search
from mailroom.bootstrap.papers import join_public
from mailroom.cli.chat_chores import ChatChores
from mailroom.cli.site import site
from mailroom.daemon import Bell, Chore, Daemon, Watched
from mailroom.domain.errors import ConfigurationError
from mailroom.services.health import health
from mailroom.services.licence_office import PublicOffice
from mailroom.services.verification import Verification
from mailroom.web.public.look import FolderLook, public_pages

log = structlog.get_logger(__name__)

RELEASE_SECONDS = 15
REMIND_SECONDS = 3600
PUBLISH_SECONDS = 60
CERTIFICATE_SECONDS = 86_400
"""Seldom: a wrong PIN that is tried again and again locks a token."""
SWITCH_SECONDS = 0.0005
"""So long one thread may keep the others from the interpreter; a tenth of what it is otherwise.

A delivery goes through four threads before it is answered, and waits in each while the daemon computes.
"""

Ready = Callable[[int], None]
"""Called with the port on which the queue listens."""


def serve(house: House, ready: Ready | None = None) -> None:
    """Until SIGTERM or SIGINT. Raises ConfigurationError when the port is taken."""
    sys.setswitchinterval(SWITCH_SECONDS)
    with ExitStack() as stack:
        listening = stack.enter_context(_listen(house))
        pages = public_pages(house.configuration.agency)
        public = join_public(house.papers.shop, FolderLook(pages), stack)
        bell = Bell()
        chats = [ChatChores(one) for one in house.talks.values()]
        chores = [*_chores(house, public, bell), *(chore for chat in chats for chore in chat.chores)]
        webhooks = {chat.path: chat.webhook() for chat in chats}
        server = uvicorn.Server(
            uvicorn.Config(
                site(house, public, pages, release_soon=bell.ring, webhooks=webhooks),
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=2,
            )
        )
        thread = threading.Thread(target=partial(server.run, sockets=[listening]), name="web", daemon=True)
        thread.start()
        if ready:
            ready(listening.getsockname()[1])
        try:
            asyncio.run(_daemon(house, chores))
        finally:
            server.should_exit = True
            thread.join(10)


async def _daemon(house: House, chores: list[Chore]) -> None:
    daemon = Daemon(
        watched=[Watched(watch, inbox) for watch, inbox in zip(house.watches, house.listeners, strict=True)],
        rounds=house.rounds,
        dispatchers=house.dispatchers,
        chores=chores,
        poll_seconds=house.configuration.settings.daemon.poll_seconds,
        beat=partial(_beat, house),
        stopping=house.stopping,
    )
    await daemon.run()


def found_genuine(house: House, pdf: bytes) -> Verification:
    """What `mailroom licence verify` finds out about a PDF."""
    with ExitStack() as stack:
        look = FolderLook(public_pages(house.configuration.agency))
        return join_public(house.papers.shop, look, stack).verifier.verify(pdf)


def _chores(house: House, public: PublicOffice, bell: Bell) -> list[Chore]:
    chores = [Chore("remind", REMIND_SECONDS, lambda: house.reminders.run() > 0)]
    if house.papers.signs:
        chores.append(Chore("certificate", CERTIFICATE_SECONDS, partial(_meet_certificate, house)))
        chores.append(Chore("release", RELEASE_SECONDS, lambda: bool(house.papers.licences.turns.run().issued), bell))
    for part in (attachments, evidence, journal, keeping, learning, mailbox, matches, search):
        chores += [Chore(one.name, one.seconds, one.run) for one in part.chores(house)]
    folder = house.configuration.settings.licences.publish_to
    if folder is not None:
        publish = Publish(public, house.configuration.path.parent / folder)
        chores.append(Chore("publish", PUBLISH_SECONDS, publish.run))
    return chores


def _meet_certificate(house: House) -> bool:
    """No letters come of it."""
    house.papers.meet_certificate()
    return False


class Publish:
    """Writes the public folder whenever what is public changed, the day included (R30)."""

    def __init__(self, public: PublicOffice, folder: Path) -> None:
        self._public = public
        self._folder = folder
        self._written = ""

    def run(self) -> bool:
        """No letters come of it."""
        state = self._public.publication.state()
        if state != self._written:
            self._public.site.write_site(self._folder)
            self._written = state
        return False


def _listen(house: House) -> socket.socket:
    web = house.configuration.settings.web
    family = socket.AF_INET6 if ":" in web.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((web.host, web.port))
    except OSError as error:
        listening.close()
        raise ConfigurationError(
            f"web: cannot listen on {web.host} port {web.port} ({error.strerror}); choose another port in [web]"
        ) from error
    listening.listen(128)
    return listening


def _beat(house: House, _at: datetime) -> None:
    state = health(house.books, house.clock, others=house.problems)
    log.info("heartbeat", status=state["status"], problems=state["problems"], **state["counts"])
