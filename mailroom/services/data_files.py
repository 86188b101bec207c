"""The published files, made once for each state of the books and then handed out as often as they are asked for."""

import os
import tempfile
from pathlib import Path
from threading import Lock

from mailroom.services.open_data import DataFormat
from mailroom.services.publication import Publication

KEPT_STATES = 2
"""The state before is kept as well: somebody may be reading its files."""


class DataFiles:
    """Files of the whole data set in a folder of its own. Safe to share between threads."""

    def __init__(self, publication: Publication, folder: Path) -> None:
        self._publication = publication
        self._folder = folder
        self._locks = {form: Lock() for form in DataFormat}

    def ready(self, form: DataFormat) -> tuple[Path, str] | None:
        """The file of the present state if it is made already, and the name of that state."""
        path, state = self._place(form)
        return (path, state) if path.exists() else None

    def file(self, form: DataFormat) -> tuple[Path, str]:
        """The same, made if need be. Whoever comes meanwhile waits for the same file."""
        path, state = self._place(form)
        with self._locks[form]:
            if not path.exists():
                self._make(form, path)
        return path, state

    def _place(self, form: DataFormat) -> tuple[Path, str]:
        state = self._publication.state()
        return self._folder / f"licences-{state}.{form}", state

    def _make(self, form: DataFormat, path: Path) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        number, name = tempfile.mkstemp(dir=self._folder, prefix=".making-", suffix=f".{form}")
        try:
            with os.fdopen(number, "w+b") as out:
                self._publication.export(form, out)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink()
            raise
        self._tidy(form)

    def _tidy(self, form: DataFormat) -> None:
        made = sorted(self._folder.glob(f"licences-*.{form}"), key=lambda one: one.stat().st_mtime_ns)
        for old in made[:-KEPT_STATES]:
            old.unlink()
