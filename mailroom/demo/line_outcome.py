"""What was to become of the script's conversations against what did."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mailroom.bootstrap import House
from mailroom.demo import line_pictures
from mailroom.demo.line_account import Account, Bubble, File
from mailroom.demo.line_phone import card_lines
from mailroom.demo.line_script import LATER, MATTER, NAME, SERVICE, TAKEN_BACK, Cast
from mailroom.domain.decision import Kind, Outcome
from mailroom.domain.record import MessageRecord

CHANNEL = "line"
GUIDED_FILES = (line_pictures.form, line_pictures.shop, line_pictures.site_plan)

Pair = tuple[str, object, object]
"""What, as expected, as it is."""


@dataclass(frozen=True, slots=True)
class Submissions:
    """The script's three, as the books have them."""

    guided: MessageRecord
    later: MessageRecord
    free: MessageRecord


def line_records(house: House) -> list[MessageRecord]:
    """Everything that came over LINE, in order."""
    with house.books.look() as uow:
        return [one for one in uow.messages.every() if one.logged.envelope.channel == CHANNEL]


def differences(records: Sequence[MessageRecord], account: Account, cast: Cast) -> list[str]:
    """All that is not as it should be, each in one line."""
    if len(records) != 3:
        return [f"LINE: expected 3 submissions, got {len(records)}"]
    found = Submissions(*records)
    pairs = (*_guided(found.guided), *_later(found), *_free(found.free), *_told(found, account, cast))
    return [f"LINE: {what}: expected {expected!r}, got {got!r}" for what, expected, got in pairs if expected != got]


def _guided(record: MessageRecord) -> Iterator[Pair]:
    message, found = record.message, record.classification
    yield "the guided request is registered", True, record.number is not None
    yield "its kind", Kind.REQUEST, found.kind if found else None
    yield "its service", SERVICE, found.service if found else None
    yield "its sender", NAME, message.sender.name if message else None
    yield "its files", _digests([make() for make in GUIDED_FILES]), _kept(record)
    yield "its receipts", 1, len(record.replies)


def _later(found: Submissions) -> Iterator[Pair]:
    record, message = found.later, found.later.message
    yield "the later message", LATER, message.text if message else None
    yield "its outcome", Outcome.ACCEPT, record.decision.outcome if record.decision else None
    yield "its own number", None, record.number
    yield "the matter that it joins", found.guided.number, record.follows
    yield "its letters", 0, len(record.replies)


def _free(record: MessageRecord) -> Iterator[Pair]:
    text = record.message.text if record.message else ""
    yield "the free message is registered", True, record.number is not None
    yield "what it says", True, MATTER in text
    yield "its place", True, "geo:" in text
    yield "what was taken back is shown", False, TAKEN_BACK in text
    yield "its files", _digests([line_pictures.street_light()]), _kept(record)


def _told(found: Submissions, account: Account, cast: Cast) -> Iterator[Pair]:
    for phone in (cast.guided, cast.free):
        yield f"unanswered, {phone.citizen.name}", [], unanswered(phone.chat)
    yield "messages that cost something", 0, account.pushed
    for name, record, phone in (("guided", found.guided, cast.guided), ("free", found.free, cast.free)):
        yield f"the number in the receipt, {name}", True, f"เลขรับ {record.number}" in _shown(phone.chat)
    yield "the number in the status", True, str(found.guided.number) in _shown(_after(cast.guided.chat, "สถานะ"))


def unanswered(chat: Sequence[Bubble]) -> list[str]:
    """What a citizen did without an answer before their next act; what was taken back needs none."""
    asked: Bubble | None = None
    silent = []
    for bubble in chat:
        if not bubble.ours and asked is not None:
            silent.append(asked)
        asked = None if bubble.ours or bubble.unsent else bubble
    silent += [asked] if asked else []
    return [str(one.message.get("text") or one.message.get("type")) for one in silent]


def _after(chat: Sequence[Bubble], words: str) -> list[Bubble]:
    """The answer to these words."""
    at = next((n for n, one in enumerate(chat) if not one.ours and one.message.get("text") == words), len(chat))
    rest = list(chat[at + 1 :])
    end = next((n for n, one in enumerate(rest) if not one.ours), len(rest))
    return rest[:end]


def _shown(chat: Sequence[Bubble]) -> str:
    """All that the agency's cards say."""
    return "\n".join(line for one in chat if one.ours for line in card_lines(one.message.get("contents")))


def _digests(files: Sequence[File]) -> list[str]:
    return [file.sha256 for file in files]


def _kept(record: MessageRecord) -> list[str]:
    return [one.sha256 for one in record.message.attachments] if record.message else []
