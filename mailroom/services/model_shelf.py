"""Files of trained models, below the data folder: written once, checked against the books when they are read."""

import hashlib
import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from mailroom.domain.errors import ModelDamagedError, StorageError
from mailroom.domain.learning import ModelRecord

if TYPE_CHECKING:
    from mailroom.stages.linear_model import TrainedModel

FOLDER = "models"
_ROOT = Path(__file__).resolve().parents[1]
_CODE = tuple(
    f"stages/{name}.py"
    for name in (
        *("calibration", "certified", "classify_case", "clues", "features", "lessons", "linear_model", "model_file"),
        *("normalise", "quoting", "verdicts"),
    )
)
"""Of what is made of a text, and of what is learned from it."""


@cache
def code_digest() -> str:
    """SHA-256 over the code that a model depends on: by other code it is not used, and not trained to the same."""
    found = hashlib.sha256()
    for name in (*_CODE, "services/training.py"):
        found.update((_ROOT / name).read_bytes())
    return found.hexdigest()


class ModelShelf:
    """Loads numpy when a model is read or written, and no sooner."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, version: int, digest: str) -> Path:
        return self._folder / f"{version:06d}-{digest[:12]}.npz"

    def save(self, version: int, model: "TrainedModel") -> str:
        """Its digest, once it survives a power cut. Raises StorageError."""
        from mailroom.stages.model_file import digest_of, to_bytes

        digest = digest_of(model)
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            _write(self.path(version, digest), to_bytes(model))
        except OSError as error:
            raise StorageError(f"{self._folder}: a model cannot be kept ({error.strerror}); mend the disk") from error
        return digest

    def holds(self, record: ModelRecord) -> bool:
        """Whether its file is there; backups hold none, as the table of corrections makes it again."""
        return self.path(record.version, record.digest).is_file()

    def load(self, record: ModelRecord) -> "TrainedModel":
        """Raises ModelDamagedError where its file is not there, or is not the one that was written."""
        from mailroom.stages.model_file import digest_of, from_bytes

        path = self.path(record.version, record.digest)
        try:
            content = path.read_bytes()
        except OSError as error:
            raise ModelDamagedError(f"{path}: cannot be read ({error.strerror}); run: mailroom learn train") from error
        model = from_bytes(content)
        if digest_of(model) != record.digest:
            raise ModelDamagedError(f"{path}: is not the model that was trained; run: mailroom learn train")
        return model


def _write(path: Path, content: bytes) -> None:
    beside = path.with_suffix(".part")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
