"""Handing letters to LINE: free replies first, no letter twice, none lost, and what is ours to mend (L08, L09, L15)."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from channels.line.api import LineApi
from channels.line.sender import LineSender, retry_key
from mailroom.domain.decision import Letter
from mailroom.domain.document import Enclosed
from mailroom.domain.errors import (
    ChannelSetupError,
    PermanentChannelError,
    QuotaExhaustedError,
    TemporaryChannelError,
    UncertainDeliveryError,
)
from mailroom.domain.outbox import OutboxItem
from mailroom.testing import FakeClock
from tests.support.dovecot import free_port
from tests.support.line_end import (
    PERSON,
    CutAfterAccepting,
    CutBefore,
    Fault,
    LineEnd,
    Raw,
    Redirect,
    ServerError,
    Silence,
    Status,
    monthly_limit,
    rate_limited,
)
from tests.support.line_settings import line_settings
from tests.support.sending import hand_over

NOW = datetime(2026, 3, 1, tzinfo=UTC)
ITEM = OutboxItem(
    id="9f86d081884c7d659a2feaa0c55ad015",
    channel="line",
    letter=Letter.ACKNOWLEDGEMENT,
    to=PERSON,
    subject="ได้รับเรื่องของท่านแล้ว",
    text="ได้รับเรื่องของท่านแล้ว",
    created_at=NOW,
    due_at=NOW,
)
MakeSender = Callable[..., LineSender]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOW)


@pytest.fixture
async def make_sender(tmp_path: Path, line: LineEnd, clock: FakeClock) -> AsyncIterator[MakeSender]:
    made: list[LineSender] = []

    def make(
        timeout: float = 5,
        monotonic: Callable[[], float] = lambda: 0.0,
        now: Callable[[], datetime] = clock.now,
        **more: object,
    ) -> LineSender:
        settings = line_settings(tmp_path, line, **more)
        made.append(LineSender(settings, LineApi(settings, timeout=timeout), now=now, monotonic=monotonic))
        return made[-1]

    yield make
    for sender in made:
        await sender.close()


def answering(line: LineEnd) -> OutboxItem:
    """A letter that may still reply."""
    return replace(ITEM, in_reply_to=line.reply_token())


async def test_a_letter_is_pushed_under_its_own_key(line: LineEnd, make_sender: MakeSender) -> None:
    """The key is the letter's id; LINE's request id comes back."""
    told = await hand_over(make_sender(), ITEM)
    [sent] = line.pushed
    assert (sent.to, sent.texts, UUID(sent.key).hex) == (PERSON, [ITEM.text], ITEM.id)
    assert told.startswith("pushed (")


async def test_a_fresh_letter_replies_and_costs_nothing(line: LineEnd, make_sender: MakeSender) -> None:
    """R114: replies are free; no retry key goes with them."""
    told = await hand_over(make_sender(), answering(line))
    assert told.startswith("replied")
    assert [one.texts for one in line.replied] == [[ITEM.text]]
    assert line.quota_used == 0


async def test_a_letter_that_waited_is_pushed_at_once(line: LineEnd, make_sender: MakeSender, clock: FakeClock) -> None:
    """After 55 seconds the token is not even tried."""
    item = answering(line)
    clock.advance(seconds=56)
    await hand_over(make_sender(), item)
    assert (len(line.pushed), line.asked("/v2/bot/message/reply")) == (1, 0)


@pytest.mark.parametrize("spent", ["used", "expired", "unknown", "other words"])
async def test_a_reply_token_that_serves_no_more_is_made_up_for(
    line: LineEnd, make_sender: MakeSender, spent: str
) -> None:
    """L09: used, expired or never given, whatever LINE calls it: the letter is pushed, once."""
    sender, item = make_sender(), answering(line)
    match spent:
        case "used":
            await hand_over(sender, replace(item, id="0" * 32))
        case "expired":
            line.advance(61)
        case "unknown":
            item = replace(item, in_reply_to="never-given")
        case _:
            line.script("reply", Status(400, "The token is of no use"))
    told = await hand_over(sender, item)
    assert told.startswith("pushed")
    assert [one.key for one in line.pushed] == [str(UUID(ITEM.id))]


@pytest.mark.parametrize("fault", [CutAfterAccepting(), Silence(), ServerError(500, done=True), Raw(b"<html>")])
async def test_a_reply_whose_answer_is_lost_arrives_once(line: LineEnd, make_sender: MakeSender, fault: Fault) -> None:
    """The token serves once: trying again tells that the reply had arrived."""
    line.script("reply", fault)
    told = await hand_over(make_sender(timeout=0.4), answering(line))
    assert told.startswith("replied before")
    assert (len(line.arrived), line.asked("/v2/bot/message/push")) == (1, 0)


@pytest.mark.parametrize("fault", [CutBefore(), Silence(done=False), ServerError(503)])
async def test_a_reply_that_did_not_arrive_is_given_again(line: LineEnd, make_sender: MakeSender, fault: Fault) -> None:
    """Still free: the same token once more."""
    line.script("reply", fault)
    told = await hand_over(make_sender(timeout=0.4), answering(line))
    assert told.startswith("replied (")
    assert (len(line.arrived), line.quota_used) == (1, 0)


async def test_a_reply_that_fails_twice_is_pushed(line: LineEnd, make_sender: MakeSender) -> None:
    """Nobody waits for a third try of something free."""
    line.always("reply", ServerError(500))
    assert (await hand_over(make_sender(), answering(line))).startswith("pushed")
    assert line.asked("/v2/bot/message/reply") == 2


async def test_a_reply_in_doubt_that_is_no_longer_fresh_is_pushed(line: LineEnd, make_sender: MakeSender) -> None:
    """While LINE was silent the token's minute ended: a spent token would prove nothing."""
    moments = iter([NOW, NOW + timedelta(seconds=56)])
    line.script("reply", ServerError(500))
    told = await hand_over(make_sender(now=lambda: next(moments)), answering(line))
    assert told.startswith("pushed")
    assert line.asked("/v2/bot/message/reply") == 1


@pytest.mark.parametrize("fault", [rate_limited(5), Status(401)])
async def test_a_reply_in_doubt_stays_in_doubt(line: LineEnd, make_sender: MakeSender, fault: Fault) -> None:
    """When the push after it is surely refused for now, the letter may have arrived all the same."""
    line.script("reply", CutAfterAccepting(), ServerError(500))
    line.always("push", fault)
    with pytest.raises(UncertainDeliveryError):
        await hand_over(make_sender(), answering(line))


async def test_a_letter_in_doubt_is_pushed_not_replied(line: LineEnd, make_sender: MakeSender) -> None:
    """Its earlier push, if there was one, is known by the key; a reply is known by nothing."""
    sender, item = make_sender(), answering(line)
    assert (await hand_over(sender, replace(item, uncertain=True))).startswith("pushed (")
    assert (await hand_over(sender, replace(item, uncertain=True))).startswith("pushed before (")
    assert (len(line.arrived), line.asked("/v2/bot/message/reply")) == (1, 0)


@pytest.mark.parametrize("fault", [CutAfterAccepting(), Silence(), ServerError(500, done=True), Raw(b"<html>")])
async def test_a_push_whose_answer_is_lost_arrives_once(line: LineEnd, make_sender: MakeSender, fault: Fault) -> None:
    """L08: uncertain at first; sent again under the same key, 409 says that it had arrived."""
    sender = make_sender(timeout=0.4)
    line.script("push", fault)
    with pytest.raises(UncertainDeliveryError):
        await hand_over(sender, ITEM)
    told = await hand_over(sender, replace(ITEM, attempts=1, uncertain=True))
    assert told.startswith("pushed before")
    assert len(line.arrived) == 1


FAILURES: list[tuple[Fault, type[Exception], str]] = [
    (Status(400, "The property, 'to', in the request body is invalid"), PermanentChannelError, "400"),
    (Status(401), ChannelSetupError, "issue a new access token"),
    (Status(403, "Access to this API is not available for your account"), ChannelSetupError, "plan"),
    (Status(404), PermanentChannelError, "404"),
    (rate_limited(), TemporaryChannelError, "429"),
    (monthly_limit(), QuotaExhaustedError, "next month"),
    (ServerError(500), UncertainDeliveryError, "500"),
    (ServerError(503), UncertainDeliveryError, "503"),
    (CutBefore(), UncertainDeliveryError, "broke"),
    (Silence(done=False), UncertainDeliveryError, "no answer in time"),
    (Redirect("http://127.0.0.1:1/"), ChannelSetupError, "not followed"),
    (Raw(b"[]"), UncertainDeliveryError, "."),
]


@pytest.mark.parametrize(("fault", "error", "words"), FAILURES, ids=[f"{c[0]!s:.40}" for c in FAILURES])
async def test_every_failure_has_its_name(
    line: LineEnd, make_sender: MakeSender, fault: Fault, error: type[Exception], words: str
) -> None:
    """L08: what passes, what lasts, what is ours, and what nobody knows; then the next letter goes out."""
    sender = make_sender(timeout=0.4)
    line.always("push", fault)
    with pytest.raises(error, match=words) as caught:
        await hand_over(sender, ITEM)
    assert type(caught.value) is error
    assert ITEM.text not in str(caught.value)
    line.always("push", None)
    assert (await hand_over(sender, replace(ITEM, id="1" * 32))).startswith("pushed (")


async def test_a_delay_that_line_names_is_kept(line: LineEnd, make_sender: MakeSender) -> None:
    """L08: Retry-After of a rate limit and of an overloaded server."""
    line.script("push", rate_limited(21), Status(503, "busy", {"Retry-After": "9"}))
    for seconds in (21.0, 9.0):
        with pytest.raises(TemporaryChannelError) as caught:
            await hand_over(make_sender(), ITEM)
        assert caught.value.retry_after == seconds


@pytest.mark.parametrize(
    ("fault", "error"),
    [(rate_limited(3), TemporaryChannelError), (Status(401), ChannelSetupError), (Status(403), ChannelSetupError)],
)
async def test_a_reply_that_was_surely_refused_waits(
    line: LineEnd, make_sender: MakeSender, fault: Fault, error: type[Exception]
) -> None:
    """What hinders replies hinders pushes as well: nothing is spent on trying."""
    line.always("reply", fault)
    with pytest.raises(error):
        await hand_over(make_sender(), answering(line))
    assert line.asked("/v2/bot/message/push") == 0


async def test_nobody_listens(tmp_path: Path, line: LineEnd, make_sender: MakeSender) -> None:
    """Surely not sent: temporary, not in doubt; also for a letter that could reply."""
    sender = make_sender(api_url=f"http://127.0.0.1:{free_port()}")
    for item in (ITEM, answering(line)):
        with pytest.raises(TemporaryChannelError) as caught:
            await hand_over(sender, item)
        assert type(caught.value) is TemporaryChannelError


async def test_a_key_is_not_used_after_its_life(line: LineEnd, make_sender: MakeSender, clock: FakeClock) -> None:
    """L15: a letter in doubt for a day is not pushed again; a clerk decides. One that surely failed still is."""
    sender = make_sender()
    clock.advance(hours=24)
    with pytest.raises(PermanentChannelError, match="may have arrived"):
        await hand_over(sender, replace(ITEM, uncertain=True))
    assert line.requests == []
    assert (await hand_over(sender, ITEM)).startswith("pushed")


async def test_a_key_serves_just_within_its_life(line: LineEnd, make_sender: MakeSender, clock: FakeClock) -> None:
    """L15: a second before, 409 still tells that it had arrived."""
    sender = make_sender()
    await hand_over(sender, ITEM)
    clock.advance(hours=23, minutes=59, seconds=59)
    line.advance(24 * 3600 - 60)
    assert (await hand_over(sender, replace(ITEM, uncertain=True))).startswith("pushed before")


def test_keys_are_of_one_letter_each() -> None:
    """L15: the same for every attempt, different for every letter, a UUID whatever the id looks like."""
    keys = [retry_key(name) for name in (ITEM.id, "0" * 32, "short", "event-01HXYZ", "f" * 33)]
    assert len(set(keys)) == len(keys)
    assert keys[0].hex == ITEM.id
    assert retry_key("short") == retry_key("short")


async def test_files_are_never_sent(line: LineEnd, make_sender: MakeSender) -> None:
    """R116: a letter with a document is refused before anything is asked."""
    enclosed = Enclosed(name="licence.pdf", media_type="application/pdf", digest="0" * 64)
    with pytest.raises(PermanentChannelError, match="R116"):
        await hand_over(make_sender(), replace(ITEM, enclosures=(enclosed,)), [b"%PDF-"])
    assert line.requests == []


async def test_who_blocked_us_gets_nothing_and_line_says_nothing(line: LineEnd, make_sender: MakeSender) -> None:
    """R114: a push to them is accepted and vanishes; that is known by the unfollow event only."""
    line.blocked.add(PERSON)
    assert (await hand_over(make_sender(), ITEM)).startswith("pushed")
    assert (line.pushed, len(line.dropped)) == ([], 1)


async def test_the_reserve_is_kept_for_licences(line: LineEnd, make_sender: MakeSender) -> None:
    """Within it a receipt is refused, as when the month is used up; a licence's link goes."""
    line.quota_limit, line.quota_used = 100, 88
    sender = make_sender(quota_reserve=10)
    await hand_over(sender, ITEM)
    await hand_over(sender, replace(ITEM, id="1" * 32))
    with pytest.raises(QuotaExhaustedError, match="quota_reserve"):
        await hand_over(sender, replace(ITEM, id="2" * 32))
    await hand_over(sender, replace(ITEM, id="3" * 32, letter=Letter.LICENCE_LINK))
    assert len(line.pushed) == 3
    assert line.asked("/v2/bot/message/quota/consumption") == 1


async def test_a_reply_needs_no_quota(line: LineEnd, make_sender: MakeSender) -> None:
    """It is free: the reserve does not hold it back, nor does an empty month."""
    line.quota_limit, line.quota_used = 100, 100
    assert (await hand_over(make_sender(quota_reserve=10), answering(line))).startswith("replied")


async def test_the_quota_is_asked_anew_after_minutes(line: LineEnd, make_sender: MakeSender) -> None:
    """More was ordered: the next letters go out without a restart. After a 429 it is asked at once."""
    line.quota_limit, line.quota_used = 100, 95
    at = [0.0]
    sender = make_sender(quota_reserve=10, monotonic=lambda: at[0])
    with pytest.raises(QuotaExhaustedError):
        await hand_over(sender, ITEM)
    line.quota_limit = 1000
    with pytest.raises(QuotaExhaustedError):
        await hand_over(sender, ITEM)
    at[0] += 301
    await hand_over(sender, ITEM)
    asked = line.asked("/v2/bot/message/quota/consumption")
    line.script("push", monthly_limit())
    with pytest.raises(QuotaExhaustedError):
        await hand_over(sender, replace(ITEM, id="4" * 32))
    await hand_over(sender, replace(ITEM, id="4" * 32))
    assert line.asked("/v2/bot/message/quota/consumption") == asked + 1


@pytest.mark.parametrize("limit", [None, 100])
async def test_a_quota_that_is_not_told_hinders_nothing(
    line: LineEnd, make_sender: MakeSender, limit: int | None
) -> None:
    """Without a limit, or when LINE does not say, the push itself will tell."""
    line.quota_limit = limit
    if limit:
        line.always("quota", ServerError())
    assert (await hand_over(make_sender(quota_reserve=10), ITEM)).startswith("pushed")


async def test_letters_may_go_at_once(line: LineEnd, make_sender: MakeSender) -> None:
    """Thirty at the same time: each arrives once, under its own key."""
    sender = make_sender(stateless=True)
    await asyncio.gather(*(hand_over(sender, replace(ITEM, id=f"{n:032x}")) for n in range(30)))
    assert sorted(one.key for one in line.pushed) == [str(UUID(int=n)) for n in range(30)]
