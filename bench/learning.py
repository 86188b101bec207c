"""What is learned from clerks, measured: how often the program is right after so many corrections of each service.

    python -m bench.learning [--corrections 0 1 5 10 50] [--print]

The corrections are those of the taught messages, and where there are no more, of the training wordings, as if a clerk had
set right or confirmed each message; without the primer, which was made of the same. Trained and
switched as in service; measured by `mailroom evaluate` on the blind messages, of which no sentence was learned. Writes
the table into docs/classification.md.
"""

import argparse
import hashlib
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from bench.example import ROOT, copy_example
from bench.learning_report import Guess, Point, text, write
from bench.messages import LabelledMessage, messages
from bench.messages.__main__ import write as write_messages
from bench.wordings import PER_AGENCY, TrainingMessage, training_messages
from mailroom.bootstrap.evaluating import open_evaluation
from mailroom.configuration import Configuration, load
from mailroom.domain.decision import Kind
from mailroom.domain.learning import LEARNED_KINDS, NONE, Head
from mailroom.domain.message import Address, Message
from mailroom.domain.record import History
from mailroom.services.evaluating import Evaluation, evaluate
from mailroom.services.expectations import FILE, read_expectations
from mailroom.services.training import Learned, learn
from mailroom.settings import LearningSection
from mailroom.stages.classify import by_rules
from mailroom.stages.classify_case import MessageCase
from mailroom.stages.clues import clue, is_learned, without_model
from mailroom.stages.lessons import phrases
from mailroom.stages.linear_model import TrainedModel
from mailroom.stages.look import look
from mailroom.stages.model_file import to_bytes
from mailroom.stages.models import HeadUse, Models
from mailroom.stages.verdicts import Lesson

DOCUMENT = ROOT / "docs" / "classification.md"
CORRECTIONS = (0, 1, 5, 10, 50)
SEED = 1
SETTINGS = LearningSection()
TARGETS = {
    Head.KIND: SETTINGS.error_service,
    Head.SERVICE: SETTINGS.error_service,
    Head.AGENCY: SETTINGS.error_redirect,
}


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m bench.learning", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--corrections", type=int, nargs="*", default=list(CORRECTIONS))
    parser.add_argument("--print", action="store_true", help="print the table and leave the document as it is")
    chosen = parser.parse_args()
    points = list(measured(chosen.corrections))
    print(text(points) if chosen.print else write(points, DOCUMENT))


def measured(corrections: Sequence[int]) -> Iterator[Point]:
    """The agency of the example with the catalogue as shipped."""
    with tempfile.TemporaryDirectory(prefix="learning-") as name:
        folder = Path(name)
        configuration = _unprimed(load(copy_example(folder)))
        write_messages(folder / "blind", "blind")
        for count in corrections:
            yield _point(count, configuration, folder / "blind")


def _unprimed(configuration: Configuration) -> Configuration:
    """Without the primer, which knows the lessons already: what clerks teach is measured by itself."""
    return replace(configuration, catalogue=replace(configuration.catalogue, primer=None))


def _point(count: int, configuration: Configuration, folder: Path) -> Point:
    lessons = corrected(count, configuration) if count else []
    if not lessons:
        return Point(corrections=0, messages=0, whole=_evaluated(Models(), configuration, folder))
    begun = time.process_time()
    learned = {head: learn(head, lessons, phrases(head, configuration.catalogue), TARGETS[head]) for head in Head}
    seconds = time.process_time() - begun
    models = Models(
        **{head.value: HeadUse(1, model=one.model) for head, one in learned.items() if one.measured.answers}
    )
    heads = {head: one.model for head, one in learned.items() if one.model is not None}
    trained = TrainedModel({head.value: one for head, one in heads.items()}, {})
    guesses, milliseconds = _guesses(learned, configuration)
    return Point(
        corrections=count,
        messages=len(lessons),
        whole=_evaluated(models, configuration, folder),
        learned=learned,
        guesses=guesses,
        training_seconds=seconds,
        milliseconds=milliseconds,
        file_bytes=len(to_bytes(trained)),
        memory_bytes=sum(one.weights.nbytes + one.columns.nbytes for one in heads.values()),
    )


def corrected(count: int, configuration: Configuration) -> list[Lesson]:
    """So many messages of each service, each with what a clerk says of it: whole ones first, then from wordings."""
    quota = _Quota(count)
    found = []
    for one in (*_taught(), *training_messages(count, SEED)):
        case = _case(one.subject, one.text, configuration)
        rules = by_rules(case)
        answered = one.agency or one.kind in LEARNED_KINDS
        if is_learned(rules, case) and answered and quota.takes(one):
            found.append(Lesson(case.said, _answers(one), clue(rules), without_model(rules)))
    return found


def _taught() -> list[TrainingMessage]:
    """Those with one right answer, in an order that is nobody's choice."""
    found = []
    for one in messages("taught"):
        kind, service, agency = (one.labels.get(name, (NONE,)) for name in ("kind", "service", "agency"))
        if len(kind) == len(service) == len(agency) == 1 and (agency[0] or kind[0] != Kind.WRONG_AGENCY):
            found.append(
                TrainingMessage(
                    subject=one.subject, text=one.text, kind=Kind(kind[0]), service=service[0], agency=agency[0]
                )
            )
    return sorted(found, key=lambda one: hashlib.sha256(f"{one.subject}\n{one.text}".encode()).digest())


class _Quota:
    """So many of each service, as many of each kind without a service, and a fifth of each other agency."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._taken: Counter[tuple[str, str]] = Counter()

    def takes(self, one: TrainingMessage) -> bool:
        about = ("agency", one.agency) if one.agency else ("service", one.service or one.kind.value)
        most = max(1, self._count // PER_AGENCY) if one.agency else self._count
        self._taken[about] += 1
        return self._taken[about] <= most


def _answers(one: TrainingMessage) -> dict[Head, str]:
    answers = {Head.AGENCY: one.agency}
    if one.kind in LEARNED_KINDS:
        answers |= {Head.KIND: one.kind.value, Head.SERVICE: one.service}
    return answers


def _case(subject: str, body: str, configuration: Configuration) -> MessageCase:
    message = Message(sender=Address("", "somebody@mail.example"), subject=subject, text=body)
    return MessageCase(message, History(), configuration.agency, configuration.catalogue)


def _evaluated(models: Models, configuration: Configuration, folder: Path) -> Evaluation:
    """What `mailroom evaluate` finds with these models in the child that reads."""
    files = sorted(folder.glob("*.eml"))
    content = (folder / FILE).read_bytes()
    expectations = read_expectations(content, {one.name for one in files}, configuration.catalogue)
    with open_evaluation(configuration) as (reader, judge):
        told = replace(judge, models=None if models.is_idle else models)
        reader.teach(told.classifier)
        return evaluate(files, expectations, reader=reader, judge=told, now=datetime.now(UTC))


def _guesses(
    learned: Mapping[Head, Learned], configuration: Configuration
) -> tuple[Mapping[Head, Sequence[Guess]], float]:
    """What the models say of blind messages about which words may decide; and milliseconds for each."""
    guesses: dict[Head, list[Guess]] = {head: [] for head in Head}
    seconds, looked = 0.0, 0
    for one in messages("blind"):
        case = _case(one.subject, one.text, configuration)
        rules = by_rules(case)
        if one.raw is not None or not is_learned(rules, case):
            continue
        begun = time.process_time()
        seen = look(case.said, clue(rules))
        ranked = {head: one.model.ranked(seen.vector) for head, one in learned.items() if one.model is not None}
        seconds, looked = seconds + time.process_time() - begun, looked + 1
        for head, found in ranked.items():
            right = _right(head, one)
            if right:
                guesses[head].append(Guess(found, right))
    return guesses, 1000 * seconds / max(1, looked)


def _right(head: Head, one: LabelledMessage) -> frozenset[str]:
    """The right answers to a question, where words may answer it; empty where they may not."""
    kinds = frozenset(one.labels.get("kind", ()))
    ours, foreign = kinds & {kind.value for kind in LEARNED_KINDS}, "wrong-agency" in kinds
    if head is Head.KIND:
        return frozenset() if foreign else frozenset(ours)
    if head is Head.SERVICE:
        return frozenset(one.labels.get("service", ())) - {NONE} if ours and not foreign else frozenset()
    if foreign:
        return frozenset(one.labels.get("agency", ())) - {NONE}
    return frozenset({NONE}) if ours else frozenset()


if __name__ == "__main__":
    main()
