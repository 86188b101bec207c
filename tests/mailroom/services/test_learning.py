"""Training on what clerks said: deterministic, measured, kept, and switched without a restart."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mailroom.domain.decision import Classification, Kind, LetterMarks, Secrecy
from mailroom.domain.errors import ModelDamagedError, RefusedActionError
from mailroom.domain.learning import Correction, Head, HeadState, Source
from mailroom.services.guide import Guide, models_now
from mailroom.services.learning import Learning
from mailroom.services.model_shelf import ModelShelf
from mailroom.settings import LearningSection
from mailroom.stages.judge import Judge
from mailroom.stages.lessons import lessons
from mailroom.testing import FakeClock, MemoryBooks, PlainReader
from tests.support.book_values import arrive, decide, message
from tests.support.teaching import wordings
from tests.support.workshop import AGENCY, CATALOGUE, HOURS

REQUEST = Classification(Kind.REQUEST)
NOON = datetime(2026, 1, 6, 5, 0, tzinfo=UTC)


class School:
    """Books in memory in which clerks said something."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.books, self.clock, self.shelf = MemoryBooks(), FakeClock(NOON), ModelShelf(folder / "models")
        self.settings = LearningSection(**({"error_service": 0.2, "error_redirect": 0.2} | settings))
        self.learning = self.again()

    def again(self, catalogue: Any = CATALOGUE) -> Learning:
        return Learning(
            books=self.books,
            clock=self.clock,
            agency=AGENCY,
            catalogue=catalogue,
            settings=self.settings,
            shelf=self.shelf,
        )

    def take(self, texts: list[str], found: Classification = REQUEST) -> list[int]:
        rows = arrive(self.books, *(f"{len(self.books.shelf.messages)} {n}".encode() for n in range(len(texts))))
        with self.books.begin() as uow:
            for logged, text in zip(rows, texts, strict=True):
                decide(uow, logged, message(text, subject=""), classification=found)
            uow.commit()
        return [logged.id for logged in rows]

    def say(self, row: int, head: Head, value: str, **more: Any) -> None:
        facts: dict[str, Any] = {"was": "", "by": "malee", "source": Source.QUEUE}
        with self.books.begin() as uow:
            uow.learning.add(Correction(message_id=row, head=head, value=value, at=self.clock.now(), **(facts | more)))
            uow.commit()

    def teach(self, count: int = 60) -> None:
        """So many corrections of each thing."""
        for answer in ("food-shop", "noise"):
            for row in self.take(wordings(answer, count)):
                self.say(row, Head.SERVICE, answer)
                self.say(row, Head.AGENCY, "")
        for row in self.take(wordings("กรมการกงสุล", count)):
            self.say(row, Head.AGENCY, "กรมการกงสุล")

    def answers(self, text: str) -> Classification:
        with self.books.look() as uow:
            models = models_now(uow, self.shelf, CATALOGUE)
        judge = Judge(agency=AGENCY, catalogue=CATALOGUE, hours=HOURS, models=models)
        return judge.classifier.classify(message(text, subject=""))


@pytest.fixture
def school(tmp_path: Path) -> School:
    return School(tmp_path)


@pytest.fixture(scope="module")
def taught(tmp_path_factory: pytest.TempPathFactory) -> School:
    """Trained once; tests only look."""
    school = School(tmp_path_factory.mktemp("school"))
    school.teach()
    school.learning.train()
    return school


def test_what_clerks_say_is_learned_and_answers(taught: School) -> None:
    """Everyday words that no catalogue knows: services and another agency, each measured better."""
    [record] = taught.learning.status().models
    assert (record.version, record.examples) == (1, 180)
    assert {name: one["why"] for name, one in record.report.items()} == {
        "kind": "too-few",
        "service": "better",
        "agency": "better",
    }
    assert taught.answers("รบกวนด้วยครับ จะเปิดร้านส้มตำข้างธนาคาร").service == "food-shop"
    foreign = taught.answers("เล่มเดินทางหมดอายุ ต้องทำพาสปอร์ตใหม่")
    assert (foreign.kind, foreign.agency, foreign.model) == (Kind.WRONG_AGENCY, "กรมการกงสุล", "1")


def test_training_again_makes_the_same_model(taught: School) -> None:
    """Byte by byte, from the table alone; the catalogue changes it, and is told."""
    again = taught.learning.verify(1)
    assert (again.same, again.code, again.catalogue, again.messages) == (True,) * 4
    other = replace(CATALOGUE, services=(*CATALOGUE.services[:1], replace(CATALOGUE.services[1], words=("ลำโพง",))))
    changed = taught.again(other).verify(1)
    assert (changed.same, changed.code, changed.catalogue, changed.messages) == (False, True, False, True)
    with pytest.raises(RefusedActionError, match="no-such-model"):
        taught.learning.verify(9)


def test_a_model_of_another_catalogue_answers_no_more(taught: School) -> None:
    """Until the next training, rules and catalogue answer; a person cannot choose it either."""
    other = replace(CATALOGUE, services=CATALOGUE.services[:1])
    with taught.books.look() as uow:
        assert models_now(uow, taught.shelf, other).is_idle
        assert not models_now(uow, taught.shelf, CATALOGUE).is_idle
    with pytest.raises(RefusedActionError, match="model-fits-no-more"):
        taught.again(other).use(1, "cli:root")


def test_the_file_is_ours_alone_and_checked(taught: School, tmp_path: Path) -> None:
    """Mode 0600; one that is gone or was changed is said to be damaged."""
    [record] = taught.learning.status().models
    path = taught.shelf.path(1, record.digest)
    assert path.stat().st_mode & 0o077 == 0
    copy = ModelShelf(tmp_path)
    with pytest.raises(ModelDamagedError, match="learn train"):
        copy.load(record)
    other = copy.path(1, record.digest)
    other.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(ModelDamagedError, match="learn train"):
        copy.load(record)


def test_few_answers_leave_the_catalogue_alone(school: School) -> None:
    """They are trained on and reported, and nothing answers."""
    school.teach(6)
    assert {one["why"] for one in school.learning.train().report.values()} == {"too-few"}
    with school.books.look() as uow:
        assert uow.learning.states() == {}
    with pytest.raises(RefusedActionError, match="model-never-sure"):
        school.learning.use(1, "cli:root")


def test_the_last_word_is_learned_and_secret_and_restricted_mail_never(school: School) -> None:
    """A later correction takes the place of the earlier; what is marked secret or taken out of sight is not read."""
    first, second = school.take(["ขายส้มตำ", "ตั้งเวทีดนตรี"])
    (secret,) = school.take(["ลับ"], Classification(Kind.REQUEST, marks=LetterMarks(secrecy=Secrecy.SECRET)))
    for row, value in ((first, "noise"), (second, "noise"), (secret, "noise"), (first, "food-shop"), (second, "gone")):
        school.say(row, Head.SERVICE, value)
    with school.books.look() as uow:
        corrections = uow.learning.corrections()
        records = list(uow.learning.messages({first, second, secret}))
    found = lessons(records, corrections, AGENCY, CATALOGUE)
    assert [(one.said.strip(), dict(one.answers)) for one in found] == [("ขายส้มตำ", {Head.SERVICE: "food-shop"})]


def test_training_is_due_after_many_corrections_and_each_night(school: School) -> None:
    """Not for nothing new, not by day for a few, not where an agency wants none."""
    school.settings = LearningSection(retrain_after=5)
    learning = school.again()
    rows = school.take(wordings("noise", 12))
    for row in rows[:4]:
        school.say(row, Head.SERVICE, "noise")
    assert not learning.due()
    school.say(rows[4], Head.SERVICE, "noise")
    assert learning.due()
    school.settings = LearningSection(retrain_after=5, automatic=False)
    assert not school.again().due()
    learning.train()
    assert not learning.due()
    school.say(rows[5], Head.SERVICE, "noise")
    assert not learning.due()
    school.clock.advance(hours=12)
    assert not learning.due()  # midnight has not come in Thailand
    school.clock.advance(hours=4)
    assert learning.due()
    school.settings = LearningSection()
    assert school.again(replace(CATALOGUE, services=())).due()
    learning.train()
    assert not learning.due()


def test_a_person_switches_off_and_on(taught: School) -> None:
    """Off holds against every training; what was chosen answers again."""
    learning, books = taught.learning, taught.books
    before = books.shelf.copy()
    try:
        learning.off("cli:root")
        assert taught.answers("จะขายส้มตำ").model == ""
        assert learning.train().version == 2
        with books.look() as uow:
            assert {state.version for state in uow.learning.states().values()} == {0}
        assert learning.use(1, "cli:root") == [Head.SERVICE, Head.AGENCY]
        assert taught.answers("จะขายส้มตำ").model == "1"
        assert learning.train().version == 3
        assert taught.answers("จะขายส้มตำ").model == "3"
    finally:
        books.shelf = before


def test_a_switch_reaches_reader_and_judge_with_the_next_batch(taught: School, tmp_path: Path) -> None:
    """Without a restart; nothing is told while nothing was switched, and a file that is gone stops no mail."""
    judges = {"email": Judge(agency=AGENCY, catalogue=CATALOGUE, hours=HOURS)}
    reader = PlainReader()
    guide = Guide(shelf=taught.shelf, catalogue=CATALOGUE, judges=judges, readers={"email": reader})
    with taught.books.look() as uow:
        guide.refresh(uow)
        told, reader.taught = reader.taught, None
        guide.refresh(uow)
    assert reader.taught is None
    assert told is not None
    assert told == judges["email"].classifier
    assert told.classify(message("จะขายส้มตำ", subject="")).service == "food-shop"
    lost = Guide(shelf=ModelShelf(tmp_path), catalogue=CATALOGUE, judges=judges, readers={"email": reader})
    with taught.books.look() as uow:
        lost.refresh(uow)
    assert (lost.damaged, judges["email"].models) == (True, None)


def test_a_model_whose_file_is_lost_is_made_again(school: School) -> None:
    """As after a restore: training is due, and the next version answers."""
    school.teach(40)
    record = school.learning.train()
    assert school.answers("รบกวนด้วยครับ จะเปิดร้านส้มตำ").model == "1"
    assert not school.learning.due()
    school.shelf.path(1, record.digest).unlink()
    assert school.learning.due()
    school.learning.train()
    assert not school.learning.due()
    assert school.answers("รบกวนด้วยครับ จะเปิดร้านส้มตำ").model == "2"


def test_what_an_audit_switched_off_stays_so_through_a_training(taught: School) -> None:
    """A new model answers only once the bound holds again."""
    books, before = taught.books, taught.books.shelf.copy()
    try:
        with books.begin() as uow:
            state = uow.learning.states()[Head.SERVICE]
            uow.learning.set_state(replace(state, asks=True, why="audit 40/600"))
            uow.commit()
        taught.learning.train()
        with books.look() as uow:
            now = uow.learning.states()[Head.SERVICE]
            assert now == HeadState(head=Head.SERVICE, version=2, asks=True, at=taught.clock.now(), by="", why="better")
        assert taught.answers("จะขายส้มตำ").service is None
    finally:
        books.shelf = before


def test_a_model_that_is_worse_on_audited_messages_does_not_answer(school: School) -> None:
    """What answered was right on them; the model learned from clerks who say otherwise, and is not let near them."""
    school.teach(40)
    for row in school.take(wordings("noise", 30, seed=2)):
        school.say(row, Head.SERVICE, "food-shop", was="food-shop", source=Source.AUDIT, audit=row)
    assert school.learning.train().report["service"]["why"] in ("worse-on-audit", "not-certain")
    with school.books.look() as uow:
        assert Head.SERVICE not in uow.learning.states()


def test_days_do_not_matter_to_what_is_learned(school: School, tmp_path: Path) -> None:
    """The same table at another time makes the same numbers."""
    school.teach(20)
    first = school.learning.train()
    school.clock.at += timedelta(days=30)
    again = school.learning.verify(first.version)
    assert again.same
