"""Servers that break the protocol: retried, bounded, and nothing of it ever taken for a message."""

import tracemalloc
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from channels.email.connection import Connector
from channels.email.inbox import ImapInbox
from mailroom.domain.errors import ChannelSetupError, TemporaryChannelError
from tests.support.email_settings import email_settings
from tests.support.scripted_imap import Answer, ScriptedImap, bodies


def nothing(_: Collection[str]) -> set[str]:
    return set()


@pytest.fixture
def inbox_on(tmp_path: Path) -> Iterator[Callable[[ScriptedImap], ImapInbox]]:
    """Makes inboxes of little patience."""
    made: list[ImapInbox] = []

    def make(server: ScriptedImap) -> ImapInbox:
        settings = email_settings(tmp_path, imap={"port": server.port, "folders": ["INBOX"]})
        made.append(ImapInbox(settings, Connector(settings.imap, timeout=2)))
        return made[-1]

    yield make
    for inbox in made:
        inbox.close()


MakeInbox = Callable[[ScriptedImap], ImapInbox]


def says(*pieces: bytes) -> Answer:
    """These pieces, with TAG replaced."""
    return lambda tag, _: [piece.replace(b"TAG", tag) for piece in pieces]


def fetched(inbox: ImapInbox) -> list[bytes]:
    """All contents of one pass."""
    return [
        content if isinstance(content, bytes) else b"".join(content)
        for batch in inbox.fetch(inbox.survey(nothing))
        for _, content in batch
    ]


OK = b"TAG OK done\r\n"

BODIES = {
    "NIL": says(b"* 1 FETCH (UID 1 BODY[] NIL)\r\n", OK),
    "another UID": says(b"* 1 FETCH (UID 99 BODY[] {10}\r\n0123456789)\r\n", OK),
    "no UID": says(b"* 1 FETCH (BODY[] {10}\r\n0123456789)\r\n", OK),
    "one UID twice": says(
        b"* 1 FETCH (UID 1 BODY[] {10}\r\n0123456789)\r\n* 2 FETCH (UID 1 BODY[] {10}\r\nabcdefghij)\r\n", OK
    ),
    "nothing": says(OK),
    "empty": says(b'* 1 FETCH (UID 1 BODY[] "")\r\n', OK),
    "99 GB": says(b"* 1 FETCH (UID 1 BODY[] {99000000000}\r\n"),
    "negative literal": says(b"* 1 FETCH (UID 1 BODY[] {-5}\r\nabc)\r\n", OK),
    "20,000 parentheses": says(b"* 1 FETCH (UID 1 BODY[] " + b"(" * 20_000 + b")\r\n", OK),
    "endless line": says(b"* 1 FETCH (UID 1 " + b"x" * 2_000_000),
    "NUL in a line": says(b"* 1 FETCH (UID 1 BODY[] \0)\r\n", OK),
    "BYE": says(b"* BYE busy\r\n", b""),
    "connection cut in a literal": says(b"* 1 FETCH (UID 1 BODY[] {10}\r\n01234", b""),
    "silence": says(),
    "NO": says(b"TAG NO [UNAVAILABLE] later\r\n"),
    "NO without code": says(b"TAG NO\r\n"),
    "BAD": says(b"TAG BAD what\r\n"),
    "another's tag": says(b"XYZ1 OK done\r\n", OK),
    "garbage": says(b"\xff\xfe\x00garbage\r\n", OK),
}


@pytest.mark.parametrize("lie", BODIES.values(), ids=BODIES.keys())
def test_no_lie_about_a_body_is_taken_for_a_message(lie: Answer, inbox_on: MakeInbox) -> None:
    """Either nothing comes, or a temporary error; and the next pass over an honest server brings the message."""
    with ScriptedImap({"BODY": lie}) as liar:
        inbox = inbox_on(liar)
        with suppress(TemporaryChannelError):
            assert fetched(inbox) == []


LISTINGS = {
    "no UIDVALIDITY": ("EXAMINE", says(b"* 1 EXISTS\r\n", OK)),
    "UIDVALIDITY 0": ("EXAMINE", says(b"* 1 EXISTS\r\n* OK [UIDVALIDITY 0] x\r\n", OK)),
    "UIDVALIDITY beyond 32 bits": ("EXAMINE", says(b"* 1 EXISTS\r\n* OK [UIDVALIDITY 4294967296] x\r\n", OK)),
    "EXISTS without number": ("EXAMINE", says(b"* x EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n", OK)),
    "search of words": ("UID SEARCH", says(b"* SEARCH one two\r\n", OK)),
    "two search answers": ("UID SEARCH", says(b"* SEARCH 1\r\n* SEARCH 2\r\n", OK)),
    "folder list of nothing": ("LIST", says(OK)),
    "folder list of half a line": ("LIST", says(b"* LIST (\r\n", OK)),
    "dates of nonsense": ("UID FETCH", says(b'* 1 FETCH (UID 1 INTERNALDATE 5 RFC822.SIZE "x")\r\n', OK)),
    "flood": ("UID SEARCH", says(*[b"* 1 EXISTS\r\n" * 100_000] * 60, OK)),
    "BYE to a search": ("UID SEARCH", says(b"* BYE\r\n", b"")),
}


@pytest.mark.parametrize(("command", "lie"), LISTINGS.values(), ids=LISTINGS.keys())
def test_a_lie_about_the_list_is_a_temporary_error(command: str, lie: Answer, inbox_on: MakeInbox) -> None:
    """What cannot be understood is refused as a whole, and tried again later on a new connection."""
    with ScriptedImap({command: lie}) as liar:
        inbox = inbox_on(liar)
        with pytest.raises(TemporaryChannelError):
            inbox.survey(nothing)


def test_memory_stays_bounded_against_a_giant_literal(inbox_on: MakeInbox) -> None:
    """The announcement of 99 GB costs no memory."""
    with ScriptedImap({"BODY": BODIES["99 GB"]}) as liar:
        inbox = inbox_on(liar)
        tracemalloc.start()
        assert fetched(inbox) == []
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 64 << 20


def test_large_message_is_streamed_in_flat_memory(inbox_on: MakeInbox) -> None:
    """50 MB pass through in pieces: the peak is a few pieces, not the message."""
    with ScriptedImap(sizes=(50 << 20,)) as server:
        inbox = inbox_on(server)
        [envelope] = inbox.survey(nothing)
        received = 0
        server_side = 50 << 20  # the scripted server holds the whole message in this same process
        tracemalloc.start()
        for batch in inbox.fetch([envelope]):
            for _, content in batch:
                assert not isinstance(content, bytes)
                received += sum(len(piece) for piece in content)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert received == 50 << 20
    assert peak - server_side < 32 << 20


def test_one_odd_message_does_not_hold_up_the_others(inbox_on: MakeInbox) -> None:
    """A message whose body cannot be had is left out with an alarm; those around it come."""

    def body(tag: bytes, rest: bytes) -> list[bytes]:
        pieces = bodies((10, 10, 10), rest)
        lie = b"* 2 FETCH (UID 2 BODY[] NIL)\r\n"
        return [*(lie if b"UID 2 " in piece else piece for piece in pieces), tag + b" OK done\r\n"]

    with ScriptedImap({"BODY": body}, sizes=(10, 10, 10)) as liar, capture_logs() as logs:
        inbox = inbox_on(liar)
        assert fetched(inbox) == [b"x" * 10] * 2
    assert [entry["external_id"] for entry in logs if entry["event"] == "message.unreadable"] == ["INBOX/7/2"]


def sized(length: int) -> Callable[[bytes, bytes], list[bytes]]:
    """Honest bodies of this length, whatever size was announced."""

    def body(tag: bytes, rest: bytes) -> list[bytes]:
        return [*bodies((length,), rest), tag + b" OK done\r\n"]

    return body


@pytest.mark.parametrize(("announced", "true"), [(10, 14), (10, 6), (9 << 20, 7 << 20), (100, 9 << 20)])
def test_wrong_size_is_accepted_when_two_readings_agree(announced: int, true: int, inbox_on: MakeInbox) -> None:
    """Servers that guess sizes are served: the content is what two readings agree on."""
    with ScriptedImap({"BODY": sized(true)}, sizes=(announced,)) as server:
        inbox = inbox_on(server)
        [content] = fetched(inbox)
    assert len(content) == true


def test_content_that_changes_between_readings_is_not_taken(inbox_on: MakeInbox) -> None:
    """With a wrong size and two different readings, nothing is believed."""
    count = iter(range(1000))

    def body(tag: bytes, rest: bytes) -> list[bytes]:
        content = b"%08d" % next(count)
        name = b"BODY[]<0>" if b"<0." in rest else b"BODY[]"
        if b"<9." in rest:
            name, content = b"BODY[]<9>", b""
        return [b"* 1 FETCH (UID 1 %b {%d}\r\n%b)\r\n" % (name, len(content), content), tag + b" OK done\r\n"]

    with ScriptedImap({"BODY": body}) as liar:
        inbox = inbox_on(liar)
        assert fetched(inbox) == []


def test_idle_line_in_two_segments_is_one_line(inbox_on: MakeInbox) -> None:
    """News that arrive in pieces, with other news before them, still end the wait."""
    pieces = [b"+ idling\r\n* OK Still", b" here\r\n* 1 FETCH (FLAGS (\\Seen))\r\n* 2 EX", b"ISTS\r\n"]
    idling: list[bytes] = []

    def idle(tag: bytes, _: bytes) -> list[bytes]:
        idling.append(tag)
        return pieces

    def done(_: bytes, __: bytes) -> list[bytes]:
        return [idling[-1] + b" OK done\r\n"]

    with ScriptedImap({"IDLE": idle, "DONE": done}) as server:
        inbox = inbox_on(server)
        inbox.survey(nothing)
        assert inbox.wait(30)


def test_news_before_idle_begins_are_heard(inbox_on: MakeInbox) -> None:
    """Mail announced between the command and its continuation ends the wait at once."""
    idling: list[bytes] = []

    def idle(tag: bytes, _: bytes) -> list[bytes]:
        idling.append(tag)
        return [b"* 2 EXISTS\r\n+ idling\r\n"]

    def done(_: bytes, __: bytes) -> list[bytes]:
        return [idling[-1] + b" OK done\r\n"]

    with ScriptedImap({"IDLE": idle, "DONE": done}) as server:
        inbox = inbox_on(server)
        inbox.survey(nothing)
        assert inbox.wait(30)


def test_preauth_greeting_is_refused(inbox_on: MakeInbox) -> None:
    """A server that asks for no login is not ours, and would skip encryption with it."""
    with ScriptedImap(greeting=b"* PREAUTH welcome\r\n") as liar, pytest.raises(ChannelSetupError, match="no login"):
        inbox_on(liar).survey(nothing)


def test_server_that_asks_for_patience_gets_it(inbox_on: MakeInbox) -> None:
    """The delay that a server names is passed on; a code for overload gives one of its own."""
    throttled = says(b"TAG NO [THROTTLED] Suggested Backoff Time: 299923 Milliseconds\r\n")
    with ScriptedImap({"LOGIN": throttled}) as busy, pytest.raises(TemporaryChannelError) as caught:
        inbox_on(busy).survey(nothing)
    assert not isinstance(caught.value, ChannelSetupError)
    assert caught.value.retry_after == pytest.approx(299.923)
    with (
        ScriptedImap({"EXAMINE": says(b"TAG NO [INUSE] being restored\r\n")}) as busy,
        pytest.raises(TemporaryChannelError) as caught,
    ):
        inbox_on(busy).survey(nothing)
    assert caught.value.retry_after == 300
