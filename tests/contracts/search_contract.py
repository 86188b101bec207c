"""What a search book promises."""

from dataclasses import replace
from typing import Any

import pytest

from mailroom.domain.attachment_reading import AttachmentReading, ReadingState
from mailroom.domain.decision import Classification, Kind, LetterMarks, Outcome, Secrecy, Urgency
from mailroom.domain.message import Address, LoggedMessage, Message
from mailroom.domain.privacy import Restriction
from mailroom.domain.register import RegisterNumber
from mailroom.domain.search import Found, Place
from mailroom.ports import Books
from tests.support.book_values import NOW, YEAR, arrive, attachment, decide, decision, message, verdict

SECRET = Classification(Kind.OFFICIAL_LETTER, marks=LetterMarks(secrecy=Secrecy.CONFIDENTIAL))


def take_in(books: Books) -> int:
    """Have the index catch up."""
    taken = 0
    while True:
        with books.begin() as uow:
            some = uow.search.advance(2)
            uow.commit()
        if not some:
            return taken
        taken += some


def search(books: Books, words: str, *, view: str = "all", offset: int = 0, limit: int = 9) -> Found:
    with books.look() as uow:
        return uow.search.page(view, words, offset=offset, limit=limit)


def rows(found: Found) -> list[int]:
    return [one.record.logged.id for one in found.hits]


def received(books: Books, *messages: Message, **more: Any) -> list[LoggedMessage]:
    """Decided, and registered in this order."""
    logged = arrive(books, *(f"{n} {one.subject}".encode() for n, one in enumerate(messages)))
    with books.begin() as uow:
        for one, said in zip(logged, messages, strict=True):
            decide(uow, one, said, **more)
        uow.commit()
    return logged


class SearchContract:
    def test_any_part_of_a_text_is_found(self, books: Books) -> None:
        """Wherever blanks stand and whichever digits are used; and the place is shown as it was written."""
        text = "เรียน นายก\nท่อประปา ซอย ๑๒ หน้าบ้านเลขที่ 99/๑ แตก ขอให้ช่วย"
        [logged] = received(books, message(text, subject="แจ้งเหตุ"))
        take_in(books)
        for words in ("ท่อประปา", "อประปาซอย12", "99/1", "บ้านเลขที่ ๙๙", "ซ อ ย 12", "นายกท่อ"):
            [hit] = search(books, words).hits
            assert (hit.record.logged, hit.place) == (logged, Place.TEXT)
        [hit] = search(books, "ซอย12").hits
        assert hit.excerpt is not None
        assert hit.excerpt.hit == "ซอย ๑๒"
        assert hit.excerpt.before == "เรียน นายก ท่อประปา "
        assert search(books, "ท่อน้ำ").hits == ()

    def test_letters_that_stand_apart_are_not_found(self, books: Books) -> None:
        """All runs of three letters of the words stand in the text, but not in one place."""
        received(books, message("กขคงxขคงจ", subject="ก"))
        take_in(books)
        assert search(books, "กขคงจ").hits == ()
        assert len(search(books, "กขคง").hits) == 1

    def test_attachments_are_found_by_name_and_text(self, books: Books) -> None:
        """What was read of them counts once it was read; a part that was taken back does not (R117)."""
        files = (attachment(1), replace(attachment(2), name="โฉนดที่ดิน.pdf"))
        [logged] = received(books, message(attachments=files))
        take_in(books)
        [hit] = search(books, "แผนที่.pdf").hits
        assert (hit.place, hit.file, hit.excerpt) == (Place.FILE, "แผนที่.pdf", None)
        assert search(books, "ระวางที่ดิน").hits == ()
        with books.begin() as uow:
            read = AttachmentReading(ReadingState.READ, text="เลขที่โฉนด ๔๕๖๗ ระวางที่ดิน")
            uow.attachments.put(logged.id, 2, read, NOW)
            uow.search.again([logged.id])
            uow.commit()
        assert search(books, "ระวางที่ดิน").hits == ()
        assert take_in(books) == 1
        [hit] = search(books, "4567ระวาง").hits
        assert (hit.place, hit.file) == (Place.FILE, "โฉนดที่ดิน.pdf")
        assert hit.excerpt is not None
        assert hit.excerpt.hit == "๔๕๖๗ ระวาง"
        with books.begin() as uow:
            uow.messages.redact(logged.id, text="", subject="", hidden_parts=[2])
            uow.commit()
        take_in(books)
        assert search(books, "ระวางที่ดิน").hits == ()
        assert len(search(books, "แผนที่").hits) == 1

    def test_what_was_taken_back_is_not_found_at_once(self, books: Books) -> None:
        """In the transaction that takes it back, without waiting for the index (R117)."""
        [logged] = received(books, message("เลขบัตร 1101700203451", subject="ขอแก้ไข"))
        take_in(books)
        assert rows(search(books, "11017")) == [logged.id]
        with books.begin() as uow:
            uow.messages.redact(logged.id, text="ผู้ส่งยกเลิกข้อความ", subject="ผู้ส่งยกเลิก", hidden_parts=())
            uow.commit()
        assert search(books, "11017").hits == ()
        assert search(books, "ขอแก้ไข").hits == ()
        assert rows(search(books, "ผู้ส่งยกเลิก")) == [logged.id]
        take_in(books)
        assert search(books, "11017").hits == ()
        assert rows(search(books, "ยกเลิกข้อความ")) == [logged.id]

    def test_head_and_number_are_found_at_once(self, books: Books) -> None:
        """Of a message that the index does not know yet, beside those that it knows."""
        [old] = received(books, message("ก", subject="น้ำท่วมถนน"))
        take_in(books)
        [new] = received(books, message("น้ำท่วมบ้าน", subject="แจ้งน้ำท่วม", address="Daeng@example.test"))
        assert set(rows(search(books, "น้ำท่วม"))) == {old.id, new.id}
        assert rows(search(books, "daeng@")) == [new.id]
        assert rows(search(books, "2/2569")) == [new.id]
        assert search(books, "ท่วมบ้าน").hits == ()
        assert take_in(books) == 1
        assert rows(search(books, "ท่วมบ้าน")) == [new.id]

    def test_what_is_decided_late_is_taken_in_late(self, books: Books) -> None:
        """A message that waits for its decision keeps no later one out, and comes in itself."""
        late, other = arrive(books, b"a", b"b")
        with books.begin() as uow:
            decide(uow, other, message("ต้นไม้ล้ม"))
            uow.commit()
        take_in(books)
        assert rows(search(books, "ต้นไม้ล้ม")) == [other.id]
        with books.begin() as uow:
            decide(uow, late, message("ต้นไม้ล้มขวางทาง", subject="ด่วน"))
            uow.commit()
        take_in(books)
        assert set(rows(search(books, "ต้นไม้ล้ม"))) == {late.id, other.id}

    @pytest.mark.parametrize(
        ("words", "found"),
        [("2", [2]), ("๒", [2]), ("2/2569", [2]), ("2/69", [2]), ("02", [2]), ("2/2568", []), ("2/2", [])],
    )
    def test_a_number_is_found(self, books: Books, words: str, found: list[int]) -> None:
        """Alone or with its year, in either kind of digit."""
        logged = received(books, *(message("ก", subject="ข") for _ in range(3)))
        assert rows(search(books, words)) == [logged[one - 1].id for one in found]

    def test_a_number_stands_before_what_says_it(self, books: Books) -> None:
        """Then the others, in the order of the queue; all of them on pages without gap or repeat."""
        logged = received(books, *(message("ก", subject="บ้านเลขที่ 2 หมู่ 4") for _ in range(5)))
        take_in(books)
        expected = [logged[1].id, *(logged[n].id for n in (4, 3, 2, 0))]
        assert rows(search(books, "2")) == expected
        pages = [search(books, "2", offset=offset, limit=2) for offset in (0, 2, 4)]
        assert [row for page in pages for row in rows(page)] == expected
        assert [page.more for page in pages] == [True, True, False]
        assert [one.place for one in pages[0].hits] == [Place.NUMBER, Place.HEAD]

    def test_what_is_found_stands_as_in_the_queue(self, books: Books) -> None:
        """The most urgent first, then the newest, of the view that is looked at."""
        logged = arrive(books, *(b"%d" % n for n in range(4)))
        with books.begin() as uow:
            for number, one in enumerate(logged):
                urgency = Urgency.URGENT if number == 1 else Urgency.NORMAL
                uow.messages.record(
                    verdict(
                        one,
                        message("เสียงดังรบกวน"),
                        classification=Classification(Kind.REQUEST, marks=LetterMarks(urgency=urgency)),
                        decision=decision(Outcome.HOLD if number == 3 else Outcome.ACCEPT),
                    )
                )
            uow.commit()
        take_in(books)
        assert rows(search(books, "เสียงดัง")) == [logged[n].id for n in (1, 3, 2, 0)]
        assert rows(search(books, "เสียงดัง", view="accept")) == [logged[n].id for n in (1, 2, 0)]
        assert rows(search(books, "เสียงดัง", view="hold")) == [logged[3].id]
        assert rows(search(books, "เสียงดัง", view="undelivered")) == []

    def test_one_or_two_letters_are_looked_for_in_the_head(self, books: Books) -> None:
        """Subject, name and address; in texts they would be everywhere."""
        first, second = received(books, message("กขคง", subject="ถมดิน"), message("ดิน", subject="กขคง"))
        take_in(books)
        assert rows(search(books, "ดิ")) == [first.id]
        assert rows(search(books, "ถ")) == [first.id]
        assert rows(search(books, "กขค")) == [second.id, first.id]

    @pytest.mark.parametrize("words", ["%", "100%_", '"', "'", "a* OR b", "NEAR(a b)", "\x00", "\ud800ab", "(" * 300])
    def test_no_sign_has_a_meaning_of_its_own(self, books: Books, words: str) -> None:
        """Whatever is typed is looked for as it stands."""
        [logged] = received(books, message('ลด 50 "a" b NEAR', subject="หนึ่ง"))
        take_in(books)
        assert rows(search(books, words)) in ([], [logged.id])
        assert rows(search(books, '50"a"')) == [logged.id]

    def test_what_is_secret_is_found_by_its_number_alone(self, books: Books) -> None:
        """Neither by subject, sender, text nor attachment, at once or later, nor as something near (R58)."""
        said = message("รายชื่อสายลับ", subject="ปฏิบัติการลับ", attachments=(attachment(1),))
        [logged] = received(books, said, classification=SECRET)
        for _ in range(2):
            for words in ("รายชื่อ", "ปฏิบัติการ", "สมชาย", "สมชัย", "somchai@", "แผนที่", "ลับ", "ล"):
                assert search(books, words).hits == ()
            [hit] = search(books, "1/2569").hits
            assert (hit.record.logged, hit.place) == (logged, Place.NUMBER)
            take_in(books)

    def test_a_restricted_case_is_not_found(self, books: Books) -> None:
        """By number, head, text or as something near (R106); it is found again once that is lifted."""
        [logged] = received(books, message("โรคประจำตัว", subject="ขอความช่วยเหลือ"))
        take_in(books)
        number = RegisterNumber(YEAR, 1)
        with books.begin() as uow:
            placed = uow.privacy.restrict(
                Restriction(number=number, request=None, reason="r", people=("malee",), placed_at=NOW, placed_by="head")
            )
            uow.commit()
        for words in ("โรคประจำตัว", "ความช่วยเหลือ", "1/2569", "ขอความช่วยเลือ"):
            assert search(books, words).hits == ()
        with books.begin() as uow:
            uow.privacy.save_restriction(replace(placed, lifted_at=NOW, lifted_by="head", lift_reason="r"))
            uow.commit()
        assert rows(search(books, "โรคประจำตัว")) == [logged.id]

    @pytest.mark.parametrize("words", ["สมชาย ใจดิ", "สมขาย", "สมชาายใจดี", "ก่อสราง", "ขออนุญาติ", "somchia@"])
    def test_a_slip_in_name_or_subject_is_forgiven(self, books: Books, words: str) -> None:
        """When nothing is as it was typed, what differs by one letter is found, and said to be near."""
        [logged] = received(books, message("ข้อความ", subject="ขออนุญาตก่อสร้าง"))
        take_in(books)
        found = search(books, words)
        assert (rows(found), found.near, found.more) == ([logged.id], True, False)
        assert search(books, words, offset=9).hits == ()

    def test_near_is_only_looked_for_where_nothing_is_exact(self, books: Books) -> None:
        """What is exact stands alone, and short words have nothing near."""
        exact, _ = received(books, message(subject="ขอบ้านเช่า"), message(subject="ขอบ้านเข่า"))
        found = search(books, "บ้านเช่า")
        assert (rows(found), found.near) == ([exact.id], False)
        assert search(books, "ขอค").hits == ()

    def test_an_empty_search_is_the_view(self, books: Books) -> None:
        """Also when nothing but invisible signs was typed; what is not decided yet is in it."""
        arrive(books, b"a", b"b")
        for words in ("", "  ", "\u200b"):
            assert len(search(books, words).hits) == 2
            assert search(books, words, limit=1).more

    def test_the_index_is_made_anew_when_it_is_dropped(self, books: Books) -> None:
        """Until then what stands in texts is not found; afterwards everything is as before."""
        logged = received(books, *(message(f"ถังขยะล้น {n}", subject="แจ้ง") for n in range(5)))
        take_in(books)
        before = search(books, "ขยะล้น")
        with books.begin() as uow:
            uow.search.drop()
            uow.commit()
        assert search(books, "ขยะล้น").hits == ()
        with books.look() as uow:
            assert uow.search.waiting() == len(logged)
        assert take_in(books) == len(logged)
        assert search(books, "ขยะล้น") == before
        with books.look() as uow:
            assert uow.search.waiting() == 0

    def test_an_aborted_step_is_done_again(self, books: Books) -> None:
        """What was not committed is not in the index, and not counted as done."""
        received(books, message("ถังขยะล้น"), message("ถังขยะล้นมาก"))
        with books.begin() as uow:
            assert uow.search.advance(9) == 2
        assert take_in(books) == 2
        assert len(search(books, "ขยะล้น").hits) == 2

    def test_a_message_that_joined_is_found_without_number(self, books: Books) -> None:
        """What has no number of its own is found by what it says."""
        first, later = arrive(books, b"a", b"b")
        with books.begin() as uow:
            number = decide(uow, first, message()).number
            said = message("ส่งสำเนาโฉนดเพิ่ม", sender=Address("", "x@y.test"))
            uow.messages.record(verdict(later, said, decision=decision(register=False), follows=number))
            uow.commit()
        take_in(books)
        [hit] = search(books, "โฉนดเพิ่ม").hits
        assert (hit.record.logged, hit.record.number, hit.record.follows) == (later, None, number)
