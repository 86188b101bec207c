"""A process that reads hostile bytes keeps nothing by which they could do harm."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

_CONFINED = """
import os, resource, sys
sys.path.insert(0, sys.argv[1])
import socket
os.environ["SECRET"] = "x"
from mailroom.confinement import confine
kept = open(sys.argv[2], "wb", buffering=0)
confine(512 << 20, 16)
assert not os.environ, os.environ
try:
    kept.write(b"x")
except OSError:
    pass
else:
    raise SystemExit("a file was written")
try:
    files = [open("/dev/null") for _ in range(64)]
except OSError:
    pass
else:
    raise SystemExit("descriptors without end")
try:
    block = bytearray(600 << 20)
except MemoryError:
    pass
else:
    raise SystemExit("memory without end")
"""


def test_the_process_gives_up_what_it_does_not_need(tmp_path: Path) -> None:
    """No environment, no file written, few descriptors, bounded memory."""
    command = [sys.executable, "-c", _CONFINED, str(ROOT), str(tmp_path / "file")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "file").stat().st_size == 0
