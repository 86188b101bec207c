"""Collects what is broken in one message: each fault once, in order, bounded."""

DEFECTS = 50
"""So many are listed of one message."""
_DETAIL_CHARACTERS = 120


class Defects:
    """An ordered set of `code` or `code: detail`. The codes are listed in docs/defects.md."""

    def __init__(self) -> None:
        self._found: dict[str, None] = {}

    def add(self, code: str, detail: str = "") -> None:
        if len(self._found) >= DEFECTS:
            return
        shown = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in detail[:_DETAIL_CHARACTERS])
        self._found.setdefault(f"{code}: {shown}" if shown else code)

    def all(self) -> tuple[str, ...]:
        return tuple(self._found)
