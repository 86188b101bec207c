"""The card of what may be the same request, and what a clerk says of it."""

import html
import re

import pytest

from mailroom.domain.decision import Kind, Secrecy
from mailroom.domain.match import MatchKey, MatchState, SameRequest
from tests.mailroom.web.conftest import SignedIn
from tests.support.web_site import MORNING, Office, letter, marked


@pytest.fixture
def office(office: Office) -> Office:
    """Two messages that are alike, and share a telephone."""
    office.receive(letter("ขอเปิดร้านก๋วยเตี๋ยว"))
    office.receive(letter("เปิดร้าน <b>ก๋วยเตี๋ยว</b>"), came=("line", "@klong", "e1"))
    office.receive(letter("เรื่องอื่น"))
    pair(office)
    return office


def pair(office: Office, state: MatchState = MatchState.AGREED, later: int = 2, earlier: int = 1) -> None:
    with office.books.begin() as uow:
        uow.matches.add(
            [
                SameRequest(
                    message_id=later,
                    other_id=earlier,
                    score=0.734,
                    keys=(MatchKey.PHONE,) if state is MatchState.AGREED else (),
                    state=state,
                    found_at=MORNING,
                )
            ]
        )
        uow.commit()


def card(page: str) -> str:
    if 'id="matches-title"' not in page:
        return ""
    part = page[page.index('id="matches-title"') :]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", part[: part.index("</section>")])).split())


async def say(clerk: SignedIn, act: str, row: int = 1, match: int = 1, **form: str) -> int:
    return (await clerk.post(f"/messages/{row}/matches/{match}/{act}", **({"seen": "agreed"} | form))).status_code


async def test_both_pages_show_the_other(office: Office, clerk: SignedIn) -> None:
    """Number, subject, channel, likeness and what agrees; a message without a pair has no card."""
    first, second, third = [(await clerk.get(f"/messages/{row}")).text for row in (1, 2, 3)]
    told = card(first)
    for words in ("เลขรับ 2/2569", "เชื่อมโยงแล้วโดยระบบ", "เปิดร้าน <b>ก๋วยเตี๋ยว</b>", "ไลน์", "73%", "โทรศัพท์เดียวกัน"):
        assert words in told
    assert "เลขรับ 1/2569" in card(second)
    assert card(third) == ""


@pytest.mark.parametrize(("act", "state"), [("confirm", "confirmed"), ("dismiss", "dismissed")])
async def test_a_clerk_says_what_it_is(office: Office, clerk: SignedIn, act: str, state: str) -> None:
    """One press; state, clerk and entry in the log of both messages, and nothing else of either changes."""
    before = office.record(1), office.record(2)
    assert await say(clerk, act) == 303
    match = office.books.shelf.matches[1]
    assert (match.state, match.decided_by) == (state, "somying")
    for row, other in ((1, 2), (2, 1)):
        assert (f"match.{state}", row, "somying", f"{other} 0.73 phone") in office.events
    page = (await clerk.get(f"/messages/1?done=match-{act}")).text
    assert "โดย somying" in card(page)
    assert (office.record(1), office.record(2)) == before


async def test_a_clerk_may_change_their_mind(office: Office, clerk: SignedIn) -> None:
    """What was dismissed can be confirmed later, seen as it stands."""
    assert await say(clerk, "dismiss") == 303
    assert await say(clerk, "confirm", seen="dismissed") == 303
    assert office.books.shelf.matches[1].state is MatchState.CONFIRMED


async def test_the_second_clerk_is_told(office: Office, clerk: SignedIn) -> None:
    """A form that was drawn before somebody else decided is refused, with words."""
    assert await say(clerk, "dismiss") == 303
    answer = await clerk.post("/messages/2/matches/1/confirm", seen="agreed")
    assert answer.status_code == 409
    assert office.books.shelf.matches[1].state is MatchState.DISMISSED


async def test_without_its_token_a_form_does_nothing(office: Office, clerk: SignedIn) -> None:
    """Neither without the token, nor for a pair of other messages, nor by a plain visit."""
    assert (await clerk.client.post("/messages/1/matches/1/confirm", data={"seen": "agreed"})).status_code == 403
    assert await say(clerk, "confirm", row=3) == 404
    assert await say(clerk, "confirm", match=9) == 404
    assert (await clerk.get("/messages/1/matches/1/confirm")).status_code == 405
    assert office.books.shelf.matches[1].state is MatchState.AGREED


async def test_what_is_secret_is_not_shown_beside_another(office: Office, clerk: SignedIn) -> None:
    """A pair with a message that is marked secret shows on neither page (R58)."""
    secret = marked(Kind.REQUEST, secrecy=Secrecy.SECRET)
    office.receive(letter("ลับ"), classification=secret)
    pair(office, later=4, earlier=3)
    assert card((await clerk.get("/messages/3")).text) == ""
    assert await say(clerk, "confirm", row=3, match=2) == 404
    assert await say(clerk, "confirm", row=4, match=2) == 403
