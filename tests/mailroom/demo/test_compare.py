"""Comparing what became of the samples with what was expected of them."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from mailroom.demo.compare import gaps, match, threads
from mailroom.demo.mails.model import Sample
from mailroom.demo.mails.sample import SAMPLE
from mailroom.demo.mails.second_wave import Thread
from mailroom.demo.table import charset, summary
from mailroom.domain.decision import Classification, Decision, Outcome
from mailroom.domain.message import Attachment, Envelope, LoggedMessage, Message, Place
from mailroom.domain.record import MessageRecord, Reply
from mailroom.domain.register import RegisterNumber

NOW = datetime(2026, 1, 20, 3, 0, tzinfo=UTC)
THANKS = next(sample for sample in SAMPLE if sample.name == "thanks")
RENEWAL = next(sample for sample in SAMPLE if sample.name == "renew-food")


def record_of(sample: Sample, number: RegisterNumber | None = None) -> MessageRecord:
    """The record of a sample to which everything happened as expected."""
    says, fate = sample.says, sample.fate
    digest = hashlib.sha256(sample.raw).hexdigest()
    envelope = Envelope("email", "saraban", f"{sample.folder}/7/1", sample.entered_at)
    files = tuple(
        Attachment(
            file.name,
            file.media_type,
            file.media_type,
            len(file.content),
            hashlib.sha256(file.content).hexdigest(),
            file.inline,
            at,
        )
        for at, file in enumerate(says.files or ())
    )
    return MessageRecord(
        logged=LoggedMessage(1, envelope, digest, len(sample.raw), Place("s", 0, 1)),
        arrived_at=NOW,
        message=Message(says.sender, says.subject, "\n".join(says.phrases), f"<{sample.name}@x>", attachments=files),
        classification=Classification(fate.kind, fate.service),
        decision=Decision(fate.outcome, "rule"),
        deemed_received_at=fate.deemed,
        number=number,
        replies=(Reply(fate.letter, says.sender.address, "sent", 1, "", NOW, NOW),) if fate.letter else (),
    )


def test_a_record_as_expected_has_no_difference() -> None:
    """Silence means that everything is as declared."""
    assert match([THANKS], [record_of(THANKS)])[0].differences == ()
    assert match([RENEWAL], [record_of(RENEWAL, RegisterNumber(2568, 1))])[0].differences == ()


def test_a_mail_without_a_record_is_lost() -> None:
    """What the log does not know is counted as lost, and said so."""
    matched = match([THANKS], [])
    assert matched[0].differences == ("lost: there is no record",)
    assert summary(matched).endswith("lost 1")


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"decision": Decision(Outcome.HOLD, "rule")}, "outcome"),
        ({"number": RegisterNumber(2569, 1)}, "registered"),
        ({"replies": (Reply("held", "a@b.example", "sent", 1, "", NOW, NOW),)}, "letters"),  # type: ignore[arg-type]
        ({"message": Message(THANKS.says.sender, "another", "")}, "subject"),
        ({"duplicate_of": "00"}, "duplicate of"),
    ],
)
def test_every_difference_is_named(change: dict[str, object], what: str) -> None:
    """A record that departs from the expectation is told by what departs."""
    record = replace(record_of(THANKS), **change)  # type: ignore[arg-type]
    assert [text for text in match([THANKS], [record])[0].differences if text.startswith(f"{what}:")]


def test_a_gap_and_a_repeat_in_the_register_are_found() -> None:
    """Each year's numbers must run from 1."""
    numbers = [RegisterNumber(2568, 1), RegisterNumber(2569, 1), RegisterNumber(2569, 3), RegisterNumber(2569, 3)]
    assert gaps(record_of(THANKS, number) for number in numbers[:2]) == []
    assert gaps(record_of(THANKS, number) for number in numbers) == ["2569: [1, 3, 3]"]


def test_a_thread_joins_the_number_on_record_with_the_letter_on_the_wire() -> None:
    """The second wave answers the very Message-ID that left."""
    matched = match([RENEWAL], [record_of(RENEWAL, RegisterNumber(2568, 1))])
    letter = b"Message-ID: <abc@us>\r\nIn-Reply-To: <renew-food@x>\r\n\r\nx"
    assert threads(matched, [letter]) == {"renew-food": Thread("1/2568", "<abc@us>")}


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b'Content-Type: text/plain; charset="Windows-874"\r\n', "windows-874"),
        (b"Subject: =?TIS-620?Q?=A1?=\r\n", "tis-620"),
        (b"Subject: x\r\n", "undeclared"),
    ],
)
def test_the_table_shows_the_charset_that_a_mail_declares(raw: bytes, shown: str) -> None:
    """As the mail writes it, right or wrong."""
    assert charset(raw) == shown
