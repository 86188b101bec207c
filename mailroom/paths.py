"""Where the shipped data lies: letters, catalogues of texts, fonts, examples."""

from pathlib import Path

HOME = Path(__file__).resolve().parent

CONFIG = next(path for path in (HOME.parent / "config", HOME / "_config") if path.is_dir())
"""The `config` folder: beside the package in a checkout, inside it when installed from a wheel."""
