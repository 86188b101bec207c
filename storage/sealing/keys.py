"""How an archive comes to the keys of its segments, with a keyring and without one."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from mailroom.domain.errors import ConfigurationError
from storage.record_form import PLAIN, SEALED, TornRecordError, form_at_start
from storage.sealing.kek import KeyEncryptionKeys

if TYPE_CHECKING:
    from storage.pieces import Opener
    from storage.sealing.records import SegmentSeal

FOLDER = "keys"
"""Beside the folder `segments`, one file `NUMBER.key` for each sealed segment."""
SUFFIX = ".key"
COPY = "keyring.age"
"""Name of the sealed copy of the keyring; it lies beside those folders, and so in every backup."""


class Keys(Protocol):
    """Keys of the segments of one archive."""

    @property
    def sealing(self) -> bool:
        """Whether new segments are sealed."""

    def numbers(self) -> list[int]:
        """Segments that have a key, lowest first."""

    def has(self, number: int) -> bool: ...

    def seal(self, number: int) -> "SegmentSeal":
        """Raises ConfigurationError without the right keyring, ArchiveDamagedError without a whole file of the key."""

    def check(self, number: int) -> None:
        """Read the file of the key again. Raises what `seal` does."""

    def put_back(self, number: int, text: bytes) -> None:
        """A copy in the place of a file that is missing or damaged, which stays beside it. Raises what `seal` does."""

    def new(self, number: int, /) -> "SegmentSeal | None":
        """A key for a segment that is about to be begun, durable on return; None where nothing is sealed.

        Raises OSError, ConfigurationError.
        """

    def seal_for_writing(self, number: int, /) -> "SegmentSeal | None":
        """For a segment that is gone on with; None where nothing is sealed."""

    def require_for_writing(self) -> None:
        """Raises ConfigurationError where the archive is sealed and there is no keyring."""


def keys_of(archive: Path, keks: KeyEncryptionKeys | None) -> Keys:
    """Of the archive in a folder."""
    if keks is None:
        return Keyless(archive / FOLDER)
    # The library of ciphers takes a while to load; who has no keyring does without it.
    from storage.sealing.sidecars import SegmentKeys

    return SegmentKeys(archive / FOLDER, keks)


def opener_of(keys: Keys, number: int, path: Path) -> "Opener":
    """Of a segment that is read from end to end. Raises OSError.

    In one that is not sealed, a record that says it were is a damaged one.
    """
    if keys.has(number) or form_at_start(path) == SEALED:
        return partial(keys.seal, number)
    return not_sealed


def not_sealed() -> "SegmentSeal":
    """The opener of a segment that is not sealed."""
    raise TornRecordError("it says that it is sealed, in a segment that is not")


def open_segments(segments: Path, keys: Keys) -> list[str]:
    """Names of the segments that are not sealed, oldest first; also of one whose begin cannot be read. Raises OSError."""
    names = (path.name for path in segments.glob("*.seg") if path.stem.isdecimal())
    return sorted((name for name in names if _is_open(segments / name, keys)), key=lambda name: int(Path(name).stem))


def _is_open(path: Path, keys: Keys) -> bool:
    form = form_at_start(path)
    return form == PLAIN or (form is None and not keys.has(int(path.stem)))


def written_form(keys: Keys) -> int:
    """The form of the records that are written."""
    return SEALED if keys.sealing else PLAIN


def key_name(number: int) -> str:
    return f"{number:06}{SUFFIX}"


def numbers_in(folder: Path) -> list[int]:
    """Numbers of the key files in a folder, lowest first; none where it is missing."""
    if not folder.is_dir():
        return []
    return sorted(int(path.stem) for path in folder.glob(f"*{SUFFIX}") if path.stem.isdecimal())


class Keyless:
    """Without a keyring: what is not sealed is read, and nothing is written beside what is sealed."""

    sealing = False

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def numbers(self) -> list[int]:
        return numbers_in(self._folder)

    def has(self, number: int) -> bool:
        return (self._folder / key_name(number)).exists()

    def seal(self, number: int) -> "SegmentSeal":
        raise ConfigurationError(
            f"segment {number:06} of {self._folder.parent} is sealed; name the keyring in [keys] keyring"
        )

    def check(self, number: int) -> None:
        self.seal(number)

    def put_back(self, number: int, text: bytes) -> None:
        del text
        self.seal(number)

    def new(self, _number: int, /) -> None:
        return None

    def seal_for_writing(self, _number: int, /) -> None:
        return None

    def require_for_writing(self) -> None:
        if self.numbers():
            raise ConfigurationError(
                f"{self._folder.parent} is sealed, and there is no keyring: nothing is written there in the open; "
                "name the keyring in [keys] keyring"
            )
