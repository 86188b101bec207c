"""`mailroom retention …`: the yearly list, its paper, and the package for the National Archives."""

import json
import shutil
import subprocess
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mailroom import bootstrap
from mailroom.bootstrap.keys import open_archive
from mailroom.bootstrap.retention import open_retention
from mailroom.domain.agency import BANGKOK
from mailroom.domain.case import Case, CaseState
from mailroom.domain.clerk import Clerk, Role
from mailroom.domain.register import RegisterNumber
from mailroom.domain.retention import CommitteeDecision, Verdict
from tests.support.book_values import draft, keep_and_log, message, verdict
from tests.support.installation import Installation
from tests.support.retention_office import MEMBERS

NOW = datetime(2005, 1, 5, 3, 0, tzinfo=UTC)
HEAD = Clerk(1, "head", "", Role.APPROVER)


@pytest.fixture
def agency(installation: Installation) -> Installation:
    """With one case of 2548 and its officers."""
    loaded = bootstrap.load(installation.config)
    with bootstrap.open_books(loaded) as books, open_archive(loaded) as archive:
        [logged] = keep_and_log(archive, books, b"From: citizen@example.test\r\n\r\n")
        with books.begin() as uow:
            uow.messages.record(verdict(logged, message()))
            entry = uow.register.enter(draft(logged, 2548, deemed_received_at=NOW))
            uow.cases.open(Case(entry.number, logged.id, CaseState.OPEN))
            uow.clerks.add("malee", "มาลี", "")
            uow.clerks.add("head", "นายสมศักดิ์", "", role=Role.APPROVER)
            uow.commit()
    return installation


def told(agency: Installation, *arguments: str) -> Any:
    return json.loads(agency.run("retention", *arguments, "--json").stdout)


def decide(agency: Installation) -> None:
    with open_retention(bootstrap.load(agency.config)) as office:
        made = office.known(1)
        on = made.made_at.astimezone(BANGKOK).date()
        decision = CommitteeDecision(members=MEMBERS, on=on, document="รายงานที่ 1")
        office.retention.decide(1, decision, {one.number: (Verdict.TRANSFER, "") for one in made.items}, HEAD)


def test_from_survey_to_package(agency: Installation, tmp_path: Path) -> None:
    """Each step tells the next one; the package is checked by the system's own program."""
    found = told(agency, "survey", "2569", "--by", "malee")
    assert (found["list"], found["cases"], found["left_out"]) == (1, 1, {})
    assert [one["state"] for one in told(agency, "lists")] == ["surveyed"]
    paper = tmp_path / "list.pdf"
    agency.run("retention", "print", "1", "--output", str(paper))
    assert paper.read_bytes().startswith(b"%PDF")
    package = tmp_path / "transfer.zip"
    arguments = ("transfer", "1", "--output", str(package), "--by", "head")
    assert "has not decided" in agency.run("retention", *arguments, fails=True).stderr
    decide(agency)
    made = told(agency, *arguments)
    assert made["cases"] == 1
    assert made["profile"] == "mailroom-records 1"
    with zipfile.ZipFile(package) as opened:
        opened.extractall(tmp_path)
    program = shutil.which("sha256sum")
    assert program
    bag = tmp_path / "transfer-2569-1"
    subprocess.run([program, "--quiet", "-c", "manifest-sha256.txt"], cwd=bag, check=True)
    assert "is there already" in agency.run("retention", *arguments, fails=True).stderr


def test_holds_and_what_a_survey_leaves_out(agency: Installation) -> None:
    """Told by number; who asks for what there is not gets a sentence."""
    with open_retention(bootstrap.load(agency.config)) as office:
        number = RegisterNumber(2548, 1)
        office.retention.place(number, "คดี", HEAD)
    assert [one["case"] for one in told(agency, "holds")] == ["1/2548"]
    assert "no case is due" in agency.run("retention", "survey", "2569", "--by", "malee", fails=True).stderr
    assert "nobody" in agency.run("retention", "survey", "2569", "--by", "nobody", fails=True).stderr
    assert "no list 9" in agency.run("retention", "print", "9", "--output", "x.pdf", fails=True).stderr
