"""What a model sees of a text, its file, and the words that weighed."""

import pickle
from dataclasses import replace

import numpy as np
import pytest

from mailroom.domain.errors import ModelDamagedError
from mailroom.stages.calibration import calibration_error, fitted_temperature, probabilities
from mailroom.stages.features import SIZE, pieces, prepared, vector
from mailroom.stages.linear_model import TrainedModel
from mailroom.stages.look import look
from mailroom.stages.model_file import digest_of, from_bytes, to_bytes
from tests.support.teaching import taught

SAID = "ขออนุญาตขายส้มตำ หน้าบ้านเลขที่ 99"


def model() -> TrainedModel:
    head = taught(("ขายส้มตำ ร้านอาหาร", "food"), ("เปิดเพลงเสียงดัง", "noise"), ("สวัสดี", ""))
    return TrainedModel({"service": head}, {"version": 1, "code": "c"})


def test_no_number_and_no_address_is_left() -> None:
    """What tells of a person and not of the matter is masked; repeated letters are cut short."""
    said = "โทร 081-234-5678  a.b@mail.example https://x.example/?id=5\nมากกกกกกกก"
    assert prepared(said) == "โทร 000-000-0000 มากกก"


def test_pieces_stay_within_words() -> None:
    """Two to five characters, with the blank at each end of a word and none within a piece."""
    text = prepared("ขอ ใบ")
    found = pieces(text)
    told = {
        f" {text} "[start + 1 : start + 1 + length] for start, length in zip(found.starts, found.lengths, strict=True)
    }
    assert told == {" ข", "ขอ", "อ ", " ขอ", "ขอ ", " ขอ ", " ใ", "ใบ", "บ ", " ใบ", "ใบ ", " ใบ "}


def test_the_hash_is_the_same_on_every_machine() -> None:
    """Known values: a model that was trained elsewhere fits."""
    found = vector(pieces("ก"), "kind request")
    assert found.indices.tolist() == KNOWN_INDICES
    assert found.values.tolist() == pytest.approx([3**-0.5] * 3 + [1.0])
    assert int(found.indices[-1]) < SIZE


KNOWN_INDICES = [136408, 182189, 255941, 262152]


def test_a_text_is_of_length_one() -> None:
    """However long it is, and whatever surrogates or blanks it holds."""
    for said in (SAID, SAID * 40, "\ud800", "a"):
        found = vector(pieces(prepared(said)))
        assert float(found.values @ found.values) == pytest.approx(1.0)
        assert bool(np.all(found.indices[1:] > found.indices[:-1]))
    assert len(vector(pieces("")).indices) == 1
    assert len(vector(pieces("")).values) == 1


def test_a_model_comes_back_from_its_file() -> None:
    """Equal in every number; the same model makes the same digest, another one another."""
    first = model()
    again = from_bytes(to_bytes(first))
    assert digest_of(again) == digest_of(first)
    assert dict(again.header) == dict(first.header)
    one, other = first.heads["service"], again.heads["service"]
    assert (one.classes, one.temperature, one.threshold) == (other.classes, other.temperature, other.threshold)
    assert all(np.array_equal(getattr(one, part), getattr(other, part)) for part in ("columns", "weights", "bias"))
    changed = TrainedModel({"service": replace(one, threshold=None)}, first.header)
    assert digest_of(changed) != digest_of(first)
    assert from_bytes(to_bytes(changed)).heads["service"].threshold is None


def test_a_file_that_is_no_model_is_refused() -> None:
    """Neither rubbish, nor a pickle, nor half a file, nor arrays that do not fit together."""
    content = to_bytes(model())
    head = model().heads["service"]
    backwards = TrainedModel({"service": replace(head, columns=head.columns[::-1].copy())}, {})
    short = TrainedModel({"service": replace(head, classes=("food",))}, {})
    for broken in (
        b"",
        b"PK\x03\x04",
        content[: len(content) // 2],
        pickle.dumps(model()),
        to_bytes(backwards),
        to_bytes(short),
    ):
        with pytest.raises(ModelDamagedError, match="learn train"):
            from_bytes(broken)


def test_the_likeliest_answer_and_its_words() -> None:
    """The answer that the text resembles, with the words that speak for it and no syllable cut."""
    head = model().heads["service"]
    seen = look(SAID)
    ranked = head.ranked(seen.vector)
    assert ranked[0][0] == "food"
    assert sum(probability for _, probability in ranked) == pytest.approx(1.0)
    words = [one.text for one in seen.spans(head, "food")]
    assert any("ส้มตำ" in one for one in words)
    assert all(seen.text[one.start : one.end].strip() == one.text for one in seen.spans(head, "food"))
    assert look("").spans(head, "food") == ()
    assert head.ranked(look("").vector)


def test_the_temperature_makes_probabilities_that_can_be_believed() -> None:
    """Scores that are right in three of four cases come to three quarters, and their order stays."""
    scores = np.tile(np.array([1.0, 0.0]), (400, 1))
    truth = [0, 0, 0, 1] * 100
    temperature = fitted_temperature(scores, truth)
    likely = probabilities(scores, temperature)
    assert float(likely[0, 0]) == pytest.approx(0.75, abs=0.01)
    assert calibration_error([0.75] * 400, [one == 0 for one in truth]) == pytest.approx(0.0)
    assert calibration_error([0.95] * 400, [one == 0 for one in truth]) == pytest.approx(0.2)
    assert calibration_error([], []) == 0.0
