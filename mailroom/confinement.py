"""Gives up, for the calling process, everything that reading hostile bytes does not need. Linux; elsewhere limits only.

For the children that read mail and documents: standard library only, so that little code is in reach of what they read.
"""

import contextlib
import ctypes
import os
import resource

_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 4, 38


def confine(memory: int, descriptors: int) -> None:
    """Limit address space to `memory` bytes; no files written, no processes, no core, no network, no environment.

    `descriptors` is how many files may be open: the standard ones, and what the interpreter needs to load code or
    tables late.
    """
    os.environ.clear()
    _give_up_privileges()
    for kind, limit in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, descriptors),
    ):
        with contextlib.suppress(ValueError, OSError):  # A hard limit below ours is stricter still.
            resource.setrlimit(kind, (limit, limit))


def _give_up_privileges() -> None:
    """No new privileges, no debugger, and an own, empty network where the kernel lets us.

    The child is not tied to the thread that began it (PR_SET_PDEATHSIG): it ends when its standard input does.
    """
    try:
        library = ctypes.CDLL(None, use_errno=True)
        prctl, unshare = library.prctl, library.unshare
    except (OSError, AttributeError):
        return
    prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    if unshare(_CLONE_NEWNET) != 0:
        unshare(_CLONE_NEWUSER | _CLONE_NEWNET)
