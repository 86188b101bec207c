"""Fixtures of the use cases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.licence_office import Office
from tests.support.workshop import Workshop


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[Workshop]:
    place = Workshop(tmp_path)
    yield place
    place.close()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """An office under two-person release: clerks malee and chai, approvers head and deputy."""
    place = Office(tmp_path)
    yield place
    place.close()
