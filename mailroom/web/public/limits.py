"""How much one address may ask for: a code must not be found by trying, nor the check of PDFs be worn out."""

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

ADDRESSES = 20_000
"""So many addresses are remembered; beyond that the oldest are forgotten."""


class Allowance:
    """So many of something for each address within a time. Safe to share between threads."""

    def __init__(self, most: int, seconds: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._seconds = seconds
        self._monotonic = monotonic
        self._spent: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self._lock = Lock()

    def wait(self, address: str) -> int:
        """Seconds until this address may go on; 0 when it may now."""
        with self._lock:
            since, count = self._of(_network(address))
        return 0 if count < self._most else max(1, round(since + self._seconds - self._monotonic()))

    def spend(self, address: str) -> None:
        """Note one more."""
        network = _network(address)
        with self._lock:
            since, count = self._of(network)
            self._spent[network] = (since, count + 1)
            if len(self._spent) > ADDRESSES:
                self._spent.popitem(last=False)

    def _of(self, network: str) -> tuple[float, int]:
        now = self._monotonic()
        since, count = self._spent.get(network, (now, 0))
        if now - since < self._seconds:
            return since, count
        del self._spent[network]
        return now, 0


def _network(address: str) -> str:
    """One household has one IPv4 address, but 2**64 of IPv6."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if parsed.version == 4:
        return address
    return str(ipaddress.ip_network((parsed, 64), strict=False))
