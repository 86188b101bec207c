"""What the books of papers, documents, links, letters sent, instruments and published items promise."""

from dataclasses import replace
from datetime import timedelta

import pytest

from mailroom.domain.clerk import Role
from mailroom.domain.document import DocumentKind, DownloadLink, Enclosed
from mailroom.domain.errors import StorageError
from mailroom.domain.instrument import InstrumentKind, InstrumentState
from mailroom.domain.licence import Act, IssuanceState
from mailroom.domain.outbox import OutboxState
from mailroom.domain.register import RegisterNumber
from mailroom.ports import Books
from tests.support.book_values import CHANNEL, NOW, YEAR, arrive, item
from tests.support.paper_values import (
    DIGEST,
    TODAY,
    content,
    document,
    field_decision,
    instrument,
    issuance,
    licence,
    outgoing,
)

DAY = timedelta(days=1)


class PaperContract:
    def test_a_paper_is_kept_whole(self, books: Books) -> None:
        """Every field comes back as it was, also after a step on its road."""
        [logged] = arrive(books, b"a")
        with books.begin() as uow:
            parent = uow.licences.add(licence())
            full = uow.issuances.add(issuance(licence_id=parent.id, message_id=logged.id, batch="ปี 69#17"))
            bare = uow.issuances.add(issuance(rendition=None, document=None, outgoing=None, number="", code=""))
            assert uow.issuances.get(full.id) == full
            changed = replace(full, state=IssuanceState.SUBMITTED, content=content(holder="ใหม่"), act=Act.AMEND)
            uow.issuances.save(changed, IssuanceState.PREPARED)
            uow.commit()
        with books.look() as uow:
            assert uow.issuances.get(full.id) == changed
            assert uow.issuances.get(bare.id) == bare
            assert uow.issuances.of_message(logged.id) == [changed]
            assert uow.issuances.of_licence(parent.id) == [changed]
            assert uow.issuances.get(99) is None

    def test_papers_are_found_page_by_page(self, books: Books) -> None:
        """In some states, latest change first, by number, holder or premises; Thai and Arabic digits are alike."""
        with books.begin() as uow:
            one = uow.issuances.add(issuance(number="12/2569", batch="a#1", changed_at=NOW))
            two = uow.issuances.add(
                issuance(number="7/2569", batch="a#2", changed_at=NOW + DAY, content=content(holder="นาง 100% ดี"))
            )
            gone = uow.issuances.add(issuance(number="", batch="a#3", changed_at=NOW, state=IssuanceState.CANCELLED))
            uow.commit()

        def found(search: str, *states: IssuanceState, offset: int = 0, limit: int = 9) -> list[int]:
            with books.look() as uow:
                page = uow.issuances.page(states, search, offset=offset, limit=limit)
            return [paper.id for paper in page]

        open_, every = [one.state], list(IssuanceState)
        assert found("", *open_) == [two.id, one.id]
        assert found("", *open_, offset=1, limit=1) == [one.id]
        assert found("๑๒/๒๕๖๙", *every) == [one.id]
        assert found("somchai", *every) == [two.id, gone.id, one.id]
        assert found("100%", *every) == [two.id]
        assert found("100_", *every) == []

    def test_the_slower_of_two_is_refused(self, books: Books) -> None:
        """A paper that has moved on meanwhile is not changed, and neither is one that does not exist."""
        with books.begin() as uow:
            one = uow.issuances.add(issuance())
            cancelled = replace(one, state=IssuanceState.CANCELLED)
            uow.issuances.save(cancelled, IssuanceState.PREPARED)
            with pytest.raises(StorageError, match="faster"):
                uow.issuances.save(replace(one, state=IssuanceState.SUBMITTED), IssuanceState.PREPARED)
            with pytest.raises(StorageError):
                uow.issuances.save(replace(one, id=99), IssuanceState.PREPARED)
            assert uow.issuances.get(one.id) == cancelled

    def test_papers_are_listed_by_state(self, books: Books) -> None:
        """In order of id, in pages, of one bulk run where it is named, and counted."""
        with books.begin() as uow:
            papers = [uow.issuances.add(issuance(batch=f"run#{row}")) for row in (1, 2, 3)]
            papers.append(uow.issuances.add(issuance(batch="run#1#1")))
            papers.append(uow.issuances.add(issuance(batch="Run#1")))
            papers.append(uow.issuances.add(issuance(state=IssuanceState.ISSUED)))
            uow.commit()
        with books.look() as uow:
            issuances, prepared = uow.issuances, IssuanceState.PREPARED
            assert issuances.in_state(prepared, limit=2) == papers[:2]
            assert issuances.in_state(prepared, limit=2, after=papers[1].id) == papers[2:4]
            assert issuances.in_state(prepared, IssuanceState.ISSUED, limit=9) == papers
            assert issuances.in_state(prepared, limit=9, batch="run") == papers[:3]
            assert issuances.in_state(IssuanceState.APPROVED, limit=9) == []
            assert issuances.counts() == {state.value: 0 for state in IssuanceState} | {"prepared": 5, "issued": 1}
            assert issuances.batch_rows("run") == {1, 2, 3}
            assert issuances.batch_rows("run#1") == {1}
            assert issuances.batch_rows("other") == frozenset()

    def test_a_row_of_a_bulk_run_is_prepared_once(self, books: Books) -> None:
        """A second paper of the same row is refused; papers of no run are many."""
        with books.begin() as uow:
            uow.issuances.add(issuance())
            uow.issuances.add(issuance())
            uow.issuances.add(issuance(batch="run#1"))
            with pytest.raises(StorageError):
                uow.issuances.add(issuance(batch="run#1"))

    def test_a_document_is_known_by_its_digest(self, books: Books) -> None:
        """It is kept whole; adding it again changes nothing."""
        with books.begin() as uow:
            uow.documents.put(document())
            uow.documents.put(document(kind=DocumentKind.LETTER, name="other.pdf"))
            uow.commit()
        with books.begin() as uow:
            uow.documents.put(document(name="third.pdf"))
            assert uow.documents.get(DIGEST) == document()
            assert uow.documents.get("e" * 64) is None

    def test_a_one_time_address_works_once_and_in_time(self, books: Books) -> None:
        """It shows its document until it is used or its time is over."""
        with books.begin() as uow:
            uow.documents.put(document())
            for token in ("a" * 64, "b" * 64):
                uow.links.put(DownloadLink(digest=DIGEST, token_hash=token, expires_at=NOW + DAY))
            assert uow.links.find("a" * 64, NOW) == document()
            assert uow.links.find("a" * 64, NOW + DAY) is None
            assert uow.links.use("a" * 64, NOW) == document()
            assert uow.links.use("a" * 64, NOW) is None
            assert uow.links.find("a" * 64, NOW) is None
            assert uow.links.use("b" * 64, NOW + DAY) is None
            assert uow.links.use("c" * 64, NOW) is None

    def test_letters_sent_are_numbered_without_gaps(self, books: Books) -> None:
        """Each year from 1; an entry of a transaction that failed gives its number back; all are listed in order."""
        [logged] = arrive(books, b"a")
        drafts = [outgoing(YEAR + n % 2, subject=f"ที่ {n}", message_id=logged.id) for n in range(1100)]
        with books.begin() as uow:
            entries = [uow.outgoing.enter(draft) for draft in drafts]
            uow.commit()
        with books.begin() as uow:
            assert uow.outgoing.enter(outgoing(document=None)).number == RegisterNumber(YEAR, 551)
        with books.look() as uow:
            assert list(uow.outgoing.entries(None)) == sorted(entries, key=lambda entry: entry.number)
            own = list(uow.outgoing.entries(YEAR))
        assert [entry.number.number for entry in own] == list(range(1, 551))
        assert own[0] == entries[0]
        assert own[0].letter_no("อท 1") == "อท 1/1"

    def test_series_of_numbers_do_not_mix(self, books: Books) -> None:
        """A licence called like a register has its own numbers."""
        with books.begin() as uow:
            uow.licences.raise_numbers("out", YEAR, 5)
            assert uow.outgoing.enter(outgoing()).number == RegisterNumber(YEAR, 1)
            assert uow.licences.next_number("out", YEAR) == 6

    def test_an_instrument_is_kept_whole(self, books: Books) -> None:
        """Every field comes back as it was, also after a step; the slower of two is refused."""
        with books.begin() as uow:
            full = uow.instruments.add(instrument())
            bare = uow.instruments.add(
                instrument(rules=(), signatory=None, gazette=None, code="", dated=None, kind=InstrumentKind.SYSTEM)
            )
            signed = replace(full, state=InstrumentState.SIGNED, title="แก้")
            assert uow.instruments.get(full.id) == full
            uow.instruments.save(signed, InstrumentState.DRAFT)
            with pytest.raises(StorageError, match="faster"):
                uow.instruments.save(full, InstrumentState.DRAFT)
            uow.commit()
        with books.look() as uow:
            assert uow.instruments.get(full.id) == signed
            assert uow.instruments.get(bare.id) == bare
            assert uow.instruments.by_code("ABCD") == signed
            assert uow.instruments.by_code("") is None
            assert uow.instruments.every() == [bare, signed]
            assert uow.instruments.every(InstrumentKind.CHANNELS) == [signed]

    def test_the_instrument_that_took_effect_last_is_in_force(self, books: Books) -> None:
        """Published, past its effective day, of its kind; the display of licences only once gazetted."""
        published = instrument(state=InstrumentState.PUBLISHED, code="")
        display = replace(published, kind=InstrumentKind.DISPLAY, gazette=None)
        with books.begin() as uow:
            late = uow.instruments.add(replace(published, effective_on=TODAY + DAY))
            new = uow.instruments.add(published)
            uow.instruments.add(replace(published, effective_on=TODAY - DAY))
            uow.instruments.add(replace(published, state=InstrumentState.WITHDRAWN))
            uow.instruments.add(display)
            uow.commit()
        with books.look() as uow:
            assert uow.instruments.in_force(InstrumentKind.CHANNELS, NOW) == new
            assert uow.instruments.in_force(InstrumentKind.CHANNELS, NOW + DAY) == late
            assert uow.instruments.in_force(InstrumentKind.CHANNELS, NOW - 9 * DAY) is None
            assert uow.instruments.in_force(InstrumentKind.DISPLAY, NOW) is None

    def test_the_last_decision_on_an_item_holds(self, books: Books) -> None:
        """For each service and item, and for all services, one decision is in force."""
        last = field_decision(public=False, reason="ร้องเรียน", decided_at=NOW + DAY)
        with books.begin() as uow:
            for decision in (field_decision(), last, field_decision(service=""), field_decision(field="receipt")):
                uow.fields.decide(decision)
            uow.commit()
        with books.look() as uow:
            expected = [field_decision(service=""), last, field_decision(field="receipt")]
            assert uow.fields.decisions() == expected

    def test_a_letter_keeps_its_enclosures(self, books: Books) -> None:
        """A letter that answers no message, with its documents in their order, comes back whole when it is due."""
        enclosures = (Enclosed(DIGEST, "ใบอนุญาต.pdf", "application/pdf"), Enclosed("e" * 64, "b.txt", "text/plain"))
        one = replace(item(0), message_id=None, enclosures=enclosures)
        with books.begin() as uow:
            uow.outbox.put(one)
            uow.commit()
        with books.begin() as uow:
            assert uow.outbox.claim(CHANNEL, NOW, 9) == [one.claimed()]
            assert uow.queue.counts()["undelivered"] == 0

    def test_letters_that_answer_nothing_are_found_when_they_fail(self, books: Books) -> None:
        """Failed and deferred ones without a message, the latest first; each letter is found by its id."""
        [logged] = arrive(books, b"a")
        states = (OutboxState.FAILED, OutboxState.SENT, OutboxState.DEFERRED, OutboxState.PENDING)
        letters = [
            replace(item(0, n, state=state), message_id=None, created_at=NOW + n * DAY)
            for n, state in enumerate(states)
        ]
        with books.begin() as uow:
            for one in (*letters, item(logged.id, 9, state=OutboxState.FAILED)):
                uow.outbox.put(one)
            uow.commit()
        with books.look() as uow:
            assert uow.outbox.stranded(9) == [letters[2], letters[0]]
            assert uow.outbox.stranded(1) == [letters[2]]
            assert uow.outbox.get(letters[1].id) == letters[1]
            assert uow.outbox.get("nobody") is None

    def test_clerks_have_roles(self, books: Books) -> None:
        """Role, position and capacity are kept, changed with the rest, and all clerks are listed by user name."""
        with books.begin() as uow:
            head = uow.clerks.add(
                "nayok", "นายก", "", role=Role.APPROVER, position="นายก อบต.", capacity="รักษาราชการแทน"
            )
            clerk = uow.clerks.add("malee", "มาลี", "hash")
            assert (clerk.role, clerk.position, clerk.capacity) == (Role.CLERK, "", "")
            assert uow.clerks.find("nayok") == (head, "")
            assert uow.clerks.every() == [clerk, head]
            changed = uow.clerks.add("nayok", "นายก", "", position="ปลัด")
            uow.clerks.open_session(changed, "t" * 64, "csrf", NOW)
            session = uow.clerks.session("t" * 64)
            assert session is not None
            assert session.clerk == changed
            assert (changed.role, changed.position) == (Role.CLERK, "ปลัด")
