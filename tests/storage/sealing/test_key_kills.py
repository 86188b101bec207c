"""Work on keys, killed just before each of its steps on the disk: some way to every record is always left."""

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from itertools import count
from pathlib import Path

import pytest

from mailroom.domain.errors import ConfigurationError
from mailroom.domain.keys import NewSheet
from storage.archive import SegmentArchive
from storage.sealing.keybox import SealedKeybox, keyring_from
from storage.sealing.keyring import Keyring
from tests.support.dying import forked

AT = datetime(2026, 11, 1, tzinfo=UTC)
LETTERS = [b"letter %d" % number for number in range(3)]


class House:
    """A folder with keyring, archive, and the paper in the safe."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.archive = folder / "archive"
        self.paper = folder / "paper"
        self.box = SealedKeybox(folder / "safe" / "keyring", self.archive)

    def print(self, sheet: NewSheet) -> None:
        """What is on paper survives everything."""
        with self.paper.open("a") as file:
            file.write(f"{sheet.recovery_key}\n")
            file.flush()
            os.fsync(file.fileno())

    def papers(self) -> list[str]:
        return self.paper.read_text().split() if self.paper.exists() else []

    def from_paper(self) -> Keyring:
        """Of the first paper that opens the sealed copy."""
        for paper in self.papers():
            try:
                return keyring_from(self.archive / "keyring.age", paper)
            except ConfigurationError:
                continue
        raise AssertionError("no paper opens the sealed copy")

    def letters(self, keyring: Keyring) -> list[bytes]:
        reader = SegmentArchive(self.archive, keks=keyring)
        try:
            return [reader.open(place, digest).read() for place, digest in self.kept]
        finally:
            reader.close()

    def fill(self) -> None:
        self.box.make(AT, self.print)
        archive = SegmentArchive(self.archive, keks=Keyring.load(self.box.place), segment_limit=1)
        self.kept = [(one.place, one.digest) for letter in LETTERS for one in archive.keep([letter])]
        archive.close()

    def copied(self, folder: Path) -> "House":
        shutil.copytree(self.folder, folder)
        other = House(folder)
        other.kept = self.kept
        return other


@pytest.fixture
def house(tmp_path: Path) -> House:
    (tmp_path / "base").mkdir()
    full = House(tmp_path / "base")
    full.fill()
    return full


def killed_everywhere(house: House, work: Callable[[House], None]) -> Iterator[House]:
    """The house after work that was cut short, once for each step of it."""
    for step in count(1):
        at_step = house.copied(house.folder.parent / f"step-{step}")
        killed = not forked(step, partial(work, at_step))
        yield at_step
        if not killed:
            assert step > 5
            return


def rotate(house: House) -> None:
    house.box.add_key()
    house.box.rewrap()
    house.box.drop_old()


def test_a_rotation_killed_before_any_step_loses_no_key(house: House) -> None:
    """Keyring and paper both open every record; the next rotation finishes, and drops what is old."""
    for cut in killed_everywhere(house, rotate):
        assert cut.letters(Keyring.load(cut.box.place)) == LETTERS
        assert cut.letters(cut.from_paper()) == LETTERS
        rotate(cut)
        cut.box.tried(cut.papers()[0], AT)
        assert len(Keyring.load(cut.box.place).keks) == 1
        assert cut.letters(cut.from_paper()) == LETTERS


def test_a_new_sheet_killed_before_any_step_leaves_one_that_opens(house: House) -> None:
    """The old paper or the new one; after it was repeated the newest."""
    for cut in killed_everywhere(house, lambda one: one.box.renew(one.print)):
        assert cut.letters(cut.from_paper()) == LETTERS
        assert cut.letters(Keyring.load(cut.box.place)) == LETTERS
        cut.box.renew(cut.print)
        cut.box.tried(cut.papers()[-1], AT)
        with pytest.raises(ConfigurationError, match="another sheet"):
            cut.box.tried(cut.papers()[0], AT)


def test_a_keyring_made_and_killed_before_any_step_is_never_there_without_its_paper(tmp_path: Path) -> None:
    """Nothing yet, or what the paper opens: then it is brought back with it."""
    for step in count(1):
        house = House(tmp_path / f"step-{step}")
        house.folder.mkdir()
        killed = not forked(step, partial(house.box.make, AT, house.print))
        if house.box.exists():
            assert house.from_paper() == Keyring.load(house.box.place)
        elif (house.archive / "keyring.age").exists():
            house.box.recover(house.papers()[0])
        else:
            house.fill()
            assert house.letters(house.from_paper()) == LETTERS
        if not killed:
            assert step > 5
            return


def test_a_keyring_brought_back_and_killed_is_brought_back_the_next_time(house: House) -> None:
    """Whole or not at all."""
    house.box.place.unlink()
    for cut in killed_everywhere(house, lambda one: one.box.recover(one.papers()[0])):
        if not cut.box.exists():
            cut.box.recover(cut.papers()[0])
        assert cut.letters(Keyring.load(cut.box.place)) == LETTERS


def test_a_sheet_that_cannot_be_printed_makes_no_keyring(tmp_path: Path) -> None:
    """A keyring whose sheet nobody has would be found out on the day it is needed."""
    house = House(tmp_path)

    def jammed(_: NewSheet) -> None:
        raise ConfigurationError("the disk of the sheet is full")

    with pytest.raises(ConfigurationError, match="full"):
        house.box.make(AT, jammed)
    assert not house.box.exists()
    assert not (house.archive / "keyring.age").exists()
    house.fill()
    before = house.box.place.read_bytes()
    with pytest.raises(ConfigurationError, match="full"):
        house.box.renew(jammed)
    assert house.box.place.read_bytes() == before
