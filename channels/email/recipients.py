"""A strict check of the address a letter goes to: what is odd is a clerk's matter, never a guess."""

import re
from dataclasses import dataclass

from mailroom.domain.errors import PermanentChannelError

_MOST_LOCAL_BYTES = 64
_MOST_DOMAIN_BYTES = 255
_LOCAL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\U0010ffff-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\U0010ffff-]+)*"
)
_LABEL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")


@dataclass(frozen=True, slots=True)
class Recipient:
    """An address as it goes on the wire."""

    local: str
    domain: str
    """ASCII; an international name as A-labels (RFC 5890)."""

    @property
    def address(self) -> str:
        return f"{self.local}@{self.domain}"

    @property
    def international(self) -> bool:
        """Whether only a server with SMTPUTF8 can take it (RFC 6531)."""
        return not self.local.isascii()


def checked(address: str) -> Recipient:
    """The recipient of this name. Raises PermanentChannelError for anything but a plain `local@domain`.

    Quoted local parts, comments, routes and address literals are lawful and refused all the same: libraries
    disagree about them, and a letter must not reach another than the one asked for.
    """
    local, at, domain = address.rpartition("@")
    if not at or not _LOCAL.fullmatch(local) or not local.isprintable():
        raise _refusal(address)
    ascii_domain = _ascii_domain(domain, address)
    if len(local.encode("utf-8", "surrogatepass")) > _MOST_LOCAL_BYTES or len(ascii_domain) > _MOST_DOMAIN_BYTES:
        raise _refusal(address)
    return Recipient(local, ascii_domain)


def _ascii_domain(domain: str, address: str) -> str:
    try:
        encoded = domain if domain.isascii() else domain.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise _refusal(address) from error
    if not all(_LABEL.fullmatch(label) for label in encoded.split(".")):
        raise _refusal(address)
    return encoded


def _refusal(address: str) -> PermanentChannelError:
    return PermanentChannelError(f"{address[:100]!a} is not an address that a letter can be sent to")
