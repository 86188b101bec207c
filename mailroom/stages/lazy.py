"""Patterns that are compiled when they are first asked for something.

There are some hundreds of them, compiling all takes a third of a second, and most commands look at no message.
"""

import re
from collections.abc import Callable
from functools import cached_property
from typing import Any, cast


class _Lazy:
    """Stands for a pattern. What it was asked for once it keeps, and answers nearly as fast as the pattern itself."""

    def __init__(self, make: Callable[..., re.Pattern[str]], *arguments: object) -> None:
        self._make, self._arguments = make, arguments

    def __getattr__(self, name: str) -> Any:
        """Python calls it for what is not kept yet; what begins with a line below is asked of this object itself."""
        if name.startswith("_"):
            raise AttributeError(name)
        value = getattr(self._pattern, name)
        setattr(self, name, value)
        return value

    def __reduce__(self) -> tuple[Any, ...]:
        return lazily, (self._make, *self._arguments)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return self._make(*self._arguments)


def lazily(make: Callable[..., re.Pattern[str]], *arguments: object) -> re.Pattern[str]:
    """What `make` makes of the arguments, made at first use."""
    return cast(re.Pattern[str], _Lazy(make, *arguments))


def pattern(source: str, flags: int = 0) -> re.Pattern[str]:
    """As `re.compile`, at first use."""
    return lazily(re.compile, source, flags)
