"""What was expected of the samples against what became of them."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from email import message_from_bytes
from enum import StrEnum

from mailroom.demo.mails.model import File, Sample
from mailroom.demo.mails.second_wave import Thread
from mailroom.domain.message import Attachment, Message
from mailroom.domain.record import MessageRecord
from mailroom.domain.register import RegisterNumber

Key = tuple[str, str]
"""Folder and digest: the same bytes may lie in two folders."""


@dataclass(frozen=True, slots=True)
class Matched:
    """A sample beside its record; no record means that the mail was lost."""

    sample: Sample
    record: MessageRecord | None
    differences: tuple[str, ...]


def match(samples: Sequence[Sample], records: Iterable[MessageRecord]) -> list[Matched]:
    """Each sample with its record and all that differs from the expectation."""
    found = {_key_of(record): record for record in records}
    named = {sample.name: found.get(_key(sample)) for sample in samples}
    return [
        Matched(sample, named[sample.name], tuple(_differences(sample, named[sample.name], named)))
        for sample in samples
    ]


def _key(sample: Sample) -> Key:
    return sample.folder, hashlib.sha256(sample.raw).hexdigest()


def _key_of(record: MessageRecord) -> Key:
    folder = record.logged.envelope.external_id.rsplit("/", 2)[0]
    return folder, record.logged.digest


Named = Mapping[str, MessageRecord | None]


def _differences(sample: Sample, record: MessageRecord | None, named: Named) -> Iterator[str]:
    if record is None:
        yield "lost: there is no record"
    elif record.message is None or record.classification is None or record.decision is None:
        yield "not decided"
    else:
        pairs = (*_reading(sample, record, record.message), *_fate(sample, record, named))
        for what, expected, got in pairs:
            if expected != got:
                yield f"{what}: expected {_shown(expected)}, got {_shown(got)}"


def _shown(value: object) -> str:
    """As a person reads it."""
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_shown, value))}]"
    return repr(value) if isinstance(value, str) and not isinstance(value, StrEnum) else str(value)


Pair = tuple[str, object, object]


def _reading(sample: Sample, record: MessageRecord, message: Message) -> Iterator[Pair]:
    says = sample.says
    yield "entered", sample.entered_at, record.logged.envelope.entered_system_at
    yield "subject", says.subject, message.subject
    yield "sender", says.sender, message.sender
    if says.files is not None:
        yield "files", [_file(file) for file in says.files], [_listed(one) for one in message.attachments]
    text = _flat(message.text)
    yield "phrases missing", [], [phrase for phrase in says.phrases if _flat(phrase) not in text]
    codes = {defect.partition(":")[0] for defect in message.defects}
    yield "defects missing", [], [code for code in says.defects if code not in codes]


def _flat(text: str) -> str:
    return " ".join(text.split())


def _file(file: File) -> tuple[object, ...]:
    return file.name, file.media_type, len(file.content), hashlib.sha256(file.content).hexdigest(), file.inline


def _listed(attachment: Attachment) -> tuple[object, ...]:
    return attachment.name, attachment.media_type, attachment.size, attachment.sha256, attachment.inline


def _fate(sample: Sample, record: MessageRecord, named: Named) -> Iterator[Pair]:
    fate, found, decision = sample.fate, record.classification, record.decision
    assert found is not None and decision is not None  # noqa: S101, PT018 - the caller has seen to it
    yield "kind", fate.kind, found.kind
    yield "outcome", fate.outcome, decision.outcome
    yield "service", fate.service, found.service
    yield "agency", fate.agency, decision.agency
    yield "registered", fate.registered, record.number is not None
    yield (
        "letters",
        [(fate.letter, sample.says.sender.address)] if fate.letter else [],
        [(reply.letter, reply.to) for reply in record.replies],
    )
    yield "urgency", fate.urgency, found.marks.urgency
    yield "secrecy", fate.secrecy, found.marks.secrecy
    yield "letter number", fate.letter_no, found.marks.letter_no
    yield "deemed", fate.deemed or record.deemed_received_at, record.deemed_received_at
    yield "duplicate of", _digest(named, fate.duplicate_of), record.duplicate_of
    if fate.follows in named or not fate.follows:
        yield "follows", _number(named, fate.follows), record.follows


def _digest(named: Named, name: str) -> str | None:
    record = named.get(name)
    return record.logged.digest if record else None


def _number(named: Named, name: str) -> RegisterNumber | None:
    record = named.get(name)
    return record.number if record else None


def gaps(records: Iterable[MessageRecord]) -> list[str]:
    """What is wrong with the row of numbers of each year; empty when it runs from 1 without gap or repeat."""
    years: defaultdict[int, list[int]] = defaultdict(list)
    for record in records:
        if record.number:
            years[record.number.year].append(record.number.number)
    return [
        f"{year}: {sorted(numbers)}"
        for year, numbers in sorted(years.items())
        if sorted(numbers) != list(range(1, len(numbers) + 1))
    ]


def threads(matched: Sequence[Matched], letters: Iterable[bytes]) -> dict[str, Thread]:
    """What each sender got back: the number on record, and the Message-ID of the letter as it went over the wire."""
    answers = {}
    for raw in letters:
        letter = message_from_bytes(raw)
        answers[str(letter["In-Reply-To"]).strip()] = str(letter["Message-ID"]).strip()
    return {
        one.sample.name: Thread(str(one.record.number), answers[one.record.message.message_id])
        for one in matched
        if one.record and one.record.number and one.record.message and one.record.message.message_id in answers
    }
