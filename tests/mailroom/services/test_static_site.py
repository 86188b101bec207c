"""The licence database as a folder of files: whole, small steps, and only what is ours."""

import json
import os
import re
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from mailroom.domain.errors import StorageError
from mailroom.domain.evidence import CheckpointProof, ProofKind
from mailroom.domain.instrument import InstrumentState
from mailroom.domain.licence import Act, LicenceStatus
from mailroom.services.evidence.shelf import CheckpointShelf
from mailroom.services.static_site import StaticSite
from mailroom.web.public.look import FolderLook
from storage.unit_of_work import SqlBooks
from tests.mailroom.stages.test_checkpoint import CHECKPOINT
from tests.support.public_pages import PublicHall, add_instrument, add_licence, change, code

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'`${7*7}{{7*7}}"


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[PublicHall]:
    with closing(SqlBooks(f"sqlite:///{tmp_path / 'mailroom.db'}", "klong")) as books:
        yield PublicHall(books, tmp_path)


@pytest.fixture
def site(hall: PublicHall) -> StaticSite:
    papers = {"signed": b"%PDF"}
    return StaticSite(
        hall.publication, files=hall.files, look=FolderLook(hall.pages), document=lambda digest: papers["signed"]
    )


class Addresses(HTMLParser):
    """Every address that a page leads to or loads."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name in {"href", "src", "action"} and value]


def files(folder: Path) -> dict[str, int]:
    """Every file with the time of its last writing."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.stat().st_mtime_ns for path in found}


def test_every_link_leads_to_a_file_of_the_folder(hall: PublicHall, site: StaticSite, tmp_path: Path) -> None:
    """Relative, and there: the folder works wherever it lies."""
    for number in range(1, 4):
        add_licence(hall.books, number)
    add_licence(hall.books, 4, service="building-permit")
    add_instrument(hall.books, b"signed")
    report = site.write_site(tmp_path / "site")
    assert report.licences == 4
    pages = list((tmp_path / "site").rglob("*.html"))
    assert len(pages) == 4 + 2 + 4
    for page in pages:
        for address in Addresses(page.read_text("utf-8")).found:
            if address.startswith("#"):
                continue
            assert not urlsplit(address).scheme, (page, address)
            assert not address.startswith("/"), (page, address)
            assert (page.parent / urlsplit(address).path).is_file(), (page, address)


def test_every_page_says_as_of_when(hall: PublicHall, site: StaticSite, tmp_path: Path) -> None:
    """«ข้อมูล ณ วันที่ … เวลา …» stands on each (R30)."""
    add_licence(hall.books, 1)
    site.write_site(tmp_path / "site")
    for page in (tmp_path / "site").rglob("*.html"):
        assert "ข้อมูล ณ วันที่ 22 พฤศจิกายน 2569 เวลา 12.00 น." in page.read_text("utf-8"), page


def test_only_what_changed_is_written(hall: PublicHall, site: StaticSite, tmp_path: Path) -> None:
    """A second writing touches nothing; a change touches the page of that licence, its list, the index and the data."""
    for number in range(1, 131):
        add_licence(hall.books, number)
    folder = tmp_path / "site"
    assert site.write_site(folder).written > 130
    before = files(folder)
    assert site.write_site(folder).written == 0
    assert files(folder) == before
    licence = add_licence(hall.books, 131)
    change(hall.books, licence, Act.SUSPEND, status=LicenceStatus.SUSPENDED, updated_at=hall.clock.advance(minutes=5))
    site.write_site(folder)
    after = files(folder)
    changed = {path for path in after if after[path] != before.get(path)}
    assert changed == {
        f"l/{code(131)}/index.html",
        "list/food-shop-2.html",
        "search/0.js",
        "index.html",
        "open-data.html",
        "slideshow.html",
        "data/licences.csv",
        "data/licences.xlsx",
        "data/licences.json",
        "data/licences.jsonld",
        "data/dcat.jsonld",
        "manifest.json",
    }


def test_a_lapse_is_published_without_any_change(hall: PublicHall, site: StaticSite, tmp_path: Path) -> None:
    """The day alone changes the page of what lapsed."""
    add_licence(hall.books, 1)
    site.write_site(tmp_path / "site")
    hall.clock.at += timedelta(days=365)
    site.write_site(tmp_path / "site")
    assert "สิ้นอายุ" in (tmp_path / "site" / "l" / code(1) / "index.html").read_text("utf-8")
    assert '"expired"' in (tmp_path / "site" / "search" / "0.js").read_text("utf-8")


def test_what_is_not_ours_stays(hall: PublicHall, site: StaticSite, tmp_path: Path) -> None:
    """Stale files go only when the manifest says that they are ours."""
    folder = tmp_path / "site"
    for number in range(1, 102):
        add_licence(hall.books, number)
    site.write_site(folder)
    (folder / "google123.html").write_text("ours not")
    (folder / "list" / "mine.html").write_text("ours not")
    manifest = json.loads((folder / "manifest.json").read_bytes())
    manifest["files"]["l/OLD/index.html"] = ["x", 1, "x"]
    manifest["files"]["../outside.html"] = ["x", 1, "x"]
    (folder / "manifest.json").write_text(json.dumps(manifest))
    (folder / "l" / "OLD").mkdir()
    (folder / "l" / "OLD" / "index.html").write_text("stale")
    (tmp_path / "outside.html").write_text("outside")
    report = site.write_site(folder)
    assert report.removed == 1
    assert not (folder / "l" / "OLD").exists()
    assert (folder / "google123.html").exists()
    assert (folder / "list" / "mine.html").exists()
    assert (tmp_path / "outside.html").exists()


def test_a_strange_folder_is_refused(hall: PublicHall, site: StaticSite, tmp_path: Path) -> None:
    """Somebody's home page is not overwritten, and a damaged manifest is not guessed at."""
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "index.html").write_text("home")
    with pytest.raises(StorageError, match="not ours"):
        site.write_site(folder)
    assert (folder / "index.html").read_text() == "home"
    (folder / "manifest.json").write_text('{"files": [1]}')
    with pytest.raises(StorageError, match="damaged"):
        site.write_site(folder)


def test_a_lost_or_altered_file_is_written_again(hall: PublicHall, site: StaticSite, tmp_path: Path) -> None:
    """What a host lost comes back at the next writing."""
    add_licence(hall.books, 1)
    folder = tmp_path / "site"
    site.write_site(folder)
    page = folder / "l" / code(1) / "index.html"
    whole = page.read_bytes()
    page.unlink()
    (folder / "search" / "0.js").write_bytes(b"")
    assert site.write_site(folder).written == 2
    assert page.read_bytes() == whole


def test_a_break_leaves_whole_files_and_is_made_good(
    hall: PublicHall, site: StaticSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that fills up half way is reported; then the same folder is brought up to date."""
    for number in range(1, 20):
        add_licence(hall.books, number)
    folder, real, count = tmp_path / "site", Path.write_bytes, iter(range(1000))

    def full(path: Path, content: bytes) -> int:
        if next(count) == 12:
            raise OSError(28, "No space left on device")
        return real(path, content)

    (folder).mkdir()
    (folder / "manifest.json").write_text('{"files": {}}')
    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(StorageError, match="No space left"):
        site.write_site(folder)
    monkeypatch.undo()
    assert all("</html>" in page.read_text("utf-8") for page in folder.rglob("*.html"))
    site.write_site(folder)
    assert (folder / "index.html").exists()
    assert not list(folder.rglob(".*.new"))


def test_hostile_names_stay_text(hall: PublicHall, site: StaticSite, tmp_path: Path) -> None:
    """Whatever a holder is called: neither page nor index becomes anything but text."""
    names = dict.fromkeys(("holder", "premises", "address", "business"), SCRIPT)
    add_licence(hall.books, 1, **names, conditions=(SCRIPT,), extra={"seats": SCRIPT, SCRIPT: "x"})
    site.write_site(tmp_path / "site")
    for page in (tmp_path / "site").rglob("*.html"):
        text = page.read_text("utf-8")
        assert "<script>alert" not in text
        assert "<img" not in text
        assert "49" not in re.sub(r"[0-9a-f]{64}|C0DE\d+", "", text)
    index = (tmp_path / "site" / "search" / "0.js").read_text("utf-8")
    rows = json.loads(index.removeprefix("found.rows(").removesuffix(");\n"))
    assert rows[0][5] == SCRIPT


def test_the_heads_instruments_are_published_with_their_papers(
    hall: PublicHall, site: StaticSite, tmp_path: Path
) -> None:
    """The list, the signed PDFs, and a link from every page; without instruments none of it."""
    folder = tmp_path / "site"
    site.write_site(folder)
    assert not (folder / "announcements.html").exists()
    add_instrument(hall.books, b"signed", state=InstrumentState.WITHDRAWN)
    site.write_site(folder)
    assert (folder / "announcements" / "1NSTR0000001.pdf").read_bytes() == b"%PDF"
    assert "ยกเลิกแล้ว" in (folder / "announcements.html").read_text("utf-8")
    assert "announcements.html" in (folder / "index.html").read_text("utf-8")
    assert os.access(folder, os.R_OK)


def test_checkpoints_are_published_where_they_are_given(hall: PublicHall, tmp_path: Path) -> None:
    """A list, and each file as it is on the server; without them nothing leads there."""
    with hall.books.begin() as uow:
        uow.chain.add_checkpoint(CHECKPOINT)
        uow.chain.add_proof(CheckpointProof(CHECKPOINT.day, ProofKind.TIMESTAMP, CHECKPOINT.at, b"\x30token"))
        uow.commit()
    shelf, folder = CheckpointShelf(hall.books), tmp_path / "site"
    StaticSite(hall.publication, files=hall.files, look=FolderLook(hall.pages), checkpoints=shelf).write_site(folder)
    linked = Addresses((folder / "checkpoints.html").read_text("utf-8")).found
    for name in (f"checkpoints/{CHECKPOINT.day}.checkpoint", f"checkpoints/{CHECKPOINT.day}.tst"):
        assert name in linked
        assert (folder / name).read_bytes() == shelf.file(name.partition("/")[2])
    assert "checkpoints.html" in Addresses((folder / "open-data.html").read_text("utf-8")).found
    StaticSite(hall.publication, files=hall.files, look=FolderLook(hall.pages)).write_site(folder)
    assert not list(folder.glob("checkpoints*/*"))
    assert "checkpoints.html" not in (folder / "open-data.html").read_text("utf-8")
