"""One-time addresses of documents."""

from datetime import datetime

import sqlalchemy as sa

from mailroom.domain.document import Document, DownloadLink
from storage.books.documents import document_of
from storage.tables import DOCUMENT, DOWNLOAD_LINK
from storage.transaction import Transaction

PUT = sa.insert(DOWNLOAD_LINK)


class SqlLinkBook:
    """`ports.LinkBook`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def put(self, link: DownloadLink) -> None:
        row = {name: getattr(link, name) for name in ("token_hash", "digest", "expires_at", "used_at")}
        self._transaction.write(PUT, row | {"agency": self._transaction.agency})

    def find(self, token_hash: str, at: datetime) -> Document | None:
        query = sa.select(DOWNLOAD_LINK.c.digest).where(self._usable(token_hash, at))
        return self._document(self._transaction.run(query).scalar_one_or_none())

    def use(self, token_hash: str, at: datetime) -> Document | None:
        use = sa.update(DOWNLOAD_LINK).where(self._usable(token_hash, at)).values(used_at=at)
        return self._document(self._transaction.run(use.returning(DOWNLOAD_LINK.c.digest)).scalar_one_or_none())

    def _usable(self, token_hash: str, at: datetime) -> sa.ColumnElement[bool]:
        return sa.and_(
            DOWNLOAD_LINK.c.agency == self._transaction.agency,
            DOWNLOAD_LINK.c.token_hash == token_hash,
            DOWNLOAD_LINK.c.used_at.is_(None),
            DOWNLOAD_LINK.c.expires_at > at,
        )

    def _document(self, digest: str | None) -> Document | None:
        query = sa.select(DOCUMENT).where(DOCUMENT.c.agency == self._transaction.agency, DOCUMENT.c.digest == digest)
        row = self._transaction.first(query) if digest is not None else None
        return document_of(row) if row is not None else None
