"""The primer that comes with the program: trained before delivery on messages written for this project.

`python -m bench.primer` makes it from them.
"""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from mailroom.paths import CONFIG

if TYPE_CHECKING:
    from mailroom.domain.primer import Opinion
    from mailroom.stages.linear_model import TrainedModel

PRIMER = CONFIG / "primer.npz"


class FilePrimer:
    """Read when the first text is looked at: most commands never do. A copy for another process carries the content."""

    def __init__(self, path: Path | None = PRIMER, content: bytes = b"") -> None:
        self._path, self._content = path, content

    def opinion(self, said: str) -> "Opinion":
        from mailroom.stages.primer import ModelOpinion

        return ModelOpinion(self._model, said)

    @cached_property
    def _model(self) -> "TrainedModel":
        from mailroom.stages.model_file import from_bytes

        return from_bytes(self._bytes())

    def _bytes(self) -> bytes:
        return self._path.read_bytes() if self._path else self._content

    def __reduce__(self) -> tuple[type["FilePrimer"], tuple[None, bytes]]:
        return FilePrimer, (None, self._bytes())
