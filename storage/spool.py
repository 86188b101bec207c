"""The spool of a channel: deliveries are synced to disk before they are answered, and need no database for it.

It is an archive of its own. One record is one delivery: a line of JSON on how it came, then the exact body.
"""

import hashlib
import json
import re
import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import structlog

from mailroom.domain.chat import Spooled
from mailroom.domain.errors import StorageError
from storage.archive import BEGINNING, Edge, SegmentArchive
from storage.scanning import Scanned
from storage.sealing.kek import KeyEncryptionKeys

_log = structlog.get_logger(__name__)

BATCH_COUNT = 200
"""So many deliveries are kept with one sync, at most."""
LOOK_SECONDS = 1.0
"""So long a look waits for a writer to come to an end; then it sees what was there before."""
CLOSE_SECONDS = 5.0
_PLACE = re.compile(r"(\d{8})\.(\d{12})\.([0-9a-f]{16})")


@dataclass(eq=False, slots=True)
class _Delivery:
    record: bytes
    settled: threading.Event = field(default_factory=threading.Event)
    error: Exception | None = None


class SegmentSpool:
    """Implements `mailroom.ports.Spool` in a folder of a local disk. Threads may share it, and processes.

    A thread of its own writes: it keeps all that wait with one sync, and whoever cannot wait any longer goes away.
    Raises ConfigurationError for a folder on a network file system.
    """

    def __init__(
        self, folder: Path, archive: SegmentArchive | None = None, *, keks: KeyEncryptionKeys | None = None
    ) -> None:
        self._archive = archive or SegmentArchive(folder, keks=keks)
        self._queue: deque[_Delivery] = deque()
        self._change = threading.Condition()
        self._writer: threading.Thread | None = None
        self._closed = False
        self._end = BEGINNING
        self._damaged: set[Edge] = set()

    def keep(self, body: bytes, received_at: datetime, within: float) -> None:
        """See `Spool.keep`. Deliveries that nobody waits for any more are not written, where that can be helped."""
        delivery = _Delivery(_record(body, received_at))
        with self._change:
            self._hire()
            self._queue.append(delivery)
            self._change.notify()
        if not delivery.settled.wait(within):
            self._withdraw(delivery)
            raise StorageError("the spool did not get the delivery to the disk in time; check what holds the disk up")
        if delivery.error is not None:
            raise StorageError(str(delivery.error)) from delivery.error

    def _hire(self) -> None:
        if self._closed:
            raise StorageError("the spool is closed; the delivery is taken once the program runs again")
        if self._writer is None:
            self._writer = threading.Thread(target=self._write, name="spool", daemon=True)
            self._writer.start()

    def _withdraw(self, delivery: _Delivery) -> None:
        with self._change:
            if delivery in self._queue:
                self._queue.remove(delivery)

    def _write(self) -> None:
        while batch := self._next_batch():
            error: Exception | None = None
            try:
                self._archive.keep([one.record for one in batch])
            except Exception as caught:  # whatever it is, those who wait are told, and the next batch has its chance
                error = caught
            for one in batch:
                one.error = error
                one.settled.set()

    def _next_batch(self) -> list[_Delivery]:
        """All that wait; nothing once the spool is closed and all is written."""
        with self._change:
            while not (self._queue or self._closed):
                self._change.wait()
            return [self._queue.popleft() for _ in range(min(len(self._queue), BATCH_COUNT))]

    def after(self, place: str) -> Iterator[Spooled]:
        """See `Spool.after`. What is being written meanwhile comes with the next call."""
        self._end = self._archive.edge(LOOK_SECONDS) or self._end
        end = self._end
        for record in self._archive.scan(self._start(place)):
            begin = Edge(_segment(record), record.place.offset)
            if begin >= end:
                return
            if record.damage:
                self._note(begin, record.damage)
            else:
                yield self._spooled(record)

    def _start(self, place: str) -> Edge:
        """The edge that a place names; where the disk holds something else there, the beginning of its segment.

        A power cut may take back what was read but never promised, and what is kept next stands in its stead.
        """
        found = _PLACE.fullmatch(place)
        if found is None:
            return BEGINNING
        edge = Edge(int(found[1]), int(found[2]))
        return edge if self._archive.has_end(edge, found[3]) else Edge(edge.segment, 0)

    def _spooled(self, record: Scanned) -> Spooled:
        with self._archive.open(record.place, record.digest) as stream:
            header, _, body = stream.read().partition(b"\n")
        end = record.place.offset + record.place.length
        return Spooled(
            place=place_behind(_segment(record), end, record.mark),
            body=body,
            digest=hashlib.sha256(body).hexdigest(),
            received_at=datetime.fromisoformat(json.loads(header)["received_at"]),
        )

    def _note(self, at: Edge, damage: str) -> None:
        if at not in self._damaged:
            self._damaged.add(at)
            _log.warning("spool.damaged", segment=at.segment, offset=at.offset, damage=damage)

    def close(self) -> None:
        """Write what waits; then nothing is kept any more."""
        with self._change:
            self._closed = True
            self._change.notify()
        if self._writer is not None:
            self._writer.join(CLOSE_SECONDS)
            if self._writer.is_alive():
                return
        self._archive.close()


def place_behind(segment: int, end: int, mark: str) -> str:
    """What the place behind a delivery is called; `mark` is that of its record, which ends at `end`."""
    return f"{segment:08}.{end:012}.{mark}"


def _record(body: bytes, received_at: datetime) -> bytes:
    return json.dumps({"received_at": received_at.isoformat()}).encode() + b"\n" + body


def _segment(record: Scanned) -> int:
    return int(record.place.segment.removesuffix(".seg"))
