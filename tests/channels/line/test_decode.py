"""From a delivery to its events: every kind of LINE's own description, and everything that is broken."""

import hashlib
import json
import time
import warnings
from datetime import timedelta
from typing import Any

import pytest

from channels.line.decode import Origin, decode, decode_again
from mailroom.domain.chat import ChatContent, ChatEvent, ChatEventKind, ChatMessageKind, ContentState, Location, Spooled
from tests.support import line_events as line

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from linebot.v3.models.events import UnknownEvent
    from linebot.v3.webhook import WebhookParser
    from linebot.v3.webhooks import models

RECEIVED = line.AT + timedelta(seconds=2)
KINDS = line.every_kind()


def spooled(content: bytes) -> Spooled:
    return Spooled("1", content, hashlib.sha256(content).hexdigest(), RECEIVED)


def decoded(*events: line.Event) -> list[ChatEvent]:
    return decode(spooled(line.body(*events)))


def one(event: line.Event) -> ChatEvent:
    [found] = decoded(event)
    return found


def raw_one(text: str) -> ChatEvent:
    """The event of a delivery that holds this text as its only one."""
    [found] = decode(spooled(b'{"destination":"x","events":[' + text.encode() + b"]}"))
    return found


def spoilt(event: line.Event, path: str, value: Any) -> line.Event:
    """The event with another value at a dotted path; with `...` the field is missing."""
    copy = json.loads(json.dumps(event))
    *outer, last = path.split(".")
    inner = copy
    for name in outer:
        inner = inner[name]
    if value is ...:
        del inner[last]
    else:
        inner[last] = value
    return copy


@pytest.mark.parametrize("name", KINDS)
def test_every_sample_is_one_of_the_platforms_own_description(name: str) -> None:
    """LINE's own library reads our samples as the type that they name: the tests speak of real events."""
    content = line.body(KINDS[name]).decode()
    [event] = WebhookParser(line.SECRET).parse(content, line.signature(content.encode()))
    assert not isinstance(event, UnknownEvent)
    assert event.type == KINDS[name]["type"]


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_of_event_is_understood(name: str) -> None:
    """None of the kinds that LINE describes is unknown or malformed; each keeps its id, text and delivery."""
    event = one(KINDS[name])
    assert event.kind not in (ChatEventKind.UNKNOWN, ChatEventKind.MALFORMED)
    assert event.defect == ""
    assert event.id == KINDS[name]["webhookEventId"]
    assert json.loads(event.raw) == KINDS[name]
    assert event.delivery == hashlib.sha256(line.body(KINDS[name])).hexdigest()


@pytest.mark.parametrize("name", line.of_no_matter())
def test_what_is_of_no_matter_is_only_kept(name: str) -> None:
    """Members, beacons, modules, what is said in standby: nothing follows from it, nothing is fetched."""
    event = one(KINDS[name])
    assert event.kind is ChatEventKind.OTHER
    assert event.content == ChatContent()


def test_the_types_that_the_library_knows_are_the_types_that_we_know() -> None:
    """A type that LINE adds to its description fails here before it surprises a clerk."""
    known = models.Event._Event__discriminator_value_class_map
    assert set(known) == {event["type"] for event in KINDS.values()}
    messages = models.MessageContent._MessageContent__discriminator_value_class_map
    assert set(messages) == {event["message"]["type"] for event in KINDS.values() if event["type"] == "message"}


def made_by_the_library() -> list[Any]:
    common = {
        "timestamp": line.milliseconds(line.AT),
        "mode": models.EventMode.ACTIVE,
        "webhook_event_id": line.event_id(1),
        "delivery_context": models.DeliveryContext(is_redelivery=False),
        "source": models.UserSource(user_id=line.USER),
    }
    provider = models.ContentProvider(type="line")
    return [
        models.MessageEvent(message=said, reply_token="a" * 32, **common)
        for said in (
            models.TextMessageContent(id="1", text="ข้อความ", quote_token="q"),
            models.ImageMessageContent(id="1", content_provider=provider, quote_token="q"),
            models.VideoMessageContent(id="1", content_provider=provider, quote_token="q"),
            models.AudioMessageContent(id="1", content_provider=provider),
            models.FileMessageContent(id="1", file_name="a.pdf", file_size=1),
            models.LocationMessageContent(id="1", latitude=1, longitude=2.5),
            models.StickerMessageContent(
                id="1", package_id="1", sticker_id="1", sticker_resource_type="STATIC", quote_token="q"
            ),
        )
    ] + [
        models.FollowEvent(follow=models.FollowDetail(is_unblocked=False), reply_token="a" * 32, **common),
        models.UnfollowEvent(**common),
        models.UnsendEvent(unsend=models.UnsendDetail(message_id="1"), **common),
        models.PostbackEvent(postback=models.PostbackContent(data="d", params={"date": "2026-01-05"}), **common),
        models.AccountLinkEvent(link=models.LinkContent(result="ok", nonce="n"), **common),
        models.BotSuspendedEvent(**{**common, "source": None}),
    ]


@pytest.mark.parametrize("event", made_by_the_library(), ids=lambda event: type(event).__name__)
def test_what_the_library_makes_is_understood(event: Any) -> None:
    """Events built by LINE's own models, which write every field that they know, are read without a fault."""
    found = one(event.to_dict())
    assert found.kind not in (ChatEventKind.UNKNOWN, ChatEventKind.MALFORMED)
    assert found.defect == ""


def test_a_text_is_told_with_all_that_belongs_to_it() -> None:
    """153: who, when, by what token it can be answered, what is said and quoted."""
    sent = line.quoting_text("500000000000000009", "บรรทัดหนึ่ง\r\nบรรทัดสอง")
    event = one(sent)
    assert (event.kind, event.person, event.room) == (ChatEventKind.MESSAGE, line.USER, "")
    assert (event.occurred_at, event.received_at) == (line.AT, RECEIVED)
    assert (event.reply_token, event.redelivered) == (sent["replyToken"], False)
    assert event.message is not None
    assert event.message.id == sent["message"]["id"]
    assert (event.message.kind, event.message.text) == (ChatMessageKind.TEXT, "บรรทัดหนึ่ง\nบรรทัดสอง")
    assert event.message.quoted_id == "500000000000000009"
    assert event.content.state is ContentState.NONE


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("ก" * 5000, "ก" * 5000),
        ("😀🙏🏽👨‍👩‍👧", "😀🙏🏽👨‍👩‍👧"),
        ("@All", "@All"),
        ("\u202eน", "\u202eน"),
        ("a\x00b\x1b[31m", "a␀b␛[31m"),
        ("\ud800x", "\ufffdx"),
        ("", ""),
    ],
)
def test_any_text_is_kept_and_can_be_shown(words: str, shown: str) -> None:
    """153: 5,000 characters, only emoji, only a mention, right to left, control characters, half a surrogate pair."""
    sent = line.text()
    event = raw_one(json.dumps(spoilt(sent, "message.text", words)))
    assert event.message is not None
    assert event.message.text == shown
    assert (event.kind, event.defect) == (ChatEventKind.MESSAGE, "")


def test_a_text_of_a_megabyte_is_cut() -> None:
    """150: the readable text is bounded, with a defect; the raw text is all there."""
    event = one(line.text("x" * 1_000_000))
    assert event.message is not None
    assert (len(event.message.text), event.defect) == (20_000, "text-limit")
    assert len(event.raw) > 1_000_000


def test_contents_are_wanted_at_once() -> None:
    """Pictures, videos, voices and files are due when they are received: the platform deletes them (R115)."""
    for name in ("image", "image-of-set", "video", "audio", "file"):
        content = one(KINDS[name]).content
        assert (content.state, content.due_at) == (ContentState.WANTED, RECEIVED)


def test_what_belongs_to_a_file_is_told() -> None:
    """Name, announced size, duration, place in a set."""
    found = {name: one(KINDS[name]).message for name in ("file", "audio", "image-of-set")}
    assert found["file"] is not None
    assert (found["file"].file_name, found["file"].size) == ("แบบคำขอ.pdf", 2138)
    assert found["audio"] is not None
    assert found["audio"].duration_ms == 3500
    assert found["image-of-set"] is not None
    assert (found["image-of-set"].set_index, found["image-of-set"].set_total) == (1, 3)


def test_content_elsewhere_is_never_wanted() -> None:
    """155: its address is shown; it is not fetched, whatever it names."""
    for url in ("https://files.example/x.jpg", "http://169.254.169.254/latest", "file:///etc/passwd", ""):
        event = one(line.image({"contentProvider": line.elsewhere(url)}))
        assert event.content.state is ContentState.EXTERNAL
        assert event.message is not None
        assert event.message.url == (url or "?")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("แบบ.pdf\u202efdp.exe", "แบบ.pdf<U+202E>fdp.exe"),
        ("../../etc/passwd", "../../etc/passwd"),
        ("a.pdf.exe", "a.pdf.exe"),
        ("nul", "nul"),
        ("a\0b.pdf", "a␀b.pdf"),
        ("x" * 1000, "x" * 300),
        ("...", ""),
    ],
)
def test_a_name_that_deceives_is_shown_and_said(name: str, shown: str) -> None:
    """154: file names are made visible; what deceives is a defect, and the message stays a message."""
    event = one(line.file(name))
    assert event.message is not None
    assert event.message.file_name == shown
    assert (event.kind, event.defect) == (ChatEventKind.MESSAGE, f"name-deceptive: {shown}")


def test_a_file_of_300_megabytes_is_announced_as_such() -> None:
    """154: whether it is fetched is decided where it is fetched."""
    event = one(line.file(size=300 << 20))
    assert event.message is not None
    assert (event.message.size, event.content.state) == (300 << 20, ContentState.WANTED)


def test_a_place_is_told() -> None:
    """Title, address, coordinates; whole numbers are numbers as well."""
    event = one(line.location({"latitude": 90, "longitude": -180}))
    assert event.message is not None
    assert event.message.location == Location("ตลาดเก่า", "ถนนสมมุติ", 90.0, -180.0)


@pytest.mark.parametrize(
    ("latitude", "field"),
    [
        ("90.0001", "message.latitude"),
        ("-91", "message.latitude"),
        ("NaN", "number NaN"),
        ("1e400", "number 1e400"),
        ("-Infinity", "number -Infinity"),
        ("true", "message.latitude"),
        ('"13"', "message.latitude"),
        ("9" * 5000, "number " + "9" * 20),
    ],
)
def test_a_place_that_is_not_on_earth_is_malformed(latitude: str, field: str) -> None:
    """154: beyond the poles, not a number, infinite, a truth value, a text, five thousand digits."""
    text = json.dumps(line.location()).replace("13.7563309", latitude)
    event = raw_one(text)
    assert event.kind is ChatEventKind.MALFORMED
    assert event.defect == f"event-malformed: {field}"
    assert event.person == line.USER


def test_a_sticker_has_the_words_that_it_is_known_by() -> None:
    """The sender's own words go before keywords; a sticker without either is one all the same."""
    said = [one(line.sticker(fields)).message for fields in (None, {"text": "สวัสดี"}, {"keywords": []})]
    assert [message.text for message in said if message] == ["thanks, ขอบคุณ", "สวัสดี", ""]


def test_what_happens_beside_messages_is_told() -> None:
    """Taking back, following (again), a choice that was tapped, an account that was linked, or not."""
    assert one(KINDS["unsend"]).unsent == "500000000000000001"
    assert [one(KINDS[name]).data for name in ("follow", "follow-again")] == ["", "unblocked"]
    assert [one(KINDS[name]).data for name in ("postback", "postback-picked")] == ["v=1&step=confirm", "v=1&when"]
    assert [one(KINDS[name]).data for name in ("account-link", "account-link-failed")] == ["bm9uY2Utb2Ytb3Vycw==", ""]


def test_nothing_is_fetched_for_a_group_or_room() -> None:
    """What is said there is known by its room, with or without a sender, and its content is left where it is."""
    text, image = one(KINDS["group-text"]), one(KINDS["room-image"])
    assert (text.kind, text.room, text.person) == (ChatEventKind.MESSAGE, line.GROUP, line.USER)
    assert (image.room, image.person, image.content) == (line.ROOM, "", ChatContent())
    assert [one(KINDS[name]).kind for name in ("join", "leave")] == [ChatEventKind.JOIN, ChatEventKind.LEAVE]


def test_an_edited_message_of_one_person_is_shown_to_a_clerk() -> None:
    """LINE edits in groups only today; were it our citizen's words, they would not be lost."""
    edited = {"type": "text", "id": "1", "text": "แก้ไข", "quoteToken": "q"}
    event = one(line.replied("messageEdited", message=edited))
    assert (event.kind, event.defect) == (ChatEventKind.UNKNOWN, "event-unknown: messageEdited")


def test_a_batch_of_100_with_one_malformed_and_one_unknown() -> None:
    """L05: 98 are understood, one is malformed, one unknown: neither hurts its neighbours."""
    batch = [line.text(f"ข้อความ {number}") for number in range(100)]
    batch[17] = spoilt(batch[17], "timestamp", ...)
    batch[42] = line.event("hologram", hologram={"x": 1})
    found = decoded(*batch)
    assert [event.kind for event in found].count(ChatEventKind.MESSAGE) == 98
    assert found[17].kind is ChatEventKind.MALFORMED
    assert found[17].defect == "event-malformed: timestamp"
    assert (found[42].kind, found[42].defect) == (ChatEventKind.UNKNOWN, "event-unknown: hologram")
    assert [json.loads(event.raw) for event in found] == batch


def test_an_unknown_message_may_have_content() -> None:
    """152: a type of message that nobody told us of is kept, said, and its bytes are asked for."""
    event = one(line.message("hologram", {}))
    assert event.message is not None
    assert (event.kind, event.message.kind) == (ChatEventKind.MESSAGE, ChatMessageKind.UNKNOWN)
    assert (event.defect, event.content.state) == ("message-unknown: hologram", ContentState.WANTED)


SPOILT = [
    (line.text(), "type", ..., "type"),
    (line.text(), "type", 5, "type"),
    (line.text(), "timestamp", "1767582000000", "timestamp"),
    (line.text(), "timestamp", 1.5, "timestamp"),
    (line.text(), "timestamp", True, "timestamp"),
    (line.text(), "source", ..., "source"),
    (line.text(), "source", [], "source"),
    (line.text(), "source.type", "planet", "source.type"),
    (line.text(), "source.userId", ..., "source"),
    (line.text(), "source.userId", "U" + "A" * 32, "source.userId"),
    (line.text(), "source.userId", "U" * 1000, "source.userId"),
    (line.text(), "source.userId", line.USER + "\n", "source.userId"),
    (line.in_group(line.text()), "source.groupId", "C1", "source.groupId"),
    (line.text(), "message", ..., "message"),
    (line.text(), "message", "x", "message"),
    (line.text(), "message.type", ..., "message.type"),
    (line.text(), "message.text", ..., "message.text"),
    (line.text(), "message.text", {"$ne": ""}, "message.text"),
    (line.text(), "message.id", ..., "message.id"),
    (line.text(), "message.id", "../../v2/bot/info", "message.id"),
    (line.text(), "replyToken", 7, "replyToken"),
    (line.text(), "replyToken", "a b", "replyToken"),
    (line.text(), "webhookEventId", ..., "webhookEventId"),
    (line.text(), "webhookEventId", "../x", "webhookEventId"),
    (line.text(), "deliveryContext", {"isRedelivery": "no"}, "deliveryContext.isRedelivery"),
    (line.file(), "message.fileSize", -1, "message.fileSize"),
    (line.file(), "message.fileName", ..., "message.fileName"),
    (line.image(), "message.contentProvider", "line", "message.contentProvider"),
    (line.image_of_set(1, 2), "message.imageSet.id", 5, "message.imageSet.id"),
    (line.sticker(), "message.keywords", ["a", 5], "message.keywords"),
    (line.unsend("1"), "unsend", ..., "unsend"),
    (line.postback(), "postback.data", "x" * 301, "postback.data"),
    (line.postback(), "postback.data", "a\0b", "postback.data"),
    (line.postback(), "postback.params", "now", "postback.params"),
    (line.follow(), "source", ..., "source"),
    (line.account_link(), "link.nonce", "n" * 1000, "link.nonce"),
    (line.join(), "source", {"type": "user", "userId": line.USER}, "source"),
]


@pytest.mark.parametrize(("event", "path", "value", "field"), SPOILT)
def test_a_missing_or_wrong_field_is_named(event: line.Event, path: str, value: Any, field: str) -> None:
    """151, 161: such an event is malformed, the event beside it is not, and what else of it can be read is kept."""
    broken, sound = decoded(spoilt(event, path, value), line.text())
    assert (broken.kind, broken.defect) == (ChatEventKind.MALFORMED, f"event-malformed: {field}")
    assert sound.kind is ChatEventKind.MESSAGE
    assert broken.id
    if "webhookEventId" in path:
        assert broken.id == f"{broken.delivery}-0"


def test_what_a_malformed_event_says_is_kept() -> None:
    """151: words and sender reach the clerk although the time is missing; the time is that of receipt."""
    event = one(spoilt(line.text("ขอความช่วยเหลือ"), "timestamp", ...))
    assert event.message is not None
    assert (event.message.text, event.person, event.occurred_at) == ("ขอความช่วยเหลือ", line.USER, RECEIVED)


@pytest.mark.parametrize(
    "text",
    [
        '{"type":"follow","type":"message"}',
        "[" * 51 + "]" * 51,
        "[" * 10_000 + "]" * 10_000,
        '{"a":' * 10_000 + "1" + "}" * 10_000,
        '{"a":}',
        "5",
        '"text"',
        "null",
        '{"__proto__":{"type":"message"}}',
        '{"type":"message","x":1e400}',
        '"\x00"',
    ],
)
def test_an_element_that_is_no_event_hurts_no_other(text: str) -> None:
    """150: names given twice, ten thousand levels, no JSON, no object: malformed, between two that are not."""
    sound = json.dumps(line.text()).encode()
    content = b'{"events":[' + sound + b" , " + text.encode() + b"\n," + sound + b"]}"
    before, broken, after = decode(spooled(content))
    assert before.kind is after.kind is ChatEventKind.MESSAGE
    assert broken.kind is ChatEventKind.MALFORMED
    assert (broken.raw, broken.id) == (text, f"{broken.delivery}-1")


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe", b"null", b"[]", b"{}", b'{"events":{}}', b'{"events":[}', b'{"events":[]', b'{"events":[]}x',
     b'{"events":[],"events":[]}', b'{"events":[],"destination":5}', b"[" * 100_000, b'{"events":[{"a":"b]}', b"\xef\xbb\xbf{}",
     b'{"events":[' + b"1," * 2000 + b"1]}"],
)  # fmt: skip
def test_a_body_that_is_no_delivery_is_one_event(content: bytes) -> None:
    """It is shown to a clerk as a whole, with what is wrong with it."""
    [event] = decode(spooled(content))
    assert event.kind is ChatEventKind.MALFORMED
    assert event.defect.startswith("event-malformed: delivery (")
    assert event.id == f"{event.delivery}-0"


def test_the_exact_text_of_each_event_is_kept() -> None:
    """Spaces, escapes and order of names stay as they stood: the text is evidence."""
    texts = ['{ "type" : "x\\u0e01" }', '{"b":"]}\\"[{" ,\t"a":1}']
    content = f'  {{"events" : [ {texts[0]} ,{texts[1]}] , "destination":"x"}} '.encode()
    assert [event.raw for event in decode(spooled(content))] == texts


@pytest.mark.parametrize(
    ("milliseconds", "occurred_at", "defect"),
    [
        (line.milliseconds(RECEIVED + timedelta(seconds=30)), RECEIVED, ""),
        (line.milliseconds(RECEIVED - timedelta(hours=24)), RECEIVED - timedelta(hours=24), ""),
        (line.milliseconds(RECEIVED + timedelta(hours=1)), RECEIVED, "event-time"),
        (0, RECEIVED, "event-time"),
        (-(10**18), RECEIVED, "event-time"),
        (10**19, RECEIVED, "event-time"),
    ],
)
def test_a_time_is_never_later_than_receipt_nor_absurd(milliseconds: int, occurred_at: Any, defect: str) -> None:
    """The platform's clock may be ahead a little; 24 hours late is late; 1970 and the far future are not believed."""
    event = one(spoilt(line.text(), "timestamp", milliseconds))
    assert (event.kind, event.occurred_at) == (ChatEventKind.MESSAGE, occurred_at)
    assert event.defect.partition(":")[0] == defect


def test_a_redelivery_is_the_same_event() -> None:
    """The same body a hundred times gives the same ids; a redelivery repeats what was said at first (L01, L02)."""
    first = line.text()
    assert len({event.id for _ in range(100) for event in decoded(first)}) == 1
    again = one(line.redelivered(first))
    assert again.redelivered
    assert again.repeats(one(first))


def test_an_event_is_read_again_from_its_text() -> None:
    """What the bundle keeps of an event is enough to know all of it."""
    for name, sent in KINDS.items():
        event = one(sent)
        assert decode_again(event.raw, Origin(event.delivery, event.received_at)) == event, name


def test_a_body_of_anything_is_read_soon() -> None:
    """150: no body that the webhook takes costs much, whatever it is made of."""
    size = 400_000
    events = b'{"events":['
    fillings = (b"[" * 50 + b"]" * 50, b'""', b'{"a":1}', b"\\" * 2, b'"' + b"\\n" * 40 + b'"', b"1")
    for filling in fillings:
        started = time.process_time()
        decode(spooled(events + b'{"x":[' + b",".join([filling] * (size // (len(filling) + 1))) + b"]}]}"))
        decode(spooled(events + filling * (size // len(filling)) + b"]}"))
        assert time.process_time() - started < 3.0
