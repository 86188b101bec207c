"""What the books promise about cases, letters and records of people who write in turns."""

from dataclasses import replace

import pytest

from mailroom.domain.card import Card, CheckItem, Choice
from mailroom.domain.case import Case, CaseState
from mailroom.domain.decision import UNCOUNTED, Letter, Secrecy
from mailroom.domain.errors import RefusedActionError
from mailroom.domain.message import Address, Envelope, LoggedMessage, Message
from mailroom.ports import Books
from tests.support.book_values import NOW, arrive, decide, draft, full_message, item, kept, message, verdict
from tests.support.chat_values import ACCOUNT, CHANNEL, OTHER, PERSON, SECOND, person


def arrive_from(books: Books, channel: str, account: str, external_id: str, at: int) -> LoggedMessage:
    envelope = Envelope(channel, account, external_id, NOW + at * SECOND)
    with books.begin() as uow:
        uow.messages.log([(envelope, kept(external_id.encode()))], NOW)
        uow.commit()
    with books.look() as uow:
        return next(one.logged for one in uow.messages.every() if one.logged.envelope == envelope)


def from_person(person_id: str = PERSON) -> Message:
    sender = Address("ศรี", person_id)
    return message(sender=sender, senders=(sender,), is_chat=True, service="build", fingerprint="")


class ChatCaseContract:
    def test_a_person_sees_their_own_cases(self, books: Books) -> None:
        """Those sent from this account of the platform, latest first, with the letter that acknowledged each."""
        rows = [
            arrive_from(books, channel, account, f"e{n}", n)
            for n, (channel, account) in enumerate(
                [(CHANNEL, ACCOUNT), (CHANNEL, ACCOUNT), (CHANNEL, ACCOUNT), (CHANNEL, "@other"), ("other", ACCOUNT)]
            )
        ]
        senders = [PERSON, PERSON, OTHER, PERSON, PERSON]
        with books.begin() as uow:
            for key, (logged, sender) in enumerate(zip(rows, senders, strict=True)):
                decide(uow, logged, from_person(sender), key if key != 1 else None)
            uow.outbox.put(item(rows[0].id, 77, letter=Letter.REDIRECT_AGENCY))
            uow.commit()
        with books.look() as uow:
            found = uow.chats(CHANNEL, ACCOUNT).cases(person(), 9)
            assert uow.chats(CHANNEL, ACCOUNT).cases(person(), 1) == found[:1]
        assert [(one.number, one.message_id) for one in found] == [("2/2569", rows[1].id), ("1/2569", rows[0].id)]
        assert [one.acknowledged_by for one in found] == ["", f"{0:032x}"]
        assert (found[0].subject, found[0].state, found[0].service) == ("ขออนุญาตก่อสร้าง", "open", "build")
        assert found[0].entered_system_at == NOW + SECOND

    def test_cases_of_mail_are_shown_once_the_address_is_proven(self, books: Books) -> None:
        """Capitals make no difference; an address that is only their word shows nothing."""
        [mailed, others, undecided] = arrive(books, b"a", b"b", b"c")
        with books.begin() as uow:
            decide(uow, mailed, message(address="Somsri@example.test"), 1)
            decide(uow, others, message(address="other@example.test"), 2)
            uow.messages.record(verdict(undecided, message(address="somsri@example.test")))
            uow.commit()
        claimed = person(email="SOMSRI@example.test")
        with books.look() as uow:
            chats = uow.chats(CHANNEL, ACCOUNT)
            assert chats.cases(claimed, 9) == []
            assert chats.cases(replace(claimed, email="", email_proven_at=NOW), 9) == []
            [case] = chats.cases(replace(claimed, email_proven_at=NOW), 9)
        assert (case.message_id, case.acknowledged_by) == (mailed.id, f"{1:032x}")

    def test_a_person_without_id_has_no_cases(self, books: Books) -> None:
        """What came without a sender is nobody's."""
        logged = arrive_from(books, CHANNEL, ACCOUNT, "e1", 1)
        with books.begin() as uow:
            decide(uow, logged, from_person(""))
            uow.commit()
        with books.look() as uow:
            assert uow.chats(CHANNEL, ACCOUNT).cases(person(""), 9) == []

    def test_of_a_graded_matter_the_subject_is_not_told(self, books: Books) -> None:
        """Its number and its state are (R58, R118)."""
        logged = arrive_from(books, CHANNEL, ACCOUNT, "e1", 1)
        with books.begin() as uow:
            entry = uow.register.enter(draft(logged, secrecy=Secrecy.SECRET))
            uow.messages.record(verdict(logged, from_person()))
            uow.cases.open(Case(entry.number, logged.id, CaseState.OPEN))
            uow.commit()
        with books.look() as uow:
            [case] = uow.chats(CHANNEL, ACCOUNT).cases(person(), 9)
        assert (case.number, case.subject) == (str(entry.number), "")


class ChatLetterContract:
    def test_a_card_is_read_back_whole(self, books: Books) -> None:
        """A letter with a card, also an empty one, is the same after it was kept; one without has none."""
        card = Card(
            title="ขออนุญาตก่อสร้าง",
            rows=(("ชื่อ", "สมศรี"), ("อีเมล", "-")),
            items=(CheckItem("สำเนาบัตร", True), CheckItem("แผนที่", False)),
            note="หมายเหตุ",
            buttons=(Choice("สถานะ", data="status"), Choice("เว็บ", url="https://agency.test")),
            choices=(Choice("ยืนยัน", says="ยืนยัน"),),
        )
        letters = [item(0, n, message_id=None, channel=CHANNEL, card=one) for n, one in enumerate((card, Card(), None))]
        with books.begin() as uow:
            for letter in letters:
                uow.outbox.put(letter)
            uow.commit()
        with books.begin() as uow:
            assert [uow.outbox.get(letter.id) for letter in letters] == letters
            claimed = uow.outbox.claim(CHANNEL, NOW, 9)
            assert {one.id: one.card for one in claimed} == {letter.id: letter.card for letter in letters}

    def test_turns_of_a_dialogue_use_up_nothing(self, books: Books) -> None:
        """A prompt, or a code, counts neither among the letters of the day nor as the answer to a text, in its own batch or later."""
        first, second = arrive(books, b"a", b"b")
        found = []
        with books.begin() as uow:
            pairs = [(one, message("สวัสดี")) for one in (first, second)]
            for (logged, words), history in zip(pairs, uow.messages.histories(pairs, NOW), strict=True):
                found.append(history)
                uow.messages.record(verdict(logged, words))
                for place, letter in enumerate(sorted(UNCOUNTED)):
                    uow.outbox.put(item(logged.id, 10 * logged.id + place, letter=letter))
            uow.commit()
        [third] = arrive(books, b"c")
        with books.look() as uow:
            found += uow.messages.histories([(third, message("สวัสดี"))], NOW)
        for history in found:
            assert (history.letters_today, history.notices_today, history.text_answered) == (0, frozenset(), False)

    def test_a_chat_is_read_back_as_one(self, books: Books) -> None:
        """That it is one, and the service that was chosen; not its reply token, a secret that soon ends."""
        [logged] = arrive(books, b"a")
        with books.begin() as uow:
            words = replace(full_message(), is_chat=True, service="build", reply_token="secret")
            uow.messages.record(verdict(logged, words))
            uow.commit()
        with books.look() as uow:
            record = uow.messages.get(logged.id)
        assert record is not None
        assert record.message == replace(full_message(), is_chat=True, service="build")

    def test_what_was_taken_back_is_hidden(self, books: Books) -> None:
        """Other words stand for it, its files are marked; everything else of the record stays (R117)."""
        [logged] = arrive(books, b"a")
        with books.begin() as uow:
            entry = uow.register.enter(draft(logged))
            uow.messages.record(verdict(logged, full_message()))
            uow.messages.redact(logged.id, text="เหลืออยู่", subject="ผู้ส่งยกเลิกข้อความ", hidden_parts=[3])
            uow.commit()
        with books.look() as uow:
            before, after = full_message(), uow.messages.get(logged.id)
            assert uow.register.of_message(logged.id) == entry
            assert [len(uow.search.page("all", one, offset=0, limit=9).hits) for one in ("ผู้ส่งยกเลิก", "ก่อสร้าง")] == [
                1,
                0,
            ]
            assert len(uow.search.page("all", "somchai@", offset=0, limit=9).hits) == 1
        assert after is not None
        first, second = before.attachments
        files = (first, replace(second, withdrawn=True))
        assert after.message == replace(before, text="เหลืออยู่", subject="ผู้ส่งยกเลิกข้อความ", attachments=files)
        assert after.logged.digest == logged.digest

    def test_hiding_again_brings_nothing_back(self, books: Books) -> None:
        """A part that was marked stays marked."""
        [logged] = arrive(books, b"a")
        with books.begin() as uow:
            uow.messages.record(verdict(logged, full_message()))
            for parts in ([1], [], [3]):
                uow.messages.redact(logged.id, text="", subject="", hidden_parts=parts)
            uow.commit()
        with books.look() as uow:
            record = uow.messages.get(logged.id)
        assert record is not None
        assert record.message is not None
        assert [one.withdrawn for one in record.message.attachments] == [True, True]

    def test_what_is_not_decided_cannot_be_hidden(self, books: Books) -> None:
        """What is read later would come back; nor can what is not there."""
        [logged] = arrive(books, b"a")
        with books.begin() as uow:
            for one in (logged.id, 999):
                with pytest.raises(RefusedActionError):
                    uow.messages.redact(one, text="", subject="", hidden_parts=[])
