"""What the books promise about the chain, its checkpoints and their proofs."""

from datetime import date, timedelta

import pytest

from mailroom.domain.errors import StorageError
from mailroom.domain.evidence import ChainHead, Checkpoint, CheckpointProof, Link, ProofKind
from mailroom.ports import Books
from mailroom.stages.chain import leaf_of, value_of
from tests.support.book_values import NOW, arrive, decide, message

DAY = date(2026, 1, 5)


def checkpoint(day: date = DAY, size: int = 2) -> Checkpoint:
    return Checkpoint(
        day=day, at=NOW, size=size, root=b"r" * 32, head=b"h" * 32, text="ขนาด\n", signature=b"s" * 64, key=b"k" * 32
    )


def add_event(books: Books, detail: str) -> None:
    with books.begin() as uow:
        uow.events.add("noted", NOW, detail=detail)
        uow.commit()


def links_of(books: Books) -> list[Link]:
    with books.look() as uow:
        return list(uow.chain.links())


class ChainContract:
    def test_an_empty_chain_has_a_head(self, books: Books) -> None:
        """And neither links nor checkpoints."""
        with books.look() as uow:
            assert uow.chain.head() == ChainHead(0, bytes(32))
            assert (list(uow.chain.links()), uow.chain.checkpoints(), uow.chain.checkpoint()) == ([], [], None)

    def test_every_row_that_counts_is_linked_on_the_one_before(self, books: Books) -> None:
        """In the transaction that writes it; the head is the last link."""
        [logged] = arrive(books, b"a")
        with books.begin() as uow:
            decide(uow, logged, message(), 1)
            uow.commit()
        chain = links_of(books)
        assert [link.seq for link in chain] == list(range(1, len(chain) + 1))
        wanted = {("message", "1"), ("register_entry", "in/2569/1"), ("outbox_item", f"{1:032x}"), ("event", "1")}
        assert wanted <= {(link.table, link.key) for link in chain}
        before = bytes(32)
        for link in chain:
            before = value_of(before, link.seq, link.at, link.leaf, f"{link.table} {link.key}")
            assert link.value == before
        with books.look() as uow:
            assert uow.chain.head() == ChainHead(chain[-1].seq, chain[-1].value)

    def test_what_is_not_committed_is_not_linked(self, books: Books) -> None:
        """Nor does it come into the chain with the next commit."""
        with books.begin() as uow:
            uow.events.add("noted", NOW, detail="never")
        add_event(books, "once")
        events = [link for link in links_of(books) if link.table == "event"]
        assert [link.key for link in events] == ["1"]

    def test_links_are_told_in_stretches(self, books: Books) -> None:
        """After one link, and up to another, that included."""
        for n in range(5):
            add_event(books, str(n))
        with books.look() as uow:
            assert [link.seq for link in uow.chain.links(after=1, until=3)] == [2, 3]
            assert [link.seq for link in uow.chain.links(after=4)] == [5]
            assert list(uow.chain.links(after=5)) == []

    def test_a_row_is_found_with_the_record_that_its_leaf_covers(self, books: Books) -> None:
        """So that a leaf can be made again from the row by anybody."""
        for n in range(3):
            add_event(books, f"รายการ {n}")
        with books.look() as uow:
            found = uow.chain.of_rows([("event", "3"), ("event", "1"), ("event", "9")])
            records = uow.chain.records(found)
        assert [link.key for link in found] == ["1", "3"]
        assert [leaf_of(record) for record in records] == [link.leaf for link in found]
        assert "รายการ 2" in records[1]

    def test_a_link_of_a_row_that_is_gone_has_no_record(self, books: Books) -> None:
        """Instead of an error."""
        add_event(books, "a")
        [link] = links_of(books)
        gone = Link(link.seq, link.at, "event", "9", link.leaf, link.value)
        with books.look() as uow:
            assert uow.chain.records([gone]) == [""]

    def test_rows_that_changed_are_sealed_once(self, books: Books) -> None:
        """Until they change again; what they were sealed as is a link."""
        [logged] = arrive(books, b"a")
        with books.begin() as uow:
            decide(uow, logged, message(), 1)
            uow.commit()
        assert self._seal(books) > 0
        [case] = [link for link in links_of(books) if link.table == "case_file.state"]
        with books.look() as uow:
            assert leaf_of(uow.chain.records([case])[0]) == case.leaf
        assert self._seal(books) == 0
        with books.begin() as uow:
            [letter] = uow.outbox.claim("email", NOW, 1)
            uow.outbox.save(letter.sent(NOW, "250 ok"))
            uow.commit()
        assert self._seal(books) == 1
        sealed = [link.key for link in links_of(books) if link.table == "outbox_item.state"]
        assert sealed == [letter.id, letter.id]

    @staticmethod
    def _seal(books: Books) -> int:
        with books.begin() as uow:
            count = uow.chain.seal_rows(NOW)
            uow.commit()
        return count

    def test_a_day_has_one_checkpoint(self, books: Books) -> None:
        """A second one is refused, and the first stays as it was."""
        for day, size in ((DAY, 2), (DAY + timedelta(days=1), 7)):
            with books.begin() as uow:
                uow.chain.add_checkpoint(checkpoint(day, size))
                uow.commit()
        with books.begin() as uow, pytest.raises(StorageError):
            uow.chain.add_checkpoint(checkpoint(size=9))
        with books.look() as uow:
            assert uow.chain.checkpoints() == [checkpoint(DAY + timedelta(days=1), 7), checkpoint()]
            assert len(uow.chain.checkpoints(1)) == 1
            assert uow.chain.checkpoint(DAY) == checkpoint()
            latest = uow.chain.checkpoint()
            assert latest is not None
            assert latest.size == 7

    def test_a_link_is_covered_by_the_first_checkpoint_after_it(self, books: Books) -> None:
        """And by none while its day is not closed."""
        for day, size in ((DAY, 2), (DAY + timedelta(days=1), 7)):
            with books.begin() as uow:
                uow.chain.add_checkpoint(checkpoint(day, size))
                uow.commit()
        with books.look() as uow:
            sizes = [one.size if (one := uow.chain.checkpoint_of(seq)) else None for seq in (1, 2, 3, 7, 8)]
        assert sizes == [2, 2, 7, 7, None]

    def test_proofs_of_a_day_are_told_in_order(self, books: Books) -> None:
        """Several witnesses may speak for one."""
        proofs = [
            CheckpointProof(DAY, ProofKind.TIMESTAMP, NOW, b"\x00\xff"),
            CheckpointProof(DAY, ProofKind.WITNESS, NOW, "พยาน".encode()),
            CheckpointProof(DAY, ProofKind.WITNESS, NOW + timedelta(hours=1), b"second"),
        ]
        with books.begin() as uow:
            uow.chain.add_checkpoint(checkpoint())
            for proof in (*proofs, CheckpointProof(DAY - timedelta(days=1), ProofKind.PUBLISHED, NOW, b"")):
                uow.chain.add_proof(proof)
            uow.commit()
        with books.look() as uow:
            assert uow.chain.proofs(DAY) == proofs
