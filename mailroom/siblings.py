"""Refuses to start beside a distribution that claims our top-level names: `channels`, `signing` and `storage` are common."""

import importlib.util
from pathlib import Path

from mailroom.domain.errors import ConfigurationError

NAMES = ("channels", "signing", "storage")


def check() -> None:
    """Raises ConfigurationError when one of our packages is shadowed by a stranger's."""
    home = Path(__file__).resolve().parent.parent
    for name in NAMES:
        spec = importlib.util.find_spec(name)
        origin = Path(spec.origin).resolve() if spec and spec.origin else None
        if origin is None or origin.parent.parent != home:
            raise ConfigurationError(
                f"the package {name} is not mailroom's own ({origin}); install mailroom in a virtual environment of its own"
            )
