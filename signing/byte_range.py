"""Whether a signature signs what it seems to: the range of bytes and the hole in it (ISO 32000-1 section 12.8.1)."""

from typing import Final

_NUMBERS: Final = 4
_LONGEST_HOLE: Final = 4 << 20


def fault(pdf: bytes, numbers: list[int], contents: bytes) -> str | None:
    """Why a ByteRange is not to be trusted; None when it leaves out the signature itself and nothing else.

    Signature wrapping and incremental saving live on readers that are content with less.
    """
    if len(numbers) != _NUMBERS:
        return "it has not four numbers"
    start, hole, after, size = numbers
    if start != 0 or hole <= 0 or size <= 0 or after <= hole or after + size > len(pdf):
        return "it does not begin with the document, or leaves it"
    gap = pdf[hole:after]
    if len(gap) > _LONGEST_HOLE or not (gap.startswith(b"<") and gap.endswith(b">")):
        return "the hole is larger or smaller than the signature"
    try:
        held = bytes.fromhex(gap[1:-1].decode("ascii"))
    except ValueError:
        return "something other than the signature stands in the hole"
    return None if held == contents else "the signature stands elsewhere"
