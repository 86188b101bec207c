"""Commands of the program, each in a process of its own that is forked from one which has loaded everything already.

Loading takes longer than most commands: a fork pays it once for each test process. That the program starts from nothing
as well is shown where a daemon, the demonstration, or a kill at a system call needs the real start.
"""

import array
import atexit
import ctypes
import gc
import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import NoReturn

from tests.support.new_books import use_template
from tests.support.warming import make_ready

ROOT = Path(__file__).parents[2]
LOADED = (
    "mailroom.cli.accounts",
    "mailroom.cli.announce",
    "mailroom.cli.exports",
    "mailroom.cli.keeping",
    "mailroom.cli.licence",
    "mailroom.cli.line",
    "mailroom.cli.operation",
    "mailroom.cli.restoring",
    "mailroom.cli.setup",
)
_PR_SET_PDEATHSIG = 1
_PR_SET_PTRACER = 0x59616D61


def run_command(
    arguments: Sequence[str],
    *,
    env: Mapping[str, str],
    cwd: Path,
    stdin: str = "",
    timeout: float = 300,
    before: Callable[[int], None] | None = None,
) -> "subprocess.CompletedProcess[str]":
    """What `python -m mailroom ARGUMENTS` does with these variables, to its end.

    `before` is called with the id of the process, which stands still until then: whoever traces it attaches there.
    """
    with (
        socket.socket(socket.AF_UNIX) as line,
        tempfile.TemporaryFile("w+b") as typed,
        tempfile.TemporaryFile("w+b") as out,
        tempfile.TemporaryFile("w+b") as err,
    ):
        typed.write(stdin.encode())
        typed.seek(0)
        line.settimeout(timeout)
        line.connect(_waiting(os.getpid()))
        wanted = {"arguments": list(arguments), "env": dict(env), "cwd": str(cwd), "stopped": before is not None}
        order = json.dumps(wanted).encode()
        handles = array.array("i", [typed.fileno(), out.fileno(), err.fileno()])
        line.sendmsg([len(order).to_bytes(4, "big")], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, handles)])
        line.sendall(order)
        if before is not None:
            process = int.from_bytes(_exactly(line, 4), "big")
            before(process)
            os.kill(process, signal.SIGCONT)
        code = int.from_bytes(_exactly(line, 4), "big", signed=True)
        said = []
        for file in (out, err):
            file.seek(0)
            said.append(file.read().decode("utf-8", "replace"))
    return subprocess.CompletedProcess(["mailroom", *arguments], code, *said)


@cache
def _waiting(_process: int) -> str:
    """Address of the process that waits for orders; one for each test process, gone with it."""
    folder = tempfile.mkdtemp(prefix="mc-")
    address = f"{folder}/line"
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.commands", address],
        cwd=ROOT,
        env={**os.environ, "PYTHONWARNINGS": "error"},
        stdout=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
    )
    atexit.register(process.kill)
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    return address


def _exactly(line: socket.socket, count: int) -> bytes:
    content = b""
    while len(content) < count:
        part = line.recv(count - len(content))
        if not part:
            raise EOFError("the process that runs commands is gone")
        content += part
    return content


def wait_for_orders(address: str) -> NoReturn:
    """Load everything, then fork for each order."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    for name in LOADED:
        importlib.import_module(name)
    use_template()
    make_ready()
    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(address)
        listening.listen(16)
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while True:
            line, _ = listening.accept()
            if not os.fork():
                listening.close()
                _serve(line)
            line.close()


def _serve(line: socket.socket) -> NoReturn:
    """In a fork: run one command in another, and tell its exit code."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    head, handles, _, _ = socket.recv_fds(line, 4, 3)
    order = json.loads(_exactly(line, int.from_bytes(head, "big")))
    child = os.fork()
    if not child:
        line.close()
        _become(order, handles)
    if order["stopped"]:
        os.waitpid(child, os.WUNTRACED)
        line.sendall(child.to_bytes(4, "big"))
    _, status = os.waitpid(child, 0)
    with suppress(OSError):
        line.sendall(os.waitstatus_to_exitcode(status).to_bytes(4, "big", signed=True))
    os._exit(0)


def _become(order: "dict[str, object]", handles: Sequence[int]) -> NoReturn:
    """The program itself, with its own streams, variables and folder."""
    for target, handle in enumerate(handles):
        os.dup2(handle, target)
        os.close(handle)
    os.environ.clear()
    os.environ.update(order["env"])  # type: ignore[call-overload]
    os.chdir(str(order["cwd"]))
    sys.argv = ["mailroom", *order["arguments"]]  # type: ignore[misc]
    sys.stdin, sys.stdout, sys.stderr = (
        os.fdopen(number, mode, encoding="utf-8", closefd=False) for number, mode in ((0, "r"), (1, "w"), (2, "w"))
    )
    from mailroom.cli import main

    if order["stopped"]:
        # Who traces it need not be its parent (Linux, Yama).
        ctypes.CDLL(None).prctl(_PR_SET_PTRACER, ctypes.c_ulong(-1))
        os.kill(os.getpid(), signal.SIGSTOP)
    code = 0
    try:
        main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:
        with suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    wait_for_orders(sys.argv[1])
