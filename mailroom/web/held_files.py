"""Files between two steps of one clerk: kept in memory for a short time, a few at once, and for nobody else."""

import secrets
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

MOST = 8
"""So many are held; the oldest makes room."""
HELD_FOR = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Held:
    """One file."""

    owner: str
    content: bytes
    held_at: datetime


@dataclass(slots=True)
class HeldFiles:
    """Safe to share between threads. What is not found must be uploaded again."""

    _files: OrderedDict[str, Held] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def hold(self, owner: str, content: bytes, at: datetime) -> str:
        """Keep a file; the token by which its owner finds it."""
        token = secrets.token_urlsafe(16)
        with self._lock:
            self._files[token] = Held(owner, content, at)
            while len(self._files) > MOST:
                self._files.popitem(last=False)
        return token

    def find(self, owner: str, token: str, at: datetime) -> bytes | None:
        with self._lock:
            held = self._files.get(token)
        if held is None or held.owner != owner or at - held.held_at > HELD_FOR:
            return None
        return held.content

    def drop(self, token: str) -> None:
        with self._lock:
            self._files.pop(token, None)
