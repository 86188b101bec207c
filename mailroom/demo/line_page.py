"""«โทรศัพท์จำลอง»: the citizens' phones as a page on loopback, for whoever wants to talk to the program."""

import asyncio
import email
import email.policy
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from email.message import EmailMessage, Message
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from pathlib import Path
from types import MappingProxyType
from typing import Any

from channels.line.rich_menu import read_menu_file
from mailroom.demo.line_account import LINE_ID, Bubble, File
from mailroom.demo.line_http import Answer, Request
from mailroom.demo.line_phone import Phone
from mailroom.demo.line_platform import AGENCY, LinePlatform
from mailroom.demo.line_webhook import DeliveryFailedError
from mailroom.domain.agency import BANGKOK
from mailroom.media import media_type
from mailroom.paths import CONFIG

_FOLDER = Path(__file__).with_name("phone")
_STATIC = {
    "/": (_FOLDER / "phone.html", "text/html; charset=utf-8"),
    "/phone.css": (_FOLDER / "phone.css", "text/css; charset=utf-8"),
    "/phone.js": (_FOLDER / "phone.js", "text/javascript; charset=utf-8"),
    "/font/regular": (CONFIG / "fonts" / "MailroomSarabun-Regular.ttf", "font/ttf"),
    "/font/bold": (CONFIG / "fonts" / "MailroomSarabun-Bold.ttf", "font/ttf"),
}
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_FILE_HEADERS = {**_HEADERS, "Content-Security-Policy": "default-src 'none'; sandbox"}
_PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
_LONGEST = 5000
_PLACE = ("ตลาดบ้านตัวอย่าง", "ถนนสมมุติ ตำบลบ้านตัวอย่าง", 15.1251, 100.5702)


class PhonePages:
    """Answers what the browser asks. Nothing here is part of the product's own pages."""

    def __init__(self, platform: LinePlatform, letters: Callable[[], list[bytes]], site: str) -> None:
        """`letters` are all that left by e-mail; `site` is the address of the agency's pages."""
        self._platform = platform
        self._letters = letters
        self._menu = [
            {"label": area.label, "says": area.says, "page": site + area.page if area.page else ""}
            for area in read_menu_file(CONFIG / "line").area
        ]

    async def answer(self, request: Request) -> Answer:
        if request.headers.get("host") not in self._hosts():
            return _refused(HTTPStatus.MISDIRECTED_REQUEST)  # another site's name that leads to this machine
        if request.method == "GET":
            return self._shown(request)
        if request.method != "POST" or "x-phone" not in request.headers:
            return _refused(HTTPStatus.FORBIDDEN)  # only our own script sets it: other sites may not
        return await asyncio.to_thread(self._done, request)

    def _hosts(self) -> set[str]:
        port = self._platform.url.rpartition(":")[2]
        return {f"127.0.0.1:{port}", f"localhost:{port}"}

    def _shown(self, request: Request) -> Answer:
        if found := _STATIC.get(request.path):
            return Answer(200, found[0].read_bytes(), found[1], _HEADERS)
        if request.path == "/chat":
            return _in_json(self._state(request.query))
        if request.path.startswith("/file/"):
            return self._file(request.path.removeprefix("/file/"))
        return _refused(HTTPStatus.NOT_FOUND)

    def _file(self, name: str) -> Answer:
        """Pictures only: anything else may be a page that runs here."""
        file = self._platform.account.file(name)
        kind = media_type(file.content, file.media_type) if file else ""
        if file is None or kind not in _PICTURES:
            return _refused(HTTPStatus.NOT_FOUND)
        return Answer(200, file.content, kind, _FILE_HEADERS)

    def _state(self, query: Mapping[str, str]) -> dict[str, Any]:
        """What the page shows of one phone; the version alone when that is what was seen."""
        account, letters = self._platform.account, self._letters()
        known = account.people
        person = query.get("person", "")
        person = person if person in known else next(iter(known))
        version = f"{person}-{account.version}-{len(letters)}"
        if query.get("seen") == version:
            return {"version": version}
        chat = account.chat(person)
        return {
            "version": version,
            "person": person,
            "agency": AGENCY,
            "account": LINE_ID,
            "people": [{"id": one.id, "name": one.name} for one in known.values()],
            "menu": self._menu,
            "bubbles": [_bubble(one) for one in sorted([*chat, *_mail_to(chat, letters)], key=lambda one: one.at)],
        }

    def _done(self, request: Request) -> Answer:
        person = self._platform.account.people.get(request.query.get("person", ""))
        if person is None:
            return _refused(HTTPStatus.NOT_FOUND)
        phone = self._platform.phone(person)
        try:
            if request.path == "/file":
                declared = request.headers.get("content-type", "application/octet-stream")
                name = request.query.get("name", "file")[:200]
                phone.send(File(name, media_type(request.body, declared), request.body))
            elif request.path == "/act":
                self._act(phone, json.loads(request.body))
            else:
                return _refused(HTTPStatus.NOT_FOUND)
        except DeliveryFailedError as error:
            return _in_json({"error": str(error)}, HTTPStatus.BAD_GATEWAY)
        except (ValueError, LookupError, TypeError, AttributeError):
            return _refused(HTTPStatus.BAD_REQUEST)
        return _in_json({})

    def _act(self, phone: Phone, table: dict[str, Any]) -> None:
        match table["act"]:
            case "say":
                phone.say(str(table["text"])[:_LONGEST])
            case "tap":
                phone.act(dict(table["action"]))
            case "unsend":
                phone.take_back(str(table["id"]))
            case simple:
                _SIMPLE[simple](phone)


_SIMPLE: Mapping[str, Callable[[Phone], object]] = MappingProxyType(
    {
        "friend": lambda phone: phone.add_friend(),
        "block": lambda phone: phone.block(),
        "place": lambda phone: phone.send_place(*_PLACE),
        "sticker": lambda phone: phone.send_sticker("สวัสดี"),
    }
)


def _bubble(one: Bubble) -> dict[str, Any]:
    return {
        "id": one.id,
        "ours": one.ours,
        "message": one.message,
        "time": f"{one.at.astimezone(BANGKOK):%H.%M}",
        "free": one.free,
        "unsent": one.unsent,
    }


def _mail_to(chat: list[Bubble], letters: list[bytes]) -> Iterator[Bubble]:
    """Letters that went to addresses which the citizen gave in this chat: what they would find in their mailbox."""
    own = " ".join(str(one.message.get("text", "")) for one in chat if not one.ours)
    addresses = {word.strip("<>.,;").lower() for word in own.split() if "@" in word}
    for number, raw in enumerate(letters if addresses else ()):
        letter = email.message_from_bytes(raw, policy=email.policy.default)
        to = str(letter["To"])
        if any(one in to.lower() for one in addresses):
            message = {"type": "mail", "to": to, "subject": str(letter["Subject"]), "text": _plain(letter)}
            yield Bubble(f"mail-{number}", True, message, _dated(letter))


def _plain(letter: Message) -> str:
    body = letter.get_body(("plain",)) if isinstance(letter, EmailMessage) else None
    return str(body.get_content()) if body else ""


def _dated(letter: Message) -> datetime:
    """By its Date, which has whole seconds: at the end of that second."""
    return parsedate_to_datetime(str(letter["Date"])) + timedelta(seconds=1)


def _in_json(table: dict[str, Any], status: int = 200) -> Answer:
    return Answer(status, json.dumps(table, ensure_ascii=False).encode(), headers=_HEADERS)


def _refused(status: HTTPStatus) -> Answer:
    return Answer(status, status.phrase.encode(), "text/plain", _HEADERS)
