"""The primer is made of what the repository holds, of nothing that it is measured on, and answers as a file does."""

import pickle
import re

from bench.messages import messages
from bench.primer import MADE_OF, digest_of, examples
from bench.wordings.overlap import is_set_form, normal
from mailroom.domain.learning import Head
from mailroom.primer import PRIMER, FilePrimer
from mailroom.stages.model_file import from_bytes

LONG = 24
"""Characters of a sentence, without blanks, that two authors hardly write alike."""


def _sentences(text: str) -> set[str]:
    found = (normal(line) for line in re.split(r"[\n.!?]|\s{2,}", text))
    return {one for one in found if len(one) >= LONG and not is_set_form(one)}


def test_it_was_made_of_the_data_as_they_are() -> None:
    """Whoever changes wordings or messages makes it anew: python -m bench.primer."""
    assert from_bytes(PRIMER.read_bytes()).header[MADE_OF] == digest_of(examples())


def test_it_learned_no_sentence_of_a_blind_message() -> None:
    """What is measured was not learned by heart."""
    learned = set[str]().union(*(_sentences(one.said) for one in examples()))
    shared = {one.id for one in messages("blind") if learned & _sentences(f"{one.subject}\n{one.text}")}
    assert shared == set()


def test_a_copy_for_another_process_answers_alike() -> None:
    """It carries its content: a confined process opens no file."""
    primer = FilePrimer()
    copy = pickle.loads(pickle.dumps(primer))
    said = "ถังหน้าบ้านเต็มมาสามวันแล้ว ไม่มีรถมาเก็บเลยครับ"
    for head in Head:
        scores = primer.opinion(said).scores(head)
        assert copy.opinion(said).scores(head) == scores
    assert max(scores := primer.opinion(said).scores(Head.SERVICE), key=lambda key: scores[key]) == "waste-collection"
    assert "เก็บ" in primer.opinion(said).words(Head.SERVICE, "waste-collection")
