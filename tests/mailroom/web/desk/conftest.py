"""An office that issues licences, with a clerk and the head at their browsers."""

from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.licensing_site import LicensingSite, Person, visitor


@pytest.fixture
def house(tmp_path: Path) -> Iterator[LicensingSite]:
    with closing(LicensingSite(tmp_path)) as opened:
        yield opened


@pytest.fixture
async def malee(house: LicensingSite) -> AsyncIterator[Person]:
    async with visitor(house) as client:
        yield await Person.enter(house, client, "malee")


@pytest.fixture
async def head(house: LicensingSite) -> AsyncIterator[Person]:
    async with visitor(house) as client:
        yield await Person.enter(house, client, "head")
