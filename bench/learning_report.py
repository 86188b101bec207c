"""The table of a run of bench.learning, and its place in docs/classification.md."""

import os
import platform
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from bench.document import put
from mailroom.domain.learning import NONE, Head
from mailroom.services.evaluating import Evaluation, Share
from mailroom.services.training import Learned
from mailroom.stages.calibration import calibration_error

BEGIN, END = "<!-- learning: begin -->", "<!-- learning: end -->"
NOTHING = "–"
WHY: Mapping[str, str] = {
    "better": "model",
    "too-few": "catalogue",
    "not-certain": "catalogue (model not certain)",
    "not-better": "catalogue (model not measurably better)",
    "worse-on-audit": "catalogue (model worse on audit)",
}


@dataclass(frozen=True, slots=True)
class Guess:
    """The likeliest answers of a model to one question about a blind message."""

    ranked: Sequence[tuple[str, float]]
    right: frozenset[str]

    @property
    def is_right(self) -> bool:
        return self.ranked[0][0] in self.right


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One point of the curve."""

    corrections: int
    """Of each service."""
    messages: int
    """All that clerks said something of."""
    whole: Evaluation
    """As in service."""
    learned: Mapping[Head, Learned] = field(default_factory=dict)
    guesses: Mapping[Head, Sequence[Guess]] = field(default_factory=dict)
    training_seconds: float = 0.0
    milliseconds: float = 0.0
    """Of the processor: all three questions about one message, the rules apart."""
    file_bytes: int = 0
    memory_bytes: int = 0


Cell = Callable[[Point], str]


def write(points: Sequence[Point], path: Path) -> str:
    """Put the table between the markers of a document; the table."""
    return put(text(points), path, (BEGIN, END))


def text(points: Sequence[Point]) -> str:
    return "\n".join([*_setting(), "", *_table(points), ""])


def _setting() -> Iterator[str]:
    load, cores = os.getloadavg()[0], os.cpu_count() or 1
    yield (
        f"Measured on {datetime.now(UTC):%Y-%m-%d}: {cores} cores, Python {platform.python_version()}, "
        f"load {load:.1f} (1 minute)."
    )
    if load > cores:
        yield "**The machine was busy with other work**: seconds and milliseconds, of the processor alone, are too many."


def _table(points: Sequence[Point]) -> Iterator[str]:
    yield "| corrections of each service | " + " | ".join(str(one.corrections) for one in points) + " |"
    yield "|---|" + "--:|" * len(points)
    for name, cell in _ROWS:
        yield f"| {name} | " + " | ".join(cell(one) for one in points) + " |"


def coverage(guesses: Sequence[Guess], most: float) -> float:
    """The largest share of messages that can be answered, the surest first, with no more than `most` wrong among them."""
    ranked = sorted((one for one in guesses if one.ranked[0][0] != NONE), key=lambda one: -one.ranked[0][1])
    best = wrong = 0
    for count, one in enumerate(ranked, 1):
        wrong += not one.is_right
        if wrong <= most * count:
            best = count
    return best / len(guesses) if guesses else 0.0


def _share(found: Share) -> str:
    return NOTHING if found.percent is None else f"{found.percent:.1f} % ({found.part} of {found.whole})"


def _right(question: str) -> Cell:
    return lambda point: _share(point.whole.right(question))


def _answers(head: Head) -> Cell:
    return lambda point: WHY[point.learned[head].measured.why] if point.learned else "catalogue"


def _likeliest(head: Head, first: int = 1) -> Cell:
    def cell(point: Point) -> str:
        guesses = point.guesses.get(head, ())
        hits = sum(any(answer in one.right for answer, _ in one.ranked[:first]) for one in guesses)
        return _share(Share(hits, len(guesses)))

    return cell


def _coverage(head: Head, most: float) -> Cell:
    def cell(point: Point) -> str:
        guesses = point.guesses.get(head, ())
        return f"{coverage(guesses, most):.1%}".replace("%", " %") if guesses else NOTHING

    return cell


def _asked(head: Head) -> Cell:
    """Of the blind messages, those that the certified threshold lets be answered, and how many of these are wrong."""

    def cell(point: Point) -> str:
        learned = point.learned.get(head)
        if learned is None or learned.measured.threshold is None:
            return NOTHING
        guesses = point.guesses[head]
        given = [one for one in guesses if one.ranked[0][0] != NONE and one.ranked[0][1] >= learned.measured.threshold]
        wrong = sum(not one.is_right for one in given)
        return f"{100 * len(given) / len(guesses):.1f} %, {100 * wrong / max(1, len(given)):.1f} % wrong"

    return cell


def _calibration(head: Head) -> Cell:
    def cell(point: Point) -> str:
        guesses = point.guesses.get(head, ())
        if not guesses:
            return NOTHING
        return f"{calibration_error([one.ranked[0][1] for one in guesses], [one.is_right for one in guesses]):.3f}"

    return cell


def _number(value: Callable[[Point], float], form: str = ".1f") -> Cell:
    return lambda point: format(value(point), form) if point.learned else NOTHING


_ROWS: tuple[tuple[str, Cell], ...] = (
    ("messages that clerks said something of", lambda point: str(point.messages)),
    ("**as in service**: services right", _right("service")),
    ("a service was named", lambda point: _share(point.whole.answered("service"))),
    ("of these, a wrong one", lambda point: _share(point.whole.wrong_answers("service"))),
    ("kinds right", _right("kind")),
    ("agencies right", _right("agency")),
    ("wrong automatic redirects, of all messages", lambda point: _share(point.whole.wrong_redirects)),
    ("decided without a clerk", lambda point: _share(point.whole.coverage)),
    ("the service is answered by", _answers(Head.SERVICE)),
    ("the kind is answered by", _answers(Head.KIND)),
    ("whose matter it is, is answered by", _answers(Head.AGENCY)),
    ("**the model by itself**: likeliest service right", _likeliest(Head.SERVICE)),
    ("right one among the three likeliest", _likeliest(Head.SERVICE, 3)),
    ("likeliest kind right", _likeliest(Head.KIND)),
    ("ours, or the right other agency", _likeliest(Head.AGENCY)),
    ("service: coverage at 5 % error, at best", _coverage(Head.SERVICE, 0.05)),
    ("service: coverage at 1 % error, at best", _coverage(Head.SERVICE, 0.01)),
    ("service: answered at the threshold certified for 5 %", _asked(Head.SERVICE)),
    ("redirects: answered at the threshold certified for 1 %", _asked(Head.AGENCY)),
    ("calibration error, service", _calibration(Head.SERVICE)),
    ("calibration error, agency", _calibration(Head.AGENCY)),
    ("processor milliseconds per message, all three questions", _number(lambda point: point.milliseconds)),
    ("processor seconds of training", _number(lambda point: point.training_seconds, ".0f")),
    ("megabytes of the file", _number(lambda point: point.file_bytes / 1e6)),
    ("megabytes in memory", _number(lambda point: point.memory_bytes / 1e6)),
)
