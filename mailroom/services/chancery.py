"""What the pages and commands for the head's instruments work with, joined from ports and plain values."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from mailroom.domain.agency import Agency, OfficeHours
from mailroom.domain.service import Catalogue
from mailroom.domain.texts import Texts
from mailroom.ports import Archive, Books, Clock, Renderer
from mailroom.services.announcements import Announcements
from mailroom.services.compliance import ComplianceSheet
from mailroom.services.instrument_content import Suggestions
from mailroom.services.instrument_papers import InstrumentPapers
from mailroom.services.instrument_text import InstrumentTexts
from mailroom.services.instruments import Instruments, Signing
from mailroom.services.papers import Style


@dataclass(frozen=True, slots=True, kw_only=True)
class Chancery:
    """Announcements and orders of one agency."""

    books: Books
    clock: Clock
    agency: Agency
    catalogue: Catalogue
    texts: Texts
    announcements: Announcements
    instruments: Instruments
    suggestions: Suggestions
    papers: InstrumentPapers
    wordings: InstrumentTexts
    sheet: ComplianceSheet

    @classmethod
    def join(
        cls,
        *,
        books: Books,
        archive: Archive,
        renderer: Renderer,
        signing: Signing | None,
        agency: Agency,
        catalogue: Catalogue,
        hours: OfficeHours,
        in_use: Sequence[tuple[str, str]],
        announcements: Announcements,
        texts: Texts,
        config: Path,
        clock: Clock,
        style: Style | None = None,
    ) -> Self:
        """`in_use`: channel and address of every channel in use. `texts` are Thai; `config` holds `templates/pdf`."""
        papers = InstrumentPapers(
            agency=agency,
            catalogue=catalogue,
            texts=texts,
            renderer=renderer,
            public_url=agency.base_url,
            style=style,
        )
        return cls(
            books=books,
            clock=clock,
            agency=agency,
            catalogue=catalogue,
            texts=texts,
            announcements=announcements,
            instruments=Instruments(
                books=books, archive=archive, papers=papers, catalogue=catalogue, clock=clock, signing=signing
            ),
            suggestions=Suggestions(
                agency=agency, catalogue=catalogue, texts=texts, config=config, hours=hours, in_use=in_use
            ),
            papers=papers,
            wordings=InstrumentTexts(config, papers),
            sheet=ComplianceSheet(
                books=books,
                agency=agency,
                announcements=announcements,
                texts=texts,
                renderer=renderer,
                database_url=f"{agency.base_url}/licences",
                clock=clock,
                style=style,
            ),
        )
