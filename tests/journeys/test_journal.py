"""Everything is lost but the mailbox and an old copy: no number is given twice, and mail comes back under its own."""

import json
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mailroom import bootstrap
from mailroom.domain.agency import buddhist_year
from tests.support.installation import REQUEST, Installation, mail
from tests.support.paper_values import SERVICE, licence, outgoing

YEAR = buddhist_year(datetime.now(UTC))
FOLDER = "mailroom-journal"
LICENCE = f"licence:{SERVICE}"
EXTRA = """
[keys]
keyring = "{folder}/keyring"

[[backup.target]]
name = "disk"
kind = "mirror"
address = "{folder}/mirror"
"""


@pytest.fixture
def agency(installation: Installation, tmp_path: Path) -> Installation:
    """An agency with a keyring, and with a mirror on another disk."""
    installation.extra = EXTRA.format(folder=tmp_path)
    installation.write()
    installation.run("keys", "init", "--sheet", str(tmp_path / "sheet.pdf"))
    (tmp_path / "kept").mkdir()
    for file in installation.folder.glob("*.toml"):
        shutil.copy(file, tmp_path / "kept")
    return installation


def restore(agency: Installation, tmp_path: Path) -> Path:
    """Another machine, which has the copy and the keyring."""
    machine, kept = tmp_path / "machine", tmp_path / "kept" / "agency.toml"
    agency.bare("restore", "--from", str(tmp_path / "mirror"), "--to", str(machine), "--config", str(kept))
    (machine / "keyring").unlink()
    return machine


def deliver(agency: Installation, first: int, last: int) -> None:
    for number in range(first, last + 1):
        raw = mail(f"{REQUEST[0]} {number}", f"{REQUEST[1]} {number}", sender=f"p{number}@citizen.test")
        agency.deliver(raw, at=datetime.now(UTC))


def give_papers(agency: Installation, count: int) -> None:
    """So many letters sent and licences."""
    with bootstrap.open_books(bootstrap.load(agency.config)) as books, books.begin() as uow:
        for _ in range(count):
            uow.outgoing.enter(outgoing(YEAR, document=None))
            number = uow.licences.next_number(SERVICE, YEAR)
            uow.licences.add(licence(number, number=f"{number}/{YEAR}", document=None, version=0))
        uow.commit()


def acknowledged(agency: Installation) -> dict[str, list[int]]:
    """The numbers that each citizen holds, one for each acknowledgement."""
    held: dict[str, list[int]] = {}
    for letter in agency.letters():
        found = re.search(rf"เลขรับ\s*(\d+)/{YEAR}", str(letter["subject"]))
        if found:
            held.setdefault(str(letter["to"]), []).append(int(found[1]))
    return held


def registered(agency: Installation) -> dict[str, str]:
    """Number of each mail, by its subject."""
    return {str(one["subject"]): str(one["register_number"]) for one in agency.register() if "subject" in one}


def last_numbers(agency: Installation) -> dict[str, int]:
    told = json.loads(agency.run("fence", "show", "--json").stdout)
    return {one["series"]: one["last"] for one in told["known"]}


def lose(agency: Installation, tmp_path: Path) -> None:
    """The folder burns; its copy goes into another one, where the program is started."""
    shutil.rmtree(agency.folder)
    agency.folder = restore(agency, tmp_path)


def test_two_hundred_numbers_are_given_after_the_copy_and_none_a_second_time(
    agency: Installation, tmp_path: Path
) -> None:
    """Mails, letters sent and licences; each mail back under its number, one acknowledgement each, all by itself."""
    deliver(agency, 1, 5)
    give_papers(agency, 2)
    agency.once()
    agency.run("backup", "run")
    deliver(agency, 6, 125)
    agency.once()
    give_papers(agency, 40)
    deliver(agency, 126, 130)
    agency.once()
    before, held = registered(agency), acknowledged(agency)
    assert len(before) == 130
    assert last_numbers(agency) == {"in": 130, "out": 42, LICENCE: 42}
    lose(agency, tmp_path)

    assert last_numbers(agency) == {"in": 5, "out": 2, LICENCE: 2}
    agency.once()
    assert registered(agency) == before
    assert acknowledged(agency) == held
    assert all(len(numbers) == 1 for numbers in held.values())
    assert last_numbers(agency) == {"in": 130, "out": 42, LICENCE: 42}
    agency.verify()

    deliver(agency, 131, 132)
    give_papers(agency, 1)
    agency.once()
    assert last_numbers(agency) == {"in": 132, "out": 43, LICENCE: 43}
    assert len(acknowledged(agency)) == 132
    assert all(len(numbers) == 1 for numbers in acknowledged(agency).values())
    agency.verify()
    shown = agency.run("fence", "show").stdout
    assert f"out/{YEAR}: 3 to 42 are void: lost-in-restore" in shown


def test_without_the_folder_no_number_is_given_until_they_are_stated(agency: Installation, tmp_path: Path) -> None:
    """Somebody removed the journal: the program says so, and a person states the last numbers."""
    deliver(agency, 1, 2)
    agency.once()
    agency.run("backup", "run")
    deliver(agency, 3, 9)
    agency.once()
    lose(agency, tmp_path)
    shutil.rmtree(agency.dovecot.maildir(agency.user, FOLDER))
    assert "mailroom fence" in agency.once(fails=True).stderr
    refused = agency.run("fence", "compute", fails=True)
    assert "page" in refused.stderr
    assert len(agency.letters()) == 9
    agency.run("fence", "set", f"in/{YEAR}=9", f"out/{YEAR}=0")
    agency.once()
    assert sorted(int(one.partition("/")[0]) for one in registered(agency).values()) == [1, 2, *range(10, 17)]
    agency.verify()


def test_of_two_installations_on_one_mailbox_the_older_one_stops(agency: Installation, tmp_path: Path) -> None:
    """Restored beside the first one: from then on the first gives no number and sends nothing."""
    deliver(agency, 1, 2)
    agency.once()
    agency.run("backup", "run")
    first = agency.folder
    machine = restore(agency, tmp_path)
    deliver(agency, 3, 3)
    agency.once()
    agency.folder = machine
    agency.once()
    deliver(agency, 4, 4)
    agency.folder = first
    assert "mailroom fence show" in agency.once(fails=True).stderr
    assert "another host" in agency.run("fence", "show").stdout
    agency.folder = machine
    agency.once()
    held = acknowledged(agency)
    assert sorted(number for numbers in held.values() for number in numbers) == [1, 2, 3, 4]
    agency.verify()


def _appended(agency: Installation) -> bool:
    return len(agency.dovecot.mails(agency.user, folder=FOLDER)) > 1


def _some_sent(agency: Installation) -> bool:
    return len(agency.letters()) > 5


@pytest.mark.parametrize("moment", [_appended, _some_sent])
def test_a_pass_that_is_killed_leaves_one_letter_in_doubt_at_most(
    agency: Installation, moment: Callable[[Installation], bool]
) -> None:
    """kill -9 after the page and before the letters, and between letters: the next pass goes on, numbers stay."""
    deliver(agency, 1, 1)
    agency.once()
    deliver(agency, 2, 30)
    process = subprocess.Popen(
        agency.command("once"), env=agency.variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 120
    while not moment(agency) and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.002)
    if process.poll() is None:
        os.kill(process.pid, signal.SIGKILL)
    process.wait(30)
    agency.once()
    held: dict[str, Any] = acknowledged(agency)
    assert len(held) == 30
    assert sum(len(numbers) for numbers in held.values()) <= 31
    assert all(len(set(numbers)) == 1 for numbers in held.values())
    agency.verify()
