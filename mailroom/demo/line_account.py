"""The Official Account as LINE's platform keeps it in the demo: who talks, what was said, and which tokens still serve."""

import hashlib
import secrets
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

LINE_ID = "@baantuayang"
CHANNEL_ID = "2000000001"
BOT_USER_ID = "U" + "b" * 32
REPLY_SECONDS = 60.0
"""So long LINE takes a reply token after its event."""
TOKEN_SECONDS = 900
MONTHLY_MESSAGES = 300
"""What an account without a paid plan may push."""

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Citizen:
    """Somebody with a phone."""

    id: str
    name: str
    """As LINE shows it."""


@dataclass(frozen=True, slots=True)
class File:
    """The bytes behind a message."""

    name: str
    media_type: str
    content: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class Bubble:
    """One thing in a chat, as both sides see it."""

    id: str
    ours: bool
    """Whether the agency said it."""
    message: Json
    """LINE's message object; a `note` is a sign of the platform: added, blocked."""
    at: datetime
    free: bool = True
    """Whether it came by a reply token, and so cost nothing."""
    unsent: bool = False


class RefusedError(Exception):
    """What LINE answers to a request that it does not take."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers or {}


@dataclass
class Account:
    """Safe to share between threads."""

    people: dict[str, Citizen] = field(default_factory=dict)
    pushed: int = 0
    replied: int = 0
    version: int = 0
    """Grows with whatever changes in any chat."""

    def __post_init__(self) -> None:
        self._lock = threading.RLock()
        self._chats: dict[str, list[Bubble]] = {}
        self._files: dict[str, File] = {}
        self._reply_tokens: dict[str, tuple[float, str]] = {}
        self._access_tokens: set[str] = set()
        self._keys: dict[str, str] = {}
        self._blocked: set[str] = set()
        self._made = 0

    def add(self, *citizens: Citizen) -> None:
        with self._lock:
            for one in citizens:
                self.people[one.id] = one
                self._chats.setdefault(one.id, [])

    def new_id(self) -> str:
        """Of a message or an event: numbers in order."""
        with self._lock:
            self._made += 1
            return f"{500_000_000_000_000_000 + self._made}"

    # What phones see and do

    def chat(self, person: str) -> list[Bubble]:
        with self._lock:
            return list(self._chats[person])

    def says(self, person: str, message: Json, file: File | None = None) -> Bubble:
        """A citizen's own words, or a sign of the platform, appear in the chat."""
        bubble = Bubble(str(message.get("id") or self.new_id()), False, message, datetime.now(UTC))
        with self._lock:
            self._chats[person].append(bubble)
            self.version += 1
            if file is not None:
                self._files[bubble.id] = file
        return bubble

    def take_back(self, person: str, message_id: str) -> None:
        """As LINE shows it to both: the bubble says that it was unsent."""
        with self._lock:
            self._chats[person] = [
                replace(one, unsent=True, message={}) if one.id == message_id else one for one in self._chats[person]
            ]
            self.version += 1

    def block(self, person: str, blocked: bool) -> None:
        with self._lock:
            (self._blocked.add if blocked else self._blocked.discard)(person)

    def is_blocked(self, person: str) -> bool:
        with self._lock:
            return person in self._blocked

    def file(self, message_id: str) -> File | None:
        with self._lock:
            return self._files.get(message_id)

    def reply_token(self, person: str) -> str:
        """For one answer within a minute."""
        token = secrets.token_hex(16)
        with self._lock:
            self._reply_tokens[token] = (time.monotonic(), person)
        return token

    # What the agency's side asks for; each raises RefusedError

    def issue_token(self) -> str:
        token = secrets.token_urlsafe(120)
        with self._lock:
            self._access_tokens.add(token)
        return token

    def let_in(self, authorization: str) -> None:
        scheme, _, token = authorization.partition(" ")
        if scheme != "Bearer" or token not in self._access_tokens:
            raise RefusedError(401, "Authentication failed. Confirm that the access token in the header is valid.")

    def reply(self, token: str, messages: Sequence[Json]) -> list[str]:
        """Ids of what appeared in the chat of whom the token belongs to."""
        with self._lock:
            given_at, person = self._reply_tokens.pop(token, (0.0, ""))
            if not person or time.monotonic() - given_at > REPLY_SECONDS:
                raise RefusedError(400, "Invalid reply token")
            self.replied += 1
            return list(self._appear(person, messages, free=True))

    def push(self, person: str, messages: Sequence[Json], key: str) -> list[str]:
        """As `reply`, to anybody, for one message of the month; a key serves once."""
        with self._lock:
            if person not in self.people:
                raise RefusedError(400, "The property, 'to', in the request body is invalid")
            if key in self._keys:
                raise RefusedError(
                    409, "The retry key is already accepted", {"X-Line-Accepted-Request-Id": self._keys[key]}
                )
            if self.pushed >= MONTHLY_MESSAGES:
                raise RefusedError(429, "You have reached your monthly limit.")
            if key:
                self._keys[key] = str(uuid4())
            if person not in self._blocked:
                self.pushed += 1
            return list(self._appear(person, messages, free=False))

    def _appear(self, person: str, messages: Sequence[Json], *, free: bool) -> Iterator[str]:
        for message in messages:
            bubble = Bubble(self.new_id(), True, message, datetime.now(UTC), free=free)
            if person not in self._blocked:  # else LINE takes it, and nobody sees it
                self._chats[person].append(bubble)
                self.version += 1
            yield bubble.id
