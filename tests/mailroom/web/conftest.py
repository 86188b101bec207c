"""A browser without a face: plain HTTP against the application, no server between."""

import re
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.support.web_site import PASSWORD, Office


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
async def stranger(office: Office) -> AsyncIterator[httpx.AsyncClient]:
    """Nobody signed in."""
    async with visitor(office) as client:
        yield client


@pytest.fixture
async def clerk(office: Office) -> AsyncIterator["SignedIn"]:
    """Somying, signed in."""
    async with visitor(office) as client:
        yield await signed_in(client, token=office.sign_in.new_link("somying"))


def visitor(office: Office, base_url: str = "http://127.0.0.1:8080") -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(office.app), base_url=base_url)


async def signed_in(client: httpx.AsyncClient, token: str = "") -> "SignedIn":
    """By one-time link when there is a token, else by password, which costs the time that it must."""
    door, form = (
        ("/login/link", {"token": token}) if token else ("/login", {"username": "somying", "password": PASSWORD})
    )
    answer = await client.post(door, data=form)
    assert answer.status_code == 303
    home = await client.get("/")
    token = re.search(r'name="csrf" value="([^"]+)"', home.text)
    assert token
    return SignedIn(client, token[1])


class SignedIn:
    """A client with the anti-forgery token of its session."""

    def __init__(self, client: httpx.AsyncClient, csrf: str) -> None:
        self.client = client
        self.csrf = csrf

    async def get(self, path: str, **query: str) -> httpx.Response:
        return await self.client.get(path, params=query or None)

    async def post(self, path: str, **form: str) -> httpx.Response:
        return await self.client.post(path, data={"csrf": self.csrf} | form)
