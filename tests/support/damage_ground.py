"""A small installation with something of everything, on which damage is done and looked for."""

import os
import random
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from mailroom.domain.clerk import Role
from mailroom.domain.decision import Letter
from mailroom.domain.document import Document, DocumentKind, Enclosed
from mailroom.domain.evidence import CheckpointProof, ProofKind, SentCopy
from mailroom.domain.licence import IssuanceState
from mailroom.domain.privacy import Read
from mailroom.ports import UnitOfWork
from storage.archive import SegmentArchive
from storage.backup.mirror import Mirror
from storage.driver import sqlite_module
from storage.unit_of_work import SqlBooks
from tests.support.book_values import NOW, YEAR, decide, full_message, item, keep_and_log, message
from tests.support.checkpoints import FIRST_DAY, close_day, seal
from tests.support.paper_values import SERVICE, document, event, field_decision, issuance, licence, outgoing

MESSAGES = 24
SEGMENT_LIMIT = 20_000


@dataclass
class Ground:
    """`database` is a whole copy without a journal beside it; `mirror` holds two points of all."""

    folder: Path
    points: list[str] = field(default_factory=list)
    """Of the mirror."""

    @property
    def sources(self) -> dict[str, Path]:
        return {"archive": self.archive, "mailroom.sqlite": self.database}

    @property
    def database(self) -> Path:
        return self.folder / "mailroom.sqlite"

    @property
    def archive(self) -> Path:
        return self.folder / "archive"

    @property
    def mirror(self) -> Mirror:
        return Mirror("disk", self.folder / "mirror")


def prepared(folder: Path, seed: int) -> Ground:
    """Two days are closed; everything is sealed."""
    ground, chance = Ground(folder), random.Random(seed)
    work = folder / "work.sqlite"
    books = SqlBooks(f"sqlite:///{work}", "agency")
    archive = SegmentArchive(ground.archive, segment_limit=SEGMENT_LIMIT)
    for day in range(2):
        _messages(books, archive, chance, day)
        _papers(books, archive, chance)
        _rest(books, day)
        made = close_day(books, day)
        with books.begin() as uow:
            for kind in (ProofKind.TIMESTAMP, ProofKind.PUBLISHED):
                uow.chain.add_proof(CheckpointProof(made.day, kind, NOW, kind.encode()))
            uow.commit()
    seal(books)
    close_day(books, 2)
    archive.close()
    books.close()
    connection = sqlite_module().connect(work)
    connection.execute("VACUUM INTO ?", (str(ground.database),))
    connection.close()
    for rest in folder.glob("work.sqlite*"):
        rest.unlink()
    ground.mirror.prepare()
    ground.points = [ground.mirror.store(ground.sources, "one", lambda done, total: None)[0] for _ in range(2)]
    return ground


def _messages(books: SqlBooks, archive: SegmentArchive, chance: random.Random, day: int) -> None:
    contents = [os.urandom(chance.randrange(300, 4000)) for _ in range(MESSAGES // 2)]
    rows = keep_and_log(archive, books, *contents)
    with books.begin() as uow:
        for logged in rows:
            said = full_message() if logged.id % 5 == 0 else message(f"ขอใบอนุญาต {logged.id}")
            decide(uow, logged, said, logged.id)
        uow.clerks.add(f"clerk{day}", "สมศรี", "", role=Role.CLERK)
        uow.commit()
    with books.begin() as uow:
        for letter in uow.outbox.claim("email", NOW, MESSAGES):
            [kept] = archive.keep([os.urandom(700)])
            uow.outbox.save(letter.sent(NOW, "250 ok"))
            copy = SentCopy(
                item=letter.id,
                attempt=1,
                at=NOW,
                digest=kept.digest,
                size=kept.size,
                segment=kept.place.segment,
                offset=kept.place.offset,
                stored_length=kept.place.length,
                reply="250 ok",
                accepted=True,
            )
            uow.sent.add(copy)
        uow.commit()


def _papers(books: SqlBooks, archive: SegmentArchive, chance: random.Random) -> None:
    with books.begin() as uow:
        for _ in range(3):
            number = f"{uow.licences.next_number(SERVICE, YEAR)}/{YEAR}"
            pdf = os.urandom(chance.randrange(1000, 3000))
            rendition = _keep(uow, archive, pdf, DocumentKind.RENDITION)
            signed = _keep(uow, archive, pdf + os.urandom(300), DocumentKind.LICENCE)
            made = uow.licences.add(licence(number=number, code=number, document=signed.digest))
            uow.licences.note(event(made.id, document=signed.digest))
            entry = uow.outgoing.enter(outgoing(document=signed.digest))
            facts = {"rendition": rendition.digest, "document": signed.digest, "outgoing": entry.number}
            uow.issuances.add(
                issuance(state=IssuanceState.ISSUED, number=number, licence_id=made.id, approved_by="nayok", **facts)
            )
            owed = replace(item(0, 1000 + made.id), message_id=None, letter=Letter.LICENCE, text="ส่งใบอนุญาต")
            enclosed = Enclosed(signed.digest, signed.name, signed.media_type)
            uow.outbox.put(replace(owed, created_at=NOW - timedelta(days=1), enclosures=(enclosed,)))
        uow.commit()


def _keep(uow: UnitOfWork, archive: SegmentArchive, pdf: bytes, kind: DocumentKind) -> Document:
    [kept] = archive.keep([pdf])
    one = document(kept.digest, kind=kind, size=kept.size, place=kept.place, name=f"{kind}.pdf")
    uow.documents.put(one)
    return one


def _rest(books: SqlBooks, day: int) -> None:
    with books.begin() as uow:
        for number in range(1, 6):
            uow.reads.note(Read(at=NOW, actor=f"clerk{day}", what="message", key=str(number), how="page"))
        uow.fields.decide(field_decision())
        uow.events.add("noted", NOW + timedelta(days=day), actor="clerk0", detail=str(FIRST_DAY))
        uow.commit()
