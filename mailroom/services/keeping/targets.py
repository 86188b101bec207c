"""The places that copies go to, and what every work on them shares."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from mailroom.domain.errors import ConfigurationError
from mailroom.ports import BackupStore, BytesDone
from mailroom.services.keeping.keep_plan import Keep

Watch = Callable[[str], AbstractContextManager[BytesDone]]
"""Of a text a bar: what is called with bytes done and bytes in all. It may raise BackupError to end the work."""
Lock = Callable[[], AbstractContextManager[object]]
"""Held during one work: a second one raises AlreadyRunningError. A dead process holds nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A place as it is configured. It is opened for each work, so that a wrong password spoils that work alone."""

    name: str
    open: Callable[[], BackupStore]
    """Raises ConfigurationError."""
    keep: Keep = field(default_factory=Keep)
    append_only: bool = False
    plain: bool = False
    """Its copies are plain files: the first place to heal from."""


def chosen(targets: Iterable[Target], name: str) -> list[Target]:
    """All, or the one of that name. Raises ConfigurationError."""
    known = list(targets)
    if not known:
        raise ConfigurationError("no copies are configured; add [[backup.target]] to agency.toml")
    found = [one for one in known if name in ("", one.name)]
    if not found:
        raise ConfigurationError(f"there is no target {name}; configured are: {', '.join(one.name for one in known)}")
    return found
