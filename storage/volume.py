"""Whether a folder lies on a disk that is encrypted below the file system."""

import os
from pathlib import Path

_BLOCK = Path("/sys/dev/block")
_DEPTH = 8


def encrypted(folder: Path, block: Path = _BLOCK) -> bool | None:
    """True where dm-crypt is somewhere below the folder's file system; None where the system does not tell."""
    while not folder.exists():
        folder = folder.parent
    device = folder.stat().st_dev
    place = block / f"{os.major(device)}:{os.minor(device)}"
    if not place.exists():
        return None
    return _is_crypt(place.resolve(), _DEPTH)


def _is_crypt(device: Path, depth: int) -> bool:
    uuid = device / "dm" / "uuid"
    if uuid.is_file() and uuid.read_text("ascii", "replace").startswith("CRYPT-"):
        return True
    below = device / "slaves"
    return depth > 0 and below.is_dir() and any(_is_crypt(one.resolve(), depth - 1) for one in below.iterdir())
