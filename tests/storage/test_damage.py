"""Damage of every kind, to rows, to the chain, to files and to copies of them, is named."""

import os
from pathlib import Path

from tests.support.damage import Yard

COUNT, SEED = int(os.environ.get("MAILROOM_DAMAGES", "300")), int(os.environ.get("MAILROOM_DAMAGES_SEED", "5"))


def test_every_damage_is_named(tmp_path: Path) -> None:
    """By the row, the link, the checkpoint or the file that was damaged; nothing that can be read differs unnoticed."""
    outcomes = list(Yard(tmp_path, SEED).damages(COUNT))
    assert [one for one in outcomes if not (one.named or one.unseen)] == []
    assert sum(one.named for one in outcomes) > 0.9 * COUNT
