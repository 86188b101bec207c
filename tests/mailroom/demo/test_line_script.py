"""What becomes of the demo's conversations over LINE, and how the demo tells when it is something else."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from mailroom import bootstrap
from mailroom.demo.line_account import Account, Citizen
from mailroom.demo.line_outcome import differences, unanswered
from mailroom.demo.line_phone import Phone
from mailroom.demo.line_script import LATER, NAME, SERVICE, TAKEN_BACK
from mailroom.demo.line_webhook import Courier, DeliveryFailedError
from mailroom.domain.record import MessageRecord
from mailroom.domain.register import RegisterNumber

Change = Callable[[MessageRecord], MessageRecord]


def test_the_script_ends_as_expected(conversation: Any) -> None:
    """No difference, and the independent check of the archive and the books finds nothing."""
    assert conversation.faults == []
    assert bootstrap.verify(conversation.agency.house.configuration).findings == ()


def test_the_guided_request_is_one_entry_with_service_and_files(conversation: Any) -> None:
    """What was chosen, the three files in their order, and who it is by their own word."""
    guided = conversation.records[0]
    assert (guided.number, guided.classification.service) == (RegisterNumber(guided.number.year, 1), SERVICE)
    assert [one.media_type for one in guided.message.attachments] == ["image/png", "image/png", "application/pdf"]
    assert guided.message.sender.name == NAME


def test_every_answer_is_free(conversation: Any) -> None:
    """Each one used the reply token of what it answers: nothing was pushed."""
    account = conversation.agency.platform.account
    assert (account.pushed, account.replied) == (0, 18)
    assert all(one.free for phone in (conversation.cast.guided, conversation.cast.free) for one in phone.chat)


def test_what_was_taken_back_is_shown_nowhere(conversation: Any) -> None:
    """Neither in the record nor on the phones nor in the transcript."""
    shown = [str(one.message) for one in conversation.cast.free.chat]
    assert TAKEN_BACK not in "".join((conversation.records[2].message.text, conversation.printed, *shown))


def test_a_later_message_joins_without_a_number(conversation: Any) -> None:
    """It has the words, follows the number of the request, and gets none of its own."""
    guided, later, _ = conversation.records
    assert (later.message.text, later.number, later.follows) == (LATER, None, guided.number)


def _without_a_file(record: MessageRecord) -> MessageRecord:
    assert record.message is not None
    return replace(record, message=replace(record.message, attachments=()))


def _saying(text: str) -> Change:
    return lambda record: replace(record, message=replace(record.message, text=text))  # type: ignore[type-var]


def _of_another_kind(record: MessageRecord) -> MessageRecord:
    assert record.classification is not None
    return replace(record, classification=replace(record.classification, service="house-number"))


@pytest.mark.parametrize(
    ("which", "change", "what"),
    [
        (0, lambda record: replace(record, number=None), "the guided request is registered"),
        (0, _of_another_kind, "its service"),
        (0, _without_a_file, "its files"),
        (0, lambda record: replace(record, replies=()), "its receipts"),
        (1, lambda record: replace(record, number=RegisterNumber(2569, 9)), "its own number"),
        (1, lambda record: replace(record, follows=None), "the matter that it joins"),
        (2, _saying(TAKEN_BACK), "what was taken back is shown"),
        (2, _without_a_file, "its files"),
    ],
)
def test_every_departure_is_named(conversation: Any, which: int, change: Change, what: str) -> None:
    """The demo fails, and says by what."""
    records = list(conversation.records)
    records[which] = change(records[which])
    found = differences(records, conversation.agency.platform.account, conversation.cast)
    assert [one for one in found if one.startswith(f"LINE: {what}:")]


def test_a_conversation_too_few_is_named(conversation: Any) -> None:
    """Or one too many."""
    found = differences(conversation.records[:2], conversation.agency.platform.account, conversation.cast)
    assert found == ["LINE: expected 3 submissions, got 2"]


def test_an_act_without_an_answer_is_found() -> None:
    """Silence of the program is a fault; only what was taken back needs no answer."""
    account = Account()
    phone = Phone(account, _Nobody("", ""), Citizen("U" + "4" * 32, "x"))
    account.add(phone.citizen)
    gone = phone.say("หนึ่ง")
    phone.take_back(gone)
    phone.say("สอง")
    account.reply(account.reply_token(phone.citizen.id), [{"type": "text", "text": "ตอบ"}])
    phone.say("สาม")
    assert unanswered(phone.chat) == ["สาม"]


class _Nobody(Courier):
    """Delivers to nobody."""

    def deliver(self, events: object) -> None:
        """Nothing is sent."""


def test_a_webhook_that_takes_nothing_is_told() -> None:
    """After some tries, with the address."""
    courier = Courier("secret", "U" + "b" * 32)
    courier.url = "http://127.0.0.1:9/line/webhook"
    with pytest.raises(DeliveryFailedError, match=courier.url):
        courier.deliver([])
