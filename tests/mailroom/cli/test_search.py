"""The full-text index from the command line, and who is named for secret matter."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from mailroom import bootstrap
from mailroom.domain.search import Found
from tests.support.installation import REQUEST, Installation, mail

NOW = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)


@pytest.fixture
def worked(installation: Installation) -> Installation:
    """An agency with one accepted request."""
    installation.deliver(mail(*REQUEST), at=NOW)
    installation.once()
    return installation


def told(agency: Installation, *arguments: str) -> Any:
    return json.loads(agency.run(*arguments, "--json").stdout)


def found(agency: Installation, words: str) -> Found:
    with bootstrap.open_books(bootstrap.load(agency.config)) as books, books.look() as uow:
        return uow.search.page("all", words, offset=0, limit=9)


def test_one_pass_makes_its_mail_searchable(worked: Installation) -> None:
    """What stands in the text is found as soon as `once` has ended."""
    assert [hit.place for hit in found(worked, "ร้านอาหาร ตาม").hits] == ["text"]
    assert told(worked, "search", "show") == {"waiting": 0}


def test_the_index_is_made_anew(worked: Installation) -> None:
    """It says of how many messages; the books are in order afterwards."""
    assert told(worked, "search", "rebuild") == {"indexed": 1}
    assert "1 messages are in the index" in worked.run("search", "rebuild").stdout
    assert told(worked, "verify")["ok"]


def test_a_clerk_is_named_for_secret_matter(worked: Installation) -> None:
    """By name, until it is taken back; who did it stays on record. Nobody is named who is not there."""
    worked.run("clerk", "add", "malee", "--password-stdin", stdin="a-long-enough-password\n")
    assert "may open what is marked secret" in worked.run("clerk", "clear", "malee").stdout
    assert "may no longer open" in worked.run("clerk", "clear", "malee", "--withdraw").stdout
    assert "clerk add" in worked.run("clerk", "clear", "nobody", fails=True).stderr
    assert told(worked, "verify")["ok"]
