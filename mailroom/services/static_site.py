"""The licence database as one folder of files that any web host can serve, and that opens without one (R33)."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any, Protocol

from mailroom.domain.errors import StorageError
from mailroom.domain.instrument import Instrument
from mailroom.services.data_files import DataFiles
from mailroom.services.evidence.shelf import CheckpointShelf
from mailroom.services.open_data import DataFormat, description
from mailroom.services.public_licence import PublicLicence
from mailroom.services.publication import Publication, PublicBooks
from mailroom.services.site_folder import SiteFolder

LIST_SIZE = 100
"""Licences on one list page. Lists are in order of issue, so that a new licence changes the last page alone."""

SHARD_SIZE = 4000
"""Licences in one file of the search index: about a megabyte, and a few hundred kilobytes on the wire."""


class SiteLook(Protocol):
    """How pages look."""

    def page(self, name: str, *, depth: int, **context: Any) -> str:
        """A page that lies `depth` folders deep, from the template of that name."""

    def assets(self) -> Mapping[str, bytes]:
        """Style sheets, scripts and pictures by file name."""


@dataclass(frozen=True, slots=True)
class Listing:
    """One list page: its file, its type of licence, and its place among the pages of that type."""

    path: str
    type_name: str
    number: int
    licences: tuple[PublicLicence, ...]


@dataclass(slots=True)
class SiteReport:
    """What a writing did."""

    licences: int = 0
    written: int = 0
    removed: int = 0


class StaticSite:
    """Writes the public pages into a folder, and only what changed; what it did not write it never touches."""

    def __init__(
        self,
        publication: Publication,
        *,
        files: DataFiles,
        look: SiteLook,
        document: Callable[[str], bytes] | None = None,
        checkpoints: CheckpointShelf | None = None,
    ) -> None:
        """`document` gives the bytes of an archived paper by its SHA-256: the head's instruments are published whole.

        `checkpoints` of the books are published where they are given.
        """
        self._checkpoints = checkpoints
        self._publication = publication
        self._files = files
        self._look = look
        self._document = document

    def write_site(self, folder: Path) -> SiteReport:
        """Bring the folder up to date. Safe to repeat, and to break off at any point: no file is ever half written.

        Raises StorageError when the folder cannot be written, or is no folder of ours and not empty.
        """
        try:
            with self._publication.look() as books:
                return self._write(SiteFolder(folder), books)
        except OSError as error:
            raise StorageError(
                f"{folder}: cannot be written ({error}); check the folder and its permissions"
            ) from error

    def _write(self, folder: SiteFolder, books: PublicBooks) -> SiteReport:
        report, look = SiteReport(), self._assets(folder)
        instruments = books.instruments()
        shared = {
            "as_of": books.as_of,
            "announcements": bool(instruments),
            "checkpoints": self._checkpoints is not None,
        }
        version = look + str(bool(instruments))
        listings = self._records(folder, books, version, shared, report)
        self._instruments(folder, instruments, version, shared)
        self._data(folder, books)
        if self._checkpoints:
            self._evidence(folder, self._checkpoints, version, shared)
        front = {**shared, "total": report.licences, "lists": listings, "instruments": instruments}
        self._front(folder, books, front)
        report.written, report.removed = folder.finish()
        return report

    def _assets(self, folder: SiteFolder) -> str:
        """Style and scripts; a name of their state, on which every page depends."""
        digest = hashlib.sha256()
        for name, content in self._look.assets().items():
            folder.put(f"assets/{name}", content)
            digest.update(content)
        digest.update(repr((self._publication.agency, self._publication.catalogue)).encode())
        return digest.hexdigest()

    def _records(
        self, folder: SiteFolder, books: PublicBooks, version: str, shared: Mapping[str, Any], report: SiteReport
    ) -> list[tuple[str, str, int, int]]:
        """A page for each licence, list pages and the search index, in one pass. What the lists are."""
        index, lists = SearchIndex(folder), []
        for listing in _listings(books.every()):
            for licence in listing.licences:
                self._record(folder, books, licence, version, shared)
                index.add(licence)
            key = _key(version, *(one.as_object() for one in listing.licences))
            folder.make(listing.path, key, partial(self._page, "list.html", 1, shared, listing=listing))
            lists.append((listing.path, listing.type_name, listing.number, len(listing.licences)))
            report.licences += len(listing.licences)
        index.finish()
        return lists

    def _record(
        self, folder: SiteFolder, books: PublicBooks, licence: PublicLicence, version: str, shared: Mapping[str, Any]
    ) -> None:
        def page() -> bytes:
            found = books.record(licence.code)
            steps = found[1] if found else ()
            return self._page("record.html", 2, shared, licence=licence, steps=steps)

        folder.make(f"l/{licence.code}/index.html", _key(version, licence.as_object()), page)

    def _instruments(
        self, folder: SiteFolder, instruments: tuple[Instrument, ...], version: str, shared: Mapping[str, Any]
    ) -> None:
        """What the head announced and ordered, with the signed papers themselves."""
        if not instruments:
            return
        papers = {}
        for one in instruments:
            if self._document is not None and one.document and one.code:
                papers[one.id] = path = f"announcements/{one.code}.pdf"
                folder.make(path, one.document, partial(self._document, one.document))
        context = {"instruments": instruments, "papers": papers}
        key = _key(version, repr(context))
        folder.make("announcements.html", key, lambda: self._page("announcements.html", 0, shared, **context))

    def _data(self, folder: SiteFolder, books: PublicBooks) -> None:
        for form in DataFormat:
            path, state = self._files.file(form)
            folder.make(f"data/licences.{form}", state, path.read_bytes)
        whole = json.dumps(description(books.dataset()), ensure_ascii=False, indent=1).encode()
        folder.make("data/dcat.jsonld", books.state(), lambda: whole)

    def _evidence(self, folder: SiteFolder, shelf: CheckpointShelf, version: str, shared: Mapping[str, Any]) -> None:
        """Checkpoints of the books, for whoever wants to hold the agency to them."""
        published = shelf.latest()
        for name in (name for one in published for name in one.names):
            folder.make(f"checkpoints/{name}", name, partial(_content, shelf, name))
        key = _key(version, [one.names for one in published], [one.witnesses for one in published])
        folder.make("checkpoints.html", key, lambda: self._page("checkpoints.html", 0, shared, published=published))

    def _front(self, folder: SiteFolder, books: PublicBooks, context: Mapping[str, Any]) -> None:
        """Written each time: they say as of when all the rest is."""
        folder.put("index.html", self._page("index.html", 0, context))
        folder.put("slideshow.html", self._page("slideshow.html", 0, context))
        more = {"dataset": books.dataset(), "policy": books.policy()}
        folder.put("open-data.html", self._page("open_data.html", 0, {**context, **more}))

    def _page(self, name: str, depth: int, shared: Mapping[str, Any], **context: Any) -> bytes:
        return self._look.page(name, depth=depth, **shared, **context).encode()


class SearchIndex:
    """The search index as scripts: a page that was opened from a disk may load scripts, but no data."""

    def __init__(self, folder: SiteFolder) -> None:
        self._folder = folder
        self._rows: list[list[str]] = []
        self._shards = 0

    def add(self, licence: PublicLicence) -> None:
        searched = (
            licence.value(key) for key in ("holder", "premises", "address", "business", "issued_on", "expires_on")
        )
        row = [licence.code, licence.number, licence.type_name, licence.status.value, *searched]
        self._rows.append(row)
        if len(self._rows) == SHARD_SIZE:
            self._flush()

    def finish(self) -> None:
        if self._rows or not self._shards:
            self._flush()
        self._folder.put("search/index.js", f"found.shards({self._shards});\n".encode())

    def _flush(self) -> None:
        rows = ",\n".join(json.dumps(row, ensure_ascii=False) for row in self._rows)
        self._folder.put(f"search/{self._shards}.js", f"found.rows([\n{rows}\n]);\n".encode("utf-8", "replace"))
        self._rows.clear()
        self._shards += 1


def _listings(licences: Iterator[PublicLicence]) -> Iterator[Listing]:
    for service, of_type in groupby(licences, key=lambda one: one.service):
        number, page = 0, list[PublicLicence]()
        for licence in of_type:
            page.append(licence)
            if len(page) == LIST_SIZE:
                number += 1
                yield Listing(f"list/{service}-{number}.html", page[0].type_name, number, tuple(page))
                page = []
        if page:
            yield Listing(f"list/{service}-{number + 1}.html", page[0].type_name, number + 1, tuple(page))


def _key(version: str, *facts: Any) -> str:
    """Equal for equal facts: then the page is the same but for its time."""
    return hashlib.sha256(json.dumps([version, *facts], ensure_ascii=False).encode("utf-8", "replace")).hexdigest()


def _content(shelf: CheckpointShelf, name: str) -> bytes:
    return shelf.file(name) or b""
