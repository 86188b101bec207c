"""`mailroom evaluate` in a terminal: figures, wrong messages in words, JSON, and sentences about what is amiss."""

import json
import os
from email.message import EmailMessage
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from mailroom import starter
from tests.support.commands import run_command

ANSWERS = {
    "agency.key": "tuayang",
    "agency.name": "เทศบาลเมืองตัวอย่าง",
    "channels.email.address": "saraban@tuayang.example",
    "channels.email.imap.host": "imap.tuayang.example",
    "channels.email.imap.username": "saraban",
    "channels.email.smtp.host": "smtp.tuayang.example",
}
MAILS = {
    "food.eml": ("ขอใบอนุญาตจำหน่ายอาหาร", "ขอใบอนุญาตจำหน่ายอาหาร ร้านก๋วยเตี๋ยวหน้าตลาดครับ"),
    "passport.eml": ("ต่อพาสปอร์ต", "ขอต่อพาสปอร์ตเล่มใหม่ครับ"),
    "noise.eml": ("เสียงดัง \x1b[31m", "ร้องเรียนร้านคาราโอเกะข้างบ้านเสียงดังทุกคืน นอนไม่ได้เลย"),
}
EXPECTATIONS = {
    "food.eml": {"kind": "request", "service": "food-premises"},
    "passport.eml": {"kind": "enquiry", "agency": "กรมที่ไม่มี"},
    "noise.eml": {"kind": ["request", "enquiry"]},
}


@pytest.fixture
def mails(tmp_path: Path) -> Path:
    """A folder of mails beside a configuration, one of them unreadable."""
    folder = tmp_path / "mails"
    folder.mkdir()
    for name, (subject, text) in MAILS.items():
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = "a@mail.example", "saraban@tuayang.example", subject
        mail.set_content(text)
        (folder / name).write_bytes(mail.as_bytes())
    (folder / "broken.EML").write_bytes(b"")
    (folder / "expectations.json").write_text(json.dumps(EXPECTATIONS), encoding="utf-8")
    starter.write(tmp_path / "agency", ANSWERS)
    return folder


def evaluate(folder: Path, *options: str) -> "CompletedProcess[str]":
    config = folder.parent / "agency" / "agency.toml"
    return run_command(
        ["evaluate", str(folder), "--config", str(config), *options], env=dict(os.environ), cwd=folder.parent
    )


def test_the_figures_are_told(mails: Path) -> None:
    """Right answers, wrong redirects, coverage and its error, what was taken for what, time and memory of both."""
    told = " ".join(evaluate(mails).stdout.split())
    assert "4 messages, 3 labelled, 1 unreadable" in told
    assert "kind 1 of 3 33.3 % service 1 of 1 100.0 % 1 of 1 100.0 % 0 of 1 0.0 % agency 0 of 1 0.0 %" in told
    assert "wrong automatic redirects 1 of 3 33.3 % (1 redirects in all)" in told
    assert "decided without a clerk 3 of 3 100.0 % something wrong in it 2 of 3 66.7 %" in told
    assert "enquiry 1 0 wrong-agency 1" in told
    assert "ms per message" in told
    assert "peak memory 0 MB" not in told
    assert "and 0 MB of the process that reads" not in told
    assert "expected agencies that agencies.toml does not have: กรมที่ไม่มี" in told
    assert "because" not in told
    assert not (mails.parent / "agency" / "data").exists()


def test_wrong_messages_are_told_with_their_reasons_and_each_answer_on_demand(mails: Path) -> None:
    """In words; what a sender put there cannot steer a terminal."""
    told = evaluate(mails, "--wrong", "--verbose").stdout
    assert "passport.eml: ต่อพาสปอร์ต\n  kind: wrong-agency, right is enquiry\n  agency: กรมการกงสุล" in told
    assert "right is กรมที่ไม่มี\n  outcome: redirect-agency, which is wrong\n  because words of another agency" in told
    assert "noise.eml: เสียงดัง" in told
    assert "  kind: complaint, right is request or enquiry\n" in told
    assert "food.eml" not in told
    assert "\x1b" not in told
    assert "1 of 1 100.0 % 1 of 1 100.0 % food-premises" in " ".join(told.split())


def test_a_machine_reads_the_same(mails: Path) -> None:
    """Every figure, and every wrong message."""
    told = json.loads(evaluate(mails, "--json").stdout)
    assert told["messages"] == 4
    assert told["right"]["kind"] == {"part": 1, "whole": 3, "percent": pytest.approx(33.33, abs=0.01)}
    assert told["right"]["urgency"] == {"part": 0, "whole": 0, "percent": None}
    assert told["wrong_redirects"]["part"] == 1
    assert told["confusion"]["enquiry"] == {"wrong-agency": 1}
    assert min(told["peak_bytes"].values()) > 10_000_000
    assert [one["file"] for one in told["wrong"]] == ["noise.eml", "passport.eml"]
    assert told["wrong"][1]["found"]["outcome"] == "redirect-agency"
    assert told["wrong"][1]["reasons"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "is missing; write it as `mailroom evaluate --help` shows"),
        ("{", "expectations.json: it is no JSON"),
        ('{"food.eml": {"kind": "reqest"}}', "food.eml: kind: reqest: not known here; write one of request"),
    ],
)
def test_expectations_that_mean_nothing_are_met_with_a_sentence(mails: Path, content: str | None, told: str) -> None:
    """It names the place and what to write."""
    (mails / "expectations.json").unlink()
    if content is not None:
        (mails / "expectations.json").write_text(content, encoding="utf-8")
    refused = evaluate(mails)
    assert refused.returncode == 1
    assert refused.stderr.startswith("mailroom: ")
    assert told in refused.stderr


def test_a_folder_without_mails_is_met_with_a_sentence(mails: Path) -> None:
    """And one that is not there with the words of the command line."""
    for one in mails.iterdir():
        one.unlink()
    assert "there are no .eml files in it" in evaluate(mails).stderr
    mails.rmdir()
    assert evaluate(mails).returncode == 2
