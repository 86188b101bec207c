"""The bundle: the same facts give the same bytes, everything comes back, and no bytes whatever are trusted."""

import io
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels.line.bundle import MAGIC, Bundle, BundleError, pieces, size_of
from channels.line.bundle_values import Submission
from mailroom.domain.chat import ChatContent, ChatEvent, ChatEventKind, ChatPerson, ContentState
from mailroom.domain.errors import StorageError
from tests.support import line_events as line
from tests.support.line_talk import PNG, conversation, events_of, with_content

AT = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)
PERSON = ChatPerson(id=line.USER, name="ส้ม🍊", given_name="สมศรี มีสุข", email="somsri@citizen.test", email_proven_at=AT)


def submission(events: Sequence[ChatEvent], **more: Any) -> Submission:
    return Submission("@agency.test", conversation(events, **more), PERSON, tuple(events))


def written(of: Submission, folder: Path, contents: Sequence[bytes] = ()) -> bytes:
    for event, content in zip(of.kept, contents, strict=True):
        (folder / event.id).write_bytes(content)
    return b"".join(pieces(of, lambda event: folder / event.id))


def read(raw: bytes) -> tuple[Submission, list[bytes]]:
    bundle = Bundle(io.BytesIO(raw))
    return bundle.submission, [b"".join(chunks) for _, chunks in bundle.contents()]


@pytest.fixture
def everything(tmp_path: Path) -> tuple[Submission, list[bytes]]:
    """A conversation with every kind of event, states of content, things taken back, choices made."""
    events = events_of(*line.every_kind().values())
    events[4] = with_content(events[4], PNG)
    events[5] = replace(with_content(events[5], b""), unsent_at=AT)
    events[7] = replace(events[7], content=ChatContent(state=ContentState.GONE, note="404"))
    events[8] = replace(events[8].reused(), id="reused~1")
    more = {"service": "food-premises", "name": "สมศรี", "email": "a@b.test", "answers": "a" * 32}
    return submission(events, documents=((0, events[4].id),), **more), [PNG, b""]


def test_everything_comes_back(everything: tuple[Submission, list[bytes]], tmp_path: Path) -> None:
    """Conversation, person, events with their exact text, contents."""
    sent, contents = everything
    found, given_contents = read(written(sent, tmp_path, contents))
    assert given_contents == contents
    assert (found.account, found.person) == (sent.account, sent.person)
    assert found.conversation == sent.conversation
    assert [event.raw for event in found.events] == [event.raw for event in sent.events]
    for was, now in zip(sent.events, found.events, strict=True):
        bare = ChatContent()
        assert replace(now, content=bare) == replace(was, content=bare, conversation="")
        of_interest = ("state", "size", "sha256", "media_type", "note")
        assert [getattr(now.content, one) for one in of_interest] == [getattr(was.content, one) for one in of_interest]


def test_the_same_facts_give_the_same_bytes(everything: tuple[Submission, list[bytes]], tmp_path: Path) -> None:
    """Taken again after a crash it is the same message, with the same digest."""
    sent, contents = everything
    first = written(sent, tmp_path, contents)
    assert written(read(first)[0], tmp_path, contents) == first
    assert first.startswith(b"mailroom-chat/1\n")
    assert json.loads(first[20 : 20 + int.from_bytes(first[16:20], "big")])["events"][0]["raw"] in sent.events[0].raw


@pytest.mark.parametrize(("age", "token"), [(0, "t"), (49.9, "t"), (50, ""), (3600, "")])
def test_a_reply_token_is_carried_while_it_is_fresh(tmp_path: Path, age: float, token: str) -> None:
    """An old one would only cost an attempt."""
    events = events_of(line.text())
    closed_at = conversation(events).closed_at
    assert closed_at is not None
    of = submission(events, reply_token="t", reply_token_at=closed_at - timedelta(seconds=age))
    found, _ = read(written(of, tmp_path))
    assert of.reply_token == found.reply_token == token


def test_a_content_that_changed_its_length_is_not_taken(tmp_path: Path) -> None:
    """Shorter or missing: StorageError, never a bundle that lies. What is longer is cut at its length."""
    [event] = events_of(line.image())
    of = submission([with_content(event, PNG)])
    for content in (PNG[:-1], b""):
        with pytest.raises(StorageError, match="shorter"):
            written(of, tmp_path, [content])
    (tmp_path / event.id).unlink()
    with pytest.raises(StorageError, match="cannot be read"):
        list(pieces(of, lambda one: tmp_path / one.id))
    assert read(written(of, tmp_path, [PNG + b"more"]))[1] == [PNG]


def test_large_contents_are_streamed(tmp_path: Path) -> None:
    """No piece is larger than a megabyte, and nothing is read before it is asked for."""
    [event] = events_of(line.video())
    large = b"v" * (5 << 20)
    of = submission([with_content(event, large, "video/mp4")])
    (tmp_path / event.id).write_bytes(large)
    stream = pieces(of, lambda one: tmp_path / one.id)
    assert next(stream).startswith(MAGIC)
    assert [len(piece) for piece in stream] == [1 << 20] * 5
    assert size_of(of) == 5 << 20


def manifest(**change: Any) -> bytes:
    """A bundle of one text whose manifest was tampered with; a dotted name goes inside."""
    raw = b"".join(pieces(submission(events_of(line.text())), lambda _: Path("none")))
    value = json.loads(raw[20:])
    for path, new in change.items():
        *outer, last = path.split("__")
        inner = value
        for name in outer:
            inner = inner[int(name) if name.isdigit() else name]
        inner[last] = new
    encoded = json.dumps(value).encode()
    return MAGIC + len(encoded).to_bytes(4, "big") + encoded


BROKEN = [
    b"",
    b"From: a@b.example\r\n\r\n",
    MAGIC,
    MAGIC + b"\0\0\0\x05{}",
    MAGIC + b"\xff\xff\xff\xff{}",
    MAGIC + b"\0\0\0\x02{}",
    MAGIC + b"\0\0\0\x04null",
    MAGIC + b"\0\0\0\x02\xff\xfe",
    MAGIC + b"\0\0\xc3\x50" + b"[" * 50_000,
    manifest() + b"x",
    manifest(events__0__content__state="kept", events__0__content__size=5),
    manifest(events__0__content__state="kept", events__0__content__size=-5),
    manifest(events__0__content__size=10**19),
    manifest(events__0__content__state="stolen"),
    manifest(events__0__kind="hologram"),
    manifest(events__0__received_at="yesterday"),
    manifest(events__0__received_at="2026-01-05T03:00:00"),
    manifest(events__0__received_at="0001-01-01T00:00:00+14:00"),
    manifest(events__0__raw=None),
    manifest(events={}),
    manifest(events=[1]),
    manifest(events=[{}] * 20_001),
    manifest(person=[]),
    manifest(conversation__documents=[[True, "x"]]),
    manifest(conversation__documents=[["1", "x"]]),
    manifest(conversation__documents=[5]),
    manifest(conversation__opened_at=None),
    manifest(account=5),
]


@pytest.mark.parametrize("raw", BROKEN, ids=range(len(BROKEN)))
def test_what_is_no_bundle_is_refused(raw: bytes) -> None:
    """Lengths that lie, states and types that are none, depth, times without a zone: BundleError and nothing else."""
    with pytest.raises(BundleError):
        read(raw)


def test_a_text_that_cannot_be_decoded_again_is_no_fault_of_the_bundle() -> None:
    """What was malformed when it came is malformed when it is read, with what the books say of it."""
    found, _ = read(manifest(events__0__raw="{", events__0__kind="malformed", events__0__defect="event-malformed: x"))
    assert (found.events[0].kind, found.events[0].defect) == (ChatEventKind.MALFORMED, "event-malformed: x")


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 60), st.binary(max_size=12)), max_size=8))
def test_no_change_of_a_bundle_breaks_the_reader(changes: list[tuple[float, int, bytes]]) -> None:
    """Pieces cut out and others put in: it is read, or refused as no bundle."""
    raw = bytearray(manifest())
    for place, length, content in changes:
        at = int(place * len(raw))
        raw[at : at + length] = content
    try:
        read(bytes(raw))
    except BundleError:
        return
