"""Training messages: equal for equal seeds, of every service, all different, and nothing of the test messages in them."""

import tomllib
from collections import Counter, defaultdict
from pathlib import Path

import pytest
from rapidfuzz import fuzz

from bench.wordings import TrainingMessage, training_messages
from bench.wordings.__main__ import main
from bench.wordings.data import wordings
from bench.wordings.overlap import normal, sentences, shared, texts_under
from mailroom.domain.decision import Kind
from tests.support.stage_values import CONFIG

SEED, PER_SERVICE = 7, 50
PER_KIND = {
    "complaint": 40,
    "status-enquiry": 20,
    "follow-up": 15,
    "withdrawal": 12,
    "payment-slip": 15,
    "thanks": 15,
    "spam": 15,
    "phishing": 12,
    "official-letter": 12,
    "vague": 25,
}
"""How many wordings were written at least."""


@pytest.fixture(scope="module")
def messages() -> list[TrainingMessage]:
    return training_messages(PER_SERVICE, SEED)


def test_equal_seeds_give_equal_messages(messages: list[TrainingMessage]) -> None:
    """The same seed gives the same messages; another seed gives others."""
    assert training_messages(PER_SERVICE, SEED) == messages
    others = set(training_messages(PER_SERVICE, SEED + 1))
    assert len(others & set(messages)) < len(messages) / 20


def test_fewer_messages_are_contained_in_more(messages: list[TrainingMessage]) -> None:
    """The messages of a learning curve's first points are among those of its last."""
    assert set(training_messages(5, SEED)) <= set(messages)


def test_every_service_has_its_messages(messages: list[TrainingMessage]) -> None:
    """Each service of the catalogue has exactly as many messages as asked, and none else is named."""
    keys = {entry["key"] for entry in tomllib.loads((CONFIG / "services.toml").read_text(encoding="utf-8"))["service"]}
    assert Counter(message.service for message in messages if message.service) == dict.fromkeys(keys, PER_SERVICE)


def test_other_agencies_are_in_the_directory(messages: list[TrainingMessage]) -> None:
    """At least 25 agencies of the directory have messages, all of the kind wrong-agency; nothing else names one."""
    listed = {
        entry["name"] for entry in tomllib.loads((CONFIG / "agencies.toml").read_text(encoding="utf-8"))["agency"]
    }
    named = {message.agency for message in messages} - {""}
    assert len(named) >= 25
    assert named <= listed
    assert all(bool(message.agency) == (message.kind is Kind.WRONG_AGENCY) for message in messages)


def test_there_is_enough_written_by_hand() -> None:
    """14 different cores for each service, 4 for each agency, and as many of each kind as agreed."""
    found = wordings()
    assert all(len({core.text for core in service.main.cores}) >= 14 for service in found.services)
    assert all(len({core.text for core in agency.cores}) >= 4 for agency in found.agencies)
    # What can be said of any service stands in the pools of all.
    written: dict[str, set[str]] = defaultdict(set)
    for pool in [*found.kinds, *(pool for service in found.services for pool in (service.enquiries, *service.others))]:
        written[pool.name.split("/")[-1]] |= {core.text for core in pool.cores}
    assert {name: len(written[name]) for name, least in PER_KIND.items() if len(written[name]) < least} == {}
    assert len(written["enquiry"]) >= 40


def test_messages_of_a_service_differ_in_more_than_names(messages: list[TrainingMessage]) -> None:
    """No two messages about a service are alike by more than four fifths, names and numbers taken away or not."""
    texts: dict[str, list[str]] = defaultdict(list)
    for message in messages:
        texts[message.service].append(_bare(f"{message.subject} {message.text}"))
    del texts[""]
    alike = {
        service: max(fuzz.ratio(one, other) for place, one in enumerate(of) for other in of[:place])
        for service, of in texts.items()
    }
    assert {service: likeness for service, likeness in alike.items() if likeness > 80} == {}
    assert len({(message.subject, message.text) for message in messages}) == len(messages)


def test_no_slot_and_no_choice_is_left_open(messages: list[TrainingMessage]) -> None:
    """What people read is complete: no braces, no choices, no marks of the making."""
    assert [message for message in messages if set("{}[]|\x00\x01") & {*message.subject, *message.text}] == []
    assert all(message.text for message in messages)


def test_a_shared_sentence_is_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A test message that holds a sentence of the wordings is reported, whatever its spaces, digits and case."""
    core = "I need the CCTV footage of the crossing on Canal Road, พื้นที่ใช้สอยรวม ๑๒๐ ตารางเมตร"
    (tmp_path / "shared.toml").write_text(
        f'[[message]]\ntext = "{core.upper().replace(" ", "  ")}"\n', encoding="utf-8"
    )
    assert main_with("--overlap", str(tmp_path)) == 1
    assert "I need the CCTV footage of the crossing on" in capsys.readouterr().out
    (tmp_path / "shared.toml").write_text(
        '[[message]]\ntext = "ทักทายกันธรรมดา"\nnote = "CCTV footage"\n', encoding="utf-8"
    )
    assert main_with("--overlap", str(tmp_path)) == 0


def test_every_choice_of_a_wording_is_looked_for() -> None:
    """A sentence with a choice is looked for in each of its forms, and its slots stand for anything."""
    written = sentences(wordings())
    assert normal("จะทำครัวกลางผลิตข้าวกล่องส่งโรงงานวันละ") in written
    both = ["ยื่นออกไปประมาณ", "ผู้รับเหมาบอกว่าต้องขออนุญาตเทศบาลก่อนลงมือ"]
    assert normal(both[1]) in written
    assert {normal("กำลังจะลงเสาเข็มสร้างบ้านให้พ่อแม่บนที่มรดก"), normal("กำลังจะลงเสาเข็มสร้างบ้านให้ลูกสาวบนที่มรดก")} <= {
        piece for piece in written if piece.startswith("กำลังจะลงเสาเข็ม")
    }


def test_no_sentence_is_shared_with_the_test_messages(tmp_path: Path) -> None:
    """The split holds: no sentence of the training wordings stands in a message that is measured on."""
    for file in (CONFIG.parent / "bench" / "messages").glob("blind-*.toml"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    texts = texts_under(tmp_path)
    assert len(texts) > 200
    assert shared(sentences(wordings()), texts) == []


def _bare(text: str) -> str:
    """The text without digits and invented names."""
    values = wordings().frame["values"]
    for name in sorted({*values["male"], *values["female"], *values["last"]}, key=len, reverse=True):
        text = text.replace(name, "")
    return "".join(letter for letter in text if not letter.isdigit())


def main_with(*arguments: str) -> int:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["wordings", *arguments])
        return main()
