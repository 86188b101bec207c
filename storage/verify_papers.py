"""The independent check of what the agency issued: numbers, licences, papers, documents and what was sent of them."""

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import chain, groupby
from pathlib import Path
from typing import Any

import zstandard

from storage.findings import Finding, fault, gap
from storage.verify_frames import BrokenRecordError
from storage.verify_keeping import Stretches, lost_numbers
from storage.verify_records import At, CheckerKeys, NotOpenedError, extends

PAPER_STATES = frozenset({"prepared", "submitted", "returned", "approved", "issued", "cancelled"})
WITH_RENDITION = frozenset({"submitted", "approved", "issued"})
LICENCE_STATES = frozenset({"valid", "amended", "suspended", "revoked", "ceased"})
SIGNED_STATES = frozenset({"signed", "gazetting", "published"})

NUMBERS = """
WITH given AS (
  SELECT service, number, 'licence ' || id AS owner, 0 AS first FROM licence WHERE agency = :agency
  UNION
  SELECT service, number, CASE WHEN licence_id IS NULL THEN 'paper ' || id ELSE 'licence ' || licence_id END,
    act = 'issue'
  FROM issuance WHERE agency = :agency AND number <> ''
), split AS (
  SELECT *, CAST(number AS INTEGER) AS n, CAST(substr(number, instr(number, '/') + 1) AS INTEGER) AS y FROM given
)
SELECT *, (number = n || '/' || y AND n > 0 AND y BETWEEN 1000 AND 9999) AS serial FROM split
ORDER BY service, serial, y, n, number, owner
"""
"""Who bears which number. `serial`: it is of the type's own series; what an earlier paper said may look otherwise."""

COUNTERS = """
SELECT substr(register, length(:prefix) + 1) AS service, year, last FROM register_counter
WHERE agency = :agency AND substr(register, 1, length(:prefix)) = :prefix
"""
LICENCES = """
SELECT l.id, l.number, l.service, l.version, l.status, l.document, d.kind,
  EXISTS (SELECT 1 FROM licence_event e
    WHERE e.agency = l.agency AND e.document = l.document AND e.licence_id = l.id) AS made
FROM licence l LEFT JOIN document d ON d.agency = l.agency AND d.digest = l.document
WHERE l.agency = :agency
"""
PAPERS = """
SELECT i.id, i.state, i.rendition, i.document, i.email, i.licence_id, i.approved_by,
  r.kind AS rendition_kind, d.kind AS document_kind, i.outgoing_number, i.outgoing_year,
  o.number AS sent, o.document AS sent_document,
  i.document IN (
    SELECT json_extract(e.value, '$[0]') FROM outbox_item b, json_each(b.enclosures) e WHERE b.agency = :agency
    UNION ALL SELECT digest FROM download_link WHERE agency = :agency
  ) AS handed_over
FROM issuance i
LEFT JOIN document r ON r.agency = i.agency AND r.digest = i.rendition
LEFT JOIN document d ON d.agency = i.agency AND d.digest = i.document
LEFT JOIN outgoing_entry o ON o.agency = i.agency AND o.year = i.outgoing_year AND o.number = i.outgoing_number
WHERE i.agency = :agency
"""
SIGNED = """
SELECT p.subject, r.segment, r.segment_offset, d.segment AS signed_segment, d.segment_offset AS signed_offset
FROM (
  SELECT 'paper ' || id AS subject, rendition, document FROM issuance WHERE agency = :agency AND state = 'issued'
  UNION ALL
  SELECT 'instrument ' || id, rendition, document FROM instrument WHERE agency = :agency
) p
JOIN document r ON r.agency = :agency AND r.digest = p.rendition
JOIN document d ON d.agency = :agency AND d.digest = p.document
"""
INSTRUMENTS = """
SELECT i.id, i.state, i.rendition, i.document, r.digest AS known_rendition, d.kind
FROM instrument i
LEFT JOIN document r ON r.agency = i.agency AND r.digest = i.rendition
LEFT JOIN document d ON d.agency = i.agency AND d.digest = i.document
WHERE i.agency = :agency
"""
ENCLOSED = """
SELECT b.id, b.letter, d.kind, json_extract(e.value, '$[0]') AS digest, i.id AS paper
FROM outbox_item b, json_each(b.enclosures) e
LEFT JOIN document d ON d.agency = b.agency AND d.digest = json_extract(e.value, '$[0]')
LEFT JOIN (SELECT document, min(id) AS id FROM issuance WHERE agency = :agency AND state = 'issued' GROUP BY document) i
  ON i.document = d.digest
WHERE b.agency = :agency
"""
LINKS = """
SELECT l.digest FROM download_link l LEFT JOIN document d ON d.agency = l.agency AND d.digest = l.digest
WHERE l.agency = :agency AND d.digest IS NULL
"""

Series = tuple[str, int]
"""Key of a service, and พ.ศ. year."""


class PaperCheck:
    """Part of one run of `verify`, on its connection."""

    def __init__(self, connection: Any, segments: Path, agency: str, counts: Counter[str], keys: CheckerKeys) -> None:
        self._connection = connection
        self._segments = segments
        self._keys = keys
        self._agency = agency
        self._counts = counts

    @property
    def looks(self) -> tuple[Callable[[], Iterator[Finding]], ...]:
        return (self._numbers, self._licences, self._papers, self._instruments, self._signed, self._sent)

    def _rows(self, query: str, **values: str) -> Iterator[Any]:
        yield from self._connection.execute(query, {"agency": self._agency} | values)

    def _numbers(self) -> Iterator[Finding]:
        """No number is missing between those from before the system and the counter, and none is given twice."""
        counters, before = self._counters("licence:"), self._counters("before:")
        lost = lost_numbers(self._connection, self._agency)
        for own, rows in groupby(self._rows(NUMBERS), key=_series):
            counted = counters.pop(own, None) if own else None
            without = lost.get((f"licence:{own[0]}", own[1]), ()) if own else ()
            yield from _series_faults(own, rows, before.get(own, 0) if own else 0, counted, without)
        for series, last in counters.items():
            without = lost.get((f"licence:{series[0]}", series[1]), ())
            yield from gap(_name(series), series[1], before.get(series, 0), last + 1, without)

    def _counters(self, prefix: str) -> dict[Series, int]:
        rows = self._rows(COUNTERS, prefix=prefix)
        return {(str(row["service"]), int(row["year"])): int(row["last"]) for row in rows}

    def _licences(self) -> Iterator[Finding]:
        for row in self._rows(LICENCES):
            self._counts["licences"] += 1
            for text in _licence_faults(row):
                yield fault(f"licence {row['number']} of {row['service']}", text)

    def _papers(self) -> Iterator[Finding]:
        for row in self._rows(PAPERS):
            self._counts["papers"] += 1
            texts = chain(_paper_faults(row), _issued_faults(row) if row["state"] == "issued" else ())
            for text in texts:
                yield fault(f"paper {row['id']}", text)

    def _instruments(self) -> Iterator[Finding]:
        for row in self._rows(INSTRUMENTS):
            self._counts["instruments"] += 1
            for text in _instrument_faults(row):
                yield fault(f"instrument {row['id']}", text)

    def _signed(self) -> Iterator[Finding]:
        """What was signed are the very bytes that were approved (G18)."""
        for row in self._rows(SIGNED):
            try:
                same = self._extends(row)
            except (BrokenRecordError, zstandard.ZstdError, OSError, NotOpenedError):
                continue  # Damage of the archive is named once, where every record of it is read; so is a missing keyring.
            if not same:
                yield fault(row["subject"], "its signed document does not begin with the bytes that were approved")

    def _extends(self, row: Any) -> bool:
        signed, rendition = self._segments / row["signed_segment"], self._segments / row["segment"]
        with signed.open("rb") as document, rendition.open("rb") as original:
            return extends(
                At(document, row["signed_offset"], self._keys.of(row["signed_segment"])),
                At(original, row["segment_offset"], self._keys.of(row["segment"])),
            )

    def _sent(self) -> Iterator[Finding]:
        """What goes out is in the books, and a licence only when its paper was issued."""
        for row in self._rows(ENCLOSED):
            for text in _enclosure_faults(row):
                yield fault(f"letter {row['id']}", text)
        for row in self._rows(LINKS):
            yield fault("one-time link", f"its document {row['digest']} is not in the books")


def _series(row: Any) -> Series | None:
    return (str(row["service"]), int(row["y"])) if row["serial"] else None


def _series_faults(
    series: Series | None, rows: Iterator[Any], before: int, counted: int | None, lost: Stretches
) -> Iterator[Finding]:
    """Of the numbers of one series, in order; outside every series only doubles can be told.

    `before` is the last that was given before the system; `counted` is None where there is no counter. A licence may
    bear a lost number: it is on paper, and was entered again.
    """
    last, own = before, False
    for (service, number), group in groupby(rows, key=lambda row: (str(row["service"]), str(row["number"]))):
        bearers = list(group)
        owners = sorted({str(row["owner"]) for row in bearers})
        if len(owners) > 1:
            yield fault(f"number {number} of {service}", f"given twice: {', '.join(owners)}")
        own = own or any(row["first"] for row in bearers)
        serial = int(bearers[0]["n"])
        if series and counted is not None and serial > last:
            yield from gap(_name(series), series[1], last, serial, lost)
            last = serial
    if series:
        yield from _counter_faults(series, last, counted, lost, own=own)


def _name(series: Series) -> str:
    return f"numbers of {series[0]} {series[1]}"


def _counter_faults(series: Series, last: int, counted: int | None, lost: Stretches, *, own: bool) -> Iterator[Finding]:
    subject = _name(series)
    if counted is None:
        if own:
            yield fault(subject, "there are such numbers, but no counter")
    elif last > counted:
        yield fault(subject, f"the last number is {last}, but the counter says {counted}: numbers will be given twice")
    else:
        yield from gap(subject, series[1], last, counted + 1, lost)


def _licence_faults(row: Any) -> Iterator[str]:
    if row["status"] not in LICENCE_STATES:
        yield f"it has the unknown status {row['status']}"
    if row["document"] is None:
        if row["version"]:
            yield "it was issued, but has no document"
        return
    if row["kind"] is None:
        yield f"its document {row['document']} is not in the books"
    elif row["kind"] != "licence":
        yield f"its document is a {row['kind']}"
    if not row["made"]:
        yield "no step of its life made its document"


def _paper_faults(row: Any) -> Iterator[str]:
    if row["state"] not in PAPER_STATES:
        yield f"it has the unknown state {row['state']}"
    if row["rendition"] is not None and row["rendition_kind"] is None:
        yield f"its rendition {row['rendition']} is not in the books"
    if row["rendition"] is None and row["state"] in WITH_RENDITION:
        yield f"it is {row['state']}, but has no rendition"
    if row["state"] in {"approved", "issued"} and not row["approved_by"]:
        yield "nobody approved it"


def _issued_faults(row: Any) -> Iterator[str]:
    if row["document_kind"] != "licence":
        yield "its signed document is not in the books"
    if row["licence_id"] is None:
        yield "it was issued, but made no licence"
    if row["sent"] is None:
        yield f"its entry {row['outgoing_number']}/{row['outgoing_year']} in the register of letters sent is missing"
    elif row["sent_document"] != row["document"]:
        yield "the register of letters sent names another document"
    if row["email"] and not row["handed_over"]:
        yield "no letter encloses its signed document, and no link leads to it"


def _instrument_faults(row: Any) -> Iterator[str]:
    if row["rendition"] is not None and row["known_rendition"] is None:
        yield f"its rendition {row['rendition']} is not in the books"
    if row["document"] is None:
        # What was signed outside of the system may have no file, but then it has no rendition either.
        if row["rendition"] is not None and row["state"] in SIGNED_STATES:
            yield f"it is {row['state']}, but has no signed document"
    elif row["kind"] != "instrument":
        yield "its signed document is not in the books"


def _enclosure_faults(row: Any) -> Iterator[str]:
    if row["kind"] is None:
        yield f"the document {row['digest']} that it encloses is not in the books"
    elif row["letter"] == "licence" and row["paper"] is None:
        yield "it encloses a document that no issued paper has"
