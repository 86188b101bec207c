"""One reader for all tests of a module: its process starts once."""

from collections.abc import Iterator

import pytest

from mailroom.attachments.reader import ConfinedAttachmentReader
from signing.confined import ConfinedLimits


@pytest.fixture(scope="package")
def reader() -> Iterator[ConfinedAttachmentReader]:
    confined = ConfinedAttachmentReader(ConfinedLimits(seconds=60, memory=1 << 30))
    yield confined
    confined.close()
