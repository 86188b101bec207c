"""Papers that the agency made: where their bytes are."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from mailroom.domain.document import Document, DocumentKind
from mailroom.domain.message import Place
from storage.tables import DOCUMENT
from storage.transaction import Transaction


class SqlDocumentBook:
    """`ports.DocumentBook`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def put(self, document: Document) -> None:
        row = {
            "agency": self._transaction.agency,
            "digest": document.digest,
            "kind": document.kind.value,
            "name": document.name,
            "media_type": document.media_type,
            "size": document.size,
            "segment": document.place.segment,
            "segment_offset": document.place.offset,
            "stored_length": document.place.length,
            "created_at": document.created_at,
        }
        put = self._transaction.insert_or_pass(DOCUMENT, "agency", "digest")
        self._transaction.write(put, row)

    def get(self, digest: str) -> Document | None:
        query = sa.select(DOCUMENT).filter_by(agency=self._transaction.agency, digest=digest)
        row = self._transaction.first(query)
        return document_of(row) if row is not None else None


def document_of(row: Row[Any]) -> Document:
    return Document(
        digest=row.digest,
        kind=DocumentKind(row.kind),
        name=row.name,
        media_type=row.media_type,
        size=row.size,
        place=Place(row.segment, row.segment_offset, row.stored_length),
        created_at=row.created_at,
    )
