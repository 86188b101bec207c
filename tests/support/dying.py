"""A program that is killed before its n-th call that changes a disk, to be forked again and again."""

import os
import signal
from collections.abc import Callable
from typing import Any

CALLS = ("fsync", "fdatasync", "writev", "write", "open", "replace", "link", "unlink", "ftruncate", "mkdir")


def die_before(number: int) -> None:
    """From now on this process ends by SIGKILL before that call, counted from 1."""
    count = 0

    def dying(call: Callable[..., Any]) -> Callable[..., Any]:
        def instead(*arguments: Any, **more: Any) -> Any:
            nonlocal count
            count += 1
            if count == number:
                os.kill(os.getpid(), signal.SIGKILL)
            return call(*arguments, **more)

        return instead

    for name in CALLS:
        setattr(os, name, dying(getattr(os, name)))


def forked(number: int, work: Callable[[], None]) -> bool:
    """Whether the work came to its end in a child that dies before that call."""
    child = os.fork()
    if not child:
        try:
            die_before(number)
            work()
        except BaseException:  # the parent must not go on twice
            os._exit(1)
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        raise AssertionError("the work failed of itself")
    return status == 0
