"""What an administrator does with keys is in the books, and a sheet that nobody tries is told."""

from datetime import timedelta
from pathlib import Path

import pytest

from mailroom.domain.errors import ConfigurationError
from mailroom.domain.keys import NewSheet
from mailroom.services.keeping.keys import KeyService, key_codes
from mailroom.testing import FakeClock, MemoryBooks
from storage.sealing.keybox import SealedKeybox
from tests.support.book_values import NOW

DAY = timedelta(days=1)


class Office:
    """A service on a folder, with books that a test can look into."""

    def __init__(self, folder: Path) -> None:
        self.books = MemoryBooks()
        self.box = SealedKeybox(folder / "safe" / "keyring", folder / "archive")
        self.service = KeyService(box=self.box, books=self.books, clock=FakeClock(NOW))


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def test_each_step_is_an_event_and_what_failed_is_none(office: Office) -> None:
    """Made, tried, changed, lost and brought back; the recovery key is in none of them."""
    sheets: list[NewSheet] = []
    office.service.make(sheets.append)
    office.service.test(sheets[0].recovery_key)
    assert office.service.rotate(drop_old=True) == (2, 0)
    office.service.renew_sheet(sheets.append)
    with pytest.raises(ConfigurationError):
        office.service.test(sheets[0].recovery_key)
    office.box.place.unlink()
    office.service.recover(sheets[1].recovery_key)
    names = [event.name for event in office.books.shelf.events]
    assert names == ["keys.made", "keys.tested", "keys.rotated", "keys.sheet-renewed", "keys.recovered"]
    assert not any("AGE-SECRET" in event.detail for event in office.books.shelf.events)


def test_a_sheet_that_nobody_tried_for_90_days_is_told(office: Office) -> None:
    """Counted from its making, then from each test; a new sheet counts as not tried."""
    assert key_codes(None, NOW) == []
    sheets: list[NewSheet] = []
    office.service.make(sheets.append)
    assert key_codes(office.box.state(), NOW + 90 * DAY) == []
    assert key_codes(office.box.state(), NOW + 91 * DAY) == ["keys-untested"]
    office.box.tried(sheets[0].recovery_key, NOW + 100 * DAY)
    assert key_codes(office.box.state(), NOW + 190 * DAY) == []
    office.box.renew(sheets.append)
    assert key_codes(office.box.state(), NOW + 101 * DAY) == ["keys-untested"]
