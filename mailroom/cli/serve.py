"""The daemon beside the clerks' queue: one process, the web in a thread of its own."""

import asyncio
import socket
import threading
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

import structlog
import uvicorn

from mailroom.bootstrap import House, sign_in
from mailroom.daemon import Daemon, Watched
from mailroom.domain.errors import ConfigurationError
from mailroom.services.health import health
from mailroom.web.app import application

log = structlog.get_logger(__name__)

Ready = Callable[[int], None]
"""Called with the port on which the queue listens."""


def serve(house: House, ready: Ready | None = None) -> None:
    """Until SIGTERM or SIGINT. Raises ConfigurationError when the port is taken."""
    listening = _listen(house)
    server = uvicorn.Server(
        uvicorn.Config(
            _application(house), log_config=None, access_log=False, server_header=False, timeout_graceful_shutdown=2
        )
    )
    thread = threading.Thread(target=partial(server.run, sockets=[listening]), name="web", daemon=True)
    thread.start()
    if ready:
        ready(listening.getsockname()[1])
    try:
        asyncio.run(_daemon(house))
    finally:
        server.should_exit = True
        thread.join(10)
        listening.close()


async def _daemon(house: House) -> None:
    daemon = Daemon(
        watched=[Watched(watch, inbox) for watch, inbox in zip(house.watches, house.listeners, strict=True)],
        rounds=house.rounds,
        dispatchers=house.dispatchers,
        poll_seconds=house.configuration.settings.daemon.poll_seconds,
        beat=partial(_beat, house),
        stopping=house.stopping,
    )
    await daemon.run()


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


def _application(house: House) -> Callable[..., Any]:
    return application(
        books=house.books,
        archive=house.archive,
        readers=house.desk_readers,
        desk=house.desk,
        agency=house.configuration.agency,
        catalogue=house.configuration.catalogue,
        texts=house.texts,
        settings=house.configuration.settings.web,
        clock=house.clock,
        health=partial(health, house.books, house.clock),
        sign_in=sign_in(house.configuration, house.books, house.clock),
    )


def _beat(house: House, _at: datetime) -> None:
    state = health(house.books, house.clock)
    log.info("heartbeat", status=state["status"], problems=state["problems"], **state["counts"])
