"""The process that reads hostile documents: answers requests on standard input, under limits that it sets on itself.

Request and reply are a number of blobs, each with its length before it. A reply begins with a status byte.
"""

import importlib
import logging
import math
import os
import resource
import struct
import sys
from collections.abc import Sequence
from typing import IO

from mailroom.confinement import confine

READY, FINE, FAILED = b"=", b"+", b"-"
OUT_OF_MEMORY = 3
"""Exit code when a document does not fit into memory."""
_COUNT = struct.Struct(">I")
_LENGTH = struct.Struct(">Q")
_MOST_BLOBS = 64
_LARGEST_BLOB = 512 << 20
"""A child that was taken over may claim any length: its parent sets no such memory aside."""
_CPU_MARGIN = 1.0
_DESCRIPTORS = 32
"""Standard ones, and what the interpreter needs to load a module or a table late."""


def main(module: str, memory: int, cpu_seconds: float) -> None:
    """Serve until standard input ends. `module` has a function `answer` from blobs to blobs."""
    answer = importlib.import_module(module).answer
    requests, replies = sys.stdin.buffer, sys.stdout.buffer
    confine(memory, _DESCRIPTORS)
    _be_silent()
    replies.write(READY)
    replies.flush()
    while True:
        try:
            blobs = read_blobs(requests)
            _allow_cpu(cpu_seconds)
            reply = _answered(answer, blobs)
            del blobs
            replies.write(reply)
            replies.flush()
        except MemoryError:
            raise SystemExit(OUT_OF_MEMORY) from None
        except EOFError:
            return


def _be_silent() -> None:
    """What libraries say of hostile documents is read by nobody; a full pipe would stop the child."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stderr.fileno())
    os.close(nowhere)
    logging.disable(logging.CRITICAL)


def _answered(answer: object, blobs: Sequence[bytes]) -> bytes:
    assert callable(answer)  # noqa: S101 - ours to see to
    try:
        return FINE + packed(answer(*blobs))
    except MemoryError:
        raise
    except Exception as error:
        return FAILED + packed([type(error).__name__.encode()])


def packed(blobs: Sequence[bytes]) -> bytes:
    return _COUNT.pack(len(blobs)) + b"".join(_LENGTH.pack(len(blob)) + blob for blob in blobs)


def read_blobs(source: IO[bytes]) -> list[bytes]:
    """What `packed` wrote. Raises EOFError, also for what claims to be longer than anything we send."""
    (count,) = _COUNT.unpack(read_exactly(source, _COUNT.size))
    if count > _MOST_BLOBS:
        raise EOFError
    return [_read_blob(source) for _ in range(count)]


def _read_blob(source: IO[bytes]) -> bytes:
    (length,) = _LENGTH.unpack(read_exactly(source, _LENGTH.size))
    if length > _LARGEST_BLOB:
        raise EOFError
    return read_exactly(source, length)


def read_exactly(source: IO[bytes], size: int) -> bytes:
    content = source.read(size)
    if len(content) < size:
        raise EOFError
    return content


def _allow_cpu(seconds: float) -> None:
    """Let the kernel end this process when the next document costs more than its share."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    limit = math.ceil(used.ru_utime + used.ru_stime + seconds + _CPU_MARGIN)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (limit, hard))
