"""The way from the stand-in of LINE to the agency's webhook: events, signed and delivered over HTTP."""

import base64
import hashlib
import hmac
import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import uvicorn

from mailroom.domain.errors import ConfigurationError
from mailroom.ports import Asgi

TRIES = 5
"""LINE delivers again what was not answered with 200; so does this stand-in, sooner."""
AGAIN_SECONDS = 0.3
PATIENCE_SECONDS = 2.0

Event = dict[str, Any]


class DeliveryFailedError(Exception):
    """The webhook did not take a delivery. `status` is 0 where nobody answered."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class Courier:
    """Delivers events to `url`, one delivery after the other. Safe to share between threads."""

    def __init__(self, secret: str, destination: str) -> None:
        self._secret = secret.encode()
        self._destination = destination
        self._lock = threading.Lock()
        self.url = ""

    def deliver(self, events: Sequence[Event]) -> None:
        """As LINE does it, redeliveries marked. Raises DeliveryFailedError."""
        with self._lock:
            for attempt in range(TRIES):
                if attempt:
                    time.sleep(AGAIN_SECONDS)
                try:
                    self._post(self._body(events, again=attempt > 0))
                except DeliveryFailedError:
                    if attempt == TRIES - 1:
                        raise
                else:
                    return

    def _body(self, events: Sequence[Event], *, again: bool) -> bytes:
        context = {"deliveryContext": {"isRedelivery": again}}
        body = {"destination": self._destination, "events": [one | context for one in events]}
        return json.dumps(body, ensure_ascii=False).encode()

    def _post(self, body: bytes) -> None:
        place = urlsplit(self.url)
        connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=PATIENCE_SECONDS)
        signature = base64.b64encode(hmac.digest(self._secret, body, hashlib.sha256)).decode()
        headers = {"Content-Type": "application/json; charset=utf-8", "X-Line-Signature": signature}
        try:
            connection.request("POST", place.path, body, headers)
            status = connection.getresponse().status
        except (OSError, http.client.HTTPException) as error:
            raise DeliveryFailedError(0, f"{self.url}: {error}") from error
        finally:
            connection.close()
        if status != http.client.OK:
            raise DeliveryFailedError(status, f"{self.url}: {status}")


@contextmanager
def served(webhook: Asgi, host: str, port: int) -> Iterator[None]:
    """The agency's webhook alone, at the address where its pages will be. Raises ConfigurationError: the port is taken."""
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((host, port))
        except OSError as error:
            raise ConfigurationError(f"web: cannot listen on {host} port {port} ({error.strerror})") from error
        listening.listen(16)
        config = uvicorn.Config(webhook, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="webhook", daemon=True)
        thread.start()
        try:
            yield
        finally:
            server.should_exit = True
            thread.join(10)
