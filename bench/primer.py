"""Make the primer, config/primer.npz, from the training wordings and the messages seen and taught.

    python -m bench.primer [--check]

It learns which kind, which service and whose matter a message is. Blind messages have no part in it. `--check` only says
whether the file was made of the data as they are. Repeatable: equal data give equal weights.
"""

import argparse
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from bench.messages import LabelledMessage, messages
from bench.wordings import training_messages
from mailroom.domain.agency import Agency
from mailroom.domain.decision import Kind
from mailroom.domain.learning import NONE, Head
from mailroom.domain.message import Address, Message
from mailroom.domain.record import History
from mailroom.domain.service import Catalogue
from mailroom.primer import PRIMER
from mailroom.services.training import Document, fitted
from mailroom.stages.classify_case import MessageCase
from mailroom.stages.features import pieces, prepared, vector
from mailroom.stages.linear_model import LinearHead, TrainedModel
from mailroom.stages.model_file import from_bytes, to_bytes
from mailroom.stages.second_opinion import ANSWERED

PER_SERVICE = 40
SEEDS = (1, 2)
WORDING_WEIGHT = 0.5
"""Of a message that was put together from wordings, against one that was written whole."""
EXACTNESS = 1.0
GRAIN = 0.03
"""Weights are multiples of it: a file of few different numbers is a quarter as large, and as often right."""
MADE_OF = "made-of"
_AGENCY = Agency(key="nobody", name="เทศบาลเมืองตัวอย่าง", aliases=("เทศบาลตัวอย่าง", "ทม.ตัวอย่าง"))


@dataclass(frozen=True, slots=True)
class Example:
    """A text with the answers to those questions that it can teach."""

    said: str
    answers: dict[Head, str]
    weight: float


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m bench.primer", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true")
    chosen = parser.parse_args()
    found = examples()
    digest = digest_of(found)
    if chosen.check:
        fits = from_bytes(PRIMER.read_bytes()).header[MADE_OF] == digest
        print(f"{PRIMER.name}: {'made of these data' if fits else 'made of other data; run: python -m bench.primer'}")
        return 0 if fits else 1
    heads = {head.value: _head(head, found) for head in Head}
    PRIMER.write_bytes(to_bytes(TrainedModel(heads, {MADE_OF: digest, "examples": len(found)})))
    print(f"{PRIMER.name}: {len(found):,} messages, {PRIMER.stat().st_size / 1e6:.1f} MB")
    return 0


def examples() -> list[Example]:
    """Everything that may be learned from before delivery."""
    return [*_from_wordings(), *_from_messages()]


def digest_of(found: list[Example]) -> str:
    """SHA-256 over all examples."""
    text = json.dumps([[one.said, sorted(one.answers.items()), one.weight] for one in found])
    return hashlib.sha256(text.encode()).hexdigest()


def _from_wordings() -> Iterator[Example]:
    for seed in SEEDS:
        for one in training_messages(PER_SERVICE, seed):
            said = _said(one.subject, one.text)
            yield Example(said, _answers(one.kind.value, one.service, one.agency), WORDING_WEIGHT)


def _from_messages() -> Iterator[Example]:
    for one in (*messages("seen"), *messages("taught")):
        if one.raw is None and not one.headers and not one.report and (answers := _labelled(one)):
            yield Example(_said(one.subject, one.text), answers, 1.0)


def _labelled(one: LabelledMessage) -> dict[Head, str]:
    """Of several right answers the first."""
    kinds = one.labels["kind"]
    foreign = Kind.WRONG_AGENCY.value
    if kinds[0] != foreign and foreign in kinds:
        return {}
    service, agency = one.labels.get("service", (None,))[0], one.labels.get("agency", (NONE,))[0]
    return _answers(kinds[0], service, agency)


def _answers(kind: str, service: str | None, agency: str) -> dict[Head, str]:
    if kind == Kind.WRONG_AGENCY:
        return {Head.SERVICE: NONE} | ({Head.AGENCY: agency} if agency else {})
    found = {Head.AGENCY: NONE}
    if kind in ANSWERED:
        found[Head.KIND] = kind
    if service is not None:
        found[Head.SERVICE] = service
    return found


def _said(subject: str, text: str) -> str:
    message = Message(sender=Address("", "somebody@mail.example"), subject=subject, text=text)
    return MessageCase(message, History(), _AGENCY, Catalogue()).said


def _head(head: Head, found: list[Example]) -> LinearHead:
    documents = [
        Document(vector(pieces(prepared(one.said))), one.answers[head], one.weight)
        for one in found
        if head in one.answers
    ]
    return _grained(fitted(documents, EXACTNESS))


def _grained(head: LinearHead) -> LinearHead:
    weights = np.round(head.weights.astype(np.float64) / GRAIN) * GRAIN
    kept = np.flatnonzero(np.abs(weights).max(axis=1))
    return replace(head, columns=head.columns[kept], weights=weights[kept].astype(np.float16))


if __name__ == "__main__":
    raise SystemExit(main())
