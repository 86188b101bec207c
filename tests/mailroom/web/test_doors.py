"""Every address, in every method, for clerks, strangers and forgers."""

import httpx
import pytest

from mailroom.web.app import PRIVATE, PUBLIC
from tests.mailroom.web.conftest import SignedIn, visitor
from tests.support.web_site import Office, letter

ALL = {**PUBLIC, **PRIVATE}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")


HELD = ("hold", "", "", None)


def address(path: str) -> str:
    return path.replace("{id}", "1").replace("{part}", "0")


@pytest.fixture(autouse=True)
def one_message(office: Office) -> None:
    office.receive(letter(), html="<p>x</p>", files=(("a.pdf", "application/pdf", b"%PDF"),))


def check_headers(answer: httpx.Response) -> None:
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert "frame-ancestors" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert answer.headers["cache-control"] == "no-store"
    assert "server" not in answer.headers


@pytest.mark.parametrize("path", [*ALL, "/missing", "/messages/", "/static/none.css"])
@pytest.mark.parametrize("method", METHODS)
async def test_every_answer_is_secured_and_no_stranger_passes(
    stranger: httpx.AsyncClient, method: str, path: str
) -> None:
    """Whatever the address and method: the security headers are there, and private pages are not."""
    answer = await stranger.request(method, address(path))
    check_headers(answer)
    allowed = {*ALL.get(path, ())} | ({"HEAD"} if "GET" in ALL.get(path, ()) else set())
    if path not in ALL:
        assert answer.status_code in {404, 405}
    elif method not in allowed:
        assert answer.status_code == 405
        assert set(answer.headers["allow"].split(", ")) == allowed
    elif path in PRIVATE:
        assert answer.status_code in {303, 401}
        assert not answer.content


@pytest.mark.parametrize("path", list(PRIVATE))
async def test_every_page_of_a_clerk_is_secured(clerk: SignedIn, path: str) -> None:
    """Signed in, too, every answer has the headers."""
    for method in PRIVATE[path]:
        check_headers(await clerk.client.request(method, address(path)))


@pytest.mark.parametrize("path", [path for path, methods in PRIVATE.items() if "POST" in methods])
@pytest.mark.parametrize("csrf", [None, "", "guessed", "é"])
async def test_a_form_without_our_token_does_nothing(
    office: Office, clerk: SignedIn, path: str, csrf: str | None
) -> None:
    """A state changes only with the session's own anti-forgery token."""
    before = office.events, office.books.shelf.sessions
    form = {"outcome": "ignore", "reason": "x", "seen": "hold."} | ({} if csrf is None else {"csrf": csrf})
    answer = await clerk.client.post(address(path), data=form)
    assert answer.status_code == 403
    assert (office.events, office.books.shelf.sessions) == before
    assert office.decided(1) == HELD


async def test_the_token_of_another_session_is_refused(office: Office, clerk: SignedIn) -> None:
    """A clerk's token does not serve in another clerk's session."""
    other = office.sign_in.add_clerk("somsak", "สมศักดิ์")
    token = office.sign_in.with_link(office.sign_in.new_link(other.username))
    async with visitor(office) as client:
        client.cookies.set("mailroom", token or "")
        answer = await client.post("/messages/1/decision", data={"csrf": clerk.csrf, "outcome": "ignore"})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
    ],
)
async def test_a_form_from_another_site_is_refused(stranger: httpx.AsyncClient, headers: dict[str, str]) -> None:
    """Not even a login can be sent from elsewhere."""
    answer = await stranger.post("/login", data={"username": "a", "password": "b"}, headers=headers)
    assert answer.status_code == 403


async def test_a_forged_host_changes_no_link(stranger: httpx.AsyncClient) -> None:
    """Host and forwarding headers are not repeated in links or redirects."""
    for path in ("/", "/login/", "/login", "/messages/1/"):
        answer = await stranger.get(path, headers={"host": "evil.example", "x-forwarded-host": "evil.example"})
        assert "evil.example" not in answer.text + str(answer.headers)


async def test_reading_changes_nothing(office: Office, clerk: SignedIn) -> None:
    """GET and HEAD decide nothing, whatever their query says."""
    for path in PRIVATE:
        await clerk.get(address(path) + f"?outcome=ignore&reason=x&seen=hold.&csrf={clerk.csrf}")
    assert office.decided(1) == HELD


@pytest.mark.parametrize("row", ["0", "2", "99", "-1", "1e3", "๑", "1.0", "0x1", "1%00", "1;2", "9" * 400])
async def test_walking_the_rows_finds_only_what_is_there(clerk: SignedIn, row: str) -> None:
    """A row that is not there, or is no row at all, is not found."""
    for path in (f"/messages/{row}", f"/messages/{row}/raw", f"/messages/{row}/parts/0", f"/messages/{row}/html"):
        assert (await clerk.get(path)).status_code == 404


async def test_a_field_that_comes_twice_is_refused(clerk: SignedIn) -> None:
    """Nobody can mean two things at once."""
    assert (await clerk.get("/?view=all&view=hold")).status_code == 400
    answer = await clerk.client.post("/logout", content=f"csrf={clerk.csrf}&csrf=x".encode())
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "query",
    [
        "page=-1",
        "page=999999999",
        "page=x",
        "view=<script>",
        "q=%00%ff%ed%a0%80",
        "q=" + "ก" * 5000,
        "q=%25_%27--",
        "seen=x",
    ],
)
async def test_odd_queries_get_the_queue(clerk: SignedIn, query: str) -> None:
    """The queue bends what it is asked into something it can show."""
    assert (await clerk.get("/?" + query)).status_code == 200
    assert (await clerk.get("/pulse?" + query)).status_code == 200


async def test_a_failure_shows_a_reference_and_no_more(office: Office, clerk: SignedIn) -> None:
    """What breaks inside is a page with a reference and all headers, without a trace of the inside."""
    del office.reader.htmls
    answer = await clerk.get("/messages/1/html")
    assert answer.status_code == 500
    check_headers(answer)
    assert "รหัสอ้างอิง" in answer.text
    assert "AttributeError" not in answer.text


async def test_static_files_need_no_session_and_carry_types(stranger: httpx.AsyncClient) -> None:
    """Style, script and icon come with their types."""
    for name, kind in (("mailroom.css", "text/css"), ("mailroom.js", "javascript"), ("icon.svg", "image/svg")):
        answer = await stranger.get(f"/static/{name}")
        assert answer.status_code == 200
        assert kind in answer.headers["content-type"]
    assert (await stranger.get("/static/../app.py")).status_code == 404
