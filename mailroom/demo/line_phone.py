"""A citizen's phone: what they do on it reaches the agency as LINE's events, and what the agency says can be tapped."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from mailroom.demo.line_account import Account, Bubble, Citizen, File, Json
from mailroom.demo.line_webhook import Courier, Event


class Phone:
    """One citizen's. Every act appears in the chat and is delivered; each raises DeliveryFailedError."""

    def __init__(self, account: Account, courier: Courier, citizen: Citizen) -> None:
        self._account = account
        self._courier = courier
        self.citizen = citizen

    @property
    def chat(self) -> list[Bubble]:
        return self._account.chat(self.citizen.id)

    def add_friend(self) -> None:
        again = self._account.is_blocked(self.citizen.id)
        self._account.block(self.citizen.id, False)
        self._account.says(self.citizen.id, {"type": "note", "text": "follow"})
        self._answerable("follow", follow={"isUnblocked": again})

    def block(self) -> None:
        self._account.block(self.citizen.id, True)
        self._account.says(self.citizen.id, {"type": "note", "text": "unfollow"})
        self._event("unfollow")

    def say(self, text: str) -> str:
        """The id of the message, by which it can be taken back."""
        return self._message({"type": "text", "text": text})

    def send(self, file: File) -> str:
        """A picture, or any other file."""
        if file.media_type.startswith("image/"):
            return self._message({"type": "image", "contentProvider": {"type": "line"}}, file)
        return self._message({"type": "file", "fileName": file.name, "fileSize": len(file.content)}, file)

    def send_place(self, title: str, address: str, latitude: float, longitude: float) -> str:
        place = {"title": title, "address": address, "latitude": latitude, "longitude": longitude}
        return self._message({"type": "location", **place})

    def send_sticker(self, word: str) -> str:
        named = {"packageId": "446", "stickerId": "1988", "stickerResourceType": "STATIC", "keywords": [word]}
        return self._message({"type": "sticker", **named})

    def take_back(self, message_id: str) -> None:
        """LINE's «unsend»."""
        self._account.take_back(self.citizen.id, message_id)
        self._event("unsend", unsend={"messageId": message_id})

    def tap(self, words: str) -> None:
        """Whatever the agency's latest words offer under a label that begins so. Raises LookupError."""
        offered = list(tappable(self.chat))
        found = next((one for one in offered if str(one["label"]).startswith(words)), None)
        if found is None:
            raise LookupError(f"nothing to tap begins with {words!r}: {[one['label'] for one in offered]}")
        self.act(found)

    def tap_for(self, detail: str) -> None:
        """As `tap`, by what the button carries: of services the label has the beginning of the name only."""
        self.act(next(one for one in tappable(self.chat) if str(one.get("data", "")).endswith(f"|{detail}")))

    def act(self, action: Json) -> None:
        """What a tap on an action of LINE's does, but for opening a page."""
        if action.get("type") == "message":
            self.say(str(action["text"]))
        elif action.get("type") == "postback":
            if shown := action.get("displayText"):
                self._account.says(self.citizen.id, {"type": "tap", "text": str(shown)})
            self._answerable("postback", postback={"data": str(action["data"])})

    def _message(self, fields: dict[str, Any], file: File | None = None) -> str:
        message = {**fields, "id": self._account.new_id()}
        self._account.says(self.citizen.id, message, file)
        self._answerable("message", message=message)
        return str(message["id"])

    def _answerable(self, kind: str, **fields: Any) -> None:
        self._event(kind, replyToken=self._account.reply_token(self.citizen.id), **fields)

    def _event(self, kind: str, **fields: Any) -> None:
        event: Event = {
            "type": kind,
            "mode": "active",
            "timestamp": round(datetime.now(UTC).timestamp() * 1000),
            "source": {"type": "user", "userId": self.citizen.id},
            "webhookEventId": f"01DEM{self._account.new_id():0>21}",
            **fields,
        }
        self._courier.deliver([event])


def tappable(chat: list[Bubble]) -> Iterator[Json]:
    """Actions that the agency's latest words offer: those below them, then those of their card."""
    for bubble in reversed(chat):
        if not bubble.ours:
            return
        yield from quick_replies(bubble)
        yield from buttons(bubble.message.get("contents"))


def quick_replies(bubble: Bubble) -> Iterator[Json]:
    """What hangs below a message."""
    for item in (bubble.message.get("quickReply") or {}).get("items", ()):
        yield item["action"]


def buttons(part: Any) -> Iterator[Json]:
    """Actions within a card, in order."""
    if not isinstance(part, dict):
        return
    if part.get("type") == "button":
        yield part["action"]
    for name in ("header", "body", "footer"):
        yield from buttons(part.get(name))
    for inner in part.get("contents") or ():
        yield from buttons(inner)


def card_lines(part: Any) -> Iterator[str]:
    """What a card says, line by line; label and value of a row on one line."""
    if not isinstance(part, dict):
        return
    if part.get("type") == "text":
        yield str(part["text"])
    elif part.get("layout") == "horizontal":
        yield "  ".join(line for inner in part.get("contents") or () for line in card_lines(inner))
    else:
        for inner in (part.get("header"), part.get("body"), *(part.get("contents") or ())):
            yield from card_lines(inner)
