"""A real clamd with a signature of our own, in the foreground, ended by its id."""

import hashlib
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from mailroom.attachments.clamd import Clamd, ScannerSilentError

MARK = b"THIS-IS-NO-VIRUS-BUT-A-MARK-OF-OUR-TESTS"
NAME = "Test.Mark.UNOFFICIAL"
LONGEST = 1 << 20
_START_SECONDS = 60

_CONFIGURATION = """\
DatabaseDirectory {folder}/signatures
LocalSocket {folder}/clamd.ctl
TemporaryDirectory {folder}
Foreground yes
StreamMaxLength 1M
AlertExceedsMax yes
MaxRecursion 4
"""


@contextmanager
def virus_scanner() -> Iterator[Path]:
    """The socket of one that runs. Below a short folder: the path of a socket has 107 characters at most."""
    program = shutil.which("clamd")
    assert program, "install clamav-daemon"
    with tempfile.TemporaryDirectory(prefix="clamd-") as name:
        folder = Path(name)
        (folder / "signatures").mkdir()
        (folder / "signatures" / "own.ndb").write_text(f"Test.Mark:0:*:{MARK.hex()}\n")
        digest = hashlib.md5(b"a whole file", usedforsecurity=False).hexdigest()
        (folder / "signatures" / "own.hdb").write_text(f"{digest}:12:Test.Whole\n")
        settings = folder / "clamd.conf"
        settings.write_text(_CONFIGURATION.format(folder=folder))
        with subprocess.Popen(
            [program, "--config-file", str(settings)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        ) as process:
            try:
                _await(process, folder / "clamd.ctl")
                yield folder / "clamd.ctl"
            finally:
                process.terminate()
                process.communicate(timeout=30)


def _await(process: subprocess.Popen[bytes], path: Path) -> None:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until:
        assert process.poll() is None, process.communicate()[0].decode()
        with suppress(ScannerSilentError):
            Clamd(path).version()
            return
        time.sleep(0.05)
    raise AssertionError("clamd did not start")
