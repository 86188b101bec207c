"""The places that copies go to: a restic repository anywhere, or plain files on a second disk."""

from pathlib import Path

from mailroom.ports.keeping import BackupStore
from mailroom.settings.keeping import TargetSection
from storage.backup.mirror import Mirror
from storage.backup.restic import Restic

__all__ = ["open_store"]


def open_store(settings: TargetSection, cache: Path) -> BackupStore:
    """The store of one target; connects to nothing. `cache` is a folder that may be lost at any time."""
    if settings.kind == "mirror":
        return Mirror(settings.name, Path(settings.address), append_only=settings.append_only)
    return Restic(settings, cache)
