"""The arithmetic of an evaluation, on real files read by the real reader."""

import json
import os
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from channels.email.sandbox import SandboxedReader
from mailroom.domain.decision import Classification, Kind, Outcome
from mailroom.domain.errors import ConfigurationError
from mailroom.domain.message import Message
from mailroom.domain.record import History
from mailroom.services.evaluating import Evaluation, Share, evaluate
from mailroom.services.expectations import Expectations, read_expectations
from mailroom.stages.classify import Classifier
from mailroom.stages.judge import Judge
from tests.support.instruments import HOURS
from tests.support.stage_values import AGENCY, catalogue

NOW = datetime(2026, 1, 6, 3, 0, tzinfo=UTC)
JUDGE = Judge(agency=AGENCY, catalogue=catalogue(), hours=HOURS)
FOOD = ("ขอใบอนุญาตจำหน่ายอาหาร", "ขอใบอนุญาตจำหน่ายอาหาร ร้านก๋วยเตี๋ยวหน้าตลาดครับ")
PASSPORT = ("ต่อพาสปอร์ต", "ขอต่อพาสปอร์ตเล่มใหม่ครับ")
NOISE = ("เสียงดัง", "ร้องเรียนร้านคาราโอเกะข้างบ้านเสียงดังทุกคืน นอนไม่ได้เลย")
NOTHING = ("", "")
CONSULAR = "กรมการกงสุล กระทรวงการต่างประเทศ"


@pytest.fixture(scope="module")
def reader() -> Iterator[SandboxedReader]:
    """The child of production, with the rules of the agency."""
    made = SandboxedReader(classifier=JUDGE.classifier)
    yield made
    made.close()


def write(folder: Path, **mails: tuple[str, str]) -> list[Path]:
    for name, (subject, text) in mails.items():
        head = f"From: a@mail.example\r\nTo: b@mail.example\r\nSubject: {subject}\r\n"
        raw = f"{head}Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
        (folder / f"{name}.eml").write_bytes(raw.encode())
    return sorted(folder.glob("*.eml"))


def expected(files: list[Path], **entries: dict[str, Any]) -> Expectations:
    content = json.dumps({f"{name}.eml": entry for name, entry in entries.items()})
    return read_expectations(content.encode(), {one.name for one in files}, catalogue())


def evaluated(folder: Path, reader: SandboxedReader, mails: dict[str, tuple[str, str]], **entries: Any) -> Evaluation:
    files = write(folder, **mails)
    return evaluate(files, expected(files, **entries), reader=reader, judge=JUDGE, now=NOW)


def test_what_is_right_is_counted_and_what_is_absent_is_not_judged(tmp_path: Path, reader: SandboxedReader) -> None:
    """One answer, one of several, none, and no expectation at all."""
    mails = {"a": FOOD, "b": FOOD, "c": PASSPORT, "d": NOISE, "e": FOOD}
    found = evaluated(
        tmp_path,
        reader,
        mails,
        a={"kind": "request", "service": "food-premises"},
        b={"kind": ["enquiry", "complaint"], "service": ["street-vending", "food-premises"]},
        c={"kind": "wrong-agency", "agency": CONSULAR, "outcome": "redirect-agency"},
        d={"service": "", "agency": ""},
    )
    assert len(found.messages) == 5
    assert len(found.labelled) == 4
    assert found.right("kind") == Share(2, 3)
    assert found.right("service") == Share(2, 3)
    assert found.right("agency") == Share(2, 2)
    assert found.right("outcome") == Share(1, 1)
    assert found.right("urgency") == Share(0, 0)
    assert Share(0, 0).percent is None
    assert found.answered("service") == Share(3, 3)
    assert found.wrong_answers("service") == Share(1, 3)
    assert [(one.file, one.wrong) for one in found.wrong] == [("b.eml", ("kind",)), ("d.eml", ("service",))]
    assert found.confusion() == {
        "enquiry": Counter({"request": 1}),
        "request": Counter({"request": 1}),
        "wrong-agency": Counter({"wrong-agency": 1}),
    }
    request = next(one for one in found.classes("kind") if one.answer == "request")
    assert (request.precision, request.recall) == (Share(1, 2), Share(1, 1))


@pytest.mark.parametrize(
    ("entry", "wrong"),
    [
        ({"kind": "wrong-agency", "agency": CONSULAR}, False),
        ({"kind": "wrong-agency", "agency": ["", CONSULAR]}, False),
        ({"kind": "wrong-agency"}, False),
        ({"kind": "wrong-agency", "agency": "กรมที่ดิน"}, True),
        ({"kind": "wrong-agency", "agency": ""}, True),
        ({"kind": ["request", "enquiry"]}, True),
        ({"outcome": "hold"}, True),
        ({"outcome": ["hold", "redirect-agency"]}, False),
        ({"service": ""}, False),
    ],
)
def test_who_was_sent_away_wrongly(tmp_path: Path, reader: SandboxedReader, entry: dict[str, Any], wrong: bool) -> None:
    """Although the matter is ours, or to another agency than the right one; where nobody said it, it is not judged."""
    found = evaluated(tmp_path, reader, {"a": PASSPORT, "b": FOOD}, a=entry, b={"kind": "request"})
    assert found.redirects == 1
    assert found.wrong_redirects == Share(int(wrong), 2)
    assert bool(found.wrong) is wrong
    assert found.error == Share(int(wrong), 2)


def test_what_a_clerk_decides_is_no_error_and_what_is_left_open_neither(
    tmp_path: Path, reader: SandboxedReader
) -> None:
    """An empty mail is held; a request for a service that nobody recognised waits; a wrong kind is an error."""
    odd = ("ขอความอนุเคราะห์", "ขอความอนุเคราะห์ตามเรื่องที่คุยกันไว้ด้วยครับ")
    found = evaluated(
        tmp_path,
        reader,
        {"a": NOTHING, "b": odd, "c": NOISE, "d": NOISE},
        a={"kind": "empty"},
        b={"kind": "request", "service": "venue-use"},
        c={"kind": "complaint"},
        d={"kind": "request"},
    )
    assert found.coverage == Share(2, 4)
    assert found.error == Share(1, 2)
    assert found.answered("service") == Share(0, 1)
    assert found.wrong_answers("service") == Share(0, 0)


def test_no_file_makes_it_fail(tmp_path: Path, reader: SandboxedReader) -> None:
    """Empty, noise, a folder, a pipe that nobody writes to, a link to nowhere: each is a message that is unreadable."""
    write(tmp_path, good=FOOD)
    (tmp_path / "empty.eml").write_bytes(b"")
    (tmp_path / "noise.eml").write_bytes(bytes(range(256)) * 40)
    (tmp_path / "folder.eml").mkdir()
    os.mkfifo(tmp_path / "pipe.eml")
    (tmp_path / "nowhere.eml").symlink_to(tmp_path / "gone")
    files = sorted(tmp_path.glob("*.eml"))
    names = expected(files, empty={"kind": "unparsed"}, good={"kind": "request"}, pipe={"kind": "unparsed"})
    found = evaluate(files, names, reader=reader, judge=JUDGE, now=NOW)
    assert {one.file: one.unreadable for one in found.messages} == {
        "empty.eml": True,
        "folder.eml": True,
        "good.eml": False,
        "noise.eml": True,
        "nowhere.eml": True,
        "pipe.eml": True,
    }
    assert found.unreadable == 5
    assert found.right("kind") == Share(3, 3)


class FailingClassifier(Classifier):
    """Has a fault that only one message brings out."""

    def classify(self, message: Message, history: History = History()) -> Classification:  # noqa: B008
        if message.text.startswith(FOOD[1]):
            raise RuntimeError("fault")
        return super().classify(message, history)


class FailingJudge(Judge):
    @property
    def classifier(self) -> Classifier:
        return FailingClassifier(self.agency, self.catalogue)


def test_a_fault_of_our_own_is_one_unreadable_message(tmp_path: Path) -> None:
    """As in service: it is held for a clerk, and the next message is judged."""
    files = write(tmp_path, a=FOOD, b=PASSPORT)
    judge = FailingJudge(agency=AGENCY, catalogue=catalogue(), hours=HOURS)
    bare = SandboxedReader()
    found = evaluate(files, Expectations({}), reader=bare, judge=judge, now=NOW)
    bare.close()
    assert [one.answer("kind") for one in found.messages] == [Kind.UNPARSED, Kind.WRONG_AGENCY]
    assert [one.found.decision.outcome for one in found.messages] == [Outcome.HOLD, Outcome.REDIRECT_AGENCY]


def test_time_is_counted_for_each_message(tmp_path: Path, reader: SandboxedReader) -> None:
    """More than nothing; the slowest is at least as slow as the mean; of no messages there is none."""
    done: list[int] = []
    files = write(tmp_path, a=FOOD, b=NOISE)
    found = evaluate(files, Expectations({}), reader=reader, judge=JUDGE, now=NOW, after_each=done.append)
    mean, slow, slowest = found.milliseconds()
    assert 0 < mean <= slow <= slowest
    assert done == [1, 2]
    assert found.coverage == Share(0, 0)
    assert Evaluation([]).milliseconds() == (0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"{", "it is no JSON"),
        (b"\xff", "it is no JSON"),
        (b"[" * 100_000, "it is no JSON"),
        (b"[]", "write one object"),
        (b'{"b.eml": {}}', "b.eml: there is no such file beside it; correct the name"),
        (b'{"a.eml": "request"}', "a.eml: write an object as"),
        (b'{"a.eml": {"kidn": "request"}}', "a.eml: kidn: nothing is expected by this name; write one of kind,"),
        (b'{"a.eml": {"kind": "reqest"}}', "a.eml: kind: reqest: not known here; write one of request,"),
        (b'{"a.eml": {"kind": ""}}', "a.eml: kind: empty: not known here"),
        (b'{"a.eml": {"kind": []}}', "a.eml: kind: write a text or a list of texts"),
        (b'{"a.eml": {"kind": 3}}', "a.eml: kind: write a text or a list of texts"),
        (b'{"a.eml": {"service": "food"}}', 'a.eml: service: food: not known here; write one of "", building-permit,'),
        (b'{"a.eml": {"outcome": "send"}}', "a.eml: outcome: send: not known here; write one of accept,"),
    ],
)
def test_a_slip_in_the_expectations_is_named_with_its_remedy(content: bytes, told: str) -> None:
    """Nothing is judged by an expectation that means nothing."""
    with pytest.raises(ConfigurationError) as caught:
        read_expectations(content, {"a.eml"}, catalogue())
    assert told in str(caught.value)


def test_agencies_that_the_directory_lacks_are_told() -> None:
    """They cannot be named, or only as local authorities; null is as good as absent."""
    content = json.dumps({"a.eml": {"agency": ["", CONSULAR, "กรมที่ไม่มี"], "kind": None}})
    found = read_expectations(content.encode(), {"a.eml"}, catalogue())
    assert found.unlisted_agencies(catalogue()) == ("กรมที่ไม่มี",)
    assert set(found.of("a.eml")) == {"agency"}
