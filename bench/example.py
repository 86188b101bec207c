"""The agency of the example, with services and other agencies as shipped."""

import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CONFIG = ROOT / "config"


def copy_catalogue(folder: Path, catalogue: Path = CONFIG) -> None:
    """Put services.toml and agencies.toml into a folder."""
    for name in ("services.toml", "agencies.toml"):
        shutil.copyfile(catalogue / name, folder / name)


def copy_example(folder: Path, catalogue: Path = CONFIG) -> Path:
    """Put the example's agency.toml beside them; its path."""
    copy_catalogue(folder, catalogue)
    return Path(shutil.copyfile(CONFIG / "agency.example.toml", folder / "agency.toml"))
