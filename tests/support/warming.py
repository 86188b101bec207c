"""What the program makes at first use, made at once: processes that are forked afterwards have it already."""

import gc
import importlib
import pkgutil
from datetime import UTC, datetime

from mailroom import stages
from mailroom.bootstrap.parts import composer
from mailroom.calendar import YEARS_AHEAD, national_holidays
from mailroom.domain.agency import BANGKOK
from mailroom.stages.inclusion import Whole
from mailroom.stages.lazy import _Lazy


def make_all_patterns() -> int:
    """Every pattern of the stages. Raises re.error or ValueError for one that is broken; returns how many there are."""
    for module in pkgutil.walk_packages(stages.__path__, f"{stages.__name__}."):
        importlib.import_module(module.name)
    gc.unfreeze()  # What is frozen is not listed, and a child that ran in this very process may have frozen all.
    patterns = [one for one in gc.get_objects() if type(one) is _Lazy]
    return sum(bool(one._pattern.pattern) for one in patterns)


def make_ready() -> None:
    """Patterns, letters and holidays."""
    make_all_patterns()
    composer()
    for one in gc.get_objects():
        if type(one) is Whole:
            assert one._compiled
    national_holidays(datetime.now(UTC).astimezone(BANGKOK).year + YEARS_AHEAD)
