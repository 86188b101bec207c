"""An agency that worked without a keyring makes one, and seals what lies there in the open."""

import json
from datetime import UTC, datetime
from pathlib import Path

from storage.lock import FolderLock
from tests.support.installation import REQUEST, Installation, mail

CANARY = "ผู้ยื่นลับเฉพาะ"


def test_an_archive_that_gets_its_keyring_later(installation: Installation, tmp_path: Path) -> None:
    """Told what to do at each step; afterwards no name stands in the archive, and verify and processing find everything."""
    for number in range(3):
        raw = mail(f"{REQUEST[0]} {number}", f"{REQUEST[1]} {CANARY}", sender=f"p{number}@citizen.test")
        installation.deliver(raw, at=datetime.now(UTC))
    installation.once()
    assert "mailroom keys init" in installation.run("archive", "seal", fails=True).stderr

    installation.extra = '[keys]\nkeyring = "../safe/keyring"\n'
    installation.write()
    installation.run("keys", "init", "--sheet", str(tmp_path / "sheet.pdf"))
    assert "1 segments from before the keyring lie in the open" in installation.run("doctor").stdout
    with FolderLock(installation.folder / "data"):
        assert "already works on this data folder" in installation.run("archive", "seal", fails=True).stderr
    told = json.loads(installation.run("archive", "seal", "--json").stdout)
    assert (told["segments"], told["left"]) == (["000001.seg"], [])
    assert told["records"] >= 3
    assert "lie in the open" not in installation.run("doctor").stdout
    assert installation.run("archive", "seal").stdout == "Everything is sealed.\n"
    for path in (path for path in (installation.folder / "data" / "archive").rglob("*") if path.is_file()):
        content = path.read_bytes()
        assert b"citizen.test" not in content, path
        assert CANARY.encode() not in content, path
    installation.verify()
    installation.deliver(mail(*REQUEST), at=datetime.now(UTC))
    installation.once()
    installation.verify()
    names = sorted(path.name for path in (installation.folder / "data" / "archive" / "segments").iterdir())
    assert names == ["000002.seg"]
