"""Decoding and reading raise on no bytes whatever, end soon, and always make text that can be kept and shown."""

import dataclasses
import hashlib
import io
import json
from datetime import UTC, datetime
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels.line.bundle import MAGIC
from channels.line.decode import Origin, decode, decode_again
from channels.line.reader import LineReader
from mailroom.domain.chat import Spooled
from tests.support import line_events as line

SEEDS = tuple(line.body(one) for one in line.every_kind().values())
FRAGMENTS = (
    b"{", b"}", b"[", b"]", b'"', b"\\", b",", b":", b"null", b"NaN", b"1e999", b"-", b"\\ud800", b"\\u0000", b"\xff",
    b'"events"', b'"events":[', b'"type":"message"', b'"source":', b'"timestamp":9e99', b'"message":{"type":"text"}',
    b'"id":"../x"', b"\xe0\xb8\x81", b"\x00", b"\xed\xa0\x80", b"[" * 60, b'"__proto__":1',
)  # fmt: skip
AT = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)
_NOTHING = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


def check(content: bytes) -> None:
    spooled = Spooled("1", content, hashlib.sha256(content).hexdigest(), AT)
    events = decode(spooled)
    for event in events:
        assert event.occurred_at <= event.received_at
        assert "internal error" not in event.defect
        assert event.id
        repr(dataclasses.replace(event, raw="")).encode("utf-8")
        again = decode_again(event.raw, Origin(spooled.digest, AT))
        assert again.said == event.said or event.defect.startswith("event-malformed: delivery")
    assert decode(spooled) == events


@_NOTHING
@given(st.binary(max_size=2000))
def test_arbitrary_bytes_are_decoded(content: bytes) -> None:
    """Any bytes at all make events."""
    check(content)


@_NOTHING
@given(
    st.sampled_from(SEEDS),
    st.lists(
        st.tuples(st.floats(0, 1), st.integers(0, 40), st.one_of(st.sampled_from(FRAGMENTS), st.binary(max_size=8))),
        max_size=10,
    ),
)
def test_mutated_deliveries_are_decoded(seed: bytes, changes: list[tuple[float, int, bytes]]) -> None:
    """Deliveries with pieces cut out and others put in make events."""
    content = bytearray(seed)
    for place, length, piece in changes:
        at = int(place * len(content))
        content[at : at + length] = piece
    check(bytes(content))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@_NOTHING
@given(st.sampled_from(list(line.every_kind().values())), st.data())
def test_events_with_any_value_in_any_place_are_decoded(event: line.Event, data: st.DataObject) -> None:
    """Each field of each kind of event may hold anything."""
    copy: Any = json.loads(json.dumps(event))
    inner = copy
    while True:
        key = data.draw(st.sampled_from(sorted(inner)))
        if isinstance(inner[key], dict) and inner[key] and data.draw(st.booleans()):
            inner = inner[key]
            continue
        inner[key] = data.draw(VALUES)
        break
    content = b'{"events":[' + json.dumps(copy).encode() + b"," + json.dumps(event).encode() + b"]}"
    check(content)
    assert len(decode(Spooled("1", content, "d", AT))) == 2


@_NOTHING
@given(st.one_of(st.binary(max_size=500), st.binary(max_size=500).map(lambda tail: MAGIC + b"\0\0\0\x20" + tail)))
def test_arbitrary_bytes_are_read(raw: bytes) -> None:
    """Any bytes at all make a message."""
    [reading] = LineReader().read_many([io.BytesIO(raw)])
    assert reading.message.is_chat
    assert reading.message.defects[0].startswith("unreadable: ")
