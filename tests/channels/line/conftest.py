"""A stand-in of LINE's API for each test, and settings that point at it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from channels.line.api import LineApi
from channels.line.settings import LineSettings
from tests.support.line_end import LineEnd
from tests.support.line_settings import line_settings

MakeApi = Callable[..., LineApi]


@pytest.fixture
def line() -> Iterator[LineEnd]:
    with LineEnd() as end:
        yield end


@pytest.fixture
def settings(tmp_path: Path, line: LineEnd) -> LineSettings:
    return line_settings(tmp_path, line)


@pytest.fixture
def api(settings: LineSettings) -> Iterator[LineApi]:
    made = LineApi(settings, timeout=5)
    yield made
    made.close()
