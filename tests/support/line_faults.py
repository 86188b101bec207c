"""What the stand-in of LINE's API can be told to do wrong, and what it writes down."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Status:
    """This answer instead of the usual one; nothing is done."""

    code: int
    message: str = "The request failed"
    headers: dict[str, str] = field(default_factory=dict)


def rate_limited(retry_after: int | None = None) -> Status:
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return Status(429, "The API rate limit has been exceeded. Try again later.", headers)


def monthly_limit() -> Status:
    return Status(429, "You have reached your monthly limit.")


@dataclass(frozen=True, slots=True)
class CutBefore:
    """The connection ends, and nothing was done."""


@dataclass(frozen=True, slots=True)
class CutAfterAccepting:
    """It is done, and the connection ends before the answer."""


@dataclass(frozen=True, slots=True)
class Silence:
    """It is done, and the answer never comes; or it is not even done."""

    done: bool = True


@dataclass(frozen=True, slots=True)
class Raw:
    """200 with this body; it is done."""

    body: bytes
    media_type: str = "application/json"


@dataclass(frozen=True, slots=True)
class ServerError:
    """5xx; it is done all the same, or not."""

    code: int = 500
    done: bool = False


@dataclass(frozen=True, slots=True)
class Redirect:
    """302 to somewhere else."""

    to: str


@dataclass(frozen=True, slots=True)
class Short:
    """Of a content: announce all of it, send so many bytes, and hang up."""

    sent: int


@dataclass(frozen=True, slots=True)
class Endless:
    """Of a content: so many bytes in chunks without an announced length; never the last chunk unless `ends`."""

    size: int
    ends: bool = False


@dataclass(frozen=True, slots=True)
class Announced:
    """Of a content: announce so many bytes, send a few."""

    size: int


Fault = Status | CutBefore | CutAfterAccepting | Silence | Raw | ServerError | Redirect | Short | Endless | Announced
PREPARING = Status(202, "")


@dataclass(frozen=True, slots=True)
class Stored:
    """The content of one message."""

    content: bytes
    media_type: str = "application/octet-stream"
    transcoding: str = "succeeded"
    """With `processing` and `failed`, asking for the content gets 202."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One accepted request for messages."""

    to: str
    """User id of a push, reply token of a reply."""
    messages: tuple[dict[str, Any], ...]
    key: str = ""

    @property
    def texts(self) -> list[str]:
        return [one["text"] for one in self.messages if one["type"] == "text"]

    @property
    def bubbles(self) -> list[dict[str, Any]]:
        return [one["contents"] for one in self.messages if one["type"] == "flex"]

    @property
    def choices(self) -> list[dict[str, Any]]:
        """The actions that hang on the last message."""
        return [one["action"] for one in self.messages[-1].get("quickReply", {}).get("items", [])]


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
