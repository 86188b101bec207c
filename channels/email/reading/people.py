"""Tells who wrote a message, who should be answered and whom it was for, and refuses to guess the sender."""

from dataclasses import dataclass

from channels.email.reading.addresses import Mailboxes, read_mailboxes
from channels.email.reading.headers import Headers
from channels.email.reading.limits import ADDRESSES
from mailroom.domain.message import Address
from mailroom.stages.defects import Defects

_HARMLESS = frozenset(("address-group", "address-semicolon"))
"""Faults that do not matter where nobody is answered: `undisclosed-recipients:;` is ordinary."""


@dataclass(frozen=True, slots=True)
class People:
    """Addresses of a message. `sender` has an empty address unless exactly one plain mailbox wrote it."""

    sender: Address
    senders: tuple[Address, ...]
    reply_to: tuple[Address, ...]
    recipients: tuple[Address, ...]


def people_of(headers: Headers, defects: Defects) -> People:
    found = _author(headers, defects)
    if found.names_other:
        defects.add("name-is-address", found.names_other)
    senders = tuple(found.addresses)
    sender = senders[0] if senders else Address("", "")
    if len(senders) != 1 or found.faults:
        sender = Address(sender.name, "")
    return People(
        sender=sender,
        senders=senders,
        reply_to=_reply_to(headers, sender, defects),
        recipients=_recipients(headers, defects),
    )


def _author(headers: Headers, defects: Defects) -> Mailboxes:
    """Everyone that any From field names. Fields that differ are one defect, more than one mailbox another."""
    values = headers.all("from")
    if not values or not any(values):
        defects.add("from-missing")
        return Mailboxes()
    if len(values) > 1:
        defects.add("from-repeated", str(len(values)))
    found = read_mailboxes(values[0], defects)
    for value in values[1:10]:
        more = read_mailboxes(value, defects)
        found.addresses += [address for address in more.addresses if address not in found.addresses]
        found.faults |= more.faults
    del found.addresses[ADDRESSES:]
    if len(found.addresses) > 1:
        defects.add("from-several", str(len(found.addresses)))
    _report("from", found.faults, defects)
    return found


def _report(name: str, faults: set[str], defects: Defects) -> None:
    for fault in sorted(faults):
        defects.add(fault, name)


def _reply_to(headers: Headers, sender: Address, defects: Defects) -> tuple[Address, ...]:
    """Reply-To; none of it when any of it is odd. Another domain than the sender's is worth a look."""
    if not headers.all("reply-to"):
        return ()
    found = read_mailboxes(headers.first("reply-to"), defects)
    _report("reply-to", found.faults, defects)
    if found.faults:
        return tuple(Address(address.name, "") for address in found.addresses)
    domains = {address.address.partition("@")[2] for address in found.addresses}
    if sender.address and domains - {sender.address.partition("@")[2]}:
        defects.add("reply-to-elsewhere", ", ".join(sorted(domains)))
    return tuple(found.addresses)


def _recipients(headers: Headers, defects: Defects) -> tuple[Address, ...]:
    people: list[Address] = []
    for name in ("to", "cc"):
        for value in headers.all(name)[:10]:
            found = read_mailboxes(value, defects)
            _report(name, found.faults - _HARMLESS, defects)
            people += found.addresses
    return tuple(people[:ADDRESSES])
