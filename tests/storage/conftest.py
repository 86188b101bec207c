"""A migrated database for each test, and counting what a program asks of the disk."""

import re
import shutil
import subprocess
import sys
import textwrap
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from storage.sealing.kek import KeyEncryptionKeys
from storage.unit_of_work import SqlBooks
from tests.support.keyrings import FORMS

ROOT = Path(__file__).parents[2]


@pytest.fixture(params=FORMS)
def form(request: pytest.FixtureRequest) -> str:
    """Plain and sealed archives promise the same."""
    return str(request.param)


@pytest.fixture
def keks(form: str) -> KeyEncryptionKeys | None:
    """The keyring of that form."""
    return FORMS[form]


@pytest.fixture
def count_syncs(tmp_path: Path) -> Callable[[str], dict[str, int]]:
    """Run a program under strace; how often it synced after it printed READY."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")

    def run(program: str) -> dict[str, int]:
        trace = tmp_path / "trace"
        calls = "trace=fsync,fdatasync,sync_file_range,syncfs,msync,write"
        script = textwrap.dedent(program)
        command = ["strace", "-f", "-e", calls, "-o", str(trace), sys.executable, "-c", script]
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL, timeout=120)
        after = trace.read_text(errors="replace").split('"READY', 1)[1]
        return dict(Counter(re.findall(r"\b(fsync|fdatasync|sync_file_range|syncfs|msync)\(", after)))

    return run


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file at the newest schema, to be copied: migrating takes longer than most tests."""
    path = tmp_path_factory.mktemp("database") / "empty.sqlite"
    SqlBooks(f"sqlite:///{path}", "agency").close()
    return path


@pytest.fixture
def database(tmp_path: Path, empty_database: Path) -> str:
    """Address of a database at the newest schema."""
    shutil.copy(empty_database, tmp_path / "mailroom.sqlite")
    return f"sqlite:///{tmp_path}/mailroom.sqlite"


@pytest.fixture
def sql_books(database: str) -> Iterator[SqlBooks]:
    books = SqlBooks(database, "agency")
    yield books
    books.close()
