"""An S3 server on loopback that checks signatures, and a REST server of restic that lets nobody remove anything."""

import os
import shutil
import socket
import subprocess
import sysconfig
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from tests.support.dovecot import _die_with_parent, free_port

KEY = "key-of-the-tests"
SECRET = "secret-of-the-tests"
BUCKET = "copies"


@dataclass
class S3End:
    """A context manager over a folder. `address` is what a target of restic names; `environment` is its keys."""

    folder: Path
    append_only_rest: bool = False
    port: int = field(default_factory=free_port)
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def __enter__(self) -> Self:
        (self.folder / BUCKET).mkdir(parents=True, exist_ok=True)
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def address(self) -> str:
        if self.append_only_rest:
            return f"rest:http://127.0.0.1:{self.port}/"
        return f"s3:http://127.0.0.1:{self.port}/{BUCKET}/mailroom"

    @property
    def environment(self) -> dict[str, str]:
        return {} if self.append_only_rest else {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET}

    @property
    def command(self) -> list[str]:
        rclone = shutil.which("rclone", path=f"{sysconfig.get_path('scripts')}{os.pathsep}{os.environ['PATH']}")
        assert rclone, "rclone is missing: install the development packages"
        where = ["--addr", f"127.0.0.1:{self.port}", "--config", os.devnull, str(self.folder)]
        if self.append_only_rest:
            return [rclone, "serve", "restic", "--append-only", *where]
        return [rclone, "serve", "s3", "--auth-key", f"{KEY},{SECRET}", *where]

    def start(self) -> None:
        """Start, and return when it listens."""
        bound = _die_with_parent if threading.current_thread() is threading.main_thread() else None
        with (self.folder / "rclone.log").open("ab") as log:
            self._process = subprocess.Popen(self.command, stdout=log, stderr=log, preexec_fn=bound)
        for _ in range(500):
            assert self._process.poll() is None, (self.folder / "rclone.log").read_text()
            if _listens(self.port):
                return
            time.sleep(0.02)
        raise RuntimeError("rclone does not listen")

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


def _listens(port: int) -> bool:
    """Whether something accepts connections there."""
    try:
        with socket.create_connection(("127.0.0.1", port), 1):
            return True
    except OSError:
        return False
