"""Links and checkpoints that are not as they were are named, and what is not seen from within is seen from outside."""

import pytest

from tests.support.chains import chain_of, check, make_anew, tamper
from tests.support.checkpoints import FIRST_DAY, checkpoint_now, close_day

OTHER_KEY = bytes(32)

LINK_DAMAGES = {
    "value": ("UPDATE chain SET value = zeroblob(32) WHERE seq = 3", {"chain link 3", "chain link 4"}),
    "leaf": ("UPDATE chain SET leaf = zeroblob(32) WHERE seq = 3", {"chain link 3", "row event 3"}),
    "time": ("UPDATE chain SET at = '2020-01-01 00:00:00.000000' WHERE seq = 3", {"chain link 3"}),
    "time in other signs": ("UPDATE chain SET at = replace(at, ' ', 'T') WHERE seq = 3", {"chain link 3"}),
    "no number": ("UPDATE chain SET seq = 'three' WHERE seq = 3", {"chain links", "chain link 3", "row event 3"}),
    "no time": ("UPDATE chain SET at = 'then' WHERE seq = 3", {"chain link 3"}),
    "key": ("UPDATE chain SET key = '4' WHERE seq = 3", {"chain link 3", "chain link 4", "row event 3", "row event 4"}),
    "table": ("UPDATE chain SET tbl = 'fact' WHERE seq = 3", {"chain link 3", "row event 3"}),
    "removed": ("DELETE FROM chain WHERE seq = 3", {"chain link 3", "row event 3"}),
    "removed at the end": ("DELETE FROM chain WHERE seq = 5", {"row event 5"}),
    "removed at the beginning": ("DELETE FROM chain WHERE seq = 1", {"chain link 1", "row event 1"}),
    "all": ("DELETE FROM chain", {f"row event {n}" for n in range(1, 6)}),
    "put in": (
        "INSERT INTO chain SELECT agency, 6, at, tbl, key, leaf, value FROM chain WHERE seq = 2",
        {"chain link 6"},
    ),
}


@pytest.mark.parametrize("damage", LINK_DAMAGES)
def test_damage_to_links_is_named(database: str, damage: str) -> None:
    """Each link that is not as it was, and each row that no link speaks of any more."""
    chain_of(database, *"abcde").close()
    statement, expected = LINK_DAMAGES[damage]
    tamper(database, statement)
    assert set(check(database)[0]) == expected


def test_a_chain_made_anew_is_shown_by_a_checkpoint_from_outside_only(database: str) -> None:
    """Inside everything fits again; what was published or mailed before does not."""
    books = chain_of(database, *"abcde")
    published = checkpoint_now(books, FIRST_DAY)
    books.close()
    assert check(database, ("mail.txt", published))[0] == []
    tamper(database, "UPDATE event SET detail = 'otherwise' WHERE id = 2")
    make_anew(database, 2)
    assert check(database)[0] == []
    assert check(database, ("mail.txt", published))[0] == ["checkpoint 2026-01-05 in mail.txt"]


def test_an_end_cut_off_is_shown_by_a_checkpoint_from_outside_only(database: str) -> None:
    """The last rows and their links removed together leave a chain that is whole, but shorter."""
    books = chain_of(database, *"abcde")
    published = checkpoint_now(books, FIRST_DAY)
    books.close()
    tamper(database, "DELETE FROM event WHERE id > 3", "DELETE FROM chain WHERE seq > 3")
    assert check(database)[0] == []
    assert check(database, ("mail.txt", published))[0] == ["checkpoint 2026-01-05 in mail.txt"]


def test_a_chain_made_anew_contradicts_its_own_checkpoints(database: str) -> None:
    """Who has not the key cannot make those anew."""
    books = chain_of(database, *"abc")
    close_day(books)
    books.close()
    tamper(database, "UPDATE event SET detail = 'otherwise' WHERE id = 2")
    make_anew(database, 2)
    assert check(database)[0] == ["checkpoint 2026-01-05"]


CHECKPOINT_DAMAGES = {
    "root": "UPDATE checkpoint SET root = zeroblob(32)",
    "head": "UPDATE checkpoint SET head = zeroblob(32)",
    "size": "UPDATE checkpoint SET size = size - 1",
    "size beyond": "UPDATE checkpoint SET size = 99",
    "text": "UPDATE checkpoint SET text = replace(text, 'agency', 'another')",
    "signature": "UPDATE checkpoint SET signature = zeroblob(64)",
    "key": "UPDATE checkpoint SET key = zeroblob(32)",
    "no bytes": "UPDATE checkpoint SET key = 1, signature = 'x', root = NULL",
}


@pytest.mark.parametrize("damage", CHECKPOINT_DAMAGES)
def test_damage_to_a_checkpoint_is_named(database: str, damage: str) -> None:
    """As a row that was written once, and for what it says."""
    books = chain_of(database, *"abc")
    close_day(books)
    books.close()
    assert check(database)[0] == []
    tamper(database, "PRAGMA writable_schema = ON", CHECKPOINT_DAMAGES[damage].replace(", root = NULL", ""))
    found = check(database)[0]
    assert "row checkpoint 2026-01-05" in found
    assert "checkpoint 2026-01-05" in found


def test_a_checkpoint_of_another_key_is_named(database: str) -> None:
    """Where the key of the installation is known."""
    books = chain_of(database, "a")
    close_day(books)
    books.close()
    assert check(database, public=None)[0] == []
    assert check(database, public=OTHER_KEY)[0] == ["checkpoint 2026-01-05"]
