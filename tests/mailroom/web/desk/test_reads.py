"""Who was shown what: as many reads are noted as were made, each in its own words, and none that names anybody."""

import asyncio
import random
import sqlite3
from pathlib import Path

import pytest

from mailroom.domain.privacy import Read
from tests.support.licensing_site import LicensingSite, Person
from tests.support.web_site import marked

Made = tuple[str, str, tuple[str, str, str] | None]
"""Method, address, and the read that it is: what, key, how."""


def reads(house: LicensingSite, **wanted: str) -> list[Read]:
    with house.office.books.look() as uow:
        return list(uow.reads.search(**wanted, limit=10_000))


@pytest.fixture
def digest(house: LicensingSite) -> str:
    """Of the licence 1; beside it there are a message, a sealed one, and a paper 2 in preparation."""
    house.receive(files=(("แผนที่.pdf", "application/pdf", b"%PDF-1.7"),), html="<p>ขอ</p>")
    house.receive(classification=marked())
    licence = house.office.issued()
    assert licence.document
    return licence.document


def requests(digest: str) -> list[Made]:
    return [
        ("GET", "/", ("queue", "list", "view")),
        ("GET", "/?view=all&q=มาลี", ("queue", "all searched 4", "view")),
        ("HEAD", "/?view=hold&page=3", ("queue", "hold page 4", "view")),
        ("GET", "/pulse?view=all", None),
        ("GET", "/messages/1", ("message", "1", "view")),
        ("GET", "/messages/1/html", ("message", "1", "view")),
        ("GET", "/messages/1/raw", ("raw", "1", "download")),
        ("GET", "/messages/1/parts/0", ("attachment", "1/0", "download")),
        ("GET", "/messages/1/parts/9", None),
        ("GET", "/messages/99", None),
        ("POST", "/messages/1/decision", ("message", "1", "view")),
        ("POST", "/messages/2/open", None),
        ("GET", "/papers", ("papers", "list", "view")),
        ("GET", "/papers/approve", ("papers", "approve", "view")),
        ("GET", "/papers/new?message=1", ("paper", "1", "view")),
        ("GET", "/papers/new?message=99", None),
        ("GET", "/papers/1", ("paper", "1", "view")),
        ("GET", "/papers/1/state", None),
        ("GET", "/papers/1/rendition.pdf", ("document", "1", "view")),
        ("GET", "/papers/1/document.pdf?save=1", ("document", "1", "view")),
        ("GET", "/papers/1/preview.pdf", None),
        ("POST", "/papers/1/return", ("paper", "1", "view")),
        ("GET", "/desk/licences?q=ครัว", ("licences", "list searched 4", "view")),
        ("GET", "/desk/licences/1", ("licence", "1", "view")),
        ("GET", f"/desk/licences/1/documents/{digest}", ("document", f"1/{digest}", "view")),
        ("GET", "/desk/licences/1/documents/ab", None),
        ("POST", "/desk/licences/1/suspend", ("licence", "1", "view")),
        ("GET", "/desk/licences/import", None),
        ("GET", "/desk/items", None),
        ("GET", "/desk/letters", ("letters", "stranded", "view")),
        ("GET", "/missing", None),
        ("GET", "/health", None),
    ]


async def make(person: Person, method: str, address: str) -> int:
    form = {"csrf": person.csrf, "outcome": "accept", "seen": "wrong"} if method == "POST" else None
    return (await person.client.request(method, address, data=form)).status_code


async def test_each_request_is_the_read_that_it_is(house: LicensingSite, malee: Person, digest: str) -> None:
    """What was shown is noted once, with row, part or digest; what shows nothing, or nothing more, is not."""
    for method, address, read in requests(digest):
        before = len(reads(house))
        await make(malee, method, address)
        noted = reads(house)[: len(reads(house)) - before]
        assert [(one.what, one.key, one.how) for one in noted] == ([read] if read else []), (method, address)
        assert all(one.actor == "malee" for one in noted)


async def test_as_many_reads_are_noted_as_were_made(
    house: LicensingSite, malee: Person, head: Person, digest: str
) -> None:
    """Two people at once, a hundred and sixty requests in any order: the same number, by each, of each kind."""
    chance = random.Random(58)
    made = [
        (name, person, chance.choice(requests(digest)))
        for _ in range(80)
        for name, person in (("malee", malee), ("head", head))
    ]
    before = len(reads(house))
    for start in range(0, len(made), 10):
        await asyncio.gather(
            *(make(person, method, address) for _, person, (method, address, _) in made[start : start + 10])
        )
    noted = reads(house)[: len(reads(house)) - before]
    expected = sorted((name, *read) for name, _, (_, _, read) in made if read)
    assert sorted((one.actor, one.what, one.key, one.how) for one in noted) == expected
    assert len(expected) > 80


async def test_lists_are_noted_with_the_rows_that_they_showed(house: LicensingSite, malee: Person, digest: str) -> None:
    """Whose data somebody saw in a list can be found by the row."""
    await malee.get("/?view=all")
    await malee.get("/desk/licences")
    assert [(one.what, one.listed) for one in reads(house, key="1") if one.listed] == [
        ("licences", (1,)),
        ("queue", (2, 1)),
    ]


async def test_no_read_names_anybody(house: LicensingSite, malee: Person, digest: str) -> None:
    """Words that were searched for may be names: only how long they were is kept; a made-up view is no way in."""
    for address in (
        "/?q=มาลี ศรีตัวอย่าง",
        "/?view=มาลี",
        "/?view=Malee.Sri",
        "/papers?q=1101700230708",
        "/papers/new?message=มาลี",
    ):
        await malee.get(address)
    told = " ".join(one.key for one in reads(house))
    assert "searched 16" in told
    for name in ("มาลี", "Malee", "1101700230708", "%E0"):
        assert name not in told


async def test_what_cannot_be_noted_is_not_shown(
    house: LicensingSite, malee: Person, digest: str, tmp_path: Path
) -> None:
    """With a log that takes nothing every page of a person is an error, and not a byte of it leaves."""
    [database] = tmp_path.rglob("*.db")
    with sqlite3.connect(database) as connection:
        connection.execute("CREATE TRIGGER full BEFORE INSERT ON read_log BEGIN SELECT RAISE(ABORT, 'full'); END")
    for method, address, read in requests(digest):
        if read:
            answer = await malee.client.request(
                method, address, data={"csrf": malee.csrf, "seen": "x"} if method == "POST" else None
            )
            assert answer.status_code == 500, address
            assert "มาลี" not in answer.text
    assert (await malee.get("/desk/items")).status_code == 200


async def test_a_read_stays_as_it_was_noted(house: LicensingSite, malee: Person, tmp_path: Path) -> None:
    """Nobody changes or removes one, with a tool either."""
    await malee.get("/")
    [database] = tmp_path.rglob("*.db")
    with sqlite3.connect(database) as connection:
        for statement in ("UPDATE read_log SET actor = 'x'", "DELETE FROM read_log"):
            with pytest.raises(sqlite3.DatabaseError, match="written once"):
                connection.execute(statement)
