"""What passes between the process that reads hostile documents and the one that asks."""

import io
import struct

import pytest

from signing.confined_child import packed, read_blobs


def test_blobs_come_back_as_they_were() -> None:
    """Whatever is packed is read again, empty blobs included."""
    assert read_blobs(io.BytesIO(packed([b"", b"\0" * 70_000, "ก".encode()]))) == [b"", b"\0" * 70_000, "ก".encode()]


@pytest.mark.parametrize(
    "lie",
    [
        struct.pack(">I", 1) + struct.pack(">Q", 1 << 63) + b"x",
        struct.pack(">I", (1 << 32) - 1),
        struct.pack(">I", 1) + struct.pack(">Q", 10) + b"short",
    ],
    ids=["a length beyond all memory", "four billion blobs", "less than was promised"],
)
def test_a_lying_child_is_a_lost_child(lie: bytes) -> None:
    """No memory is set aside for what a child merely claims."""
    with pytest.raises(EOFError):
        read_blobs(io.BytesIO(lie))
