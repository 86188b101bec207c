"""Requests that seem to be the same, in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from mailroom.domain.decision import Kind, Outcome, Secrecy
from mailroom.domain.match import MatchState, MatchView, Registered, SameRequest
from mailroom.domain.record import MessageRecord
from mailroom.domain.register import RegisterNumber
from mailroom.testing.privacy_books import MemoryPrivacyBook
from mailroom.testing.shelf import Shelf


class MemoryMatchBook:
    """`ports.MatchBook`."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def cursor(self) -> RegisterNumber | None:
        return self._shelf.match_cursor[-1] if self._shelf.match_cursor else None

    def advance(self, number: RegisterNumber) -> None:
        self._shelf.match_cursor[:] = [number]

    def last_entry(self, entered_before: datetime | None = None) -> RegisterNumber | None:
        entries = self._shelf.entries.items()
        early = (n for n, one in entries if entered_before is None or one.draft.entered_system_at < entered_before)
        return max(early, default=None)

    def comparable(self, entered_since: datetime) -> Sequence[Registered]:
        hidden = MemoryPrivacyBook(self._shelf).restricted_messages()
        found = []
        for number, entry in sorted(self._shelf.entries.items()):
            record = self._shelf.messages[entry.draft.message_id]
            if entry.draft.entered_system_at < entered_since or record.logged.id in hidden or not _takes_part(record):
                continue
            message = record.message
            if message is not None:
                found.append(
                    Registered(
                        number=number,
                        message_id=record.logged.id,
                        channel=record.logged.envelope.channel,
                        account=record.logged.envelope.account,
                        sender=message.sender.address,
                        subject=message.subject,
                        text=message.text,
                        follows=record.follows,
                    )
                )
        return found

    def files(self, message_id: int, least_size: int) -> frozenset[str]:
        message = self._shelf.messages[message_id].message
        files = message.attachments if message else ()
        return frozenset(one.sha256 for one in files if one.size >= least_size and not (one.inline or one.withdrawn))

    def add(self, matches: Sequence[SameRequest]) -> None:
        for one in matches:
            there = {(other.message_id, other.other_id) for other in self._shelf.matches.values()}
            if (one.message_id, one.other_id) not in there:
                row = len(self._shelf.matches) + 1
                self._shelf.matches[row] = replace(one, id=row)

    def of_message(self, message_id: int) -> Sequence[MatchView]:
        hidden = MemoryPrivacyBook(self._shelf).restricted_messages()
        found = []
        for one in self._shelf.matches.values():
            if message_id not in (one.message_id, one.other_id):
                continue
            other = one.other_id if one.message_id == message_id else one.message_id
            record = self._shelf.messages[other]
            if {message_id, other} & hidden or record.message is None or not _is_open(record):
                continue
            entry = self._shelf.entry_of(other)
            found.append(
                MatchView(
                    match=one,
                    other_id=other,
                    number=entry.number if entry else None,
                    channel=record.logged.envelope.channel,
                    subject=record.message.subject,
                    entered_at=record.logged.envelope.entered_system_at,
                )
            )
        return sorted(found, key=lambda view: (not view.match.linked, -view.match.score, view.match.id))

    def get(self, match_id: int) -> SameRequest | None:
        return self._shelf.matches.get(match_id)

    def settle(self, match_id: int, state: MatchState, by: str, at: datetime) -> None:
        self._shelf.matches[match_id] = replace(
            self._shelf.matches[match_id], state=state, decided_by=by, decided_at=at
        )


def _is_open(record: MessageRecord) -> bool:
    return record.classification is not None and record.classification.marks.secrecy is Secrecy.NONE


def _takes_part(record: MessageRecord) -> bool:
    compared = record.classification is not None and record.classification.kind in {Kind.REQUEST, Kind.COMPLAINT}
    set_aside = record.decision is not None and record.decision.outcome is Outcome.IGNORE
    return compared and _is_open(record) and not set_aside and record.duplicate_of is None
