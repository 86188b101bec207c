"""Makes a message of a bundle: what one person said in one conversation, and the files that came with it."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO

from channels.line.bundle import Bundle, BundleError, drain
from channels.line.bundle_values import Submission
from mailroom.domain.chat import ChatContent, ChatEvent
from mailroom.domain.errors import UnreadableError
from mailroom.domain.message import Address, Attachment, Message
from mailroom.domain.record import Reading
from mailroom.media import is_disguised, media_type
from mailroom.stages.characters import one_line
from mailroom.stages.chat_text import TEXT_LIMIT, ChatText, PlannedFile, chat_text
from mailroom.stages.classify import Classifier
from mailroom.stages.defects import Defects

NAME_CHARACTERS = 300
_WHOLE = 8 << 20
"""A content up to this size is looked at whole to tell its type."""
_HEAD, _TAIL = 1 << 20, 64 << 10
"""Of a larger one, so much of its two ends."""
_DECLARED = "application/octet-stream"


class LineReader:
    """Implements `mailroom.ports.Reader`. Streams contents; only `part` holds one in memory."""

    def __init__(self, classifier: Classifier | None = None) -> None:
        self._classifier = classifier

    def teach(self, classifier: Classifier) -> None:
        """See `Reader.teach`."""
        self._classifier = classifier

    def read_many(self, sources: Sequence[BinaryIO]) -> Iterator[Reading]:
        """One Reading for each source, in order; see the port. What a source itself raises comes through."""
        for source in sources:
            yield self._reading(self._titled(_read(source)))

    def _titled(self, message: Message) -> Message:
        """A request for a service that was chosen from the list is about that service, whatever was sent for it."""
        chosen = self._classifier.catalogue.service(message.service) if self._classifier else None
        return replace(message, subject=chosen.name) if chosen else message

    def _reading(self, message: Message) -> Reading:
        """What fails in classifying is repeated by the caller, who knows what to do with a fault of our own."""
        try:
            return Reading(message, self._classifier.classify(message) if self._classifier else None)
        except Exception:
            return Reading(message)

    def html(self, source: BinaryIO) -> str:  # noqa: ARG002 - nobody writes HTML here
        return ""

    def part(self, source: BinaryIO, part: int) -> tuple[Attachment, bytes]:
        """See `Reader.part`."""
        try:
            bundle = Bundle(source)
            plan = _plan(chat_text(bundle.submission.events, bundle.submission.conversation))
            for number, (event, chunks) in enumerate(bundle.contents()):
                if number == part:
                    content = b"".join(chunks)
                    return _attachment(number, event, Sample.of([content]), plan, Defects()), content
                for _ in chunks:
                    pass
        except BundleError as error:
            raise UnreadableError(f"the conversation cannot be read ({error}); open the raw message") from error
        raise UnreadableError(f"there is no part {part}; open the message again")

    def close(self) -> None:
        """Nothing is open."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What is known of a content once it has passed by."""

    size: int
    sha256: str
    seen: bytes
    """All of it, or its two ends."""

    @classmethod
    def of(cls, chunks: Iterable[bytes]) -> "Sample":
        digest, size, head, tail = hashlib.sha256(), 0, bytearray(), b""
        for chunk in chunks:
            digest.update(chunk)
            size += len(chunk)
            head += chunk[: max(0, _WHOLE - len(head))]
            tail = (tail + chunk)[-_TAIL:]
        return cls(size, digest.hexdigest(), bytes(head) if size <= _WHOLE else bytes(head[:_HEAD]) + tail)


def _read(source: BinaryIO) -> Message:
    try:
        bundle = Bundle(source)
    except BundleError as error:
        drain(source)
        return Message(sender=Address("", ""), subject="", text="", is_chat=True, defects=(f"unreadable: {error}",))
    defects = Defects()
    said = chat_text(bundle.submission.events, bundle.submission.conversation)
    plan = _plan(said)
    attachments: list[Attachment] = []
    _note_events(bundle.submission, said, defects)
    try:
        for number, (event, chunks) in enumerate(bundle.contents()):
            attachments.append(_attachment(number, event, Sample.of(chunks), plan, defects))
    except BundleError as error:
        drain(source)
        defects.add("unreadable", str(error))
    return _message(bundle.submission, said, attachments, defects)


def _message(submission: Submission, said: ChatText, attachments: Sequence[Attachment], defects: Defects) -> Message:
    talk = submission.conversation
    sender = _sender(submission)
    return Message(
        sender=sender,
        senders=(sender,) if sender.address else (),
        subject=said.subject,
        text=said.text,
        sent_at=submission.events[0].occurred_at if submission.events else talk.opened_at,
        in_reply_to=(f"<{talk.answers}@line>",) if talk.answers else (),
        attachments=tuple(attachments),
        defects=defects.all(),
        is_chat=True,
        reply_token=submission.reply_token,
        service=talk.service,
        fingerprint=hashlib.sha256(talk.id.encode("utf-8", "replace")).hexdigest(),
    )


def _sender(submission: Submission) -> Address:
    """By the name that they gave, now or before; else by the one that the platform shows."""
    person = submission.person
    name = submission.conversation.name or person.given_name or person.name
    return Address(one_line(name, NAME_CHARACTERS), person.id)


Plan = Mapping[str, PlannedFile]
"""By id of the event."""


def _plan(said: ChatText) -> Plan:
    return {one.event: one for one in said.files}


def _note_events(submission: Submission, said: ChatText, defects: Defects) -> None:
    """What is wrong with events, and which contents are not there. Nothing is told of what was taken back."""
    for event in submission.events:
        code, _, detail = event.defect.partition(": ")
        if code and event.unsent_at is None:
            defects.add(code, detail)
    contents = {event.id: event.content for event in submission.events}
    for file in said.files:
        if file.part is None and not file.hidden:
            defects.add("content-missing", f"{file.name} ({_reason(contents[file.event])})")
    if unsent := sum(event.unsent_at is not None for event in submission.events):
        defects.add("message-unsent", str(unsent))
    if len(said.text) >= TEXT_LIMIT:
        defects.add("text-limit")


def _reason(content: ChatContent) -> str:
    return f"{content.state}: {content.note}" if content.note else str(content.state)


def _attachment(number: int, event: ChatEvent, sample: Sample, plan: Plan, defects: Defects) -> Attachment:
    """One content as it is, whatever was announced of it."""
    planned = plan.get(event.id)
    name = planned.name if planned else f"content-{number + 1}.bin"
    declared = event.content.media_type.partition(";")[0].strip().lower() or _DECLARED
    found = media_type(sample.seen, declared)
    hidden = event.unsent_at is not None
    if is_disguised(found, declared):
        defects.add("type-disguised", f"{found} as {declared}")
    if sample.sha256 != event.content.sha256:
        defects.add("content-damaged", "" if hidden else name)
    return Attachment(
        name=name,
        media_type=found,
        declared_type=declared,
        size=sample.size,
        sha256=sample.sha256,
        inline=False,
        part=number,
        withdrawn=hidden,
    )
