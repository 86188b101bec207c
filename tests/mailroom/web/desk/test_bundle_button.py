"""The evidence bundle from the page of a case: a button for those who may, a refusal in words for others."""

import io
import zipfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from mailroom.domain.clerk import Role
from mailroom.domain.decision import Classification, Kind, LetterMarks, Secrecy
from mailroom.domain.message import Message
from mailroom.domain.privacy import How
from mailroom.testing import FakeClock
from mailroom.web.evidence import desk_routes
from storage.archive import SegmentArchive
from storage.unit_of_work import SqlBooks
from tests.mailroom.web.conftest import SignedIn, signed_in
from tests.support.evidence import HeldKey, make_bundles
from tests.support.web_site import AGENCY, KEPT, MORNING, SENDER, Site

REQUEST = Message(sender=SENDER, senders=(SENDER,), subject="ขออนุญาตขายอาหาร", text="ขอยื่นคำขอ")
GRADED = Classification(Kind.OFFICIAL_LETTER, marks=LetterMarks(secrecy=Secrecy.SECRET))


class House:
    """The pages over real books; somying is a clerk, head an approver."""

    def __init__(self, folder: Path) -> None:
        self.books = SqlBooks(f"sqlite:///{folder / 'books.db'}", AGENCY.key)
        self.archive, self.clock = SegmentArchive(folder / "archive"), FakeClock(MORNING)
        bundles = make_bundles(
            self.books, folder / "books.db", AGENCY, archive=self.archive, clock=self.clock, key=HeldKey()
        )
        self.site = Site(books=self.books, archive=self.archive, clock=self.clock, private=desk_routes(bundles))
        with self.books.begin() as uow:
            uow.clerks.add("head", "นายกสมชาย", KEPT, role=Role.APPROVER)
            uow.commit()

    async def enter(self, client: httpx.AsyncClient, who: str) -> SignedIn:
        return await signed_in(client, token=self.site.sign_in.new_link(who))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    yield made
    made.books.close()
    made.archive.close()


@pytest.fixture
async def client(house: House) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(house.site.app), base_url="http://127.0.0.1:8080"
    ) as made:
        yield made


async def test_a_clerk_takes_the_bundle_of_a_case(house: House, client: httpx.AsyncClient) -> None:
    """A whole ZIP under a name that says the number; who took it is in the log of reads and in the history."""
    row = house.site.receive(REQUEST)
    somying = await house.enter(client, "somying")
    assert f"/messages/{row}/bundle" in (await somying.get(f"/messages/{row}")).text
    answer = await somying.post(f"/messages/{row}/bundle")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    assert 'filename="case-1-2569.zip"' in answer.headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as bundle:
        assert bundle.testzip() is None
        assert {"verify.py", "summary.pdf", f"raw/message-{row}.eml"} <= set(bundle.namelist())
    with house.books.look() as uow:
        assert [one.actor for one in uow.events.of_message(row) if one.name == "bundle.made"] == ["somying"]
        assert [(one.actor, one.how) for one in uow.reads.search(what="bundle")] == [("somying", How.DOWNLOAD)]
    assert "จัดทำชุดหลักฐานของเรื่อง" in (await somying.get(f"/messages/{row}")).text


async def test_graded_matter_is_for_the_head(house: House, client: httpx.AsyncClient) -> None:
    """R58: who opened the seal and is no approver reads why not; the head gets it. With the seal closed nobody does."""
    for one in ("somying", "head"):
        house.site.clear(one)
    row = house.site.receive(replace(REQUEST, subject="ลับ"), classification=GRADED)
    somying = await house.enter(client, "somying")
    assert (await somying.post(f"/messages/{row}/bundle")).status_code == 403
    opened = await somying.post(f"/messages/{row}/open")
    grant = opened.headers["location"].partition("?")[2]
    refused = await somying.post(f"/messages/{row}/bundle?{grant}")
    assert refused.status_code == 409
    assert "ผู้มีอำนาจอนุมัติเท่านั้น" in refused.text
    await somying.post("/logout")
    head = await house.enter(client, "head")
    opened = await head.post(f"/messages/{row}/open")
    grant = opened.headers["location"].partition("?")[2]
    assert (await head.post(f"/messages/{row}/bundle?{grant}")).status_code == 200


async def test_nothing_is_left_behind(
    house: House, client: httpx.AsyncClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither after sending nor after a refusal is there a copy in the folder for passing files."""
    passing = tmp_path / "passing"
    passing.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(passing))
    row = house.site.receive(REQUEST)
    somying = await house.enter(client, "somying")
    await somying.post(f"/messages/{row}/bundle")
    assert list(passing.iterdir()) == []


async def test_without_a_number_there_is_no_case(house: House, client: httpx.AsyncClient) -> None:
    """A message that was never registered has none; without the anti-forgery token nothing is made."""
    row = house.site.receive(REQUEST, decision=None)
    somying = await house.enter(client, "somying")
    assert (await somying.post(f"/messages/{row}/bundle")).status_code == 404
    registered = house.site.receive(REQUEST)
    assert (await client.post(f"/messages/{registered}/bundle", data={})).status_code == 403
