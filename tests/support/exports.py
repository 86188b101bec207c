"""Exports over sample books, with a renderer that only remembers."""

from collections.abc import Mapping
from datetime import UTC, datetime

from mailroom.domain.agency import Agency
from mailroom.paths import CONFIG
from mailroom.ports import Json
from mailroom.services.export import Export
from mailroom.services.wording import Wording
from mailroom.texts import load_texts
from tests.support.register_samples import CATALOGUE, ReadOnlyBooks

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


class FixedClock:
    def now(self) -> datetime:
        return NOW


class RecordingRenderer:
    """Keeps what it is given and answers with a short PDF-like text."""

    def __init__(self) -> None:
        self.sheets: list[Mapping[str, Json]] = []

    def render(self, template: str, data: Mapping[str, Json], *, at: datetime) -> bytes:
        assert template == "register"
        assert at == NOW
        self.sheets.append(data)
        return b"%PDF"


def wording(*, thai_digits: bool = False) -> Wording:
    return Wording(load_texts(CONFIG).tables, thai_digits)


def export(books: ReadOnlyBooks, *, thai_digits: bool = False, renderer: RecordingRenderer | None = None) -> Export:
    return Export(
        books,
        agency=Agency("demo", "องค์การบริหารส่วนตำบลตัวอย่าง"),
        catalogue=CATALOGUE,
        wording=wording(thai_digits=thai_digits),
        renderer=lambda: renderer or RecordingRenderer(),
        clock=FixedClock(),
    )
