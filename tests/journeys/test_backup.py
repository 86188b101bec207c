"""From a running agency to a copy, from a copy to an empty machine, and back to work without a number given twice."""

import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mailroom.bootstrap.restoring import PASSWORD
from mailroom.domain.agency import buddhist_year
from tests.support.dovecot import free_port
from tests.support.installation import REQUEST, ROOT, Installation, mail

YEAR = buddhist_year(datetime.now(UTC))
SECRET = "only-on-paper"
TARGETS = """
[[backup.target]]
name = "disk"
kind = "mirror"
address = "{folder}/mirror"

[[backup.target]]
name = "away"
kind = "restic"
address = "{folder}/restic"
password = {{ env = "TEST_BACKUP_PASSWORD" }}
"""


@pytest.fixture
def agency(installation: Installation, tmp_path: Path) -> Installation:
    """An agency with a mirror and a restic repository on another disk."""
    installation.extra = TARGETS.format(folder=tmp_path)
    installation.environment = {"TEST_BACKUP_PASSWORD": SECRET, PASSWORD: SECRET}
    installation.write()
    return installation


def _deliver(agency: Installation, first: int, last: int) -> None:
    for number in range(first, last + 1):
        raw = mail(f"{REQUEST[0]} {number}", REQUEST[1], sender=f"p{number}@citizen.test")
        agency.deliver(raw, at=datetime.now(UTC))


def _told(agency: Installation, *arguments: str, fails: bool = False) -> Any:
    return json.loads(agency.run(*arguments, "--json", fails=fails).stdout)


def _acknowledged(agency: Installation) -> list[int]:
    """The numbers that citizens hold, one for each acknowledgement."""
    quoted = re.compile(rf"เลขรับ\s*(\d+)/{YEAR}")
    return [int(found[1]) for letter in agency.letters() if (found := quoted.search(str(letter["subject"])))]


def _commands(heading: str) -> list[str]:
    """The commands of a section of docs/backup.md, as they stand there."""
    section = (ROOT / "docs/backup.md").read_text("utf-8").split(f"\n## {heading}\n")[1].split("\n## ")[0]
    blocks = re.findall(r"```console\n(.*?)```", section, re.DOTALL)
    return [line.strip().removeprefix("# ") for block in blocks for line in block.splitlines() if line.strip()]


def _literally(command: str, machine: Path, address: Path, agency: Installation) -> str:
    """A command of the paper on this machine; only places and the program's path are other ones."""
    line = command.replace("ADDRESS", str(address))
    for place in ("/etc/mailroom", "/var/lib/mailroom", "/tmp/found"):
        line = line.replace(place, str(machine))
    line = re.sub(r"^mailroom ", f"{sys.executable} -m mailroom ", line)
    done = subprocess.run(
        ["bash", "-euc", line],
        capture_output=True,
        text=True,
        env={**agency.variables, "PYTHONPATH": str(ROOT)},
        cwd=machine,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def test_from_an_empty_machine_back_to_work_by_the_paper(agency: Installation, tmp_path: Path) -> None:
    """The commands of docs/backup.md, one after another: no number that anybody holds is given a second time."""
    _deliver(agency, 1, 5)
    agency.once()
    runs = _told(agency, "backup", "run")
    assert [(one["target"], one["error"]) for one in runs] == [("disk", None), ("away", None)]
    assert all(one["passed"] for one in _told(agency, "drill"))
    _deliver(agency, 6, 35)
    agency.once()
    held = _acknowledged(agency)
    assert sorted(held) == list(range(1, 36))
    shutil.rmtree(agency.folder)

    machine = tmp_path / "machine"
    machine.mkdir()
    steps = [line for line in _commands("The machine is lost") if re.match(r"(mailroom|mv) ", line)]
    assert [line.split()[:3] for line in steps if line.startswith("mailroom")] == [
        ["mailroom", "backup", "list"],
        ["mailroom", "restore", "--from"],
        ["mailroom", "verify", "--config"],
        ["mailroom", "fence", "show"],
        ["mailroom", "fence", "set"],
    ]
    for line in steps[:-1]:
        said = _literally(line, machine, tmp_path / "restic", agency)
        assert "DIFFERENCES" not in said
    assert f"in/{YEAR}: the books know numbers up to 5" in said

    agency.folder = machine
    assert "mailroom fence" in agency.run("once", fails=True).stderr
    assert len(agency.letters()) == 35, "before the last numbers are stated none is given"
    stated = steps[-1].replace("2569", str(YEAR)).replace("=241", "=35").replace("=87", "=0")
    assert f"in/{YEAR}: 6 to 35 are void" in _literally(stated, machine, tmp_path / "restic", agency)
    agency.once()
    _deliver(agency, 36, 37)
    agency.once()
    numbers = _acknowledged(agency)
    assert len(numbers) == len(set(numbers))
    assert min(numbers[35:]) == 36
    agency.verify()


def test_the_daemon_copies_tries_and_reads_by_itself(agency: Installation) -> None:
    """The first copy comes at once, its trial follows, and the desk's report says how it went."""
    port = free_port()
    agency.extra += f"[web]\nport = {port}\n"
    agency.write()
    daemon = subprocess.Popen(
        agency.command("run"), env=agency.variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        deadline = time.monotonic() + 120
        while not _proven(agency):
            assert time.monotonic() < deadline, "no copy was tried in time"
            time.sleep(0.5)
        report = _health(port)
        assert report["last_drill"]["differences"] == 0
        assert not {one for one in report["problems"] if one.startswith(("backup", "drill", "fixity", "archive"))}
        daemon.send_signal(signal.SIGTERM)
        assert daemon.wait(60) == 0
    finally:
        daemon.kill()
        daemon.wait()


def _proven(agency: Installation) -> bool:
    """Whether both places hold a copy that a drill has compared."""
    found = _told(agency, "backup", "list")
    return {one["target"] for one in found if one["verified_at"]} == {"disk", "away"}


def _health(port: int) -> dict[str, Any]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=10) as answer:
            return dict(json.load(answer))
    except urllib.error.HTTPError as error:
        with error:
            return dict(json.load(error))


def test_a_copy_that_is_made_while_a_pass_runs_is_consistent(agency: Installation) -> None:
    """What the copy's books name is in its archive, at whatever moment it was made."""
    _deliver(agency, 1, 20)
    working = subprocess.Popen(
        agency.command("once"), env=agency.variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    try:
        while working.poll() is None:
            assert all(one["error"] is None for one in _told(agency, "backup", "run"))
    finally:
        working.communicate(timeout=120)
    for name in ("disk", "away"):
        (drill,) = _told(agency, "drill", name)
        assert drill["passed"], drill


def test_a_backup_that_is_killed_is_an_unfinished_row_and_the_next_one_is_whole(agency: Installation) -> None:
    """kill -9 at any moment: earlier copies stay, the next attempt needs no help."""
    _deliver(agency, 1, 3)
    agency.once()
    for delay in (0.6, 1.0, 1.6):
        _killed(agency.command("backup", "run"), agency, delay)
    assert all(one["error"] is None for one in _told(agency, "backup", "run"))
    assert all(one["passed"] for one in _told(agency, "drill"))
    assert all(not one["differences"] for one in _told(agency, "backup", "check"))


def test_a_restore_that_is_killed_is_repeated_by_the_same_line(agency: Installation, tmp_path: Path) -> None:
    """kill -9 at any moment of a restore; the same command ends it, and what it put there is in order."""
    _deliver(agency, 1, 3)
    agency.once()
    agency.run("backup", "run")
    folder = tmp_path / "again"
    line = ["restore", "--from", str(tmp_path / "mirror"), "--to", str(folder)]
    for delay in (0.0, 0.05, 0.1, 0.2):
        _killed([sys.executable, "-m", "mailroom", *line], agency, delay, once_there=folder)
    if not (folder / "data").exists() or (folder / "restore-in-progress").exists():
        agency.bare(*line)
    report = json.loads(agency.bare("verify", "--json", "--config", str(folder / "agency.toml")).stdout)
    assert report["ok"]
    assert report["counts"]["messages"] == 3
    refused = agency.bare(*line, fails=True)
    assert "is not empty" in refused.stderr


def test_one_message_is_brought_out_of_a_copy(agency: Installation, tmp_path: Path) -> None:
    """The very bytes, by id and by digest, without a configuration; nothing else comes along."""
    _deliver(agency, 1, 1)
    agency.once()
    agency.run("backup", "run")
    digest = agency.messages()[0]["digest"]
    for place, what in (("restic", "1"), ("mirror", digest)):
        folder = tmp_path / f"found-{place}"
        line, _ = _commands("One message only")
        wanted = line.replace("message 1", f"message {what}").replace("/tmp/found", str(folder))
        _literally(wanted, tmp_path, tmp_path / place, agency)
        (file,) = folder.iterdir()
        assert hashlib.sha256(file.read_bytes()).hexdigest() == digest


def test_damage_in_the_archive_is_healed_from_the_second_copy(agency: Installation) -> None:
    """A flipped bit is found, the segment is put right, the damaged file stays beside it."""
    _deliver(agency, 1, 3)
    agency.once()
    agency.run("backup", "run")
    segment = next((agency.folder / "data/archive/segments").glob("*.seg"))
    content = bytearray(segment.read_bytes())
    content[len(content) // 2] ^= 1
    segment.write_bytes(content)
    found = _told(agency, "fixity", "--all")
    assert (found["healed"], found["damaged"]) == ([segment.name], [])
    assert segment.with_name(f"{segment.name}.damaged").read_bytes() == bytes(content)
    agency.verify()


def test_a_wrong_password_and_a_missing_disk_are_one_sentence_each(agency: Installation, tmp_path: Path) -> None:
    """A target that fails says so, and the other gets its copy."""
    _deliver(agency, 1, 1)
    agency.once()
    agency.run("backup", "run")
    shutil.rmtree(tmp_path / "restic")
    (tmp_path / "restic").write_text("a file where a folder was", encoding="utf-8")
    runs = _told(agency, "backup", "run", fails=True)
    assert [bool(one["error"]) for one in runs] == [False, True]
    listed = agency.run("backup", "list").stdout
    assert "FAILED" in listed
    doctor = agency.run("doctor", fails=True).stdout
    assert "backup disk: answers" in doctor
    assert "FAIL  backup away" in doctor


def _killed(command: list[str], agency: Installation, delay: float, *, once_there: Path | None = None) -> None:
    """Started, and killed so many seconds later, or after something is there."""
    environment = {**agency.variables, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    while once_there is not None and not once_there.exists() and process.poll() is None:
        time.sleep(0.005)
    time.sleep(delay)
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(30)


def test_one_case_is_brought_out_of_a_copy_with_all_that_belongs_to_it(agency: Installation, tmp_path: Path) -> None:
    """What came and what was answered, byte for byte, and the register's words; from a mirror and from restic."""
    _deliver(agency, 1, 2)
    agency.once()
    _told(agency, "backup", "run")
    (answer,) = (one.raw for one in agency.smtp.letters if "p1@citizen.test" in one.recipients)
    for name in ("mirror", "restic"):
        found = _told(
            agency, "restore", "case", f"1/{YEAR}", "--from", str(tmp_path / name), "--to", str(tmp_path / f"to-{name}")
        )
        folder = Path(found["folder"])
        assert folder == tmp_path / f"to-{name}" / f"case-{YEAR}-000001"
        files = [path for path in folder.rglob("*") if path.is_file()]
        assert len(files) == found["files"] == 3
        (raw,) = (folder / "raw").iterdir()
        assert b"p1@citizen.test" in raw.read_bytes()
        (letter,) = (folder / "letters").iterdir()
        assert letter.read_bytes() == answer
        told = json.loads((folder / "case.json").read_text("utf-8"))
        assert told["register_number"] == f"1/{YEAR}"
        assert [one["state"] for one in told["letters"]] == ["sent"]
        assert [path.name for path in (tmp_path / f"to-{name}").iterdir()] == [folder.name], "nothing is left behind"
    assert (
        "no case"
        in agency.run("restore", "case", f"99/{YEAR}", "--from", "disk", "--to", str(tmp_path / "x"), fails=True).stderr
    )
