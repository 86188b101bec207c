"""Proof that a session asked, on record, to see what is not shown to everybody who signs in."""

import hmac

from mailroom.web.site import Visit


def proof(visit: Visit, act: str, message_id: int) -> str:
    """That this session asked for this act on this message; worthless in any other session."""
    key = visit.session.csrf.encode() if visit.session else b""
    return hmac.new(key, f"{act} {message_id}".encode(), "sha256").hexdigest()


def holds(visit: Visit, name: str, act: str, message_id: int) -> bool:
    """Whether the address carries that proof under a name."""
    return hmac.compare_digest(visit.query.get(name, "").encode(), proof(visit, act, message_id).encode())


def carried(visit: Visit, *names: str) -> str:
    """The proofs of this visit as a query to be carried on, without its question mark; empty without any."""
    return "&".join(f"{name}={visit.query[name]}" for name in names if visit.query.get(name, "").isalnum())
