"""The fakes keep the promises of the real ones."""

from typing import Any

import pytest

from mailroom.testing import MemoryArchive, MemoryBooks
from tests.contracts.archive_contract import ArchiveContract
from tests.contracts.books_contract import BooksContract


class TestMemoryArchive(ArchiveContract):
    @pytest.fixture
    def archive(self) -> Any:
        return MemoryArchive()


class TestMemoryBooks(BooksContract):
    @pytest.fixture
    def books(self) -> Any:
        return MemoryBooks()
