"""External ids of e-mail: folder/uidvalidity/uid; a UID means nothing without the other two."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

_FORM = re.compile(r"(?P<folder>.+)/(?P<uidvalidity>\d{1,10})/(?P<uid>\d{1,10})", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Identity:
    """Where one message lies."""

    folder: str
    """Decoded name; it may hold slashes."""
    uidvalidity: int
    uid: int

    def __str__(self) -> str:
        return f"{self.folder}/{self.uidvalidity}/{self.uid}"

    @classmethod
    def parse(cls, external_id: str) -> Self | None:
        """The identity that was written so; None for anything else."""
        found = _FORM.fullmatch(external_id)
        return cls(found["folder"], int(found["uidvalidity"]), int(found["uid"])) if found else None


def by_folder(identities: Iterable[Identity]) -> dict[tuple[str, int], list[Identity]]:
    """Grouped by folder and UIDVALIDITY, order kept."""
    groups: dict[tuple[str, int], list[Identity]] = {}
    for identity in identities:
        groups.setdefault((identity.folder, identity.uidvalidity), []).append(identity)
    return groups
