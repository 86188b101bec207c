"""The independent check that what platforms delivered is in the books, and the other way round."""

import hashlib
import json
import re
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import zstandard

from storage.findings import Finding, Severity, fault
from storage.sealing.kek import KeyEncryptionKeys
from storage.verify_frames import BrokenRecordError, Opening
from storage.verify_records import CheckerKeys, content_at, next_magic, read_record

PLACE = re.compile(r"(\d+)\.(\d+)\.[0-9a-f]+")
"""Number of a segment, and where in it the last delivery that was taken ends."""

BODY_LIMIT = 16 << 20
CURSORS = "SELECT channel, account, place FROM chat_cursor WHERE agency = :agency"
OURS = "agency = :agency AND channel = :channel AND account = :account"
OF_DELIVERY = f"SELECT event_id, raw FROM chat_event WHERE {OURS} AND delivery = :delivery"  # noqa: S608 - no value in it
KNOWN = f"SELECT 1 FROM chat_event WHERE {OURS} AND event_id = :event_id"  # noqa: S608 - as above
DELIVERIES = f"SELECT DISTINCT delivery FROM chat_event WHERE {OURS} ORDER BY delivery"  # noqa: S608 - as above


@dataclass(frozen=True, slots=True)
class Record:
    """Bytes of the spool: a delivery, or what is no record."""

    name: str
    start: int
    end: int
    content: bytes | None
    trouble: str = ""
    opened: bool = True
    """False of one that is sealed, without a keyring."""


class SpoolCheck:
    """Part of one run of `verify`, on its connection; of each spool what lies before the cursor of the books."""

    def __init__(
        self, connection: Any, data: Path, agency: str, counts: Counter[str], keks: KeyEncryptionKeys | None
    ) -> None:
        self._connection = connection
        self._keks = keks
        self._data = data
        self._agency = agency
        self._counts = counts

    def all(self) -> Iterator[Finding]:
        for row in self._connection.execute(CURSORS, {"agency": self._agency}).fetchall():
            account = {"agency": self._agency, "channel": str(row["channel"]), "account": str(row["account"])}
            place = PLACE.fullmatch(row["place"])
            if row["place"] and place is None:
                yield fault(_name(account), f"nothing in it can be found by its place {row['place']!r}")
            elif place is not None:
                yield from self._spool(account, int(place[1]), int(place[2]))

    def _spool(self, account: dict[str, str], segment: int, end: int) -> Iterator[Finding]:
        """`segment` and `end` are where the cursor stands."""
        kept = array("Q")
        sealed = 0
        spool = self._data / account["channel"] / "spool" / account["account"]
        for record in _records(spool, CheckerKeys(spool, self._keks), segment, end):
            sealed += not record.opened
            if record.content is None:
                yield from _broken(account, record)
                continue
            self._counts["deliveries"] += 1
            body = record.content.partition(b"\n")[2]
            digest = hashlib.sha256(body).hexdigest()
            kept.append(int(digest[:16], 16))
            for text in self._delivery(account, digest, body):
                yield fault(f"delivery {digest}", text)
        if sealed:
            text = f"{sealed} deliveries are sealed, and were not opened: there is no keyring"
            yield Finding(Severity.NOTE, _name(account), f"{text}; name it in [keys] keyring to have them compared")
            return
        yield from self._missing(account, array("Q", sorted(kept)))

    def _delivery(self, account: dict[str, str], digest: str, body: bytes) -> Iterator[str]:
        """Its events are in the books as they stand in it, or were there already when it came."""
        text = body.decode("utf-8", "replace").replace("\0", "\ufffd")
        found = False
        for row in self._connection.execute(OF_DELIVERY, account | {"delivery": digest}):
            found = True
            if row["raw"] not in text:
                yield f"the event {row['event_id']} stands in it in other words than in the books"
        if not found and not self._came_before(account, body):
            yield "it is kept in the spool, but its events are not in the books"

    def _came_before(self, account: dict[str, str], body: bytes) -> bool:
        ids: list[object] = [None]
        with suppress(ValueError, RecursionError, LookupError, TypeError, AttributeError):
            ids = [event["webhookEventId"] for event in json.loads(body)["events"]]
        return all(isinstance(one, str) and self._knows(account, one) for one in ids)

    def _knows(self, account: dict[str, str], event_id: str) -> bool:
        return self._connection.execute(KNOWN, account | {"event_id": event_id}).fetchone() is not None

    def _missing(self, account: dict[str, str], kept: "array[int]") -> Iterator[Finding]:
        for row in self._connection.execute(DELIVERIES, account):
            key = int(row["delivery"][:16] or "0", 16)
            at = bisect_left(kept, key)
            if at == len(kept) or kept[at] != key:
                yield fault(f"delivery {row['delivery']}", f"its events are in the books, but {_name(account)} lost it")


def _name(account: dict[str, str]) -> str:
    return f"the spool of {account['channel']} {account['account']}"


def _broken(account: dict[str, str], record: Record) -> Iterator[Finding]:
    """A crash leaves no more than a torn end; whether something is lost with it the books tell."""
    if record.opened:
        text = f"bytes {record.start} to {record.end} of {record.name} are no delivery ({record.trouble})"
        yield Finding(Severity.NOTE, _name(account), text)


def _records(spool: Path, keys: CheckerKeys, segment: int, end: int) -> Iterator[Record]:
    """All that lies before the place where the cursor stands."""
    segments = spool / "segments"
    numbered = sorted((int(path.stem), path) for path in segments.glob("*.seg") if path.stem.isdecimal())
    for number, path in numbered:
        if number <= segment:
            with path.open("rb") as file:
                length = file.seek(0, 2)
                until = min(end, length) if number == segment else length
                yield from _of_segment(file, path.name, until, keys.of(path.name))


def _of_segment(file: BinaryIO, name: str, end: int, opening: Opening) -> Iterator[Record]:
    start = 0
    while start < end:
        file.seek(start)
        try:
            found = read_record(file, opening)
            record = Record(name, start, start + found.length, None, opened=found.opened)
            if found.opened:
                with content_at(file, start, opening) as stream:
                    record = Record(name, start, start + found.length, stream.read(BODY_LIMIT))
        except (BrokenRecordError, zstandard.ZstdError) as error:
            record = Record(name, start, next_magic(file, start + 1) or end, None, str(error))
        yield record
        start = record.end
