"""Deliveries of LINE as its webhook sends them: every kind of event, single and in batches, signed.

Each maker gives an event as a dict, so that a test can take a field away or spoil it; `body` makes the bytes of a
delivery, `signed` the headers that go with them. The shapes are those of LINE's published description of its webhook.
"""

import base64
import hashlib
import hmac
import itertools
import json
from datetime import UTC, datetime
from typing import Any

Event = dict[str, Any]

SECRET = "0123456789abcdef0123456789abcdef"
BOT = "U" + "b" * 32
USER = "U" + "1" * 32
OTHER_USER = "U" + "2" * 32
GROUP = "C" + "c" * 32
ROOM = "R" + "d" * 32
AT = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)
SIGNATURE = "x-line-signature"

_numbers = itertools.count(1)


def body(*events: Event, destination: str = BOT) -> bytes:
    """The bytes of one delivery."""
    return json.dumps({"destination": destination, "events": list(events)}, ensure_ascii=False).encode()


def signature(content: bytes, secret: str = SECRET) -> str:
    return base64.b64encode(hmac.new(secret.encode(), content, hashlib.sha256).digest()).decode()


def signed(content: bytes, secret: str = SECRET) -> dict[str, str]:
    """The headers of a delivery."""
    return {"content-type": "application/json; charset=utf-8", SIGNATURE: signature(content, secret)}


def milliseconds(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def event_id(number: int) -> str:
    """In the form of a ULID."""
    return f"01J{number:023}"


def event(kind: str, *, at: datetime = AT, user: str = USER, **more: Any) -> Event:
    """What every event has, with an id of its own."""
    return {
        "type": kind,
        "mode": "active",
        "timestamp": milliseconds(at),
        "source": {"type": "user", "userId": user},
        "webhookEventId": event_id(next(_numbers)),
        "deliveryContext": {"isRedelivery": False},
        **more,
    }


def replied(kind: str, **more: Any) -> Event:
    """An event that may be answered."""
    return event(kind, **{"replyToken": f"{next(_numbers):032x}", **more})


def message(kind: str, fields: dict[str, Any], **more: Any) -> Event:
    said = {"type": kind, "id": f"5000000000000{next(_numbers):05}", "quoteToken": "q3Plxr4AgKd", **fields}
    if kind in ("audio", "file", "location"):
        del said["quoteToken"]
    return replied("message", **{"message": said, **more})


def text(words: str = "ขอต่ออายุใบอนุญาต", fields: dict[str, Any] | None = None, **more: Any) -> Event:
    return message("text", {"text": words, **(fields or {})}, **more)


def emoji_text(**more: Any) -> Event:
    """An emoji of LINE stands in the text as a word, and in a list beside it."""
    emoji = {"index": 7, "length": 6, "productId": "5ac1bfd5040ab15980c9b435", "emojiId": "001"}
    return text("ขอบคุณ (love)", {"emojis": [emoji]}, **more)


def mention_text(**more: Any) -> Event:
    mentionees = [
        {"type": "all", "index": 0, "length": 4},
        {"type": "user", "index": 5, "length": 4, "userId": BOT, "isSelf": True},
    ]
    return text("@All @bot", {"mention": {"mentionees": mentionees}}, **more)


def quoting_text(quoted: str, words: str = "ตามนี้", **more: Any) -> Event:
    return text(words, {"quotedMessageId": quoted}, **more)


LINE_HAS_IT = {"type": "line"}


def elsewhere(url: str = "https://files.example/secret.jpg") -> dict[str, str]:
    return {"type": "external", "originalContentUrl": url, "previewImageUrl": url + "?small"}


def image(fields: dict[str, Any] | None = None, **more: Any) -> Event:
    return message("image", {"contentProvider": LINE_HAS_IT, **(fields or {})}, **more)


def image_of_set(
    index: int, total: int, set_id: str = "E005D41A7288F41B65593ED38FF6E9834B046AB36A37921A", **more: Any
) -> Event:
    return image({"imageSet": {"id": set_id, "index": index, "total": total}}, **more)


def video(fields: dict[str, Any] | None = None, **more: Any) -> Event:
    return message("video", {"duration": 60000, "contentProvider": LINE_HAS_IT, **(fields or {})}, **more)


def audio(fields: dict[str, Any] | None = None, **more: Any) -> Event:
    return message("audio", {"duration": 3500, "contentProvider": LINE_HAS_IT, **(fields or {})}, **more)


def file(name: str = "แบบคำขอ.pdf", size: int = 2138, **more: Any) -> Event:
    return message("file", {"fileName": name, "fileSize": size}, **more)


def location(fields: dict[str, Any] | None = None, **more: Any) -> Event:
    place = {"title": "ตลาดเก่า", "address": "ถนนสมมุติ", "latitude": 13.7563309, "longitude": 100.5017651}
    return message("location", {**place, **(fields or {})}, **more)


def sticker(fields: dict[str, Any] | None = None, **more: Any) -> Event:
    of = {"packageId": "446", "stickerId": "1988", "stickerResourceType": "STATIC", "keywords": ["thanks", "ขอบคุณ"]}
    return message("sticker", {**of, **(fields or {})}, **more)


def unsend(message_id: str, **more: Any) -> Event:
    return event("unsend", unsend={"messageId": message_id}, **more)


def follow(*, again: bool = False, **more: Any) -> Event:
    return replied("follow", follow={"isUnblocked": again}, **more)


def unfollow(**more: Any) -> Event:
    return event("unfollow", **more)


def postback(data: str = "v=1&step=confirm", params: dict[str, str] | None = None, **more: Any) -> Event:
    pressed: dict[str, Any] = {"data": data} | ({"params": params} if params else {})
    return replied("postback", postback=pressed, **more)


def account_link(result: str = "ok", **more: Any) -> Event:
    return replied("accountLink", link={"result": result, "nonce": "bm9uY2Utb2Ytb3Vycw=="}, **more)


def in_group(one: Event, user: str | None = USER) -> Event:
    """The same event, from a group. The platform may leave out who it was."""
    return {**one, "source": {"type": "group", "groupId": GROUP} | ({"userId": user} if user else {})}


def in_room(one: Event, user: str | None = USER) -> Event:
    return {**one, "source": {"type": "room", "roomId": ROOM} | ({"userId": user} if user else {})}


def redelivered(one: Event) -> Event:
    return {**one, "deliveryContext": {"isRedelivery": True}}


def without_source(one: Event) -> Event:
    return {name: value for name, value in one.items() if name != "source"}


def join() -> Event:
    return in_group(replied("join"), None)


def leave() -> Event:
    return in_room(event("leave"), None)


def of_no_matter() -> dict[str, Event]:
    """Events that a mail room keeps and does nothing about, by name."""
    members = {"members": [{"type": "user", "userId": OTHER_USER}]}
    edited = {"type": "text", "id": "500000000000000001", "text": "แก้ไข", "quoteToken": "q"}
    return {
        "activated": event("activated", chatControl={"expireAt": milliseconds(AT)}),
        "deactivated": event("deactivated"),
        "beacon": replied("beacon", beacon={"hwid": "d41d8cd98f", "type": "enter", "dm": "00"}),
        "bot-resumed": without_source(event("botResumed")),
        "bot-suspended": without_source(event("botSuspended")),
        "delivery": without_source(event("delivery", delivery={"data": "15034552939884E28681A7D668CEA94C"})),
        "member-joined": in_group(replied("memberJoined", joined=members), None),
        "member-left": in_group(event("memberLeft", left=members), None),
        "membership-joined": replied("membership", membership={"type": "joined", "membershipId": 3189}),
        "membership-left": replied("membership", membership={"type": "left", "membershipId": 3189}),
        "membership-renewed": replied("membership", membership={"type": "renewed", "membershipId": 3189}),
        "module-attached": without_source(
            event("module", module={"type": "attached", "botId": BOT, "scopes": ["message:send"]})
        ),
        "module-detached": without_source(
            event("module", module={"type": "detached", "botId": BOT, "reason": "bot_deleted"})
        ),
        "video-play-complete": replied("videoPlayComplete", videoPlayComplete={"trackingId": "track-1"}),
        "message-edited": in_group(replied("messageEdited", message=edited)),
        "standby": text(mode="standby"),
    }


def every_kind() -> dict[str, Event]:
    """One sound event of each kind, by name."""
    return {
        "text": text(),
        "emoji": emoji_text(),
        "mention": mention_text(),
        "quote": quoting_text("500000000000000001"),
        "image": image(),
        "image-of-set": image_of_set(1, 3),
        "external-image": image({"contentProvider": elsewhere()}),
        "video": video(),
        "external-video": video({"contentProvider": elsewhere("https://files.example/film.mp4")}),
        "audio": audio(),
        "file": file(),
        "location": location(),
        "sticker": sticker(),
        "message-sticker": sticker({"stickerResourceType": "MESSAGE", "text": "สวัสดีปีใหม่"}),
        "unsend": unsend("500000000000000001"),
        "follow": follow(),
        "follow-again": follow(again=True),
        "unfollow": unfollow(),
        "postback": postback(),
        "postback-picked": postback("v=1&when", {"datetime": "2026-01-05T10:00"}),
        "account-link": account_link(),
        "account-link-failed": account_link("failed"),
        "join": join(),
        "leave": leave(),
        "group-text": in_group(text()),
        "room-image": in_room(image(), None),
        **of_no_matter(),
    }
