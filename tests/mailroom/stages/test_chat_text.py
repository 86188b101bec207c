"""What a conversation says as one message."""

from datetime import UTC, datetime, timedelta

from mailroom.domain.chat import (
    ChatContent,
    ChatEvent,
    ChatEventKind,
    ChatMessage,
    ChatMessageKind,
    ContentState,
    Conversation,
    Location,
)
from mailroom.stages.chat_text import chat_text

AT = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)
KEPT = ChatContent(state=ContentState.KEPT, media_type="image/png")


def said(number: int, message: ChatMessage, content: ChatContent | None = None, *, unsent: bool = False) -> ChatEvent:
    return ChatEvent(
        id=f"e{number}",
        kind=ChatEventKind.MESSAGE,
        person="U1",
        occurred_at=AT + timedelta(seconds=number),
        received_at=AT + timedelta(seconds=number),
        message=message,
        content=content or ChatContent(),
        unsent_at=AT if unsent else None,
    )


def text(number: int, words: str, **more: str) -> ChatMessage:
    return ChatMessage(id=f"m{number}", kind=ChatMessageKind.TEXT, text=words, **more)  # type: ignore[arg-type]


def image(number: int, **more: str) -> ChatMessage:
    return ChatMessage(id=f"m{number}", kind=ChatMessageKind.IMAGE, **more)  # type: ignore[arg-type]


TALK = Conversation(id="e1", person="U1", opened_at=AT, closes_at=AT)


def test_words_stand_in_their_order_and_the_first_line_is_the_subject() -> None:
    """Text, sticker, place and file each have their line."""
    place = Location("ตลาดเก่า", "ถนนสมมุติ", 13.5, 100.25)
    found = chat_text(
        [
            said(1, text(1, "\nขอต่ออายุ  ใบอนุญาต\nร้านข้าว")),
            said(2, image(2), KEPT),
            said(3, ChatMessage(id="m3", kind=ChatMessageKind.LOCATION, location=place)),
            said(4, ChatMessage(id="m4", kind=ChatMessageKind.STICKER, text="ขอบคุณ")),
            said(5, ChatMessage(id="m5", kind=ChatMessageKind.FILE, file_name="แบบ.pdf"), KEPT),
        ]
    )
    assert found.subject == "ขอต่ออายุ ใบอนุญาต"
    assert found.text == (
        "\nขอต่ออายุ  ใบอนุญาต\nร้านข้าว\n[image-1.png]\nตลาดเก่า\nถนนสมมุติ\ngeo:13.5,100.25\n[ขอบคุณ]\n[แบบ.pdf]"
    )
    assert [(one.name, one.part) for one in found.files] == [("image-1.png", 0), ("แบบ.pdf", 1)]


def test_what_was_taken_back_is_not_repeated_anywhere() -> None:
    """Neither in subject, text nor quotation; its file keeps its number and is hidden (R117)."""
    found = chat_text(
        [
            said(1, text(1, "ความลับ"), unsent=True),
            said(2, image(2, file_name="ความลับ.jpg"), KEPT, unsent=True),
            said(3, image(3), KEPT),
            said(4, text(4, "ต่อไป", quoted_id="m1")),
        ]
    )
    assert "ความลับ" not in found.subject + found.text
    assert found.text == "[✕]\n[✕]\n[image-2.png]\n> […]\nต่อไป"
    assert found.hidden_parts == (0,)
    assert [one.part for one in found.files] == [0, 1]


def test_a_file_that_is_not_there_has_no_number_and_a_mark() -> None:
    """Contents that were never retrieved take no place among the attachments."""
    gone = ChatContent(state=ContentState.GONE)
    found = chat_text([said(1, image(1), gone), said(2, image(2, url="https://x.example/y"), KEPT)])
    assert [(one.name, one.part) for one in found.files] == [("image-1.jpg", None), ("image-2.png", 0)]
    assert found.text == "[image-1.jpg ?]\n[image-2.png] https://x.example/y"
    assert found.subject == "image-1.jpg"


def test_documents_are_numbered_and_a_name_is_no_subject() -> None:
    """The guided dialogue's knowledge shows: which document a file is, and what was only said of oneself."""
    talk = Conversation(
        id="e1", person="U1", opened_at=AT, closes_at=AT, documents=((1, "e2"),), name="สมศรี มีสุข", email="s@x.example"
    )
    events = [said(1, text(1, "สมศรี มีสุข")), said(2, image(2), KEPT), said(3, text(3, "ร้านอยู่ตลาด", quoted_id="m1"))]
    found = chat_text(events, talk)
    assert found.subject == "ร้านอยู่ตลาด"
    assert found.text == "สมศรี มีสุข\n2. [image-1.png]\n> สมศรี มีสุข\nร้านอยู่ตลาด"


def test_a_subject_is_bounded_and_never_missing() -> None:
    """A long line is cut; something without words is named by its kind; nothing at all stays empty."""
    assert len(chat_text([said(1, text(1, "ก" * 5000))]).subject) == 100
    sticker = ChatMessage(id="m1", kind=ChatMessageKind.STICKER)
    assert chat_text([said(1, sticker)], TALK).subject == "[sticker]"
    assert chat_text([], TALK) == chat_text([])
    assert chat_text([]).subject == ""
