"""A trained model in the child that reads mail: loaded within its limits, and not at all where there is none."""

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from channels.email.reading.parse import parse
from channels.email.sandbox import SandboxedReader
from mailroom.domain.decision import Classification
from mailroom.stages.classify import Classifier
from mailroom.stages.models import HeadUse, Models
from tests.support.raw_mail import simple
from tests.support.teaching import taught
from tests.support.workshop import AGENCY, CATALOGUE

MAIL = simple(b"From: a@b.test", body="อยากขายส้มตำที่หน้าบ้านค่ะ\r\n".encode())
PLAIN = Classifier(AGENCY, CATALOGUE)
MODEL = taught(("ขายส้มตำ ครัว", "food-shop"), ("งานบวช ดนตรี", "noise"), ("สวัสดีปีใหม่", ""))
LEARNED = replace(PLAIN, models=Models(service=HeadUse(7, model=MODEL)))


@pytest.fixture
def reader() -> Iterator[SandboxedReader]:
    made = SandboxedReader(classifier=PLAIN)
    yield made
    made.close()


def classified(reader: SandboxedReader) -> Classification | None:
    [reading] = reader.read_many([io.BytesIO(MAIL)])
    return reading.classification


def libraries(reader: SandboxedReader) -> set[str]:
    """What the child has loaded of what is heavy."""
    assert reader._child is not None
    maps = Path(f"/proc/{reader._child._process.pid}/maps").read_text()
    return {name for name in ("numpy", "sklearn", "scipy") if f"/{name}/" in maps or f"/{name}." in maps}


def threads(reader: SandboxedReader) -> int:
    assert reader._child is not None
    return len(list(Path(f"/proc/{reader._child._process.pid}/task").iterdir()))


def test_a_model_that_is_taught_answers_with_the_next_batch(reader: SandboxedReader) -> None:
    """In a fresh child, confined as ever, with one thread; what this process would say, the child says."""
    before = classified(reader)
    assert before == PLAIN.classify(parse(MAIL))
    assert libraries(reader) == set()
    reader.teach(LEARNED)
    now = classified(reader)
    assert now == LEARNED.classify(parse(MAIL))
    assert now is not None
    assert (now.service, now.model) == ("food-shop", "7")
    assert libraries(reader) == {"numpy"}
    assert threads(reader) == 1


def test_what_was_taught_can_be_taken_back(reader: SandboxedReader) -> None:
    """The next child knows no model and loads nothing for one."""
    reader.teach(LEARNED)
    assert classified(reader) == LEARNED.classify(parse(MAIL))
    reader.teach(PLAIN)
    assert classified(reader) == PLAIN.classify(parse(MAIL))
    assert libraries(reader) == set()


def test_a_large_mail_finds_room_beside_a_model(reader: SandboxedReader) -> None:
    """Fifty megabytes within the same limit of memory as ever."""
    reader.teach(LEARNED)
    large = simple(b"From: a@b.test", body=b"x" * 75 + b"\r\n" + (b"x" * 75 + b"\r\n") * 650_000)
    before, huge, after = reader.read_many([io.BytesIO(raw) for raw in (MAIL, large, MAIL)])
    assert before == after
    assert not any(defect.startswith("unreadable") for defect in huge.message.defects)
    assert len(huge.message.text) > 0
