"""A trained model as bytes: arrays with a JSON header, never a pickle.

Whoever can write a file of ours must not be able to run code by it. Loads numpy.
"""

import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mailroom.domain.errors import ModelDamagedError
from mailroom.stages.features import SIZE
from mailroom.stages.linear_model import LinearHead, TrainedModel

_HEADER = "header"
_TYPES = {"columns": "<u4", "weights": "<f2", "bias": "<f4"}
"""Of each array of a head what it is kept as, whatever the machine prefers."""
_BROKEN = (ValueError, KeyError, TypeError, AttributeError, OSError, EOFError, zipfile.BadZipFile, zlib.error)


def to_bytes(model: TrainedModel) -> bytes:
    """The file."""
    file = io.BytesIO()
    np.savez_compressed(file, allow_pickle=False, **_arrays(model))
    return file.getvalue()


def digest_of(model: TrainedModel) -> str:
    """SHA-256 over header and arrays. Equal models have equal ones, however a file is compressed."""
    found = hashlib.sha256()
    for name, array in sorted(_arrays(model).items()):
        found.update(f"{name} {array.dtype.str} {array.shape}\n".encode())
        found.update(array.tobytes())
    return found.hexdigest()


def from_bytes(content: bytes) -> TrainedModel:
    """The model of a file. Raises ModelDamagedError where it is none of ours."""
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            header = json.loads(arrays[_HEADER].tobytes())
            heads = {name: _head(name, told, arrays) for name, told in header.pop("heads").items()}
    except _BROKEN as error:
        raise ModelDamagedError(f"the file of a model cannot be read ({error}); run: mailroom learn train") from error
    return TrainedModel(heads, header)


def _arrays(model: TrainedModel) -> dict[str, NDArray[Any]]:
    heads = sorted(model.heads.items())
    told = dict(model.header) | {
        "heads": {
            name: {"classes": head.classes, "temperature": head.temperature, "threshold": head.threshold}
            for name, head in heads
        }
    }
    text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    arrays: dict[str, NDArray[Any]] = {_HEADER: np.frombuffer(text, dtype=np.uint8)}
    for name, head in heads:
        arrays |= {f"{name}.{part}": getattr(head, part).astype(kept) for part, kept in _TYPES.items()}
    return arrays


def _head(name: str, told: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> LinearHead:
    """Raises ValueError, KeyError or TypeError where the parts do not fit together."""
    columns, weights, bias = (arrays[f"{name}.{part}"] for part in _TYPES)
    classes = tuple(str(one) for one in told["classes"])
    if weights.shape != (len(columns), len(classes)) or bias.shape != (len(classes),) or columns.ndim != 1:
        raise ValueError(f"{name}: its arrays do not fit together")
    if len(columns) and (int(columns[-1]) >= SIZE or not bool(np.all(columns[1:] > columns[:-1]))):
        raise ValueError(f"{name}: its columns are not in order")
    threshold = told["threshold"]
    return LinearHead(
        classes=classes,
        columns=columns.astype(np.int64),
        weights=weights.astype(np.float16),
        bias=bias.astype(np.float32),
        temperature=float(told["temperature"]),
        threshold=None if threshold is None else float(threshold),
    )
