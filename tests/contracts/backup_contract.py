"""What every backup store promises: the same suite for every engine and every kind of target."""

from pathlib import Path


def tree_of(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, by its path."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
