"""The desk with the head's instruments, and the public pages of what was announced, in memory or on disk."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from mailroom.domain.agency import Announcement
from mailroom.paths import CONFIG
from mailroom.ports import Archive, Books
from mailroom.services.desk import Desk
from mailroom.services.health import health
from mailroom.services.sign_in import SignIn
from mailroom.settings import WebSection
from mailroom.testing import MemoryArchive, MemoryBooks
from mailroom.texts import load_texts
from mailroom.web.announcements import public_routes
from mailroom.web.app import application
from mailroom.web.instruments import desk_routes, gaps_of
from mailroom.web.pages import Pages
from mailroom.web.public.pages import PublicPages
from signing.pictures import qr_svg
from storage.archive import SegmentArchive
from storage.unit_of_work import SqlBooks
from tests.support.instruments import AGENCY, CATALOGUE, Chancery


class AnnouncingOffice(Chancery):
    """With its web application. People sign in by link."""

    def __init__(
        self, books: Books | None = None, archive: Archive | None = None, *, configured: Announcement | None = None
    ) -> None:
        super().__init__(books or MemoryBooks(), archive or MemoryArchive(), configured=configured)
        texts = load_texts(CONFIG)
        self.sign_in = SignIn(
            books=self.books, clock=self.clock, idle=timedelta(minutes=30), absolute=timedelta(hours=10)
        )
        pages = PublicPages(Pages(agency=AGENCY, texts=texts), english=load_texts(CONFIG, "en"))
        actor: Any = None
        self.app = application(
            books=self.books,
            archive=self.archive,
            readers={},
            desk=Desk(
                books=self.books,
                actor=actor,
                catalogue=CATALOGUE,
                announcements=self.announcements,
                clock=self.clock,
            ),
            agency=AGENCY,
            catalogue=CATALOGUE,
            texts=texts,
            settings=WebSection(),
            clock=self.clock,
            health=lambda: health(self.books, self.clock),
            sign_in=self.sign_in,
            private=desk_routes(self.joined),
            public=public_routes(self.joined, pages, qr_svg),
            gaps=lambda: gaps_of(self.joined),
        )


class FiledAnnouncingOffice(AnnouncingOffice):
    """All on disk."""

    def __init__(self, folder: Path) -> None:
        self._database = SqlBooks(f"sqlite:///{folder / 'mailroom.db'}", AGENCY.key)
        self._segments = SegmentArchive(folder / "archive")
        super().__init__(self._database, self._segments)

    def close(self) -> None:
        self._segments.close()
        self._database.close()
