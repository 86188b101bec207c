"""One-time links in a browser: looking is free, the button works once, and what is gone says whom to ask."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware

from mailroom.domain.licence import Act, LicenceEvent
from mailroom.paths import CONFIG
from mailroom.services.links import Links
from mailroom.texts import load_texts
from mailroom.web.documents import document_routes
from mailroom.web.pages import Pages
from mailroom.web.security import SecurityHeaders
from tests.support.post import AGENCY, PDF, START, Post


class Door:
    """The pages of one-time links behind the headers that every answer of ours carries."""

    def __init__(self, folder: Path) -> None:
        self.post = Post(folder, largest_enclosure=1000)
        pages = Pages(agency=AGENCY, texts=load_texts(CONFIG))
        links = Links(books=self.post.books, archive=self.post.archive, clock=self.post.clock)
        app = Starlette(routes=document_routes(links, pages), middleware=[Middleware(SecurityHeaders, https=True)])
        self.browser = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=AGENCY.base_url)

    def address(self) -> str:
        """Of a licence that was just handed over."""
        (letter,) = self.post.hand_over()
        (line,) = (line for line in letter.text.split("----------")[0].splitlines() if "/documents/" in line)
        return line.removeprefix(AGENCY.base_url)


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    place = Door(tmp_path)
    yield place
    place.post.close()


async def test_looking_never_uses_a_link_up(door: Door) -> None:
    """Scanners of mail open every address, with GET and HEAD; the page shows name, size and a button."""
    address = door.address()
    for _ in range(3):
        assert (await door.browser.head(address)).status_code == 200
        page = await door.browser.get(address)
    assert page.status_code == 200
    assert "licence-food-shop-12-2569-1.pdf" in page.text
    assert '<form method="post">' in page.text
    assert "<script" not in page.text
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert (await door.browser.post(address)).content == PDF


async def test_the_button_works_once(door: Door) -> None:
    """The very bytes, as a file to save, from no cache; afterwards the page says whom to ask."""
    address = door.address()
    answer = await door.browser.post(address)
    assert (answer.status_code, answer.content) == (200, PDF)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"].startswith('attachment; filename="licence-food-shop-12-2569-1.pdf"')
    assert answer.headers["cache-control"] == "no-store"
    assert "sandbox" in answer.headers["content-security-policy"]
    for again in (await door.browser.post(address), await door.browser.get(address)):
        assert again.status_code == 410
        assert AGENCY.phone in again.text
        assert AGENCY.central_address in again.text
        assert "licence-food-shop" not in again.text


async def test_another_site_or_none_may_send_the_form(door: Door) -> None:
    """A page opened from a mail program has no origin; the token is all the proof there is."""
    address = door.address()
    answer = await door.browser.post(address, headers={"Origin": "null", "Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 200


async def test_used_expired_and_invented_links_look_alike(door: Door) -> None:
    """Nobody learns whether a token was ever given."""
    used, expired = door.address(), door.address()
    await door.browser.post(used)
    door.post.clock.advance(days=8)
    pages = [await door.browser.get(one) for one in (used, expired, "/documents/" + "A" * 43, "/documents/x")]
    assert {page.status_code for page in pages} == {410}
    assert len({page.text for page in pages}) == 1
    assert (await door.browser.post(expired)).status_code == 410


async def test_a_download_is_a_read_of_its_holder(door: Door) -> None:
    """Noted with the digest in the very transaction that uses the link up; looking at it is none (R109)."""
    address = door.address()
    await door.browser.get(address)
    await door.browser.post(address)
    await door.browser.post(address)
    with door.post.books.look() as uow:
        noted = [(one.actor, one.what, one.key, one.how) for one in uow.reads.search()]
    assert noted == [("holder", "document", hashlib.sha256(PDF).hexdigest(), "download")]


async def test_a_download_leaves_its_trace(door: Door) -> None:
    """Evidence of hand-over: an event at the request that led to the licence, with the digest of the file."""
    row = door.post.receive()
    address = door.address()
    digest = hashlib.sha256(PDF).hexdigest()
    licence = door.post.license(document=digest, message_id=row)
    with door.post.books.begin() as uow:
        uow.licences.note(LicenceEvent(licence_id=licence.id, act=Act.ISSUE, at=START, version=1, document=digest))
        uow.commit()
    await door.browser.get(address)
    assert door.post.events(row) == []
    await door.browser.post(address)
    assert [(one.name, one.detail) for one in door.post.events(row)] == [("document.downloaded", digest)]
