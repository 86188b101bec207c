"""Damage to the files of a backup target, seeded, each undone afterwards."""

import random
from collections.abc import Iterator
from pathlib import Path


def damages(folder: Path, count: int, seed: int) -> Iterator[str]:
    """Each time one file differs: a flipped bit, a cut, or it is gone. What was done, in words."""
    chance = random.Random(seed)
    kinds: dict[str, list[Path]] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name not in ("lock", "mailroom-mirror"):
            kinds.setdefault(path.relative_to(folder).parts[0], []).append(path)
    for _ in range(count):
        path = chance.choice(kinds[chance.choice(sorted(kinds))])
        whole, mode = path.read_bytes(), path.stat().st_mode
        path.chmod(0o600)
        what = chance.choice(("flip", "flip", "cut", "remove")) if whole else "remove"
        at = chance.randrange(max(1, len(whole)))
        if what == "flip":
            path.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << chance.randrange(8)]) + whole[at + 1 :])
        elif what == "cut":
            path.write_bytes(whole[:at])
        else:
            path.unlink()
        yield f"{what} at {at} of {path.relative_to(folder)}"
        path.unlink(missing_ok=True)
        path.write_bytes(whole)
        path.chmod(mode)
