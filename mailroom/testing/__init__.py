"""In-memory ports, for our own tests and for authors of new channels."""

from mailroom.testing.books import MemoryBooks, MemoryUnitOfWork
from mailroom.testing.doubles import FakeClock, MemoryArchive, PlainReader, RecordingSender, ScriptedInbox

__all__ = [
    "FakeClock",
    "MemoryArchive",
    "MemoryBooks",
    "MemoryUnitOfWork",
    "PlainReader",
    "RecordingSender",
    "ScriptedInbox",
]
