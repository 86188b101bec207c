"""The evidence bundle of a case, checked by the program that lies in it, in an empty folder, by the system's own Python."""

import ast
import json
import random
import shutil
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from mailroom.domain.errors import ArchiveDamagedError, RefusedActionError, StorageError
from mailroom.domain.privacy import Restriction
from mailroom.domain.register import RegisterNumber
from mailroom.services.evidence.bundle import VERIFIER
from mailroom.services.evidence.proofs import Proofs
from mailroom.settings import SigningSection
from mailroom.stages.checkpoint import checkpoint_file
from signing import open_time_stamps
from signing.demo_authority import DemoAuthority
from tests.support.evidence import CASE, CLERK, HEAD, PDF, EvidenceHouse, digest
from tests.support.workshop import REQUEST

PYTHON = "/usr/bin/python3"
"""That of the system: the check needs nothing of ours."""
SECRET = "somchai@citizen.test|ลับ|ชั้นความลับ ลับ\nขอยื่นคำขอใบอนุญาตร้านอาหาร"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[EvidenceHouse]:
    made = EvidenceHouse(tmp_path / "house")
    yield made
    made.close()


@pytest.fixture(scope="module")
def authority() -> Iterator[DemoAuthority]:
    with DemoAuthority() as made:
        yield made


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, authority: DemoAuthority) -> Iterator[tuple[EvidenceHouse, Path]]:
    """A case over two days, closed, stamped by an authority, and its bundle."""
    import asyncio

    folder = tmp_path_factory.mktemp("whole")
    root = folder / "root.pem"
    root.write_bytes(authority.root.certificate.public_bytes(Encoding.PEM))
    settings = SigningSection(time_stamps=(authority.time_stamps,), trust=(root,))
    made = EvidenceHouse(folder)
    asyncio.run(made.make_case())
    made.close_day()
    made.clock.advance(days=1)
    made.receive("other@citizen.test|ขออนุญาตขายอาหาร|ขอยื่นคำขอใบอนุญาตร้านอาหาร")
    made.close_day()
    Proofs(books=made.books, clock=made.clock, stamp=open_time_stamps(settings)).collect()
    made.bundles(trusted=root.read_bytes()).write(CASE, folder / "case.zip", HEAD)
    made.clock.advance(days=1)
    made.close_day()
    made.bundles(trusted=root.read_bytes()).write(CASE, folder / "later.zip", HEAD)
    yield made, folder / "case.zip"
    made.close()


def check(folder: Path, *arguments: str, path: str = "/usr/bin:/bin") -> tuple[int, str]:
    """Run the program of the bundle there; its status and words."""
    shutil.copyfile(VERIFIER, folder / "verify.py")
    done = subprocess.run(
        [PYTHON, "-I", "verify.py", *arguments],
        cwd=folder,
        env={"PATH": path, "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout + done.stderr


def faults(said: str) -> list[str]:
    return [line.removeprefix("FAULT").strip() for line in said.splitlines() if line.startswith("FAULT")]


def test_a_whole_bundle_is_in_order(whole: tuple[EvidenceHouse, Path], tmp_path: Path) -> None:
    """Signatures, time-stamps, trees, rows and files agree; only rows younger than the last checkpoint are left open."""
    house, _ = whole
    shutil.copy(house.folder / "later.zip", tmp_path / "case.zip")
    status, said = check(tmp_path, "case.zip")
    assert faults(said) == []
    assert "says the time-stamp authority" in said
    assert "contains all of that of" in said
    assert f"signed by the key {house.key.public.hex()}" in said
    open_points = [line for line in said.splitlines() if line.startswith("NOT CHECKED")]
    assert (status, len(open_points) > 0) == (2, True)
    assert all("younger than the last checkpoint" in line or "no time-stamp" in line for line in open_points)


def test_what_it_holds(whole: tuple[EvidenceHouse, Path]) -> None:
    """The message as it came, the letter as it went, the paper, the rows, and words for people."""
    _, file = whole
    with zipfile.ZipFile(file) as bundle:
        names = bundle.namelist()
        assert bundle.read("raw/message-1.eml") == REQUEST.encode()
        [letter] = [name for name in names if name.startswith("letters/")]
        assert b"somchai@citizen.test" in bundle.read(letter)
        [paper] = [name for name in names if name.startswith("documents/")]
        assert bundle.read(paper) == PDF
        assert bundle.read("summary.pdf").startswith(b"%PDF-")
        rows = json.loads(bundle.read("rows.json"))["rows"]
        manifest = json.loads(bundle.read("manifest.json"))
    assert {"message", "register_entry", "event", "outbox_item", "sent_copy", "document"} <= {
        row["table"] for row in rows
    }
    assert manifest["files"][paper] == digest(PDF)
    assert manifest["case"] == "1/2569"
    assert set(manifest["files"]) == set(names) - {"manifest.json", "manifest.sig"}


def test_it_is_checked_from_a_folder_too(whole: tuple[EvidenceHouse, Path], tmp_path: Path) -> None:
    """Unpacked as any file manager does it."""
    _, file = whole
    with zipfile.ZipFile(file) as bundle:
        bundle.extractall(tmp_path)
    status, said = check(tmp_path)
    assert (status, faults(said)) == (2, [])


def test_every_member_is_named_when_a_byte_of_it_is_another(whole: tuple[EvidenceHouse, Path], tmp_path: Path) -> None:
    """Any file, at its beginning, its end and in between; a member that is changed is named itself."""
    _, file = whole
    chance = random.Random(5)
    with zipfile.ZipFile(file) as bundle:
        contents = {name: bundle.read(name) for name in bundle.namelist() if name != "verify.py"}
        bundle.extractall(tmp_path)
    for name, content in contents.items():
        for at in {0, len(content) - 1, chance.randrange(len(content))}:
            changed = bytearray(content)
            changed[at] ^= 1 << chance.randrange(8)
            (tmp_path / name).write_bytes(changed)
            status, said = check(tmp_path)
            found = faults(said)
            assert status == 1, (name, at, said)
            signed = ("manifest.json",) if name == "manifest.sig" else ()
            assert any(line.startswith((name, *signed, "files", "signature")) for line in found), (name, at, said)
        (tmp_path / name).write_bytes(content)


def test_a_byte_of_the_zip_itself_is_not_passed_over(whole: tuple[EvidenceHouse, Path], tmp_path: Path) -> None:
    """In the compressed bytes of a member: a fault, unless every file is still read as it was; never a crash.

    Few bits of compressed data mean nothing, and in few places another bit gives the same bytes again.
    """
    _, file = whole
    chance = random.Random(7)
    content = file.read_bytes()
    with zipfile.ZipFile(file) as bundle:
        members = [one for one in bundle.infolist() if one.filename != "verify.py"]
        contents = {one.filename: bundle.read(one) for one in members}
    found = 0
    for member in members:
        start = member.header_offset + 30 + len(member.filename.encode())
        changed = bytearray(content)
        changed[start + 20 + chance.randrange(max(1, member.compress_size - 20))] ^= 0x10
        (tmp_path / "case.zip").write_bytes(changed)
        status, said = check(tmp_path, "case.zip")
        if reads_as(tmp_path / "case.zip", member.filename, contents[member.filename]):
            assert (status, faults(said)) == (2, []), (member.filename, said)
            continue
        found += 1
        assert status == 1, (member.filename, said)
        assert any(member.filename in line or line.startswith(("files", "signature")) for line in faults(said)), said
    assert found > len(members) / 2


def reads_as(file: Path, name: str, content: bytes) -> bool:
    """Whether a member of a zip that was tampered with still gives these bytes."""
    try:
        with zipfile.ZipFile(file) as bundle:
            return bundle.read(name) == content
    except (zipfile.BadZipFile, zlib.error, EOFError):
        return False


def test_a_file_that_is_missing_or_added_is_named(whole: tuple[EvidenceHouse, Path], tmp_path: Path) -> None:
    """Nothing can be taken out of a bundle, nor put into it."""
    _, file = whole
    with zipfile.ZipFile(file) as bundle:
        bundle.extractall(tmp_path)
    (tmp_path / "raw/message-1.eml").unlink()
    (tmp_path / "raw/message-9.eml").write_bytes(b"invented")
    _, said = check(tmp_path)
    assert any(line.startswith("raw/message-1.eml") for line in faults(said))
    assert any(line.startswith("raw/message-9.eml: the manifest does not list it") for line in faults(said))


def forged(file: Path, target: Path, house: EvidenceHouse, name: str, change: dict[str, bytes]) -> None:
    """The bundle with other contents, its manifest made and signed anew: what a dishonest agency could do."""
    with zipfile.ZipFile(file) as bundle:
        contents = {one: bundle.read(one) for one in bundle.namelist()} | change
    manifest = json.loads(contents["manifest.json"])
    manifest["files"] |= {one: digest(content) for one, content in change.items()}
    contents["manifest.json"] = json.dumps(manifest).encode()
    contents["manifest.sig"] = house.key.sign(contents["manifest.json"]).hex().encode()
    with zipfile.ZipFile(target / name, "w") as bundle:
        for one, content in contents.items():
            bundle.writestr(one, content)


def test_not_even_the_agency_can_change_a_row(whole: tuple[EvidenceHouse, Path], tmp_path: Path) -> None:
    """With its own key, a row that says something else does not stand in the tree of the day."""
    house, file = whole
    with zipfile.ZipFile(file) as bundle:
        rows = bundle.read("rows.json").decode()
    forged(file, tmp_path, house, "case.zip", {"rows.json": rows.replace("somchai@", "somsri@").encode()})
    status, said = check(tmp_path, "case.zip")
    assert status == 1
    assert any("does not stand so in the books" in line for line in faults(said))


def test_a_witness_speaks_against_another_checkpoint(whole: tuple[EvidenceHouse, Path], tmp_path: Path) -> None:
    """The mail that the witness kept, encoded as mail is, agrees with the bundle, or names the day that is another."""
    house, file = whole
    shutil.copy(file, tmp_path / "case.zip")
    with house.books.look() as uow:
        [*_, first] = uow.chain.checkpoints()
    [letter] = house.letters(first)
    from email.message import EmailMessage

    mail = EmailMessage()
    mail["Subject"] = letter.subject
    mail.set_content(letter.text, cte="base64")
    (tmp_path / "witness.eml").write_bytes(bytes(mail))
    _, said = check(tmp_path, "case.zip", "--checkpoint", "witness.eml")
    assert "from outside is the one in this bundle" in said
    (tmp_path / "other.txt").write_text(checkpoint_file(first).replace("size: ", "size: 9"))
    status, said = check(tmp_path, "case.zip", "--checkpoint", "other.txt")
    assert (status, [line.split(":")[0] for line in faults(said)]) == (1, ["other.txt"])


def test_another_key_than_the_published_one_is_named(whole: tuple[EvidenceHouse, Path], tmp_path: Path) -> None:
    """Whoever makes a whole bundle with a key of their own is found out by the key."""
    house, file = whole
    shutil.copy(file, tmp_path / "case.zip")
    assert check(tmp_path, "case.zip", "--key", house.key.public.hex())[0] == 2
    assert check(tmp_path, "case.zip", "--key", "ab" * 32)[0] == 1


def test_without_openssl_it_says_what_was_not_checked(whole: tuple[EvidenceHouse, Path], tmp_path: Path) -> None:
    """Files, rows and trees are checked all the same."""
    _, file = whole
    shutil.copy(file, tmp_path / "case.zip")
    status, said = check(tmp_path, "case.zip", path=str(tmp_path))
    assert (status, faults(said)) == (2, [])
    assert "openssl is not installed" in said


async def test_graded_matter_needs_the_head(house: EvidenceHouse, tmp_path: Path) -> None:
    """R58: who is no approver, or not named for it, cannot make its bundle; who did is in the event log before that."""
    await house.make_case(SECRET)
    for by in (CLERK, replace(CLERK, cleared=True), HEAD):
        with pytest.raises(RefusedActionError, match="bundle-secret"):
            house.bundles().write(CASE, tmp_path / "case.zip", by)
    assert not (tmp_path / "case.zip").exists()
    house.bundles().write(CASE, tmp_path / "case.zip", replace(HEAD, cleared=True))
    with house.books.look() as uow:
        made = [one for one in uow.events.of_message(1) if one.name == "bundle.made"]
    assert [(one.actor, one.detail) for one in made] == [("head", "1/2569")]


async def test_a_restricted_case_is_for_those_named(house: EvidenceHouse, tmp_path: Path) -> None:
    """R106: whatever their office."""
    await house.make_case()
    with house.books.begin() as uow:
        uow.privacy.restrict(
            Restriction(
                number=CASE,
                request=None,
                reason="คำขอของเจ้าของข้อมูล",
                people=("malee",),
                placed_at=house.clock.now(),
                placed_by="head",
            )
        )
        uow.commit()
    with pytest.raises(RefusedActionError, match="bundle-restricted"):
        house.bundles().write(CASE, tmp_path / "case.zip", HEAD)
    assert house.bundles().write(CASE, tmp_path / "case.zip", CLERK).files > 5


def test_what_is_not_there_is_said(house: EvidenceHouse, tmp_path: Path) -> None:
    """A number that was never given has no bundle."""
    with pytest.raises(RefusedActionError, match="no-such-case"):
        house.bundles().write(RegisterNumber(2569, 7), tmp_path / "case.zip", HEAD)


async def test_no_bundle_is_made_of_changed_books(house: EvidenceHouse, tmp_path: Path) -> None:
    """A row that was changed behind our back, or bytes that were, end it; no half file is left behind."""
    await house.make_case()
    house.close_day()
    from storage.driver import sqlite_module

    with closing(sqlite_module().connect(str(house.folder / "books.db"), isolation_level=None)) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("UPDATE register_entry SET subject = 'อื่น'")
    with pytest.raises(StorageError, match="register_entry"):
        house.bundles().write(CASE, tmp_path / "case.zip", HEAD)
    with closing(sqlite_module().connect(str(house.folder / "books.db"), isolation_level=None)) as connection:
        connection.execute("UPDATE register_entry SET subject = ?", ("ขออนุญาตขายอาหาร",))
    segment = house.folder / "archive/segments/000001.seg"
    content = bytearray(segment.read_bytes())
    content[40] ^= 1
    segment.write_bytes(content)
    with pytest.raises(ArchiveDamagedError):
        house.bundles().write(CASE, tmp_path / "case.zip", HEAD)
    assert list(tmp_path.glob("*.zip*")) == list(tmp_path.glob(".*")) == []


def test_the_verifier_stands_alone() -> None:
    """It fits on a few pages, and needs the standard library only."""
    text = VERIFIER.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 300
    imported = {
        name.partition(".")[0]
        for one in ast.walk(ast.parse(text))
        if isinstance(one, ast.Import | ast.ImportFrom)
        for name in ([one.module or ""] if isinstance(one, ast.ImportFrom) else [each.name for each in one.names])
    }
    assert imported <= sys.stdlib_module_names
