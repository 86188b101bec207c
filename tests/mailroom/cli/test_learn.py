"""`mailroom learn …` and `mailroom explain`: trained apart, reported, verified, switched; and why, in words."""

import json
from pathlib import Path
from typing import Any

import pytest

from mailroom import bootstrap, starter
from mailroom.bootstrap.learning import train_apart
from mailroom.domain.decision import Classification, Kind, LetterMarks, Reason, Secrecy
from mailroom.domain.learning import Correction, Head, Source
from tests.support.book_values import NOW, arrive, decide, message
from tests.support.commands import run_command

CONFIG = "agency.toml"
WORDS = {
    "food-premises": ("ขายส้มตำหน้าบ้าน", "เปิดครัวข้าวแกง", "ร้านก๋วยเตี๋ยวเล็กๆ"),
    "tree-cutting": ("กิ่งมะม่วงพาดสายไฟ", "ต้นไม้ใหญ่จะล้มทับบ้าน", "ช่วยตัดกิ่งจามจุรี"),
}


@pytest.fixture(scope="module")
def agency(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A configuration as `init` writes it, with messages that clerks set right."""
    folder = tmp_path_factory.mktemp("agency")
    mailbox = {"address": "saraban@klong.example", "imap.host": "imap.klong.example", "smtp.host": "smtp.klong.example"}
    users = {f"{server}.username": "saraban" for server in ("imap", "smtp")}
    channel = {f"channels.email.{key}": value for key, value in (mailbox | users).items()}
    starter.write(folder, {"agency.key": "klong", "agency.name": "อบต.คลองใหม่"} | channel)
    with bootstrap.open_books(bootstrap.load(folder / CONFIG)) as books:
        for service, cores in WORDS.items():
            rows = arrive(books, *(f"{service} {n}".encode() for n in range(60)))
            with books.begin() as uow:
                for n, logged in enumerate(rows):
                    found = Classification(Kind.REQUEST, reasons=(Reason("nothing-recognised"),))
                    decide(uow, logged, message(f"{cores[n % 3]} ครั้งที่ {n} ค่ะ", subject=""), classification=found)
                    uow.learning.add(
                        Correction(
                            message_id=logged.id,
                            head=Head.SERVICE,
                            value=service,
                            was="",
                            by="malee",
                            at=NOW,
                            source=Source.QUEUE,
                        )
                    )
                uow.commit()
        secret = Classification(Kind.REQUEST, marks=LetterMarks(secrecy=Secrecy.SECRET))
        [logged] = arrive(books, b"secret")
        with books.begin() as uow:
            decide(uow, logged, message("ลับ"), classification=secret)
            uow.commit()
    assert train_apart(folder / CONFIG)
    return folder


def run(agency: Path, *arguments: str, code: int = 0) -> Any:
    done = run_command([*arguments, "--config", CONFIG], env={"PATH": "/usr/bin:/bin", "HOME": str(agency)}, cwd=agency)
    assert done.returncode == code, done.stderr
    return done


def told(agency: Path, *arguments: str, code: int = 0) -> Any:
    return json.loads(run(agency, *arguments, "--json", code=code).stdout)


def digest(agency: Path, row: int) -> str:
    with bootstrap.open_books(bootstrap.load(agency / CONFIG)) as books, books.look() as uow:
        record = uow.messages.get(row)
    assert record is not None
    return record.logged.digest


def test_what_was_trained_apart_is_reported_and_can_be_repeated(agency: Path) -> None:
    """By a process of its own, which leaves a version, a file of ours alone, and the measure."""
    status = told(agency, "learn", "status")
    assert (status["corrections"], status["since_training"]) == (120, 0)
    assert status["models"][-1]["report"]["service"]["examples"] == 120
    assert "model 1 of" in run(agency, "learn", "status").stdout
    assert len(list((agency / "data" / "models").glob("000001-*.npz"))) == 1
    assert told(agency, "learn", "train", "--verify", "1") == {
        "same": True,
        "code": True,
        "catalogue": True,
        "messages": True,
    }
    assert "no model 9" in run(agency, "learn", "train", "--verify", "9", code=1).stderr


def test_a_person_chooses_what_answers(agency: Path) -> None:
    """By version, or rules and catalogue alone; who did it is kept."""
    assert told(agency, "learn", "use", "1")["heads"] == ["service"]
    used = told(agency, "learn", "status")["answers"]["service"]
    assert (used["version"], used["by"][:4]) == (1, "cli:")
    told(agency, "learn", "off")
    assert told(agency, "learn", "status")["answers"]["service"]["version"] == 0


def test_a_message_is_explained_with_words_scores_and_thresholds(agency: Path) -> None:
    """What was recorded, what is considered now, what clerks said; noted as a read."""
    told(agency, "learn", "use", "1")
    found = told(agency, "explain", digest(agency, 1)[:16])
    assert found["recorded"]["kind"] == "request"
    by_model = next(one for one in found["considered"] if one["by"] == 1 and one["head"] == "service")
    assert by_model["candidates"][0]["answer"] == "food-premises"
    assert {one["by"] for one in found["considered"]} == {"catalogue", "primer", 1}
    assert 0 < by_model["threshold"] <= 1
    assert "ส้มตำ" in "".join(by_model["candidates"][0]["words"])
    printed = run(agency, "explain", digest(agency, 1)).stdout
    for words in ("recorded:", "sure from", "malee said: service", "["):
        assert words in printed
    with bootstrap.open_books(bootstrap.load(agency / CONFIG)) as books, books.look() as uow:
        assert [(one.what, one.key) for one in uow.reads.search()] == [("message", digest(agency, 1))] * 2


def test_what_cannot_be_explained_says_why(agency: Path) -> None:
    """Nothing of a secret, nothing of what is not there, and no guess among several."""
    assert "marked secret" in run(agency, "explain", digest(agency, 121), code=1).stderr
    assert "no message in sight" in run(agency, "explain", "0" * 64, code=1).stderr
    assert "hexadecimal" in run(agency, "explain", "xyz123", code=2).stderr
