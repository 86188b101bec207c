"""What `evaluate` prints, for people and for machines."""

from collections import Counter
from collections.abc import Iterator, Sequence

from mailroom.bootstrap.evaluating import Memory
from mailroom.domain.texts import Texts
from mailroom.services.evaluating import NONE, Class, Evaluation, Judged, Share
from mailroom.services.expectations import AGENCY, KIND, QUESTIONS, SERVICE
from mailroom.stages.characters import one_line

NAMED = (SERVICE, AGENCY)
"""Questions to which there may be no answer; a kind is always given."""
LINE = 400
"""Characters of what a message brings, in one line."""


def summary(evaluation: Evaluation, memory: Memory, unlisted: Sequence[str]) -> list[str]:
    """The figures, one to a line, and which kinds were taken for which."""
    mean, slow, slowest = evaluation.milliseconds()
    lines = [
        f"{len(evaluation.messages)} messages, {len(evaluation.labelled)} labelled, {evaluation.unreadable} unreadable",
        "",
        *_questions(evaluation),
        "",
        f"wrong automatic redirects   {share(evaluation.wrong_redirects)}   ({evaluation.redirects} redirects in all)",
        f"decided without a clerk     {share(evaluation.coverage)}",
        f"  something wrong in it     {share(evaluation.error)}",
        "",
        *_confusion(evaluation.confusion()),
        "",
        f"{mean:.1f} ms per message, 95 of 100 within {slow:.1f} ms, the slowest {slowest:.1f} ms",
        f"peak memory {memory.own / 1e6:.0f} MB, and {memory.child / 1e6:.0f} MB of the process that reads",
    ]
    if unlisted:
        lines += ["", f"expected agencies that agencies.toml does not have: {', '.join(unlisted)}"]
    return lines


def share(one: Share) -> str:
    return f"{one.part:>4} of {one.whole:<4} {_percent(one)}"


def _percent(one: Share) -> str:
    return "     -" if one.percent is None else f"{one.percent:5.1f} %"


def _questions(evaluation: Evaluation) -> Iterator[str]:
    yield f"{'':<10} {'right':<22} {'named':<22} wrong where named"
    for question in QUESTIONS:
        right = evaluation.right(question)
        if not right.whole:
            continue
        line = f"{question:<10} {share(right):<22}"
        if question in NAMED:
            line += f" {share(evaluation.answered(question)):<22} {share(evaluation.wrong_answers(question))}"
        yield line.rstrip()


def _confusion(table: dict[str, Counter[str]]) -> Iterator[str]:
    yield f"{'kind':<18} {'messages':>8} {'right':>6}   taken for"
    for kind, found in table.items():
        yield f"{kind:<18} {found.total():>8} {found[kind]:>6}   {taken_for(kind, found)}".rstrip()


def taken_for(kind: str, found: Counter[str]) -> str:
    """The wrong answers with their numbers, the most frequent first."""
    wrong = sorted((item for item in found.items() if item[0] != kind), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{answer} {count}" for answer, count in wrong)


def class_lines(evaluation: Evaluation) -> list[str]:
    """Precision and recall of each answer. Names stand last: Thai letters have no common width."""
    lines = []
    for question in (KIND, *NAMED):
        if classes := evaluation.classes(question):
            lines += ["", f"{'precision':<22} {'recall':<22} {question}"]
            lines += [f"{share(one.precision):<22} {share(one.recall):<22} {one.answer or 'none'}" for one in classes]
    return lines


def wrong_lines(evaluation: Evaluation, texts: Texts) -> list[str]:
    """Each wrong message: what was found, what is right, what became of it, and why."""
    lines = []
    for one in evaluation.wrong:
        lines += ["", one_line(f"{one.file}: {one.found.message.subject}", LINE)]
        lines += [f"  {question}: {_told(one, question)}" for question in one.wrong]
        lines += [f"  because {reason}" for reason in reasons(one, texts)]
    return lines


def _told(one: Judged, question: str) -> str:
    answer = one_line(one.answer(question), LINE) or "none"
    right = " or ".join(value or "none" for value in one.expected.get(question, ()))
    return f"{answer}, right is {right}" if right else f"{answer}, which is wrong"


def reasons(one: Judged, texts: Texts) -> list[str]:
    """Why it was taken for that and decided so, in words."""
    found = (*one.found.classification.reasons, *one.found.decision.reasons)
    return [one_line(texts.reason(reason), LINE) for reason in dict.fromkeys(found)]


def as_object(evaluation: Evaluation, memory: Memory, unlisted: Sequence[str], texts: Texts) -> dict[str, object]:
    """Everything, for a machine."""
    mean, slow, slowest = evaluation.milliseconds()
    return {
        "messages": len(evaluation.messages),
        "labelled": len(evaluation.labelled),
        "unreadable": evaluation.unreadable,
        "right": {question: _share(evaluation.right(question)) for question in QUESTIONS},
        "named": {question: _share(evaluation.answered(question)) for question in NAMED},
        "wrong_named": {question: _share(evaluation.wrong_answers(question)) for question in NAMED},
        "redirects": evaluation.redirects,
        "wrong_redirects": _share(evaluation.wrong_redirects),
        "coverage": _share(evaluation.coverage),
        "error": _share(evaluation.error),
        "confusion": evaluation.confusion(),
        "classes": {question: [_class(one) for one in evaluation.classes(question)] for question in (KIND, *NAMED)},
        "milliseconds": {"mean": mean, "p95": slow, "slowest": slowest},
        "peak_bytes": {"parent": memory.own, "child": memory.child},
        "unlisted_agencies": list(unlisted),
        "wrong": [_wrong(one, texts) for one in evaluation.wrong],
    }


def _share(one: Share) -> dict[str, object]:
    return {"part": one.part, "whole": one.whole, "percent": one.percent}


def _class(one: Class) -> dict[str, object]:
    return {"answer": one.answer, "expected": one.expected, "found": one.found, "both": one.both}


def _wrong(one: Judged, texts: Texts) -> dict[str, object]:
    return {
        "file": one_line(one.file, LINE),
        "wrong": list(one.wrong),
        "found": {question: one_line(one.answer(question), LINE) or NONE for question in QUESTIONS},
        "expected": {question: list(values) for question, values in one.expected.items()},
        "reasons": reasons(one, texts),
    }
