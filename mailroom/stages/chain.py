"""What a link of the chain is made of: pure, so that anybody can make it again from the documentation alone."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256

LEAF, VALUE = b"\x00", b"\x02"
"""First bytes, so that no leaf passes for a link, nor either for a node of the tree (0x01)."""
BEGINNING = bytes(32)
"""Value before the first link."""
_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

Fact = str | int | float | None


def record_of(table: str, key: str, facts: Mapping[str, Fact]) -> str:
    """A row in words: JSON of a list of table, key and an object of the facts in their order, without blanks.

    Values are those that the database holds: times in UTC as `2026-11-28 05:30:00.000000`, truth as 1 and 0.
    """
    return _ENCODE((table, key, facts))


def leaf_of(record: str) -> bytes:
    """SHA-256 over 0x00 and the UTF-8 of the record: what RFC 6962 calls the hash of a leaf."""
    return sha256(LEAF + record.encode()).digest()


def value_of(before: bytes, seq: int, at: datetime, leaf: bytes, name: str) -> bytes:
    """SHA-256 over 0x02, the value before, the number of the link, its time, the leaf, and what it is about.

    Number and time (microseconds since 1970 in UTC) are eight bytes each, the highest first; `name` is the table, a blank
    and the key, in UTF-8. The leaf covers these too, but can be made again only while the row is as it was then.
    """
    moment = (at - _EPOCH) // _MICROSECOND
    return sha256(VALUE + before + seq.to_bytes(8) + moment.to_bytes(8) + leaf + name.encode()).digest()
