"""The module that the confined process loads (`signing.confined`): what it enters without running, and its answers."""

import sys
import types
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
for _name in ("channels", "channels.email"):
    # Their packages load settings and clients of every channel; two modules below them are all that is needed here.
    _package = sys.modules[_name] = types.ModuleType(_name)
    _package.__path__ = [str(_ROOT.joinpath(*_name.split(".")))]
# It would only be asked for its types of numbers, and begins threads, with which no process enters a namespace.
sys.modules["numpy"] = None  # type: ignore[assignment]

from mailroom.attachments.reading import answer  # noqa: E402 - what comes before is why

__all__ = ["answer"]
