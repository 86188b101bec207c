"""Whether a folder lies on an encrypted disk, told from what the system shows of its devices."""

import os
from pathlib import Path

import pytest

from storage.volume import encrypted


@pytest.mark.parametrize(
    ("uuids", "answer"),
    [
        (["CRYPT-LUKS2-0123-data"], True),
        (["LVM-abc", "CRYPT-LUKS2-0123-pv"], True),
        (["LVM-abc"], False),
        ([], False),
    ],
)
def test_dm_crypt_is_found_below_other_layers(tmp_path: Path, uuids: list[str], answer: bool) -> None:
    """Directly, below LVM, or not at all; also for a folder that is not made yet."""
    device = tmp_path.stat().st_dev
    place = tmp_path / "block" / f"{os.major(device)}:{os.minor(device)}"
    place.mkdir(parents=True)
    for number, uuid in enumerate(uuids):
        (place / "dm").mkdir()
        (place / "dm" / "uuid").write_text(uuid)
        place = place / "slaves" / f"dm-{number}"
        place.mkdir(parents=True)
    assert encrypted(tmp_path / "not" / "yet", tmp_path / "block") is answer


def test_where_the_system_does_not_tell_nothing_is_claimed(tmp_path: Path) -> None:
    """A network file system, or a container without /sys."""
    assert encrypted(tmp_path, tmp_path / "none") is None
