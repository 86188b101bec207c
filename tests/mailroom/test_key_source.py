"""Which keyring a copy is opened with: the one at hand where it fits, else the paper, else none."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailroom.bootstrap.key_source import KeySource
from mailroom.domain.keys import NewSheet
from storage.archive import SegmentArchive
from storage.sealing.keybox import SealedKeybox
from storage.sealing.keyring import Keyring, new_keyring

AT = datetime(2026, 11, 1, tzinfo=UTC)


class Copies:
    """A copy with one sealed segment, its keyring, its paper, and an agency.toml that names a keyring."""

    def __init__(self, folder: Path) -> None:
        self.archive = folder / "copy" / "archive"
        self.keyring = folder / "etc" / "keyring"
        self.config = folder / "etc" / "agency.toml"
        self.paper = ""
        self.asked = 0
        box = SealedKeybox(self.keyring, self.archive)
        box.make(AT, self._printed)
        archive = SegmentArchive(self.archive, keks=Keyring.load(self.keyring))
        archive.keep([b"letter"])
        archive.close()
        self.config.write_text('[keys]\nkeyring = "keyring"\n')
        self.right = Keyring.load(self.keyring)

    def _printed(self, sheet: NewSheet) -> None:
        self.paper = sheet.recovery_key

    def source(self) -> KeySource:
        return KeySource(config=self.config, ask=self._typed)

    def _typed(self) -> str:
        self.asked += 1
        return self.paper


@pytest.fixture
def copies(tmp_path: Path) -> Copies:
    return Copies(tmp_path)


def test_the_keyring_at_hand_opens_the_copy_without_the_paper(copies: Copies) -> None:
    """Nobody walks to the safe for a restore on the same machine."""
    assert copies.source().for_copy(copies.archive) == copies.right
    assert copies.asked == 0


def _gone(copies: Copies) -> None:
    copies.keyring.unlink()


def _dropped(copies: Copies) -> None:
    copies.right.with_new_key().with_newest_only().save(copies.keyring)


def _of_another(copies: Copies) -> None:
    new_keyring(copies.right.recipient, AT).save(copies.keyring)


def _damaged(copies: Copies) -> None:
    copies.keyring.write_text("{")


@pytest.mark.parametrize("change", [_gone, _dropped, _of_another, _damaged])
def test_where_it_does_not_fit_the_paper_is_asked_for_once(copies: Copies, change: Callable[[Copies], None]) -> None:
    """Missing, without the keys of an older copy, of another agency, or damaged."""
    change(copies)
    source = copies.source()
    assert source.for_copy(copies.archive) == copies.right
    assert source.for_copy(copies.archive) == copies.right
    assert copies.asked == 1


def test_the_keyring_is_put_beside_what_was_restored(copies: Copies, tmp_path: Path) -> None:
    """For its owner alone; the second time it is at hand."""
    copies.keyring.unlink()
    (tmp_path / "restored").mkdir()
    copies.source().for_copy(copies.archive, beside=tmp_path / "restored")
    assert Keyring.load(tmp_path / "restored" / "keyring") == copies.right
    copies.source().for_copy(copies.archive, beside=tmp_path / "restored")
    assert copies.asked == 1


def test_a_copy_that_is_not_sealed_asks_for_nothing(copies: Copies) -> None:
    """As before there were keys."""
    (copies.archive / "keyring.age").unlink()
    assert copies.source().for_copy(copies.archive) is None
    assert copies.asked == 0
