"""A journal in memory."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from mailroom.domain.errors import ChannelError, TemporaryChannelError


@dataclass
class MemoryJournal:
    """`ports.Journal`. `texts` shows a test what is there, and several hosts may share one list."""

    texts: list[str] = field(default_factory=list)
    fail: ChannelError | None = None
    """Raised by everything until it is taken away."""
    full: ChannelError | None = None
    """Raised by what would put a page there."""
    cut: bool = False
    """The next page is kept, and its answer lost."""
    before_append: Callable[[], None] | None = None
    """Called once, just before a page is kept: another host may be quicker."""
    life: int = 17
    """Counts how often the place was made anew: marks of an earlier one mean nothing."""
    name: str = "journal in memory"

    def append(self, page: str) -> None:
        self._break()
        if self.full:
            raise self.full
        hook, self.before_append = self.before_append, None
        if hook:
            hook()
        self.texts.append(page)
        if self.cut:
            self.cut = False
            raise TemporaryChannelError("connection lost")

    def pages(self, since: str = "") -> Iterator[tuple[str, str]]:
        self._break()
        life, _, number = since.partition(":")
        first = int(number) if life == str(self.life) else 0
        for at in range(first, len(self.texts)):
            yield f"{self.life}:{at}", self.texts[at]

    def lose(self) -> None:
        """Somebody removed the place with all that was in it."""
        self.texts.clear()
        self.life += 1

    def _break(self) -> None:
        if self.fail:
            raise self.fail

    def close(self) -> None:
        """Nothing is open."""
