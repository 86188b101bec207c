"""From a bundle to a message: who, what, which files, and everything that is wrong."""

import hashlib
import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from channels.line.bundle import pieces
from channels.line.bundle_values import Submission
from channels.line.reader import LineReader
from mailroom.domain.agency import Agency
from mailroom.domain.chat import ChatContent, ChatEvent, ChatPerson, ContentState
from mailroom.domain.decision import Classification, Kind
from mailroom.domain.errors import ArchiveDamagedError, UnreadableError
from mailroom.domain.message import Address, Message
from mailroom.domain.service import Catalogue, Service
from mailroom.stages.classify import Classifier
from mailroom.testing.doubles import CheckedStream
from tests.support import line_events as line
from tests.support.line_talk import PNG, conversation, events_of, with_content

AT = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)
PERSON = ChatPerson(id=line.USER, name="ส้ม🍊")


def bundle(
    folder: Path, events: Sequence[ChatEvent], contents: Sequence[bytes] = (), person: ChatPerson = PERSON, **more: Any
) -> bytes:
    of = Submission("@agency.test", conversation(events, **more), person, tuple(events))
    for event, content in zip(of.kept, contents, strict=True):
        (folder / event.id).write_bytes(content)
    return b"".join(pieces(of, lambda event: folder / event.id))


def read(raw: bytes) -> Message:
    [reading] = LineReader().read_many([io.BytesIO(raw)])
    assert reading.classification is None
    return reading.message


def test_a_conversation_is_a_message(tmp_path: Path) -> None:
    """Sender, words, time, and that it is a chat; it is known again by its conversation."""
    first = line.text("ขอต่ออายุใบอนุญาต\nร้านป้าน้อย")
    events = events_of(first, line.text("ขอบคุณค่ะ", at=AT + timedelta(seconds=9)))
    message = read(bundle(tmp_path, events))
    assert message.sender == Address("ส้ม🍊", line.USER)
    assert message.senders == (message.sender,)
    assert (message.subject, message.text) == ("ขอต่ออายุใบอนุญาต", "ขอต่ออายุใบอนุญาต\nร้านป้าน้อย\nขอบคุณค่ะ")
    assert (message.is_chat, message.sent_at, message.defects) == (True, AT, ())
    assert message.fingerprint == hashlib.sha256(first["webhookEventId"].encode()).hexdigest()
    assert (message.message_id, message.in_reply_to, message.service, message.reply_token) == ("", (), "", "")


@pytest.mark.parametrize(
    ("talk", "known", "shown"),
    [("สมศรี", "เก่า", "สมศรี"), ("", "สมศรี มีสุข", "สมศรี มีสุข"), ("", "", "ส้ม🍊")],
)
def test_the_sender_has_the_name_that_they_gave(tmp_path: Path, talk: str, known: str, shown: str) -> None:
    """In this conversation, else before; else the one that the platform shows."""
    raw = bundle(tmp_path, events_of(line.text()), person=replace(PERSON, given_name=known), name=talk)
    assert read(raw).sender.name == shown


def test_what_the_dialogue_found_out_is_told(tmp_path: Path) -> None:
    """The service that was chosen, the case that it joins as a reply, the token that is still fresh."""
    events = events_of(line.text())
    closed_at = conversation(events).closed_at
    more = {"service": "food-premises", "answers": "a1" * 16, "reply_token": "t0ken", "reply_token_at": closed_at}
    message = read(bundle(tmp_path, events, **more))
    assert message.service == "food-premises"
    assert message.in_reply_to == (f"<{'a1' * 16}@line>",)
    assert message.reply_token == "t0ken"


def test_contents_are_attachments_by_their_content(tmp_path: Path) -> None:
    """Each with its number, name, size and digest; the type is that of the bytes, whatever was declared."""
    image, file, voice = events_of(line.image(), line.file("แบบ.pdf"), line.audio())
    contents = [PNG, b"%PDF-1.7 x", b"\0\0\0\x20ftypM4A \0\0\0\0"]
    events = [
        with_content(image, contents[0], "image/jpeg; q=1"),
        with_content(file, contents[1], "application/octet-stream"),
        with_content(voice, contents[2], ""),
    ]
    raw = bundle(tmp_path, events, contents)
    message = read(raw)
    assert [(one.part, one.name, one.media_type) for one in message.attachments] == [
        (0, "image-1.jpg", "image/png"),
        (1, "แบบ.pdf", "application/pdf"),
        (2, "audio-1.m4a", "audio/mp4"),
    ]
    assert [one.declared_type for one in message.attachments][::2] == ["image/jpeg", "application/octet-stream"]
    for attachment, content in zip(message.attachments, contents, strict=True):
        assert (attachment.size, attachment.sha256) == (len(content), hashlib.sha256(content).hexdigest())
        assert LineReader().part(io.BytesIO(raw), attachment.part) == (attachment, content)
    assert message.defects == ()


@pytest.mark.parametrize("part", [-1, 1, 10**9])
def test_a_part_that_is_not_there_is_refused(tmp_path: Path, part: int) -> None:
    """UnreadableError, as for what is no bundle at all."""
    [event] = events_of(line.image())
    raw = bundle(tmp_path, [with_content(event, PNG)], [PNG])
    with pytest.raises(UnreadableError):
        LineReader().part(io.BytesIO(raw), part)
    with pytest.raises(UnreadableError):
        LineReader().part(io.BytesIO(raw[:-1]), 0)


def test_a_program_under_the_name_of_a_picture_is_told(tmp_path: Path) -> None:
    """By its bytes, and by a name that deceives."""
    image, file = events_of(line.image(), line.file("แบบ.pdf\u202efdp.exe"))
    contents = [b"MZ" + b"\0" * 500, b"MZ" + b"\0" * 500]
    message = read(bundle(tmp_path, [with_content(image, contents[0]), with_content(file, contents[1])], contents))
    assert {one.media_type for one in message.attachments} == {"application/x-msdownload"}
    assert message.attachments[1].name == "แบบ.pdf<U+202E>fdp.exe"
    assert message.defects == (
        "name-deceptive: แบบ.pdf<U+202E>fdp.exe",
        "type-disguised: application/x-msdownload as image/png",
    )


def test_what_is_missing_is_told_with_its_reason(tmp_path: Path) -> None:
    """L10: gone, too large, elsewhere: the message is whole without it, and says so."""
    gone, large, elsewhere = events_of(
        line.image(), line.file("หนังสือ.pdf"), line.image({"contentProvider": line.elsewhere("https://x.example/a.jpg")})
    )
    events = [
        replace(gone, content=ChatContent(state=ContentState.GONE, note="404")),
        replace(large, content=ChatContent(state=ContentState.TOO_LARGE)),
        elsewhere,
    ]
    message = read(bundle(tmp_path, events))
    assert message.attachments == ()
    assert "https://x.example/a.jpg" in message.text
    assert message.defects == (
        "content-missing: image-1.jpg (gone: 404)",
        "content-missing: หนังสือ.pdf (too-large)",
        "content-missing: image-2.jpg (external)",
    )


def test_what_was_taken_back_is_hidden(tmp_path: Path) -> None:
    """Its words are nowhere, its file is marked, and how much there was is told (R117)."""
    text, image, name, last = events_of(
        line.text("ความลับ"), line.image(), line.file("ความลับ.pdf\u202e"), line.text("ขอโทษครับ")
    )
    events = [
        replace(text, unsent_at=AT),
        replace(with_content(image, PNG), unsent_at=AT),
        replace(name, unsent_at=AT, content=ChatContent(state=ContentState.GONE)),
        last,
    ]
    message = read(bundle(tmp_path, events, [PNG]))
    assert "ความลับ" not in repr(replace(message, attachments=()))
    assert message.subject == "ขอโทษครับ"
    assert [(one.part, one.withdrawn) for one in message.attachments] == [(0, True)]
    assert message.defects == ("message-unsent: 3",)


def test_what_could_not_be_understood_is_told(tmp_path: Path) -> None:
    """Malformed and unknown events, unknown messages: a defect each, and no words that nobody said."""
    unknown = read(bundle(tmp_path, events_of(line.event("hologram"))))
    assert (unknown.text, unknown.subject, unknown.defects) == ("", "", ("event-unknown: hologram",))
    broken = line.text("ช่วยด้วย")
    del broken["timestamp"]
    malformed = read(bundle(tmp_path, events_of(broken)))
    assert (malformed.text, malformed.defects) == ("ช่วยด้วย", ("event-malformed: timestamp",))
    message = read(bundle(tmp_path, events_of(line.message("hologram", {}))))
    assert message.defects[0] == "message-unknown: hologram"
    [event] = events_of(line.text())
    assert read(bundle(tmp_path, [event.reused()])).defects == (f"event-id-reused: {event.id}",)


def test_a_sender_who_is_not_named_has_no_address(tmp_path: Path) -> None:
    """Nobody can be answered."""
    message = read(bundle(tmp_path, events_of(line.without_source(line.text())), person=ChatPerson(id="")))
    assert (message.sender, message.senders) == (Address("", ""), ())


def test_a_content_that_is_not_the_one_that_was_fetched_is_told(tmp_path: Path) -> None:
    """The digest of when it was fetched is compared; the attachment shows what is there."""
    [event] = events_of(line.image())
    message = read(bundle(tmp_path, [with_content(event, PNG)], [PNG[::-1]]))
    assert message.defects == ("content-damaged: image-1.png",)
    assert message.attachments[0].sha256 == hashlib.sha256(PNG[::-1]).hexdigest()


def test_a_bundle_that_breaks_off_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    """Words and sender are told, and that the rest is unreadable."""
    first, second, third = events_of(line.text("ตามรูป"), line.image(), line.image())
    raw = bundle(tmp_path, [first, with_content(second, PNG), with_content(third, PNG)], [PNG, PNG])
    message = read(raw[:-1])
    assert (message.text.splitlines()[0], message.sender.address) == ("ตามรูป", line.USER)
    assert len(message.attachments) == 1
    assert message.defects == ("unreadable: a content breaks off",)


def test_a_damaged_archive_is_no_fault_of_the_message(tmp_path: Path) -> None:
    """What the source itself raises comes through, also where the bytes make no bundle."""
    raw = bundle(tmp_path, events_of(line.text()))
    for content in (raw.replace(b"agency", b"agenci"), b"x" * 50):
        with pytest.raises(ArchiveDamagedError):
            list(LineReader().read_many([CheckedStream(content, "0" * 64)]))


class Once:
    """Classifies the first message, and fails at the second."""

    catalogue = Catalogue()

    def __init__(self) -> None:
        self.seen: list[Message] = []

    def classify(self, message: Message) -> Classification:
        self.seen.append(message)
        if len(self.seen) > 1:
            raise ValueError
        return Classification(Kind.REQUEST)


def test_a_classifier_is_asked_where_the_reading_is_done(tmp_path: Path) -> None:
    """A fault of its own leaves the message unclassified; the caller tries again."""
    raw = bundle(tmp_path, events_of(line.text()))
    reader = LineReader(Once())  # type: ignore[arg-type]
    first, second = reader.read_many([io.BytesIO(raw), io.BytesIO(raw)])
    assert (first.classification, second.classification) == (Classification(Kind.REQUEST), None)
    assert first.message == second.message
    reader.close()


def test_a_large_content_is_not_held(tmp_path: Path) -> None:
    """Forty megabytes pass by in pieces; the type is told from both ends."""
    [event] = events_of(line.video())
    large = b"\0\0\0\x20ftypisom" + b"v" * (40 << 20)
    raw = bundle(tmp_path, [with_content(event, large, "video/mp4")], [large])

    class Source(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            assert size is not None
            assert 0 < size <= 1 << 20
            return super().read(size)

    [reading] = LineReader().read_many([Source(raw)])
    [attachment] = reading.message.attachments
    assert (attachment.media_type, attachment.size) == ("video/mp4", len(large))
    assert attachment.sha256 == hashlib.sha256(large).hexdigest()


def test_a_request_for_a_chosen_service_is_named_after_it(tmp_path: Path) -> None:
    """Pictures alone say nothing in a register; the service that they were sent for does."""
    agency = Agency(key="a", name="เทศบาล")
    catalogue = Catalogue(services=(Service("food-shop", "ใบอนุญาตจัดตั้งสถานที่จำหน่ายอาหาร"),))
    raw = bundle(tmp_path, events_of(line.text("เอกสาร")), service="food-shop")
    [reading] = LineReader(Classifier(agency, catalogue)).read_many([io.BytesIO(raw)])
    assert reading.message.subject == "ใบอนุญาตจัดตั้งสถานที่จำหน่ายอาหาร"
