"""What the books know about messages that are about to be decided: a few questions for a whole batch."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from mailroom.domain.decision import UNCOUNTED, Letter
from mailroom.domain.message import LoggedMessage, Message
from mailroom.domain.record import History, text_key
from mailroom.domain.register import RegisterNumber
from mailroom.stages.mentions import (
    SAME_MAIL_WITHIN,
    SAME_SUBJECT_WITHIN,
    continued_subject,
    outbox_ids,
    quoted_numbers,
    subject_key,
)
from storage.books.codec import number_of
from storage.tables import MESSAGE, OUTBOX_ITEM, REGISTER_ENTRY
from storage.transaction import Transaction, chunks

Pair = tuple[LoggedMessage, Message]

BUDGET_PERIOD = timedelta(hours=24)
REPEAT_PERIOD = timedelta(days=7)

# A partial index is used only where its condition stands in the query word for word.
HAS_FINGERPRINT = sa.text("message.fingerprint <> ''")
HAS_SENDER = sa.text("message.sender_key <> ''")
HAS_TEXT_KEY = sa.text("message.text_key <> ''")


# The questions are made once: to put a statement together costs as much as to have it answered.
OUR_OUTBOX = OUTBOX_ITEM.c.agency == sa.bindparam("row_agency")
OUR_MESSAGES = MESSAGE.c.agency == sa.bindparam("row_agency")
SOME: sa.BindParameter[Any] = sa.bindparam("some", expanding=True)
OTHER = MESSAGE.alias("other")
EARLIER = sa.tuple_(OTHER.c.entered_system_at, OTHER.c.id) < sa.tuple_(MESSAGE.c.entered_system_at, MESSAGE.c.id)
COPIES = sa.select(MESSAGE.c.id).where(
    MESSAGE.c.id.in_(SOME),
    sa.exists().where(
        OTHER.c.agency == MESSAGE.c.agency,
        OTHER.c.digest == MESSAGE.c.digest,
        OTHER.c.id != MESSAGE.c.id,
        OTHER.c.duplicate_of.is_(None),
        sa.or_(OTHER.c.outcome.is_not(None), EARLIER),
    ),
)
FIRSTS = (
    sa.select(MESSAGE.c.fingerprint, MESSAGE.c.entered_system_at, MESSAGE.c.digest)
    .where(OUR_MESSAGES, HAS_FINGERPRINT, MESSAGE.c.fingerprint.in_(SOME), MESSAGE.c.duplicate_of.is_(None))
    .where(MESSAGE.c.entered_system_at.between(sa.bindparam("since"), sa.bindparam("until")))
    .order_by(MESSAGE.c.entered_system_at, MESSAGE.c.id)
)
# A turn of a dialogue is no letter: it neither uses up what may be sent to somebody nor answers a matter.
IS_LETTER = OUTBOX_ITEM.c.letter.not_in(sorted(one.value for one in UNCOUNTED))
LETTERS = sa.select(OUTBOX_ITEM.c.to_address, OUTBOX_ITEM.c.letter).where(
    OUR_OUTBOX, OUTBOX_ITEM.c.to_address.in_(SOME), OUTBOX_ITEM.c.created_at > sa.bindparam("since"), IS_LETTER
)
REPLIED = (
    sa.select(OUTBOX_ITEM.c.id, REGISTER_ENTRY.c.year, REGISTER_ENTRY.c.number)
    .select_from(OUTBOX_ITEM.outerjoin(REGISTER_ENTRY, REGISTER_ENTRY.c.message_id == OUTBOX_ITEM.c.message_id))
    .where(OUR_OUTBOX, OUTBOX_ITEM.c.id.in_(SOME))
)
NUMBERS = (
    sa.select(REGISTER_ENTRY.c.year, REGISTER_ENTRY.c.number, MESSAGE.c.sender_address)
    .select_from(REGISTER_ENTRY.join(MESSAGE, MESSAGE.c.id == REGISTER_ENTRY.c.message_id))
    .where(REGISTER_ENTRY.c.agency == sa.bindparam("row_agency"))
    .where(sa.tuple_(REGISTER_ENTRY.c.year, REGISTER_ENTRY.c.number).in_(SOME))
)
SUBJECTS = (
    sa.select(
        MESSAGE.c.sender_key,
        MESSAGE.c.subject,
        MESSAGE.c.entered_system_at,
        REGISTER_ENTRY.c.year,
        REGISTER_ENTRY.c.number,
    )
    .select_from(MESSAGE.join(REGISTER_ENTRY, REGISTER_ENTRY.c.message_id == MESSAGE.c.id))
    .where(OUR_MESSAGES, HAS_SENDER, MESSAGE.c.sender_key.in_(SOME))
    .where(MESSAGE.c.entered_system_at > sa.bindparam("since"))
    .order_by(MESSAGE.c.entered_system_at.desc(), MESSAGE.c.id.desc())
)
ANSWERED = (
    sa.select(MESSAGE.c.text_key)
    .select_from(MESSAGE.join(OUTBOX_ITEM, OUTBOX_ITEM.c.message_id == MESSAGE.c.id))
    .where(OUR_MESSAGES, HAS_TEXT_KEY, MESSAGE.c.text_key.in_(SOME))
    .where(OUTBOX_ITEM.c.created_at > sa.bindparam("since"), IS_LETTER)
    .distinct()
)


@dataclass(frozen=True, slots=True)
class Clue:
    """What one message of the batch gives to look for."""

    logged: LoggedMessage
    fingerprint: str
    address: str
    outbox_ids: list[str]
    numbers: list[RegisterNumber]
    continued: str
    """The subject that it goes on with, in the spelling to compare by."""
    text_key: str

    @property
    def entered_at(self) -> datetime:
        return self.logged.envelope.entered_system_at


def _clue(logged: LoggedMessage, message: Message) -> Clue:
    return Clue(
        logged=logged,
        fingerprint=message.fingerprint,
        address=message.sender.address.lower(),
        outbox_ids=outbox_ids(message),
        numbers=quoted_numbers(message),
        continued=continued_subject(message),
        text_key=text_key(message),
    )


@dataclass(slots=True)
class Facts:
    """All that the questions found, for the whole batch."""

    copies: set[int] = field(default_factory=set)
    """Messages whose very bytes came before."""
    firsts: dict[str, list[tuple[datetime, str]]] = field(default_factory=lambda: defaultdict(list))
    """By fingerprint: when the first of such mails entered, and its digest."""
    letters: dict[str, list[Letter]] = field(default_factory=lambda: defaultdict(list))
    """By address, of the last 24 hours."""
    replied: dict[str, RegisterNumber | None] = field(default_factory=dict)
    """By id of our letter: the case that it is about."""
    numbers: dict[RegisterNumber, str] = field(default_factory=dict)
    """Existing numbers that were quoted, with the address of the sender of each."""
    subjects: dict[tuple[str, str], list[tuple[datetime, RegisterNumber]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    """By address and subject: when mails entered that have a number, the latest first."""
    answered: set[str] = field(default_factory=set)
    """Text keys that were answered."""


def histories(transaction: Transaction, batch: Sequence[Pair], now: datetime) -> Iterator[History]:
    """`ports.MessageBook.histories`."""
    clues = [_clue(logged, message) for logged, message in batch]
    transaction.text_keys.update((clue.logged.id, clue.text_key) for clue in clues)
    facts = _gather(transaction, clues, now)
    letters_seen = len(transaction.letters)
    for clue in clues:
        _add_letters(facts, transaction, letters_seen)
        letters_seen = len(transaction.letters)
        yield _history(facts, clue)
        if clue.fingerprint:
            facts.firsts[clue.fingerprint].append((clue.entered_at, clue.logged.digest))


def _gather(transaction: Transaction, clues: Sequence[Clue], now: datetime) -> Facts:
    facts = Facts()
    _find_copies(facts, transaction, clues)
    _find_firsts(facts, transaction, clues)
    _find_letters(facts, transaction, clues, now)
    _find_replied(facts, transaction, clues)
    _find_numbers(facts, transaction, clues)
    _find_subjects(facts, transaction, clues)
    _find_answered(facts, transaction, clues, now)
    return facts


def _find_copies(facts: Facts, transaction: Transaction, clues: Sequence[Clue]) -> None:
    """A message is a copy when the same bytes were decided before, or lie undecided before it in order of entry."""
    for some in chunks(clue.logged.id for clue in clues):
        facts.copies.update(row.id for row in transaction.all(COPIES, {"some": some}))


def _find_firsts(facts: Facts, transaction: Transaction, clues: Sequence[Clue]) -> None:
    entered = [clue.entered_at for clue in clues]
    values: dict[str, Any] = {
        "row_agency": transaction.agency,
        "since": min(entered) - SAME_MAIL_WITHIN,
        "until": max(entered) + SAME_MAIL_WITHIN,
    }
    for some in chunks(clue.fingerprint for clue in clues if clue.fingerprint):
        for row in transaction.all(FIRSTS, values | {"some": some}):
            facts.firsts[row.fingerprint].append((row.entered_system_at, row.digest))


def _find_letters(facts: Facts, transaction: Transaction, clues: Sequence[Clue], now: datetime) -> None:
    values: dict[str, Any] = {"row_agency": transaction.agency, "since": now - BUDGET_PERIOD}
    for some in chunks(clue.address for clue in clues if clue.address):
        for row in transaction.all(LETTERS, values | {"some": some}):
            facts.letters[row.to_address].append(Letter(row.letter))


def _find_replied(facts: Facts, transaction: Transaction, clues: Sequence[Clue]) -> None:
    for some in chunks(one for clue in clues for one in clue.outbox_ids):
        rows = transaction.all(REPLIED, {"row_agency": transaction.agency, "some": some})
        facts.replied |= {row.id: number_of(row.year, row.number) for row in rows}


def _find_numbers(facts: Facts, transaction: Transaction, clues: Sequence[Clue]) -> None:
    wanted = {number for clue in clues for number in clue.numbers}
    for some in chunks((number.year, number.number) for number in sorted(wanted)):
        for row in transaction.all(NUMBERS, {"row_agency": transaction.agency, "some": some}):
            facts.numbers[RegisterNumber(row.year, row.number)] = row.sender_address.lower()


def _find_subjects(facts: Facts, transaction: Transaction, clues: Sequence[Clue]) -> None:
    asking = [clue for clue in clues if clue.continued and clue.address]
    if not asking:
        return
    since = min(clue.entered_at for clue in asking) - SAME_SUBJECT_WITHIN
    for some in chunks({clue.address for clue in asking}):
        for row in transaction.all(SUBJECTS, {"row_agency": transaction.agency, "since": since, "some": some}):
            found = (row.entered_system_at, RegisterNumber(row.year, row.number))
            facts.subjects[row.sender_key, subject_key(row.subject)].append(found)


def _find_answered(facts: Facts, transaction: Transaction, clues: Sequence[Clue], now: datetime) -> None:
    values: dict[str, Any] = {"row_agency": transaction.agency, "since": now - REPEAT_PERIOD}
    for some in chunks(clue.text_key for clue in clues if clue.text_key):
        facts.answered.update(row.text_key for row in transaction.all(ANSWERED, values | {"some": some}))


def _add_letters(facts: Facts, transaction: Transaction, seen: int) -> None:
    """Letters put since the questions were asked, for members of this very batch."""
    for item in transaction.letters[seen:]:
        if item.letter in UNCOUNTED:
            continue
        facts.letters[item.to.lower()].append(item.letter)
        if item.message_id is not None and (key := transaction.text_keys.get(item.message_id)):
            facts.answered.add(key)


def _history(facts: Facts, clue: Clue) -> History:
    replied = [facts.replied[one] for one in clue.outbox_ids if one in facts.replied]
    letters = facts.letters.get(clue.address, []) if clue.address else []
    return History(
        duplicate_of=_first(facts, clue),
        thread=next((number for number in replied if number), None),
        replies_to_us=bool(replied),
        mentioned=_mentioned(facts, clue),
        letters_today=len(letters),
        notices_today=frozenset(letters),
        text_answered=clue.text_key in facts.answered,
    )


def _first(facts: Facts, clue: Clue) -> str | None:
    if clue.logged.id in facts.copies:
        return clue.logged.digest
    firsts = facts.firsts.get(clue.fingerprint, ())
    return next((digest for at, digest in firsts if abs(at - clue.entered_at) <= SAME_MAIL_WITHIN), None)


def _mentioned(facts: Facts, clue: Clue) -> RegisterNumber | None:
    quoted = (number for number in clue.numbers if clue.address and facts.numbers.get(number) == clue.address)
    earlier = facts.subjects.get((clue.address, clue.continued), ()) if clue.continued else ()
    since = clue.entered_at - SAME_SUBJECT_WITHIN
    continued = (number for at, number in earlier if since < at < clue.entered_at)
    return next(quoted, None) or next(continued, None)
