"""What every channel promises: the same suites for the real ones, on real servers, and for the doubles.

A kit says how one channel's other side is made to do this or that; `tests/channels/test_channels.py` has one for each
channel of `channels.CHANNELS`.
"""

import asyncio
import io
import threading
from collections.abc import AsyncIterator, Collection, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Protocol

import pytest

from mailroom.domain.decision import Letter
from mailroom.domain.document import Enclosed
from mailroom.domain.errors import (
    ChannelError,
    ChannelSetupError,
    PermanentChannelError,
    TemporaryChannelError,
    UncertainDeliveryError,
    UnreadableError,
)
from mailroom.domain.message import Envelope
from mailroom.domain.outbox import OutboxItem
from mailroom.ports import Inbox, Reader, Sender
from tests.support.sending import hand_over

WORDS = "ได้รับเรื่องของท่านแล้ว\n\nเลขรับ: 41/2569 น้ำ ที่ ป้า 🌸"
PDF = b"%PDF-1.7\n" + bytes(range(256))


class SendingKit(Protocol):
    """The other side of a sender."""

    channel: str
    to: str
    """Somebody who can be written to."""
    carries_files: bool

    def sender(self) -> Sender:
        """Its requests end after a second at most; it is closed by the suite."""

    def arrived(self) -> list[str]:
        """The words of each letter that came, in order; a copy counts again unless its recipient sees it once."""

    def files(self) -> list[bytes]:
        """The documents that came."""

    def refuse_for_good(self) -> None:
        """The next letter is refused, and would be however often it is sent."""

    def be_busy(self) -> None:
        """The next letter is to come again later."""

    def lose_answer(self) -> None:
        """The next letter is taken, and nobody says so."""

    def lock_out(self) -> None:
        """From now on our password, or token, is wrong."""

    def be_away(self) -> None:
        """From now on nobody listens."""


class SenderContract:
    """Subclass it and give it a `kit` fixture."""

    @pytest.fixture
    def kit(self) -> Any:
        raise NotImplementedError

    @pytest.fixture
    async def sender(self, kit: SendingKit) -> AsyncIterator[Sender]:
        made = kit.sender()
        yield made
        await made.close()

    def item(self, kit: SendingKit, number: int = 1, **more: Any) -> OutboxItem:
        now = datetime.now(UTC)
        return OutboxItem(
            id=f"{number:032x}",
            channel=kit.channel,
            letter=Letter.ACKNOWLEDGEMENT,
            to=kit.to,
            subject="ได้รับเรื่องของท่านแล้ว",
            text=WORDS,
            created_at=now,
            due_at=now,
            **more,
        )

    async def test_a_letter_arrives_with_all_its_words(self, kit: SendingKit, sender: Sender) -> None:
        """And the other side's answer is one plain line."""
        told = await hand_over(sender, self.item(kit))
        assert kit.arrived() == [WORDS]
        assert told
        assert told.isprintable()

    async def test_one_letter_after_another(self, kit: SendingKit, sender: Sender) -> None:
        """Each arrives once, in the order of sending."""
        for number in range(1, 6):
            await hand_over(sender, replace(self.item(kit, number), text=f"ฉบับที่ {number}"))
        assert kit.arrived() == [f"ฉบับที่ {number}" for number in range(1, 6)]

    async def test_letters_sent_at_once_arrive_once_each(self, kit: SendingKit, sender: Sender) -> None:
        """None is lost or mixed with another."""
        items = [replace(self.item(kit, number), text=f"ฉบับที่ {number}") for number in range(1, 21)]
        await asyncio.gather(*(hand_over(sender, item) for item in items))
        assert sorted(kit.arrived()) == sorted(item.text for item in items)

    async def test_a_refusal_for_good_is_permanent(self, kit: SendingKit, sender: Sender) -> None:
        """And costs the next letter nothing."""
        kit.refuse_for_good()
        with pytest.raises(PermanentChannelError) as caught:
            await hand_over(sender, self.item(kit))
        self.is_a_sentence(caught.value)
        await hand_over(sender, self.item(kit, 2))
        assert kit.arrived() == [WORDS]

    async def test_a_busy_server_is_temporary(self, kit: SendingKit, sender: Sender) -> None:
        """Nothing arrived, nothing is in doubt; the same letter goes the next time."""
        kit.be_busy()
        with pytest.raises(TemporaryChannelError) as caught:
            await hand_over(sender, self.item(kit))
        assert not isinstance(caught.value, UncertainDeliveryError | ChannelSetupError)
        self.is_a_sentence(caught.value)
        await hand_over(sender, replace(self.item(kit), attempts=1))
        assert kit.arrived() == [WORDS]

    async def test_a_lost_answer_is_uncertain_and_the_retry_identical(self, kit: SendingKit, sender: Sender) -> None:
        """Whoever counts copies sees the same letter; whoever knows keys sees one."""
        kit.lose_answer()
        with pytest.raises(UncertainDeliveryError) as caught:
            await hand_over(sender, self.item(kit))
        self.is_a_sentence(caught.value)
        await hand_over(sender, replace(self.item(kit), attempts=1, uncertain=True))
        assert set(kit.arrived()) == {WORDS}
        assert len(kit.arrived()) <= 2

    async def test_a_wrong_password_is_ours_to_mend(self, kit: SendingKit, sender: Sender) -> None:
        """Not the letter's fault: it waits."""
        kit.lock_out()
        with pytest.raises(ChannelSetupError) as caught:
            await hand_over(sender, self.item(kit))
        self.is_a_sentence(caught.value)
        assert kit.arrived() == []

    async def test_nobody_there_is_temporary_and_certain(self, kit: SendingKit, sender: Sender) -> None:
        """What was not handed over did not arrive."""
        kit.be_away()
        with pytest.raises(TemporaryChannelError) as caught:
            await hand_over(sender, self.item(kit))
        assert not isinstance(caught.value, UncertainDeliveryError)
        self.is_a_sentence(caught.value)

    async def test_a_document_goes_byte_for_byte_or_not_at_all(self, kit: SendingKit, sender: Sender) -> None:
        """A channel that carries no files refuses the letter (R116): it never arrives without its document."""
        enclosed = Enclosed(name="ใบอนุญาต.pdf", media_type="application/pdf", digest="0" * 64)
        item = self.item(kit, enclosures=(enclosed,))
        if kit.carries_files:
            await hand_over(sender, item, [PDF])
            assert kit.files() == [PDF]
            return
        with pytest.raises(PermanentChannelError) as caught:
            await hand_over(sender, item, [PDF])
        self.is_a_sentence(caught.value)
        assert kit.arrived() == []

    async def test_closing_is_safe_at_any_time(self, kit: SendingKit) -> None:
        """Before the first letter, after it, and twice."""
        unused, used = kit.sender(), kit.sender()
        await unused.close()
        await hand_over(used, self.item(kit))
        await used.close()
        await used.close()

    @staticmethod
    def is_a_sentence(error: ChannelError) -> None:
        """For the log and a clerk: one line, plain, without the words of the letter."""
        assert str(error)
        assert str(error).isprintable()
        assert "41/2569" not in str(error)


class TakingKit(Protocol):
    """The other side of an inbox."""

    channel: str
    account: str

    def inbox(self) -> Inbox:
        """Closed by the suite."""

    def put(self, words: Sequence[str]) -> None:
        """So many new messages, a moment between them; each says one of the words."""


def nothing(_: Collection[str]) -> set[str]:
    return set()


class InboxContract:
    """Subclass it and give it a `kit` fixture."""

    @pytest.fixture
    def kit(self) -> Any:
        raise NotImplementedError

    @pytest.fixture
    def inbox(self, kit: TakingKit) -> Iterator[Inbox]:
        made = kit.inbox()
        yield made
        made.close()

    def fetched(self, inbox: Inbox, envelopes: Sequence[Envelope]) -> dict[str, bytes]:
        """Contents by external id; each at most once."""
        found: dict[str, bytes] = {}
        for batch in inbox.fetch(envelopes):
            for envelope, content in batch:
                assert envelope.external_id not in found
                found[envelope.external_id] = content if isinstance(content, bytes) else b"".join(content)
        return found

    def test_an_empty_account_has_nothing(self, kit: TakingKit, inbox: Inbox) -> None:
        """No message, no content, no trouble."""
        assert (inbox.channel, inbox.account) == (kit.channel, kit.account)
        assert inbox.survey(nothing) == []
        assert list(inbox.fetch([])) in ([], [[]])
        assert inbox.trouble == ""

    def test_everything_that_came_is_shown_in_order(self, kit: TakingKit, inbox: Inbox) -> None:
        """With channel, account, an id of its own and an aware time; again and again, until it is known."""
        kit.put(["หนึ่ง", "สอง", "สาม"])
        envelopes = inbox.survey(nothing)
        assert len({one.external_id for one in envelopes}) == 3
        assert {(one.channel, one.account) for one in envelopes} == {(kit.channel, kit.account)}
        times = [one.entered_system_at for one in envelopes]
        assert times == sorted(times)
        assert all(one.utcoffset() is not None for one in times)
        assert inbox.survey(nothing) == envelopes

    def test_what_is_known_is_not_shown(self, kit: TakingKit, inbox: Inbox) -> None:
        """The log decides, not a mark at the other side."""
        kit.put(["หนึ่ง", "สอง"])
        first, second = inbox.survey(nothing)
        assert inbox.survey(lambda ids: {one for one in ids if one == first.external_id}) == [second]
        assert inbox.survey(set) == []

    def test_contents_are_those_that_came(self, kit: TakingKit, inbox: Inbox) -> None:
        """Each says its own words; fetching again gives the same bytes, and changes nothing."""
        words = [f"ข้อความที่ {n}" for n in range(5)]
        kit.put(words)
        envelopes = inbox.survey(nothing)
        contents = self.fetched(inbox, envelopes)
        for envelope, word in zip(envelopes, words, strict=True):
            assert word.encode() in contents[envelope.external_id]
        assert self.fetched(inbox, envelopes) == contents
        assert inbox.survey(nothing) == envelopes

    def test_what_has_vanished_is_left_out(self, kit: TakingKit, inbox: Inbox) -> None:
        """An envelope of nothing costs the others nothing."""
        kit.put(["หนึ่ง", "สอง"])
        first, second = inbox.survey(nothing)
        gone = replace(first, external_id=first.external_id[:-1] + "9999")
        assert list(self.fetched(inbox, [gone, second])) == [second.external_id]

    def test_marking_is_safe_to_repeat(self, kit: TakingKit, inbox: Inbox) -> None:
        """Also of ids that nobody knows; what is new afterwards is shown."""
        kit.put(["หนึ่ง"])
        [one] = inbox.survey(nothing)
        self.fetched(inbox, [one])
        for _ in range(2):
            inbox.mark_taken([one.external_id, one.external_id[:-1] + "9999", "nonsense"])
        inbox.mark_taken([])
        kit.put(["สอง"])
        shown = inbox.survey(lambda ids: {name for name in ids if name == one.external_id})
        assert len(shown) == 1

    def test_closing_ends_a_wait(self, kit: TakingKit) -> None:
        """From another thread, at once."""
        inbox = kit.inbox()
        ended = threading.Event()
        waiting = threading.Thread(target=lambda: (inbox.wait(60), ended.set()), daemon=True)
        waiting.start()
        inbox.close()
        assert ended.wait(10)


class ReadingKit(Protocol):
    """Raw messages of a channel."""

    def reader(self) -> Reader:
        """Closed by the suite."""

    def raw(self, words: str) -> bytes:
        """A message that says these words."""

    def with_file(self, content: bytes) -> bytes:
        """A message with one attachment."""


JUNK = [b"", b"\x00", b"\xff" * 1000, b"mailroom-chat/1\n", b"mailroom-chat/1\n\xff\xff\xff\xff{}", b"{" * 5000]


class ReaderContract:
    """Subclass it and give it a `kit` fixture."""

    @pytest.fixture
    def kit(self) -> Any:
        raise NotImplementedError

    @pytest.fixture
    def reader(self, kit: ReadingKit) -> Iterator[Reader]:
        made = kit.reader()
        yield made
        made.close()

    def test_one_reading_for_each_source_in_order(self, kit: ReadingKit, reader: Reader) -> None:
        """Each says what it says; a reader serves again and again."""
        for _ in range(2):
            words = [f"ข้อความที่ {n}" for n in range(4)]
            readings = list(reader.read_many([io.BytesIO(kit.raw(word)) for word in words]))
            assert [one.message.text.strip() for one in readings] == words
        assert list(reader.read_many([])) == []

    @pytest.mark.parametrize("junk", JUNK, ids=lambda junk: repr(junk[:20]))
    def test_no_content_makes_it_raise(self, kit: ReadingKit, reader: Reader, junk: bytes) -> None:
        """What cannot be read is a message with a defect, or an empty one; its neighbours are read."""
        sources = [io.BytesIO(one) for one in (kit.raw("ก่อน"), junk, kit.raw("หลัง"))]
        before, odd, after = reader.read_many(sources)
        assert (before.message.text.strip(), after.message.text.strip()) == ("ก่อน", "หลัง")
        assert odd.message.attachments == ()

    def test_every_cut_of_a_message_is_survived(self, kit: ReadingKit, reader: Reader) -> None:
        """Half a message is read as far as it goes, or not at all."""
        raw = kit.with_file(b"file" * 20)
        pieces = [raw[:end] for end in range(0, len(raw), max(1, len(raw) // 40))]
        assert len(list(reader.read_many([io.BytesIO(one) for one in pieces]))) == len(pieces)

    def test_an_attachment_is_given_byte_for_byte(self, kit: ReadingKit, reader: Reader) -> None:
        """By the number that the reading tells; another number is refused."""
        content = bytes(range(256)) * 10
        raw = kit.with_file(content)
        [reading] = reader.read_many([io.BytesIO(raw)])
        [attachment] = reading.message.attachments
        found, given = reader.part(io.BytesIO(raw), attachment.part)
        assert (found, given) == (attachment, content)
        with pytest.raises(UnreadableError):
            reader.part(io.BytesIO(raw), 99)

    def test_there_is_no_html_where_none_came(self, kit: ReadingKit, reader: Reader) -> None:
        """Plain words have no other form."""
        assert reader.html(io.BytesIO(kit.raw("ข้อความ"))) == ""
