"""How often the program is right about messages of which somebody knows what is right: the arithmetic.

Nothing is kept and nothing is sent. Every message is read and decided as in service, as if it were the first ever:
without history, and without an announcement, so that every channel is proper.
"""

import io
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from mailroom.domain.decision import Kind, Outcome
from mailroom.domain.message import Envelope, LoggedMessage, Place
from mailroom.domain.record import History, Reading, Verdict
from mailroom.ports import Reader
from mailroom.services.delivery import EMAIL
from mailroom.services.expectations import AGENCY, KIND, OUTCOME, QUESTIONS, SERVICE, Expectations, Expected
from mailroom.services.processing import unread
from mailroom.stages.judge import Judge

_NO_HISTORY = History()
NONE = ""
"""The answer that there is none."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One message with what was found, what is right, and what it took."""

    file: str
    found: Verdict
    expected: Expected
    seconds: float
    """Reading, classifying and deciding; the start of the reader apart."""

    def answer(self, question: str) -> str:
        """What the program says to a question, in the words of the expectations."""
        classification = self.found.classification
        answers = {
            KIND: classification.kind,
            SERVICE: classification.service,
            AGENCY: self.found.decision.agency or classification.agency,
            "urgency": classification.marks.urgency,
            "secrecy": classification.marks.secrecy,
            OUTCOME: self.found.decision.outcome,
        }
        return answers[question] or NONE

    def right(self, question: str) -> bool | None:
        """Whether the answer is one of those that are right; None where nobody said."""
        return self.answer(question) in self.expected[question] if question in self.expected else None

    @property
    def wrong(self) -> tuple[str, ...]:
        """The questions that were answered wrongly, in their order; a wrong redirect counts as one."""
        found = tuple(question for question in QUESTIONS if self.right(question) is False)
        return (*found, OUTCOME) if self.sent_away_wrongly and OUTCOME not in found else found

    @property
    def unreadable(self) -> bool:
        """Whether nothing could be made of its bytes."""
        return any(defect.startswith("unreadable") for defect in self.found.message.defects)

    @property
    def decided(self) -> bool:
        """Whether it needs no clerk to decide it."""
        return self.found.decision.outcome is not Outcome.HOLD

    @property
    def misled(self) -> bool:
        """Whether something wrong was claimed. What was left open is no claim: a clerk completes it."""
        return any(question not in (SERVICE, AGENCY) or self.answer(question) != NONE for question in self.wrong)

    @property
    def sent_away_wrongly(self) -> bool:
        """Whether the sender is told to go elsewhere although that is wrong, or to the wrong agency."""
        if self.found.decision.outcome is not Outcome.REDIRECT_AGENCY:
            return False
        kinds, outcomes = self.expected.get(KIND), self.expected.get(OUTCOME)
        if outcomes is not None and Outcome.REDIRECT_AGENCY not in outcomes:
            return True
        return (kinds is not None and Kind.WRONG_AGENCY not in kinds) or self.right(AGENCY) is False


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    part: int
    whole: int

    @property
    def percent(self) -> float | None:
        """None of nothing."""
        return 100 * self.part / self.whole if self.whole else None


@dataclass(frozen=True, slots=True)
class Class:
    """One answer to a question: how often it is right to give it, how often it was given, and both at once."""

    answer: str
    expected: int
    found: int
    both: int

    @property
    def precision(self) -> Share:
        return Share(self.both, self.found)

    @property
    def recall(self) -> Share:
        return Share(self.both, self.expected)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All messages, and what is counted of them."""

    messages: Sequence[Judged]

    @property
    def labelled(self) -> list[Judged]:
        return [one for one in self.messages if one.expected]

    def right(self, question: str) -> Share:
        """Of the messages with an expectation, those that were answered rightly."""
        verdicts = [right for one in self.messages if (right := one.right(question)) is not None]
        return Share(sum(verdicts), len(verdicts))

    def answered(self, question: str) -> Share:
        """Of the messages with an expectation, those for which something was named."""
        judged = [one for one in self.messages if question in one.expected]
        return Share(sum(one.answer(question) != NONE for one in judged), len(judged))

    def wrong_answers(self, question: str) -> Share:
        """Of those for which something was named, the wrong ones: the error of what was not left open."""
        named = [one for one in self.messages if question in one.expected and one.answer(question) != NONE]
        return Share(sum(one.right(question) is False for one in named), len(named))

    @property
    def redirects(self) -> int:
        return sum(one.found.decision.outcome is Outcome.REDIRECT_AGENCY for one in self.labelled)

    @property
    def wrong_redirects(self) -> Share:
        """Of all labelled messages, those whose sender was wrongly told to go elsewhere."""
        return Share(sum(one.sent_away_wrongly for one in self.labelled), len(self.labelled))

    @property
    def coverage(self) -> Share:
        """Of all labelled messages, those that were decided without a clerk."""
        return Share(sum(one.decided for one in self.labelled), len(self.labelled))

    @property
    def error(self) -> Share:
        """Of those that were decided without a clerk, those of which something wrong was claimed."""
        decided = [one for one in self.labelled if one.decided]
        return Share(sum(one.misled for one in decided), len(decided))

    @property
    def unreadable(self) -> int:
        return sum(one.unreadable for one in self.messages)

    @property
    def wrong(self) -> list[Judged]:
        return [one for one in self.messages if one.wrong]

    def confusion(self) -> dict[str, Counter[str]]:
        """By the kind that is right, what it was taken for; where several are right and none was found, by the first."""
        table: dict[str, Counter[str]] = {}
        for one in self.messages:
            if kinds := one.expected.get(KIND):
                answer = one.answer(KIND)
                table.setdefault(answer if answer in kinds else kinds[0], Counter())[answer] += 1
        return dict(sorted(table.items(), key=lambda row: (-row[1].total(), row[0])))

    def classes(self, question: str) -> list[Class]:
        """Every answer that is right or was given, the most frequent first."""
        expected, found, both = Counter[str](), Counter[str](), Counter[str]()
        for one in self.messages:
            if answers := one.expected.get(question):
                answer = one.answer(question)
                right = answer in answers
                expected[answer if right else answers[0]] += 1
                found[answer] += 1
                both[answer] += right
        names = sorted(expected | found, key=lambda name: (-expected[name], name))
        return [Class(name, expected[name], found[name], both[name]) for name in names]

    def milliseconds(self) -> tuple[float, float, float]:
        """Per message: mean, that of the slowest in twenty, and the slowest of all. Zeros for no messages."""
        taken = sorted(one.seconds * 1000 for one in self.messages)
        if not taken:
            return 0.0, 0.0, 0.0
        return statistics.fmean(taken), taken[min(len(taken) - 1, len(taken) * 95 // 100)], taken[-1]


def evaluate(
    files: Sequence[Path],
    expectations: Expectations,
    *,
    reader: Reader,
    judge: Judge,
    now: datetime,
    after_each: Callable[[int], None] = lambda _done: None,
) -> Evaluation:
    """Read and decide each file by itself. No input makes it fail: what cannot be read is judged as that."""
    list(reader.read_many([io.BytesIO(b"")]))  # Starting the reader is no part of reading a message.
    return Evaluation(list(_judged(files, expectations, reader, judge, now, after_each)))


def _judged(
    files: Sequence[Path],
    expectations: Expectations,
    reader: Reader,
    judge: Judge,
    now: datetime,
    after_each: Callable[[int], None],
) -> Iterator[Judged]:
    for done, path in enumerate(files, 1):
        begun = time.perf_counter()
        reading, size = _read(path, reader)
        verdict = _decided(path, size, reading, judge, now)
        yield Judged(path.name, verdict, expectations.of(path.name), time.perf_counter() - begun)
        after_each(done)


def _read(path: Path, reader: Reader) -> tuple[Reading, int]:
    """What is no file, or cannot be opened, is a message that cannot be read."""
    if not path.is_file():
        return unread("it is no file"), 0
    try:
        with path.open("rb") as source:
            (reading,) = reader.read_many([source])
            return reading, source.tell()
    except OSError as error:
        return unread(f"the file cannot be read: {error.strerror}"), 0


def _decided(path: Path, size: int, reading: Reading, judge: Judge, now: datetime) -> Verdict:
    """As processing does it: a fault of our own makes a message that could not be read, and the work goes on."""
    envelope = Envelope(EMAIL, "evaluation", path.name, now, size=size)
    logged = LoggedMessage(0, envelope, "", size, Place("", 0, size))
    try:
        return judge.judge(logged, reading.message, _NO_HISTORY, now, None, reading.classification)
    except Exception as error:
        unreadable = unread(f"processing failed: {type(error).__name__}").message
        return judge.judge(logged, unreadable, _NO_HISTORY, now)
