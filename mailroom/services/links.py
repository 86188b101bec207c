"""One-time addresses of documents: looking uses nothing up, fetching does, once (R116)."""

import hashlib
import re
from contextlib import closing
from dataclasses import dataclass

from mailroom.domain.document import Document
from mailroom.domain.privacy import HOLDER, How, Read
from mailroom.ports import Archive, Books, Clock

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
"""256 bits in the alphabet that is safe in addresses (RFC 4648 section 5)."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A document with its content, whole and checked against its digest."""

    document: Document
    content: bytes


class Links:
    """The holder's side of `DownloadLink`."""

    def __init__(self, *, books: Books, archive: Archive, clock: Clock) -> None:
        self._books = books
        self._archive = archive
        self._clock = clock

    def look(self, token: str) -> Document | None:
        """What a link leads to, unless it is used, expired or none at all. Programs that scan mail may look too."""
        if not _TOKEN.fullmatch(token):
            return None
        with self._books.look() as uow:
            return uow.links.find(hash_of(token), self._clock.now())

    def fetch(self, token: str) -> Fetched | None:
        """The document; the link is used up, and the event `document.downloaded` is the evidence of it.

        Raises ArchiveDamagedError, and then the link remains.
        """
        document = self.look(token)
        if document is None:
            return None
        with closing(self._archive.open(document.place, document.digest)) as source:
            content = source.read()
        now = self._clock.now()
        with self._books.begin() as uow:
            if uow.links.use(hash_of(token), now) is None:
                return None
            licence = uow.licences.by_document(document.digest)
            request = licence[0].message_id if licence else None
            uow.events.add("document.downloaded", now, message_id=request, detail=document.digest)
            uow.reads.note(Read(at=now, actor=HOLDER, what="document", key=document.digest, how=How.DOWNLOAD))
            uow.commit()
        return Fetched(document, content)


def hash_of(token: str) -> str:
    """What the books keep of a token."""
    return hashlib.sha256(token.encode()).hexdigest()
