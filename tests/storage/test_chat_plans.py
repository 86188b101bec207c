"""However many events there are, what the program asks all day is answered by an index."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from mailroom.domain.chat import ChatContent, ContentState
from mailroom.domain.register import RegisterNumber
from mailroom.ports import UnitOfWork
from storage.engine import open_engine
from storage.unit_of_work import SqlBooks
from tests.support.book_values import NOW
from tests.support.chat_values import ACCOUNT, CHANNEL, PERSON, event, full_person

GONE = ChatContent(state=ContentState.GONE)
QUESTIONS: dict[str, tuple[str, Callable[[UnitOfWork], object]]] = {
    "unhandled": ("ix_chat_event_unhandled", lambda uow: uow.chats(CHANNEL, ACCOUNT).unhandled(100)),
    "handled": ("event_id=?", lambda uow: uow.chats(CHANNEL, ACCOUNT).handled("e5", "e5")),
    "wanted": ("ix_chat_event_content", lambda uow: uow.chats(CHANNEL, ACCOUNT).wanted(NOW, 100)),
    "save_content": ("event_id=?", lambda uow: uow.chats(CHANNEL, ACCOUNT).save_content("e5", GONE)),
    "message": ("ix_chat_event_message", lambda uow: uow.chats(CHANNEL, ACCOUNT).message("m5")),
    "unsend": ("ix_chat_event_message", lambda uow: uow.chats(CHANNEL, ACCOUNT).unsend("m5", NOW)),
    "add": ("event_id=?", lambda uow: uow.chats(CHANNEL, ACCOUNT).add([event(5), event(6)])),
    "current": ("uq_conversation_open", lambda uow: uow.chats(CHANNEL, ACCOUNT).current(PERSON)),
    "conversation": ("conversation=?", lambda uow: uow.chats(CHANNEL, ACCOUNT).conversation("e5")),
    "open": ("ix_conversation_open", lambda uow: uow.chats(CHANNEL, ACCOUNT).open()),
    "closed": ("ix_conversation_closed", lambda uow: uow.chats(CHANNEL, ACCOUNT).closed()),
    "events_of": ("ix_chat_event_conversation", lambda uow: uow.chats(CHANNEL, ACCOUNT).events_of("e5")),
    "latest": ("ix_chat_event_person", lambda uow: uow.chats(CHANNEL, ACCOUNT).latest(PERSON, 20)),
    "recent": ("ix_chat_event_recent", lambda uow: uow.chats(CHANNEL, ACCOUNT).recent(50)),
    "person": ("person=?", lambda uow: uow.chats(CHANNEL, ACCOUNT).person(PERSON)),
    "cases": ("ix_message_sender", lambda uow: uow.chats(CHANNEL, ACCOUNT).cases(full_person(), 5)),
    "later": ("ix_message_follows", lambda uow: uow.queue.later(RegisterNumber(2569, 1))),
}
SORTED = frozenset({"cases", "later"})
"""A few rows, which need no index for their order."""


@pytest.fixture
def engine(database: str) -> Iterator[Engine]:
    engine = open_engine(database)
    yield engine
    engine.dispose()


@contextmanager
def plans(engine: Engine) -> Iterator[list[str]]:
    """How the database goes about each statement that is executed meanwhile."""
    found: list[str] = []

    def explain(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        if not statement.startswith(("PRAGMA", "INSERT")):
            rows = connection.connection.cursor().execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall()
            found.extend(row[3] for row in rows)

    sa.event.listen(engine, "before_cursor_execute", explain)
    yield found
    sa.event.remove(engine, "before_cursor_execute", explain)


@pytest.mark.parametrize("question", QUESTIONS)
def test_each_question_is_answered_by_its_index(engine: Engine, question: str) -> None:
    """No table is read from end to end, and nothing is sorted that may be long."""
    by, ask = QUESTIONS[question]
    with SqlBooks(engine, "agency").begin() as uow, plans(engine) as found:
        ask(uow)
    assert by in found[0]
    assert [one for one in found if one.startswith("SCAN")] == []
    assert question in SORTED or "TEMP B-TREE" not in " ".join(found)


def test_what_waits_is_counted_by_indexes(engine: Engine) -> None:
    """The page of health costs as much as what waits, not as much as what ever was."""
    with SqlBooks(engine, "agency").look() as uow, plans(engine) as found:
        uow.health.chats()
    expected = ("ix_chat_event_unhandled", "ix_chat_event_content", "ix_chat_person_blocked")
    assert [name for plan, name in zip(found, expected, strict=True) if name not in plan] == []
