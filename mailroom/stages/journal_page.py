"""Pages of the journal as text, and back: a few lines for people, then JSON, signed.

What is signed is the page's JSON in one canonical form, so that a server or a mail program may wrap, indent or pad it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mailroom.domain.journal import JournalPage, SentStub, Stub

FORM = "mailroom-journal-1"
MOST_CHARACTERS = 8 << 20
"""A page is far smaller; more is none of ours, and not read."""


@dataclass(frozen=True, slots=True)
class SignedPage:
    """A page as it was read; whether it is genuine is for whoever holds the key to say."""

    page: JournalPage
    signature: bytes
    key: bytes
    """The public key that it says it is signed with: 32 bytes."""


def signed_bytes(page: JournalPage) -> bytes:
    """What the signature is over."""
    return json.dumps(_object(page), sort_keys=True, separators=(",", ":")).encode("ascii")


def page_text(page: JournalPage, signature: bytes, key: bytes, words: Sequence[str]) -> str:
    """`words` are lines for people, the first of them the title."""
    whole = {"form": FORM, "page": _object(page), "signature": signature.hex(), "key": key.hex()}
    return "\n".join((*words, "", json.dumps(whole, indent=1), ""))


def page_of(text: str) -> SignedPage | None:
    """None for what is no page."""
    start, end = text.find("{"), text.rfind("}")
    if start < 0 or end < start or len(text) > MOST_CHARACTERS:
        return None
    try:
        whole = json.loads(text[start : end + 1])
        if whole["form"] != FORM:
            return None
        page = _page(whole["page"])
        return SignedPage(page, bytes.fromhex(whole["signature"]), bytes.fromhex(whole["key"]))
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError, OverflowError):
        return None


def _object(page: JournalPage) -> dict[str, Any]:
    return {
        "installation": page.installation,
        "generation": page.generation,
        "seq": page.seq,
        "token": page.token,
        "at": page.at.isoformat(),
        "chain": [page.chain_seq, page.chain_head.hex()],
        "counters": [[name, year, last] for (name, year), last in sorted(page.counters.items())],
        "numbers": [
            [one.series, one.year, one.number, one.seal.hex(), _time(one.entered_at), _time(one.deemed_at)]
            for one in page.stubs
        ],
        "letters": [[one.item, one.letter, one.seal.hex()] for one in page.sent],
    }


def _page(found: dict[str, Any]) -> JournalPage:
    chain_seq, chain_head = found["chain"]
    return JournalPage(
        installation=str(found["installation"]),
        generation=_count(found["generation"]),
        seq=_count(found["seq"]),
        token=str(found["token"]),
        at=datetime.fromisoformat(found["at"]),
        chain_seq=int(chain_seq),
        chain_head=bytes.fromhex(chain_head),
        counters={(str(name), int(year)): _count(last) for name, year, last in found["counters"]},
        stubs=tuple(
            Stub(
                series=str(series),
                year=int(year),
                number=_count(number),
                seal=bytes.fromhex(seal),
                entered_at=_moment(entered),
                deemed_at=_moment(deemed),
            )
            for series, year, number, seal, entered, deemed in found["numbers"]
        ),
        sent=tuple(SentStub(str(item), str(letter), bytes.fromhex(seal)) for item, letter, seal in found["letters"]),
    )


def _count(value: object) -> int:
    if not isinstance(value, int) or value < 0:
        raise ValueError("no count")
    return value


def _time(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
