"""Who comes in, how long they stay, and what a stranger learns."""

from datetime import timedelta

import httpx
import pytest

from tests.mailroom.web.conftest import SignedIn, signed_in, visitor
from tests.support.web_site import PASSWORD, Office


async def test_a_password_opens_a_session_in_a_closed_cookie(stranger: httpx.AsyncClient) -> None:
    """The session token reaches the browser only as an HttpOnly, SameSite=Strict cookie."""
    answer = await stranger.post("/login", data={"username": "somying", "password": PASSWORD})
    cookie = answer.headers["set-cookie"]
    assert answer.headers["location"] == "/"
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Secure" not in cookie


async def test_over_tls_the_cookie_belongs_to_this_host_alone() -> None:
    """With an https address the cookie is Secure and carries the __Host- prefix, and HSTS is on."""
    office = Office(base_url="https://saraban.example.go.th")
    async with visitor(office) as client:
        answer = await client.post("/login", data={"username": "somying", "password": PASSWORD})
    assert answer.headers["set-cookie"].startswith("__Host-mailroom=")
    assert "Secure" in answer.headers["set-cookie"]
    assert "max-age=31536000" in answer.headers["strict-transport-security"]


@pytest.mark.parametrize("username", ["somying", "nobody", "", "' OR 1=1 --", "สมหญิง\x00"])
async def test_a_wrong_login_says_the_same_to_everybody(stranger: httpx.AsyncClient, username: str) -> None:
    """Unknown user and wrong password cannot be told apart."""
    answer = await stranger.post("/login", data={"username": username, "password": "ผิดแน่นอน-ผิดแน่นอน"})
    assert answer.status_code == 401
    assert "ชื่อผู้ใช้หรือรหัสผ่านไม่ถูกต้อง" in answer.text
    assert "set-cookie" not in answer.headers


async def test_wrong_tries_cost_waiting_and_waiting_ends(office: Office, stranger: httpx.AsyncClient) -> None:
    """After five wrong tries even the right password waits; then it is heard again."""
    for _ in range(5):
        await stranger.post("/login", data={"username": "somying", "password": "x"})
    right = {"username": "somying", "password": PASSWORD}
    assert (await stranger.post("/login", data=right)).status_code == 429
    office.clock.at += timedelta(seconds=16)
    assert (await stranger.post("/login", data=right)).status_code == 303


async def test_a_million_characters_are_not_hashed(stranger: httpx.AsyncClient) -> None:
    """An endless password is refused by its size."""
    answer = await stranger.post("/login", data={"username": "somying", "password": "ก" * 1_000_000})
    assert answer.status_code == 413


async def test_a_one_time_link_works_once(office: Office, stranger: httpx.AsyncClient) -> None:
    """Looking at the address uses nothing up; the form does, and only once."""
    token = office.sign_in.new_link("somying")
    assert (await stranger.get("/login/link")).status_code == 200
    assert (await stranger.post("/login/link", data={"token": token})).headers["location"] == "/"
    stranger.cookies.clear()
    assert (await stranger.post("/login/link", data={"token": token})).status_code == 401


async def test_a_one_time_link_expires(office: Office, stranger: httpx.AsyncClient) -> None:
    """A link that lay about too long lets nobody in."""
    token = office.sign_in.new_link("somying")
    office.clock.at += timedelta(minutes=15)
    assert (await stranger.post("/login/link", data={"token": token})).status_code == 401


async def test_a_session_ends_when_unused(office: Office, clerk: SignedIn) -> None:
    """Half an hour without use signs out; the queue's own pulse is no use."""
    for _ in range(3):
        office.clock.at += timedelta(minutes=10)
        last = await clerk.get("/pulse")
    assert last.status_code == 401
    assert (await clerk.get("/")).headers["location"] == "/login"


async def test_a_session_ends_in_any_case(office: Office, clerk: SignedIn) -> None:
    """Ten hours of steady use end as well."""
    for _ in range(29):
        office.clock.at += timedelta(minutes=20)
        assert (await clerk.get("/")).status_code == 200
    office.clock.at += timedelta(minutes=20)
    assert (await clerk.get("/")).status_code == 303


async def test_logging_out_ends_the_session_at_the_server(office: Office, clerk: SignedIn) -> None:
    """A copied cookie is worth nothing after logging out."""
    copied = dict(clerk.client.cookies)
    answer = await clerk.post("/logout")
    assert answer.headers["location"] == "/login"
    async with visitor(office) as thief:
        thief.cookies.update(copied)
        assert (await thief.get("/")).status_code == 303


async def test_a_planted_token_is_never_taken_over(office: Office, stranger: httpx.AsyncClient) -> None:
    """Each login makes a new token, whatever the browser brought along."""
    stranger.cookies.set("mailroom", "planted")
    await signed_in(stranger)
    assert office.sign_in.current("planted") is None


async def test_a_new_login_ends_the_session_before(office: Office, clerk: SignedIn) -> None:
    """One browser holds one session."""
    await signed_in(clerk.client)
    assert len(office.books.shelf.sessions) == 1


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [
        ("/messages/7", "/messages/7"),
        ("/?view=all&page=2", "/?view=all&page=2"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("/messages/7\r\nSet-Cookie: a=b", "/"),
        ("/%2f/evil.example", "/"),
    ],
)
async def test_signing_in_leads_to_our_own_pages_only(stranger: httpx.AsyncClient, wanted: str, reached: str) -> None:
    """The page asked for is reached when it is ours; no other host ever is."""
    answer = await stranger.post("/login", data={"username": "somying", "password": PASSWORD, "next": wanted})
    assert answer.headers["location"] == reached


async def test_the_books_never_hold_a_token(office: Office, clerk: SignedIn) -> None:
    """What the books keep of a session or link cannot be used to sign in."""
    token = office.sign_in.new_link("somying")
    held = repr(office.books.shelf.sessions) + repr(office.books.shelf.links)
    assert clerk.client.cookies["mailroom"] not in held
    assert token not in held


async def test_logins_are_on_record(office: Office, stranger: httpx.AsyncClient) -> None:
    """Every login, refused or not, is an event; a wrong name is not written down, for it may be a password."""
    await stranger.post("/login", data={"username": "my-secret-password", "password": "x"})
    await signed_in(stranger)
    assert [event[0] for event in office.events] == ["session.refused", "session.opened"]
    assert "my-secret-password" not in repr(office.events)
