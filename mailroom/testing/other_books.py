"""Register, cases, outbox, events, accounts, clerks and ages in memory."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from mailroom.domain.case import Case
from mailroom.domain.chat import ContentState
from mailroom.domain.clerk import Clerk, Role, Session
from mailroom.domain.decision import Outcome
from mailroom.domain.errors import StorageError
from mailroom.domain.outbox import OutboxItem, OutboxState
from mailroom.domain.record import Event, MessageRecord, Reply
from mailroom.domain.register import INCOMING, RegisterDraft, RegisterEntry, RegisterNumber
from mailroom.stages.reckoning import as_before
from mailroom.testing.journal_book import claimed
from mailroom.testing.message_books import MemoryMessageBook
from mailroom.testing.shelf import Account, Shelf

UNSENT = frozenset({OutboxState.PENDING, OutboxState.DEFERRED, OutboxState.SENDING})


class MemoryRegisterBook:
    """`ports.RegisterBook`."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def enter(self, draft: RegisterDraft) -> RegisterEntry:
        if self._shelf.entry_of(draft.message_id):
            raise StorageError("this message has its number already; nothing was changed")
        self._shelf.require_fence()
        claim = claimed(self._shelf, draft.message_id)
        if claim is None:
            number = RegisterNumber(draft.year, self._shelf.next_number(INCOMING, draft.year))
        else:
            draft, number = as_before(draft, claim), RegisterNumber(claim.year, claim.number)
            self._shelf.claims_closed[claim.key] = draft.registered_at
        entry = self._shelf.entries[number] = RegisterEntry(number, draft)
        return entry

    def of_message(self, message_id: int) -> RegisterEntry | None:
        return self._shelf.entry_of(message_id)

    def entries(self, year: int | None) -> Iterator[tuple[RegisterEntry, MessageRecord]]:
        messages = MemoryMessageBook(self._shelf)
        for number, entry in sorted(self._shelf.entries.items()):
            record = messages.get(entry.draft.message_id)
            if year in (None, number.year) and record is not None:
                yield entry, record

    def last(self, year: int) -> RegisterNumber | None:
        return max((number for number in self._shelf.entries if number.year == year), default=None)


class MemoryCaseBook:
    """`ports.CaseBook`."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def open(self, case: Case) -> None:
        self._shelf.cases[case.number] = case

    def of(self, number: RegisterNumber) -> Case | None:
        return self._shelf.cases.get(number)

    def save(self, case: Case) -> None:
        if case.number in self._shelf.cases:
            self._shelf.cases[case.number] = case


class MemoryOutboxBook:
    """`ports.OutboxBook`."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def put(self, item: OutboxItem) -> None:
        self._shelf.items[item.id] = item

    def claim(self, channel: str, now: datetime, limit: int) -> list[OutboxItem]:
        due = [
            item
            for item in self._shelf.items.values()
            if item.state in {OutboxState.PENDING, OutboxState.DEFERRED} and item.channel == channel
            if item.due_at <= now
        ]
        claimed = [item.claimed() for item in sorted(due, key=lambda item: item.due_at)[:limit]]
        self._shelf.items.update({item.id: item for item in claimed})
        return claimed

    def save(self, item: OutboxItem) -> None:
        if item.id in self._shelf.items:
            self._shelf.items[item.id] = item

    def reclaim(self, now: datetime) -> int:
        left = [item for item in self._shelf.items.values() if item.state is OutboxState.SENDING]
        for item in left:
            self._shelf.items[item.id] = replace(item, state=OutboxState.DEFERRED, due_at=now, uncertain=True)
        return len(left)

    def get(self, item_id: str) -> OutboxItem | None:
        return self._shelf.items.get(item_id)

    def of_message(self, message_id: int) -> tuple[Reply, ...]:
        return self._shelf.replies_to(message_id)

    def said_to(self, channel: str, to: str, since: datetime, until: datetime, limit: int) -> list[OutboxItem]:
        found = [
            item
            for item in self._shelf.items.values()
            if item.channel == channel and item.to.lower() == to.lower() and since <= item.created_at <= until
        ]
        return sorted(found, key=lambda item: (item.created_at, item.id))[:limit]

    def stranded(self, limit: int) -> list[OutboxItem]:
        found = [
            item
            for item in self._shelf.items.values()
            if item.message_id is None and item.state in {OutboxState.FAILED, OutboxState.DEFERRED}
        ]
        return sorted(found, key=lambda item: item.created_at, reverse=True)[:limit]


class MemoryEventBook:
    """`ports.EventBook`."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def add(self, name: str, at: datetime, *, message_id: int | None = None, actor: str = "", detail: str = "") -> None:
        self._shelf.events.append(Event(name, at, message_id, actor, detail))

    def of_message(self, message_id: int) -> list[Event]:
        return [event for event in self._shelf.events if event.message_id == message_id]


class MemoryAccountBook:
    """`ports.AccountBook`."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def _of(self, channel: str, account: str) -> Account:
        return self._shelf.accounts.get((channel, account), Account())

    def started(self, channel: str, account: str) -> datetime | None:
        return self._of(channel, account).started_at

    def start(self, channel: str, account: str, at: datetime) -> None:
        known = self._of(channel, account)
        self._shelf.accounts[channel, account] = replace(known, started_at=known.started_at or at)

    def polled(self, channel: str, account: str, at: datetime, error: str) -> None:
        known = self._of(channel, account)
        succeeded_at = known.succeeded_at if error else at
        self._shelf.accounts[channel, account] = replace(known, polled_at=at, error=error, succeeded_at=succeeded_at)

    def states(self) -> list[tuple[str, str, datetime | None, datetime | None, str]]:
        accounts = sorted(self._shelf.accounts.items())
        return [(*key, one.succeeded_at, one.polled_at, one.error) for key, one in accounts]


class MemoryHealthBook:
    """`ports.HealthBook`."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def ages(self) -> dict[str, datetime | int | None]:
        records, items = self._shelf.messages.values(), self._shelf.items.values()
        pending = [record.arrived_at for record in records if record.decision is None]
        unsent = [item.created_at for item in items if item.state in UNSENT]
        return {
            "oldest_pending_at": min(pending, default=None),
            "oldest_unsent_at": min(unsent, default=None),
            "pending": len(pending),
            "unsent": len(unsent),
            "failed": sum(item.state is OutboxState.FAILED for item in items),
            "held": sum(one.decision is not None and one.decision.outcome is Outcome.HOLD for one in records),
        }

    def chats(self) -> dict[str, datetime | int | None]:
        shelf = self._shelf
        waiting = [event.received_at for key, event in shelf.chat_events.items() if key not in shelf.chat_handled]
        states = [event.content.state for event in shelf.chat_events.values()]
        return {
            "oldest_unhandled_at": min(waiting, default=None),
            "unhandled": len(waiting),
            "contents_wanted": states.count(ContentState.WANTED),
            "contents_gone": states.count(ContentState.GONE) + states.count(ContentState.TOO_LARGE),
            "blocked": sum(person.blocked_at is not None for person in shelf.chat_people.values()),
        }


class MemoryClerkBook:
    """`ports.ClerkBook`."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def add(
        self,
        username: str,
        display_name: str,
        password_hash: str,
        *,
        role: Role = Role.CLERK,
        position: str = "",
        capacity: str = "",
    ) -> Clerk:
        known = self._shelf.clerks.get(username)
        number = known[0].id if known else len(self._shelf.clerks) + 1
        cleared = known is not None and known[0].cleared
        clerk = Clerk(number, username, display_name, role, position, capacity, cleared)
        self._shelf.clerks[username] = (clerk, password_hash)
        return clerk

    def clear(self, username: str, at: datetime, actor: str, *, cleared: bool = True) -> Clerk | None:
        if username not in self._shelf.clerks:
            return None
        clerk, password_hash = self._shelf.clerks[username]
        if clerk.cleared != cleared:
            self._shelf.clearances.append((username, cleared, at, actor))
        self._shelf.clerks[username] = (replace(clerk, cleared=cleared), password_hash)
        return self._shelf.clerks[username][0]

    def every(self) -> list[Clerk]:
        return [clerk for _, (clerk, _) in sorted(self._shelf.clerks.items())]

    def find(self, username: str) -> tuple[Clerk, str] | None:
        return self._shelf.clerks.get(username)

    def open_session(self, clerk: Clerk, token_hash: str, csrf: str, at: datetime) -> None:
        self._shelf.sessions[token_hash] = Session(clerk, csrf, at, at)

    def session(self, token_hash: str) -> Session | None:
        session = self._shelf.sessions.get(token_hash)
        return session and replace(session, clerk=self._shelf.clerks[session.clerk.username][0])

    def touch(self, token_hash: str, at: datetime) -> None:
        if token_hash in self._shelf.sessions:
            self._shelf.sessions[token_hash] = replace(self._shelf.sessions[token_hash], seen_at=at)

    def end_session(self, token_hash: str) -> None:
        self._shelf.sessions.pop(token_hash, None)

    def put_link(self, clerk: Clerk, token_hash: str, expires_at: datetime) -> None:
        self._shelf.links[token_hash] = (clerk, expires_at)

    def use_link(self, token_hash: str, at: datetime) -> Clerk | None:
        clerk, expires_at = self._shelf.links.get(token_hash, (None, at))
        if clerk is None or expires_at <= at:
            return None
        del self._shelf.links[token_hash]
        return self._shelf.clerks[clerk.username][0]

    def failed_logins(self, username: str, since: datetime) -> int:
        return sum(name == username and at >= since for name, at in self._shelf.failures)

    def login_failed(self, username: str, at: datetime) -> None:
        self._shelf.failures.append((username, at))
