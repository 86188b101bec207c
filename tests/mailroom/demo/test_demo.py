"""The demonstration as it is started."""

import subprocess
import sys


def test_the_demo_ends_well() -> None:
    """Mails, a licence, conversations and checks: all as expected, and the exit code says so."""
    done = subprocess.run(
        [sys.executable, "-m", "mailroom", "demo", "--exit"], capture_output=True, text=True, check=False, timeout=180
    )
    assert done.stdout.splitlines()[-1:] == ["as expected: every mail, every conversation, the register, the archive"]
    assert (done.returncode, done.stderr) == (0, "")
